/** Behaviour that changes, as the difference and the simulation tell it. */
import { Badge, Group, List, Stack, Text } from '@mantine/core'
import { IconArrowsDiff, IconLock, IconLockOpen } from '@tabler/icons-react'
import type { ReactElement, ReactNode } from 'react'
import { Words } from './words.tsx'

export type Direction = 'looser' | 'tighter' | 'other'

const looks = {
  looser: { title: 'Becomes allowed', color: 'red', icon: IconLockOpen },
  tighter: { title: 'Becomes refused', color: 'green', icon: IconLock },
  other: { title: 'Becomes something else: it may allow or refuse more', color: 'yellow', icon: IconArrowsDiff },
} as const

export const directions: readonly Direction[] = ['looser', 'tighter', 'other']

/** All that goes one way. */
export function Going({
  direction,
  counted,
  children,
}: {
  readonly direction: Direction
  readonly counted: string
  readonly children: ReactNode
}): ReactElement {
  const { title, color, icon: Icon } = looks[direction]
  return (
    <section aria-label={title}>
      <Group gap="xs" mb={4}>
        <Badge color={color} variant="light" leftSection={<Icon size={13} aria-hidden />} tt="none">
          {title}
        </Badge>
        <Text size="sm" c="dimmed">
          {counted}
        </Text>
      </Group>
      <List size="sm" spacing={6} listStyleType="none" className="charter-plain">
        {children}
      </List>
    </section>
  )
}

export interface ShiftShown {
  readonly direction: Direction
  readonly operation: string
  readonly before: string
  readonly after: string
  readonly count: number
  readonly reasons: readonly { readonly constraint: string; readonly says: string }[]
}

/** One way in which calls are decided otherwise. */
export function Shift({
  shift,
  counted,
  children,
}: {
  readonly shift: ShiftShown
  readonly counted: string
  readonly children: ReactNode
}): ReactElement {
  const { operation, before, after, reasons, direction } = shift
  return (
    <List.Item>
      <Stack gap={2}>
        <Text size="sm">
          <span className="charter-mono">{operation}</span>: {before} → {after}{' '}
          <Text span c="dimmed" size="sm">
            ({counted})
          </Text>
        </Text>
        {reasons.map(({ constraint, says }) => (
          <Text key={constraint} size="sm" c="dimmed" title={constraint}>
            {direction === 'looser' ? 'no longer because' : 'because'} <Words>{says}</Words>
          </Text>
        ))}
        {children}
      </Stack>
    </List.Item>
  )
}

/** Something longer, to be opened. */
export function More({ title, children }: { readonly title: string; readonly children: ReactNode }): ReactElement {
  return (
    <details className="charter-more">
      <summary>{title}</summary>
      {children}
    </details>
  )
}
