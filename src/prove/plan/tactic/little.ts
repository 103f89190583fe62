/** Objects of which little is left. */
import { parseCel } from '../../../cel/parse-cel.ts'
import { comparisons } from '../../../cel/traverse.ts'
import type { Constraint, Slot } from '../../../charter/charter.ts'
import { requestRoots } from '../argument.ts'
import type { Scenario, Wish } from '../scenario.ts'
import type { Draft } from './draft.ts'
import { sidesIn } from './limit.ts'

const little = 5

/** The scenario with little left of what is drawn on, where that is no matter of how much the object acted on draws. */
export function withLittleOf(
  { use }: Draft,
  { slot, shared }: { readonly slot: Slot; readonly shared: Constraint },
  scenario: Scenario,
): Scenario {
  const type = use.refs.find((ref) => ref.slot === slot)?.object
  const pointedAt = Object.keys(scenario.vars).find((each) => scenario.vars[each]?.type === type)
  const name = scenario.steps.at(-1)?.refs[slot] ?? pointedAt
  const spec = scenario.vars[name ?? '']
  const sides = shared.kind === 'when' ? comparisons(shared.rule).flatMap((each) => sidesIn(each) ?? []) : []
  for (const { used, atMost } of sides) {
    const parsed = parseCel(`(${atMost}) > 0 && (${atMost}) <= ${little}`, [slot])
    if (name === undefined || spec === undefined || !parsed.ok) continue
    if (spec.supply === 'made' && !parseCel(used, [...requestRoots]).ok) continue
    const wish: Wish = { rule: parsed.expression, want: true, slot, soft: true }
    return { ...scenario, vars: { ...scenario.vars, [name]: { ...spec, wishes: [...spec.wishes, wish] } } }
  }
  return scenario
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
