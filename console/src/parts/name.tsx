/** An id as it is, shortened in the middle, and copied whole. */
import { ActionIcon, Group, Text } from '@mantine/core'
import { useClipboard } from '@mantine/hooks'
import { IconCheck, IconCopy } from '@tabler/icons-react'
import type { ReactElement } from 'react'

export interface NameProps {
  readonly text: string
  /** Longer ones are shortened. */
  readonly most?: number
  /** What it names, for who cannot see the button. */
  readonly of?: string
}

export function Name({ text, most = 28, of = text }: NameProps): ReactElement {
  const { copied, copy } = useClipboard({ timeout: 1500 })
  const end = Math.floor((most - 1) / 2)
  return (
    <Group component="span" gap={2} wrap="nowrap" display="inline-flex">
      <Text span size="sm" ff="monospace" title={text}>
        {text.length <= most ? text : `${text.slice(0, most - 1 - end)}…${text.slice(-end)}`}
      </Text>
      <ActionIcon
        size={24}
        variant="subtle"
        color="gray"
        aria-label={copied ? 'Copied' : `Copy ${of}`}
        onClick={() => copy(text)}
      >
        {copied ? <IconCheck size={14} aria-hidden /> : <IconCopy size={14} aria-hidden />}
      </ActionIcon>
    </Group>
  )
}
