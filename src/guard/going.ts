import type { Call, UseId } from '../charter/charter.ts'
import type { Decision } from '../decide/decision.ts'
import type { Objects } from './gather.ts'
import type { RepeatKey } from './repeat.ts'
import type { InForce } from './runtime.ts'
import type { ObjectRef, TrackedObject } from './store.ts'

/** A call that was let through, until it is settled. */
export interface Going {
  readonly id: string
  readonly force: InForce
  readonly call: Call
  readonly objects: Objects
  /** The uses it was allowed as, one for each type of object; in observe mode those that came nearest. */
  readonly uses: readonly UseId[]
  /** Every use as which it was allowed; undefined for a call that another node began. */
  readonly satisfied?: readonly UseId[]
  readonly decision: Decision
  readonly mode: 'enforce' | 'observe'
  /** What others wait for. */
  readonly held: readonly ObjectRef[]
  /** What was tracked of them when they were taken, if that is known. */
  readonly tracked?: readonly TrackedObject[]
  /** Whether the store knows the call: it must be settled there. */
  readonly stored: boolean
  /** Whether it left marks, and whether it took grants, as far as is known. */
  readonly marked: boolean
  readonly granted: boolean
  /** Whether somebody may ask what became of it once it is settled. */
  readonly remembered: boolean
  readonly repeat?: RepeatKey
  readonly hold?: string
}

/** What the store keeps of a call on its way, to settle it when its node is gone. Plain JSON. */
export interface GoingDetail {
  readonly call: Call
  readonly objects: Objects
  readonly uses: readonly UseId[]
  readonly held: readonly ObjectRef[]
  /** What its answer owes, also when it comes late. */
  readonly obligations: Decision['obligations']
  readonly repeat?: RepeatKey
  readonly hold?: string
}

export function detailOf({
  call,
  objects,
  uses,
  held,
  repeat,
  hold,
  decision,
}: Omit<Going, 'id' | 'marked' | 'granted' | 'remembered'>): GoingDetail {
  return {
    obligations: decision.obligations,
    call,
    objects,
    uses,
    held,
    ...(repeat === undefined ? {} : { repeat }),
    ...(hold === undefined ? {} : { hold }),
  }
}

/** A call that another process began, as it went. */
export function goingAgain(id: string, { obligations, ...others }: GoingDetail, force: InForce): Going {
  return {
    ...others,
    id,
    force,
    decision: { effect: obligations.length === 0 ? 'allow' : 'modify', reasons: [], obligations },
    mode: 'enforce',
    stored: true,
    marked: true,
    granted: true,
    remembered: true,
  }
}
