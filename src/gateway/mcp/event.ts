/** What operators may want to see at once, and what of it is on the record. */
import type { Guard } from '../../guard/guard.ts'
import { newId } from '../../guard/id.ts'
import type { Drift } from './pins.ts'

export type McpEvent =
  | { readonly kind: 'drift'; readonly drift: Drift }
  | { readonly kind: 'failed'; readonly why: string }

/** Says, and puts on the record, that a server has a tool nobody approved, or another one than was approved. */
export function tellDrift(guard: Guard, drift: Drift, tell: (event: McpEvent) => void): void {
  tell({ kind: 'drift', drift })
  const { source, tool, kind, members } = drift
  const path = `${source}.${tool}${kind === 'new' ? '' : ` with another ${members.join(', ')}`}`
  const noted = { kind: 'undescribed', call: newId(Date.now()), method: 'tools/list', path, passed: false } as const
  guard.note(noted).catch(() => tell({ kind: 'failed', why: 'record' }))
}
