/** What somebody called with, used after its end. */

import { endsCredential } from '../credential.ts'
import type { Scenario, Tactic } from '../scenario.ts'
import type { Draft } from './draft.ts'

/** A session that was signed out of, or a key that was revoked, still lets in. */
export function planEnded(draft: Draft, control: Scenario): void {
  const { charter } = draft.stage
  const session = charter.operations.get(draft.use.operation)?.ends === 'session'
  const by = draft.use.constraints.find((each) => each.kind === 'by' && each.slot === 'object')
  if (by === undefined || !(session || endsCredential(charter, draft.use))) return
  const tactic: Tactic = { kind: 'ended', what: session ? 'session' : 'credential' }
  draft.add(by.id, tactic, 'use-after-end', () => ({ abuse: control }))
}
