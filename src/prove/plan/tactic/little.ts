/** Objects of which little is left. */
import { type Expression, parseCel } from '../../../cel/parse-cel.ts'
import { comparisons } from '../../../cel/traverse.ts'
import type { Constraint, Slot } from '../../../charter/charter.ts'
import { requestRoots } from '../argument.ts'
import type { Scenario, Var, Wish } from '../scenario.ts'
import type { Draft } from './draft.ts'
import { sidesIn } from './limit.ts'

const little = 5

/** The scenario with little left of what is drawn on, where that is no matter of how much the object acted on draws. */
export function withLittleOf(
  draft: Draft,
  { slot, shared }: { readonly slot: Slot; readonly shared: Constraint },
  scenario: Scenario,
): Scenario {
  const sides = shared.kind === 'when' ? comparisons(shared.rule).flatMap((each) => sidesIn(each) ?? []) : []
  for (const { used, atMost } of sides) {
    const isMade = scenario.vars[drawnOn(draft, slot, scenario) ?? '']?.supply === 'made'
    if (isMade && !parseCel(used, [...requestRoots]).ok) continue
    const few = withLittle(draft, slot, atMost, scenario)
    if (few !== scenario) return few
  }
  return scenario
}

/** The scenario with an object in a slot of which an amount, in source, is small. */
export function withLittle(draft: Draft, slot: Slot, amount: string, scenario: Scenario): Scenario {
  return wishing(draft, slot, `(${amount}) > 0 && (${amount}) <= ${little}`, scenario)
}

/** The scenario with so many in all of what a rule says is left in an object in a slot. */
export function withSoMany(
  draft: Draft,
  { slot, rule, count }: { readonly slot: Slot; readonly rule: Expression; readonly count: number },
  scenario: Scenario,
): Scenario {
  const sides = comparisons(rule).flatMap((each) => sidesIn(each) ?? [])
  return sides.reduce((last, { atMost }) => wishing(draft, slot, `(${atMost}) == ${count}`, last), scenario)
}

function wishing(draft: Draft, slot: Slot, source: string, scenario: Scenario): Scenario {
  const name = drawnOn(draft, slot, scenario)
  const spec = scenario.vars[name ?? '']
  const parsed = parseCel(source, [slot])
  if (name === undefined || spec === undefined || !parsed.ok) return scenario
  const wish: Wish = { rule: parsed.expression, want: true, slot, soft: true }
  return { ...scenario, vars: { ...scenario.vars, [name]: { ...spec, wishes: [...spec.wishes, wish] } } }
}

/** What the act has in a slot, or its object points to. */
function drawnOn({ use }: Draft, slot: Slot, scenario: Scenario): Var | undefined {
  const type = use.refs.find((ref) => ref.slot === slot)?.object
  const pointedAt = Object.keys(scenario.vars).find((each) => scenario.vars[each]?.type === type)
  return scenario.steps.at(-1)?.refs[slot] ?? pointedAt
}

/** The object that several calls on different objects draw on together: whose limit it is, or whose facts a rule compares with. */
export function sharedSlot(constraint: Constraint): Slot | undefined {
  const outer = (name: string | undefined) =>
    name !== undefined &&
    !requestRoots.has(name) &&
    !['object', 'principal', 'claims', 'now', 'state', 'call', 'tenant'].includes(name)
  if (constraint.kind === 'limit' && !constraint.per.includes('object')) return constraint.per.find(outer)
  if (constraint.kind !== 'when' || comparisons(constraint.rule).every((each) => each.op === '==' || each.op === 'in'))
    return undefined
  return constraint.rule.reads.map(([root]) => root).find(outer)
}
