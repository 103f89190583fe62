import { Button, Center, Paper, Stack, Text, Title } from '@mantine/core'
import { Navigate } from '@tanstack/react-router'
import { type ReactElement, useState } from 'react'
import { useAct } from '../answers.ts'
import { Failure } from '../parts/state.tsx'

/** Signs in. A one-time link carries its token behind the `#`, which browsers send to nobody. */
export function SignIn(): ReactElement {
  const [token] = useState(() => new URLSearchParams(window.location.hash.slice(1)).get('link'))
  const link = useAct('POST /api/session/link', ['GET /api/session'])
  if (link.isSuccess) return <Navigate to="/" replace />
  return (
    <Center mih="100vh" p="md" component="main">
      <Paper withBorder p="xl" maw={420} w="100%">
        <Stack>
          <Title order={1} size="h3">
            Lockstep
          </Title>
          {token === null ? (
            <Text>
              Open the link that was printed when the console started, or make a new one: `lockstep serve --link`.
            </Text>
          ) : (
            <Button onClick={() => link.mutate({ body: { token } })} loading={link.isPending}>
              Sign in with this link
            </Button>
          )}
          {link.error !== null && <Failure error={link.error} />}
        </Stack>
      </Paper>
    </Center>
  )
}
