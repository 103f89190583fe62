/** A call on its way to being decided. */
import type { Call, Run } from '../charter/charter.ts'
import type { Decision } from '../decide/decision.ts'
import type { Incoming } from './call.ts'
import type { Objects } from './gather.ts'
import { questionOf } from './question.ts'
import type { Ready } from './reserve.ts'
import type { InForce } from './runtime.ts'

export function callOf({ operation, principal, request, run }: Incoming, at: number): Call {
  return { operation, principal, request, at, ...(run === undefined ? {} : { run: plainRun(run) }) }
}

/** Without what its token says besides. */
function plainRun({ id, workflow, agent, tools, purpose }: Run): Run {
  return {
    id,
    ...(workflow === undefined ? {} : { workflow }),
    ...(agent === undefined ? {} : { agent }),
    ...(tools === undefined ? {} : { tools }),
    ...(purpose === undefined ? {} : { purpose }),
  }
}

export function readyOf(id: string, force: InForce, call: Call, objects: Objects, held: Ready['held']): Ready {
  // Only who needs an approval ever asks.
  const question = force.traitsOf(call.operation).approvals ? questionOf(force, call) : ''
  return { id, force, call, objects, held, question, mode: 'enforce', began: performance.now(), aside: {} }
}

export function isAllowed(decision: Decision): boolean {
  return decision.effect === 'allow' || decision.effect === 'modify'
}
