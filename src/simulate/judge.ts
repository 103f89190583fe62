import type { Call, Charter, Constraint, Use } from '../charter/charter.ts'
import { entryOf } from '../constraint/context.ts'
import type { Facts } from '../constraint/facts.ts'
import { meaningOf } from '../constraint/kinds.ts'
import { decide, evaluateUse } from '../decide/decide.ts'
import type { Decision, Reason } from '../decide/decision.ts'
import { neededFacts } from '../decide/needed.ts'

/** What a charter says of a call. `untold`: it would refuse, but only because something that is not at hand could not be looked up. */
export interface Judgement {
  readonly effect: Decision['effect'] | 'untold'
  readonly decision: Decision
  /** For `untold`: what could not be looked up, by slot. */
  readonly lacks: readonly string[]
}

/** Decides a call, and keeps apart what it refuses from what it cannot know. Pure and total. */
export function judge(charter: Charter, facts: Facts, call: Call): Judgement {
  const decision = decide(charter, facts, call)
  if (decision.effect === 'allow' || decision.effect === 'modify')
    return { effect: decision.effect, decision, lacks: [] }
  const lacks = missingSlots(charter, facts, call)
  if (lacks.size === 0) return { effect: decision.effect, decision, lacks: [] }
  const uses = charter.operations.get(call.operation)?.uses ?? []
  const types = [...new Set(uses.map((use) => use.object?.type ?? ''))]
  const groups = types.map((type) => {
    const own = uses.filter((use) => (use.object?.type ?? '') === type)
    return groupEffect(own.map((use) => useEffect(charter, use, { facts, call, lacks })))
  })
  const effect = groups.includes('deny') ? 'deny' : groups.includes('untold') ? 'untold' : decision.effect
  return { effect, decision, lacks: effect === 'untold' ? [...lacks] : [] }
}

type UseEffect = 'allow' | 'ask' | 'untold' | 'deny'

/** One way of several is enough, so what is not known of one way leaves all open that is not allowed by another. */
function groupEffect(effects: readonly UseEffect[]): UseEffect {
  return (['allow', 'untold', 'ask'] as const).find((each) => effects.includes(each)) ?? 'deny'
}

interface Asked {
  readonly facts: Facts
  readonly call: Call
  readonly lacks: ReadonlySet<string>
}

function useEffect(charter: Charter, use: Use, { facts, call, lacks }: Asked): UseEffect {
  const reasons = evaluateUse(charter, use, facts, call)
  if (reasons.length === 0) return 'allow'
  const open = reasons.filter((reason) => reason.outcome === 'unknown' && hangsOn(charter, use, reason, lacks))
  if (reasons.some((reason) => reason.outcome !== 'ask' && !open.includes(reason))) return 'deny'
  return open.length > 0 ? 'untold' : 'ask'
}

/** Objects the call names, of which nothing is known. What the call does not name is not missing: it was left out. */
function missingSlots(charter: Charter, facts: Facts, call: Call): ReadonlySet<string> {
  const { objects } = neededFacts(charter, call, facts.objects)
  return new Set(
    objects.flatMap(({ slot, key }) => (key !== undefined && entryOf(facts.objects, slot) === undefined ? [slot] : [])),
  )
}

function hangsOn(charter: Charter, use: Use, reason: Reason, lacks: ReadonlySet<string>): boolean {
  const constraint = use.constraints.find((each) => each.id === reason.constraint)
  return constraint !== undefined && needsOne(charter, use, constraint, lacks)
}

/** What is counted, remembered or granted is found by way of objects. */
function needsOne(charter: Charter, use: Use, constraint: Constraint, lacks: ReadonlySet<string>): boolean {
  const own = use.object?.slot
  return meaningOf(constraint)
    .needs(use, charter)
    .some((need) => need.fact !== 'object' || lacks.has(need.slot) || (need.slot === 'object' && lacks.has(own ?? '')))
}
