/** A decision as it goes on the record. */
import type { DecisionEvent, GuardEvent } from './journal.ts'
import type { Ready, Reserved } from './reserve.ts'
import { recordingOf } from './runtime.ts'

/** What was decided on. */
export type Ruled = Pick<Ready, 'id' | 'force' | 'call' | 'objects' | 'mode' | 'hold'>

/** The event of a decision. Pure. */
export function decisionEvent(
  { id, force, call, objects, mode, hold }: Ruled,
  { decision, marks, facts }: Pick<Reserved, 'decision' | 'marks'> & { readonly facts: unknown },
): Extract<GuardEvent, DecisionEvent> {
  const workflow = force.workflowOf(call)?.name
  return {
    at: call.at,
    kind: 'decision',
    call: id,
    operation: call.operation,
    principal: call.principal,
    ...(call.run === undefined ? {} : { run: call.run }),
    charter: { name: force.charter.name, digest: force.version },
    mode,
    effect: decision.effect,
    reasons: decision.reasons,
    obligations: decision.obligations.map((each) => each.kind),
    marks,
    recording: recordingOf(force, call.operation),
    request: call.request,
    objects,
    facts,
    ...(workflow === undefined ? {} : { workflow }),
    ...(decision.use === undefined ? {} : { use: decision.use }),
    ...(hold === undefined ? {} : { hold }),
  }
}
