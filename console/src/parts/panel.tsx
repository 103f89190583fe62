/** A box with a heading and what belongs together in it: facts in rows, each with the number it comes to. */
import { Group, Paper, Text, Title } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import type { ReactElement, ReactNode } from 'react'
import { To } from './to.tsx'

export interface PanelProps {
  readonly title: string
  /** What time or what part it is about. */
  readonly aside?: ReactNode
  readonly children: ReactNode
}

export function Panel({ title, aside, children }: PanelProps): ReactElement {
  return (
    <Paper withBorder p="sm" component="section" aria-label={title} miw={0}>
      <Group justify="space-between" mb="xs" gap="xs">
        <Title order={2} size="h5">
          {title}
        </Title>
        {aside !== undefined && (
          <Text size="xs" c="dimmed" component="div">
            {aside}
          </Text>
        )}
      </Group>
      {children}
    </Paper>
  )
}

const count = new Intl.NumberFormat('en')

export interface FactProps {
  readonly label: string
  readonly value: number | string
  /** Where one sees what the number is made of. */
  readonly href?: string
  /** It should not be so. */
  readonly bad?: boolean
  readonly detail?: ReactNode
}

/** One row; stands in a `dl`. */
export function Fact({ label, value, href, bad = false, detail }: FactProps): ReactElement {
  const shown = typeof value === 'number' ? count.format(value) : value
  return (
    <Group justify="space-between" wrap="nowrap" gap="sm" py={3} align="baseline">
      <Text component="dt" size="sm" {...(bad ? { fw: 600 } : { c: 'dimmed', fw: 400 })}>
        {bad && (
          <>
            <IconAlertTriangle size={14} stroke={2} aria-label="Attention" className="inline-icon" />{' '}
          </>
        )}
        {label}
        {detail !== undefined && (
          <Text span size="xs" c="dimmed" fw={400}>
            {' '}
            {detail}
          </Text>
        )}
      </Text>
      <Text component="dd" size="sm" m={0} fw={600} ta="right">
        {href === undefined ? shown : <To href={href}>{shown}</To>}
      </Text>
    </Group>
  )
}
