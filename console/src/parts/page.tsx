/** The head of a page: what it is, and the question it answers. */
import { Group, Stack, Text, Title } from '@mantine/core'
import { type ReactElement, type ReactNode, useEffect } from 'react'
import { Says } from './says.tsx'

export interface PageProps {
  readonly title: string
  readonly question: string
  readonly actions?: ReactNode
  readonly children: ReactNode
}

export function Page({ title, question, actions, children }: PageProps): ReactElement {
  useEffect(() => {
    document.title = `${title} · Lockstep`
  }, [title])
  return (
    <Stack gap="md">
      <Group justify="space-between" align="flex-start">
        <div>
          <Title order={1} size="h3">
            {title}
          </Title>
          <Text c="dimmed" size="sm">
            <Says text={question} />
          </Text>
        </div>
        {actions}
      </Group>
      {children}
    </Stack>
  )
}
