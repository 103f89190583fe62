/** The frame of every page: where one is, where one may go, who one is. */
import {
  ActionIcon,
  Alert,
  AppShell,
  Badge,
  Burger,
  Button,
  Group,
  NavLink,
  Text,
  useMantineColorScheme,
} from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconLogout, IconMoon, IconUser } from '@tabler/icons-react'
import { Link, Outlet, useLocation } from '@tanstack/react-router'
import { type ReactElement, useEffect } from 'react'
import { useAct, useAnswer } from './answers.ts'
import type { Answer } from './ask.ts'
import type { Place } from './frame.ts'
import { useConnection, useReading } from './news.ts'
import { pages } from './pages.ts'
import { Failure, Loading } from './parts/state.tsx'
import type { Session } from './viewer.ts'

/** Shows a page to whoever is signed in, and leads everybody else to where one signs in. */
export function Shell(): ReactElement {
  const { data, error, isPending } = useAnswer('GET /api/session', {})
  if (error?.status === 401) return <LeadToSignIn />
  if (error !== null) return <Failure error={error} />
  if (isPending || data === undefined) return <Loading />
  return <Frame session={data} />
}

function Frame({ session }: { readonly session: Session }): ReactElement {
  const [open, { toggle, close }] = useDisclosure(false)
  return (
    <AppShell
      header={{ height: 48 }}
      navbar={{ width: 208, breakpoint: 'sm', collapsed: { mobile: !open } }}
      padding="md"
    >
      <AppShell.Header>
        <Group h="100%" px="md" gap="sm" wrap="nowrap">
          <Burger
            opened={open}
            onClick={toggle}
            hiddenFrom="sm"
            size="sm"
            aria-label="Navigation"
            aria-expanded={open}
          />
          <Text fw={700}>Lockstep</Text>
          <Text c="dimmed" size="sm" truncate>
            {session.charter}
          </Text>
          <Group ml="auto" gap="xs" wrap="nowrap">
            <Live />
            <Who viewer={session.viewer} />
            <Appearance />
            <SignOut />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" aria-label="Pages">
        <Places onGo={close} />
      </AppShell.Navbar>
      <AppShell.Main>
        <StillReading />
        <Outlet />
      </AppShell.Main>
    </AppShell>
  )
}

/** With a fresh page, so that nothing of whoever was signed in is left in it; and from there back to here. */
function LeadToSignIn(): ReactElement {
  useEffect(() => {
    const here = `${window.location.pathname}${window.location.search}`
    window.location.replace(here === '/' ? '/sign-in' : `/sign-in?next=${encodeURIComponent(here)}`)
  }, [])
  return <Loading />
}

function Who({ viewer: { id, roles } }: { readonly viewer: Session['viewer'] }): ReactElement {
  return (
    <Button
      component={Link}
      to="/account"
      variant="subtle"
      color="gray"
      size="compact-sm"
      leftSection={<IconUser size={16} stroke={1.6} aria-hidden />}
      aria-label={`You: ${id}, ${roles.join(', ')}`}
    >
      <Text size="sm" truncate maw={220} visibleFrom="sm">
        {id} · {roles.join(', ')}
      </Text>
    </Button>
  )
}

function Places({ onGo }: { readonly onGo: () => void }): ReactElement {
  return <>{pages.map((page) => 'place' in page && <PlaceLink key={page.routes[0].to} page={page} onGo={onGo} />)}</>
}

type PlacedPage = Extract<(typeof pages)[number], { readonly place: Place }>

function PlaceLink({ page, onGo }: { readonly page: PlacedPage; readonly onGo: () => void }): ReactElement {
  const { label, icon: Icon, waiting }: Place = page.place
  const { to } = page.routes[0]
  const { pathname } = useLocation()
  const posture = useAnswer('GET /api/posture', {}).data
  const active = page.routes.some((route) => isBelow(pathname, String(route.to)))
  return (
    <NavLink
      component={Link}
      to={to}
      label={label}
      leftSection={<Icon size={18} stroke={1.6} aria-hidden />}
      rightSection={<Waiting count={posture === undefined ? 0 : (waiting?.(posture) ?? 0)} />}
      active={active}
      aria-current={active ? 'page' : undefined}
      onClick={onGo}
    />
  )
}

/** Whether an address is that of a route, or below it. */
function isBelow(pathname: string, route: string): boolean {
  const [fixed = ''] = route.split('/$')
  return fixed === '/' ? pathname === '/' : pathname === fixed || pathname.startsWith(`${fixed}/`)
}

function Waiting({ count }: { readonly count: number }): ReactElement | null {
  if (count === 0) return null
  return (
    <Badge size="sm" variant="light" color="yellow" aria-label={`${count} waiting`}>
      {count}
    </Badge>
  )
}

/** Says so when what is shown may be old. */
function Live(): ReactElement | null {
  const connection = useConnection()
  if (connection === 'live') return null
  return (
    <Badge color="yellow" variant="light" role="status">
      not live
    </Badge>
  )
}

const count = new Intl.NumberFormat('en')

/** Says so while what is shown does not tell of the whole record. */
function StillReading(): ReactElement | null {
  const reading = useReading()
  if (reading === undefined) return null
  const { read, of } = reading
  return (
    <Alert color="yellow" variant="light" mb="md" role="status">
      The record is still being read: {count.format(read)} of {count.format(of)} entries (
      {Math.floor((read / of) * 100)} %). What is shown tells of these alone, the oldest.
    </Alert>
  )
}

function Appearance(): ReactElement {
  const { toggleColorScheme } = useMantineColorScheme()
  return (
    <ActionIcon variant="subtle" color="gray" onClick={toggleColorScheme} aria-label="Light or dark">
      <IconMoon size={18} stroke={1.6} />
    </ActionIcon>
  )
}

function SignOut(): ReactElement {
  const { mutate } = useAct('DELETE /api/session')
  const leave = ({ next }: Answer<'DELETE /api/session'>): void => window.location.assign(next ?? '/sign-in')
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      onClick={() => mutate({}, { onSuccess: leave, onError: () => window.location.reload() })}
      aria-label="Sign out"
    >
      <IconLogout size={18} stroke={1.6} />
    </ActionIcon>
  )
}
