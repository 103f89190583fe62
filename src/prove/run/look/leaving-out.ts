/** Calls that another use allows but for fields: an API that leaves those alone has taken the call for that use. */
import type { CallRequest, Constraint, Principal, Use } from '../../../charter/charter.ts'
import { getPointer } from '../../../charter/pointer.ts'
import { sameValue } from '../../oracle/change.ts'
import type { Sights } from '../../oracle/effect.ts'
import { judge, type Seen } from '../lab.ts'
import type { Play } from '../scene/play.ts'
import { Unreached } from '../unreached.ts'
import { withOthers } from './allowed.ts'
import { alikeUses } from './outcome.ts'

type SetBy = Extract<Constraint, { kind: 'set-by' }>

/** A use that has nothing against a call but fields that it does not let be set. */
export interface Leaving {
  readonly use: Use
  readonly fields: readonly SetBy[]
  /** What the caller is, whatever a request says. */
  readonly caller: Principal
}

/** The other uses of the operation that allow a call but for fields it carries. */
export async function leavingOut(play: Play, use: Use, seen: Seen, request: CallRequest): Promise<readonly Leaving[]> {
  const isField = (each: Constraint): each is SetBy => each.kind === 'set-by'
  const others = alikeUses(play.lab.charter, use).filter((each) => each.id !== use.id && each.constraints.some(isField))
  if (others.length === 0) return []
  const whole = await withOthers(play, use, seen, request)
  return others.flatMap((other) => {
    const reasons = judge(play.lab, other, whole, request)
    const broken = new Set(reasons.flatMap(({ constraint, outcome }) => (outcome === 'unknown' ? [] : [constraint])))
    const fields = other.constraints.filter(isField).filter(({ id }) => broken.has(id))
    const isAll = fields.length > 0 && fields.length === reasons.length
    return isAll ? [{ use: other, fields, caller: seen.call.principal }] : []
  })
}

/**
 * The use that an accepted call was taken for: the object is where that use leads, and has none of the values it does not let be set,
 * save what the caller is anyway. Throws `Unreached` where nobody could look.
 */
export function takenFor(
  use: Use,
  leaving: readonly Leaving[],
  { request, before, after }: { readonly request: CallRequest; readonly before: Sights; readonly after: Sights },
): Use | undefined {
  const [first] = leaving
  if (first === undefined) return undefined
  const type = use.object?.type ?? 'object'
  const label = use.creates ? `new ${type}` : type
  const fact = after.get(label)
  if (fact === undefined || fact === null)
    throw new Unreached(
      `but for fields it carries, \`${first.use.id}\` allows it, and nobody could look at the ${label}`,
    )
  const leadsThere = ({ to }: Use): boolean =>
    fact.state === undefined || (to.length > 0 ? to : [before.get(label)?.state]).includes(fact.state)
  const leftAlone = ({ field }: SetBy, { id, tenant }: Principal): boolean => {
    const sent = getPointer(request.body, field.in)
    return [id, tenant].includes(String(sent)) || !sameValue(getPointer(fact.value, field.at), sent)
  }
  return leaving.find((each) => leadsThere(each.use) && each.fields.every((field) => leftAlone(field, each.caller)))
    ?.use
}
