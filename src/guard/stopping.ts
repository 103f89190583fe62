/** Puts decisions on the record, and refuses calls for reasons that are none of the charter's constraints. */
import type { Call } from '../charter/charter.ts'
import type { Decision } from '../decide/decision.ts'
import type { RefusalCode, Ruling } from './call.ts'
import type { Objects } from './gather.ts'
import { readyOf } from './ready.ts'
import { decisionEvent, type Ruled } from './record.ts'
import { refuse } from './refusal.ts'
import type { Reserved } from './reserve.ts'
import type { InForce, Runtime } from './runtime.ts'
import type { Switch } from './store.ts'

export type Stopped = Extract<Ruling, { kind: 'refused' }> & { readonly decision: Decision }

/** The call that is stopped, with what is known of its objects. */
export interface Stopping {
  readonly id: string
  readonly force: InForce
  readonly call: Call
  readonly objects?: Objects
}

/** @throws what the journal throws. */
export async function stopCall(
  runtime: Runtime,
  { id, force, call, objects = {} }: Stopping,
  code: RefusalCode,
  says: string,
): Promise<Stopped> {
  const decision: Decision = {
    effect: 'deny',
    reasons: [{ constraint: 'not-permitted', kind: 'by', outcome: 'broken', says }],
    obligations: [],
  }
  await recordDecision(runtime, readyOf(id, force, call, objects, []), { decision, marks: [], facts: {} })
  return { kind: 'refused', call: id, refusal: refuse(code, says), decision }
}

/** The same for what somebody switched off. */
export function stopSwitchedOff(runtime: Runtime, stopping: Stopping, off: Switch): Promise<Stopped> {
  return stopCall(runtime, stopping, 'switched-off', `the ${off.of} \`${off.name}\` is switched off: ${off.why}`)
}

/** @throws what the journal throws. */
export function recordDecision(
  { journal }: Runtime,
  ready: Ruled,
  decided: Pick<Reserved, 'decision' | 'marks'> & { readonly facts: unknown },
): Promise<unknown> {
  return journal.append(decisionEvent(ready, decided))
}
