/** Names that no person chose: in monospace, their middle left out where they are long, to be copied whole. */
import { ActionIcon, Code, CopyButton } from '@mantine/core'
import { IconCheck, IconCopy } from '@tabler/icons-react'
import type { ReactElement } from 'react'

const longest = 20

export function shorten(id: string): string {
  return id.length <= longest ? id : `${id.slice(0, 9)}…${id.slice(-8)}`
}

export interface IdentProps {
  readonly id: string
  /** What it names: for who cannot see it. */
  readonly what?: string
  readonly copy?: boolean
}

export function Ident({ id, what = 'id', copy = true }: IdentProps): ReactElement {
  return (
    <span className="ident">
      <Code title={id}>{shorten(id)}</Code>
      {copy && (
        <CopyButton value={id}>
          {({ copied, copy: take }) => (
            <ActionIcon
              size="xs"
              variant="subtle"
              color="gray"
              onClick={take}
              aria-label={copied ? `${what} copied` : `Copy the ${what}`}
            >
              {copied ? <IconCheck size={12} aria-hidden /> : <IconCopy size={12} aria-hidden />}
            </ActionIcon>
          )}
        </CopyButton>
      )}
    </span>
  )
}
