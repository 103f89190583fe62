import { Alert, Anchor, Button, Center, Code, Divider, Paper, Stack, Text, Title } from '@mantine/core'
import { IconBuilding, IconFingerprint, IconLink } from '@tabler/icons-react'
import { type ReactElement, useState } from 'react'
import { useAct, useAnswer } from '../answers.ts'
import { Failure, Loading } from '../parts/state.tsx'
import { usePasskey } from '../passkey.ts'

/** Why one came back from the provider without being signed in. Only these are said: addresses are written by anybody. */
const problems: Readonly<Record<string, string>> = {
  'no-role': 'You are known there, but have no role in this console. Ask its administrator for one, then try again.',
  unreachable: 'The identity provider does not answer. Try again; if that does not help, tell the administrator.',
  refused: 'The identity provider did not sign you in.',
  'too-many': 'There were too many attempts lately. Try again in a minute, or with a one-time link.',
  over: 'That took too long, or began in another window. Try again.',
}

/** Signs in. A one-time link carries its token behind the `#`, which browsers send to nobody. */
export function SignIn(): ReactElement {
  const [token] = useState(() => new URLSearchParams(window.location.hash.slice(1)).get('link'))
  const search = new URLSearchParams(window.location.search)
  const problem = problems[search.get('problem') ?? '']
  return (
    <Center mih="100vh" p="md" component="main">
      <Paper withBorder p="xl" maw={440} w="100%">
        <Stack>
          <Title order={1} size="h3">
            Sign in to Lockstep
          </Title>
          {problem !== undefined && (
            <Alert color="red" title="You are not signed in" role="alert">
              {problem}
            </Alert>
          )}
          {token === null ? <Ways next={search.get('next') ?? '/'} /> : <ByLink token={token} />}
        </Stack>
      </Paper>
    </Center>
  )
}

function ByLink({ token }: { readonly token: string }): ReactElement {
  const { mutate, isPending, error } = useAct('POST /api/session/link')
  return (
    <>
      <Text size="sm">This link works once.</Text>
      <Button
        leftSection={<IconLink size={18} aria-hidden />}
        onClick={() => mutate({ body: { token } }, { onSuccess: () => goTo('/') })}
        loading={isPending}
      >
        Sign in with this link
      </Button>
      {error !== null && <Failure error={error} />}
      {error !== null && <Anchor href="/sign-in">Other ways to sign in</Anchor>}
    </>
  )
}

function Ways({ next }: { readonly next: string }): ReactElement {
  const { data, error } = useAnswer('GET /api/session/ways', {})
  if (error !== null) return <Failure error={error} />
  if (data === undefined) return <Loading />
  const { provider, passkey } = data
  return (
    <>
      {provider !== undefined && (
        <Button
          component="a"
          href={`/sign-in/oidc?next=${encodeURIComponent(next)}`}
          leftSection={<IconBuilding size={18} aria-hidden />}
        >
          Continue with {provider}
        </Button>
      )}
      {passkey && <ByPasskey next={next} isFirst={provider === undefined} />}
      {(provider !== undefined || passkey) && <Divider label="or" />}
      <Text size="sm">
        With a one-time link, on the machine where the console runs: open the one that was printed at the start, or ask
        for another with <Code>lockstep serve --link</Code>.
      </Text>
    </>
  )
}

function ByPasskey({ next, isFirst }: { readonly next: string; readonly isFirst: boolean }): ReactElement {
  const { start, isPending, error } = usePasskey('sign in', () => goTo(next))
  return (
    <>
      <Button
        variant={isFirst ? 'filled' : 'default'}
        leftSection={<IconFingerprint size={18} aria-hidden />}
        onClick={() => start('')}
        loading={isPending}
      >
        Sign in with a passkey
      </Button>
      {error !== undefined && (
        <Alert color="red" role="alert">
          {error}
        </Alert>
      )}
    </>
  )
}

/** SECURITY: only to pages of this console. With a fresh page, so that nothing of somebody before is left in it. */
function goTo(next: string): void {
  const url = new URL(next, window.location.origin)
  window.location.replace(
    url.origin === window.location.origin && !url.pathname.startsWith('//') ? `${url.pathname}${url.search}` : '/',
  )
}
