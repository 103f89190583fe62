/** The frame of every page: where one is, where one may go, who one is. */
import { ActionIcon, AppShell, Badge, Burger, Group, NavLink, Text, useMantineColorScheme } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconLogout, IconMoon } from '@tabler/icons-react'
import { Link, Navigate, Outlet, useLocation } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import { useAct, useAnswer } from './answers.ts'
import { useConnection } from './news.ts'
import { Failure, Loading } from './parts/state.tsx'
import { places } from './places.ts'
import type { Session } from './viewer.ts'

/** Shows a page to whoever is signed in, and leads everybody else to where one signs in. */
export function Shell(): ReactElement {
  const { data, error, isPending } = useAnswer('GET /api/session', {})
  if (error?.status === 401) return <Navigate to="/sign-in" />
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
            <Text size="sm" c="dimmed" visibleFrom="xs" title={session.viewer.roles.join(', ')}>
              {session.viewer.id}
            </Text>
            <Appearance />
            <SignOut />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" aria-label="Pages">
        <Places onGo={close} />
      </AppShell.Navbar>
      <AppShell.Main>
        <Outlet />
      </AppShell.Main>
    </AppShell>
  )
}

function Places({ onGo }: { readonly onGo: () => void }): ReactElement {
  const { pathname } = useLocation()
  return (
    <>
      {places.map(({ to, label, icon: Icon }) => {
        const active = to === '/' ? pathname === '/' : pathname.startsWith(to)
        return (
          <NavLink
            key={to}
            component={Link}
            to={to}
            label={label}
            leftSection={<Icon size={18} stroke={1.6} aria-hidden />}
            active={active}
            aria-current={active ? 'page' : undefined}
            onClick={onGo}
          />
        )
      })}
    </>
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

function Appearance(): ReactElement {
  const { toggleColorScheme } = useMantineColorScheme()
  return (
    <ActionIcon variant="subtle" color="gray" onClick={toggleColorScheme} aria-label="Light or dark">
      <IconMoon size={18} stroke={1.6} />
    </ActionIcon>
  )
}

function SignOut(): ReactElement {
  const { mutate } = useAct('DELETE /api/session', ['GET /api/session'])
  return (
    <ActionIcon variant="subtle" color="gray" onClick={() => mutate({})} aria-label="Sign out">
      <IconLogout size={18} stroke={1.6} />
    </ActionIcon>
  )
}
