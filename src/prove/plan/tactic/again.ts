/** What may happen but so often: again at once, again once the first has come to an end, and again by somebody else. */
import type { Constraint, Scope } from '../../../charter/charter.ts'
import { actorsOf, type Member } from '../cast.ts'
import { Casting } from '../casting.ts'
import { movesFrom } from '../graph.ts'
import type { Scenario, Tactic } from '../scenario.ts'
import type { ConstraintOf, Draft } from './draft.ts'

const mostEnds = 3
const mostMoves = 4

/** A second time, in every way in which the first may be forgotten. */
export function planOnce(draft: Draft, constraint: ConstraintOf<'once'>, control: Scenario): void {
  draft.add(constraint.id, { kind: 'again' }, 'step-repeated', () => ({ abuse: control }))
  for (const way of forgettings(draft, constraint.per, control))
    draft.add(constraint.id, { kind: 'again', ...way }, 'step-repeated', () => ({
      abuse: asTheNext(draft, control, way),
    }))
}

/** A way in which an earlier call may be forgotten: what it made came to an end, or somebody else made it. */
export type Forgetting = Pick<Extract<Tactic, { kind: 'again' }>, 'after' | 'first'>

/** The ways in which earlier calls in a scope may be forgotten although the charter counts them. */
export function forgettings(draft: Draft, per: Scope, control: Scenario): Forgetting[] {
  const { stage, use } = draft
  const ended = use.creates ? endsOf(stage.charter.objects.get(use.object?.type ?? ''), use.to) : []
  const first = control.steps.at(-1)?.as
  const counted = per.includes('principal') || per.includes('call')
  const another = counted || first === undefined ? undefined : nextTo(draft, control)
  return [...ended.map((after) => ({ after })), ...(first === undefined || another === undefined ? [] : [{ first }])]
}

/** The scenario with the last call made by somebody else than the calls before it, where that is how they are forgotten. */
export function asTheNext(draft: Draft, scenario: Scenario, { first }: Forgetting): Scenario {
  const [last, next] = [scenario.steps.at(-1), nextTo(draft, scenario)?.name]
  if (first === undefined || next === undefined || last === undefined) return scenario
  const cast = { ...scenario.cast, [next]: scenario.cast[next] ?? { identity: next, fresh: false } }
  return { ...scenario, cast, steps: [...scenario.steps.slice(0, -1), { ...last, as: next }] }
}

/** Somebody of the same tenant who may make the very same call; who is what the first one is, before who may for another reason. */
function nextTo({ stage, use, options }: Draft, { steps, vars }: Scenario): Member | undefined {
  const last = steps.at(-1)
  const first = stage.members.find(({ name }) => name === last?.as)
  // A rule over who calls speaks of this one person.
  if (use.constraints.some(readsCaller)) return undefined
  if (first === undefined || (vars[last?.object ?? '']?.owner === first.name && needsOwner(use))) return undefined
  const others = new Casting(stage, options)
    .able(use, undefined)
    .filter((each) => each.name !== first.name && each.principal.tenant === first.principal.tenant)
  const kind = (member: Member) => actorsOf(stage.charter, member).join('+')
  return others.find((each) => kind(each) === kind(first)) ?? others[0]
}

function readsCaller(each: Constraint): boolean {
  return each.kind === 'when' && each.rule.reads.some(([root]) => root === 'principal' || root === 'claims')
}

function needsOwner(use: Draft['use']): boolean {
  return use.constraints.some((each) => each.kind === 'by' && each.choices.every(({ party }) => party !== undefined))
}

/** The ends that a new object can be brought to in a few moves. */
function endsOf(type: Parameters<typeof movesFrom>[0] | undefined, starts: readonly string[]): string[] {
  if (type === undefined) return []
  const [start] = starts
  return type.final
    .filter((end) => {
      const moves = movesFrom(type, start, [end])
      return moves !== undefined && moves.length > 0 && moves.length <= mostMoves
    })
    .slice(0, mostEnds)
}
