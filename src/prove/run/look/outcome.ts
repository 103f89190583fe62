/** Where a call may lead: ways to use one operation may differ in nothing but the state they end in. */
import type { CallRequest, Charter, ConstraintId, Use, UseId } from '../../../charter/charter.ts'
import type { Change } from '../../oracle/change.ts'
import type { Sights } from '../../oracle/effect.ts'
import { judge, type Lab, type Seen } from '../lab.ts'
import type { Play } from '../scene/play.ts'
import { Unreached } from '../unreached.ts'
import { leaveFor, leaveWords, withOthers } from './allowed.ts'

/**
 * The states in which a call may leave its object, by every use of the operation that allows it or cannot be told not to; undefined
 * where one of those does not say, or nobody sees states.
 */
export async function outcomesOf(
  play: Play,
  use: Use,
  seen: Seen,
  request: CallRequest,
): Promise<ReadonlySet<string> | undefined> {
  const { lab } = play
  if (lab.charter.objects.get(use.object?.type ?? '')?.state === undefined) return undefined
  const whole = await withOthers(play, use, seen, request)
  const open = alikeUses(lab.charter, use).filter((each) => mayAllow(lab, each, whole, request))
  const stays = whole.objects[use.object?.slot ?? 'object']?.state
  const found = open.map(({ to, creates }) => (to.length > 0 || creates ? to : stays === undefined ? [] : [stays]))
  return found.length === 0 || found.some((states) => states.length === 0) ? undefined : new Set(found.flat())
}

/** Nothing when no use allows a call that breaks one; else the states that show it to be an abuse all the same. Throws `Unreached` where none do. */
export async function unlessAllowed(
  play: Play,
  use: Use,
  seen: Seen,
  asked: { readonly request: CallRequest; readonly target: ConstraintId },
): Promise<ReadonlySet<string> | undefined> {
  const leave = await leaveFor(play, use, seen, asked.request)
  if (leave === undefined) return undefined
  const astray = await astrayIn(play, use, seen, asked)
  if (astray === undefined) throw new Unreached(leaveWords(use, leave))
  return astray
}

/**
 * The states that show a call to have been taken for a use that does not allow it: that use leads there, and none that allows it does.
 * Undefined where there are none, or the use has nothing against the call.
 */
async function astrayIn(
  play: Play,
  use: Use,
  seen: Seen,
  asked: { readonly request: CallRequest; readonly target: ConstraintId },
): Promise<ReadonlySet<string> | undefined> {
  const { request, target } = asked
  const broken = judge(play.lab, use, await withOthers(play, use, seen, request), request).some(
    ({ constraint, outcome }) => constraint === target && outcome !== 'unknown',
  )
  const outcomes = broken ? await outcomesOf(play, use, seen, request) : undefined
  const astray = outcomes === undefined ? [] : use.to.filter((state) => !outcomes.has(state))
  return astray.length === 0 ? undefined : new Set(astray)
}

/** What shows that a call which only another use allows was taken for this one. Throws `Unreached` where nothing could. */
export function ledAstray(
  use: Use,
  astray: ReadonlySet<string>,
  { before, after, rightful }: { readonly before: Sights; readonly after: Sights; readonly rightful: Sights },
): { readonly changes: readonly Change[]; readonly why: string } {
  const type = use.object?.type ?? 'object'
  const label = use.creates ? `new ${type}` : type
  const [first, last] = [before.get(label), after.get(label)]
  // Of what is made one after the other, each begins where it is.
  const then = first?.key === last?.key ? first?.state : undefined
  const [now, usual] = [last?.state, rightful.get(label)?.state]
  if (now === undefined)
    throw new Unreached(
      `another use of \`${use.operation}\` allows it, and nobody could look at the state of the ${label}`,
    )
  if (usual === undefined || !astray.has(usual))
    throw new Unreached(
      `another use of \`${use.operation}\` allows it, and the rightful call leads to ${usual ?? 'no state'} as well`,
    )
  if (!astray.has(now) || now === then)
    return { changes: [], why: `it led to ${now}, as another use of \`${use.operation}\` may` }
  return {
    changes: [{ label, pointer: 'state', before: then, after: now }],
    why: `it led to ${now}, where only \`${use.id}\` leads`,
  }
}

/** As which use a call counts, by the state it led to: as what it was made for, or as another use that allows it and leads there. */
export function usedAs(
  lab: Lab,
  use: Use,
  { seen, request }: { readonly seen: Seen; readonly request: CallRequest },
  state: string | undefined,
): UseId {
  if (state === undefined || use.to.length === 0 || use.to.includes(state)) return use.id
  const others = alikeUses(lab.charter, use).filter((each) => each.to.includes(state))
  return others.find((each) => mayAllow(lab, each, seen, request))?.id ?? use.id
}

/** The uses of the same operation that do the same to the same type, this one among them. */
export function alikeUses(charter: Charter, use: Use): Use[] {
  const uses = charter.operations.get(use.operation)?.uses ?? []
  return uses.filter((each) => each.object?.type === use.object?.type && each.creates === use.creates)
}

function mayAllow(lab: Lab, use: Use, seen: Seen, request: CallRequest): boolean {
  return judge(lab, use, seen, request).every(({ outcome }) => outcome === 'unknown')
}
