/** What a page shows while it has nothing to show. */
import { Alert, Center, Loader, Text } from '@mantine/core'
import type { ReactElement, ReactNode } from 'react'
import type { Refused } from '../ask.ts'

export function Loading(): ReactElement {
  return (
    <Center p="xl" role="status" aria-label="Loading">
      <Loader size="sm" />
    </Center>
  )
}

/** Says what went wrong, and what to do where that is known. */
export function Failure({ error }: { readonly error: Refused }): ReactElement {
  const help = error.status === 403 ? 'Ask an administrator for the role.' : undefined
  return (
    <Alert color="red" title="That did not work" role="alert">
      {error.message}. {help}
    </Alert>
  )
}

/** Nothing is there, and that is an answer. */
export function Nothing({ children }: { readonly children: ReactNode }): ReactElement {
  return (
    <Text c="dimmed" py="lg" ta="center">
      {children}
    </Text>
  )
}
