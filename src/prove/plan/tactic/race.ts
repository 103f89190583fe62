/** Calls at the same moment, on one object or on several that draw on the same one. */
import { parseCel } from '../../../cel/parse-cel.ts'
import { comparisons } from '../../../cel/traverse.ts'
import type { Constraint, Slot } from '../../../charter/charter.ts'
import type { Scenario, Wish } from '../scenario.ts'
import type { Draft } from './draft.ts'
import { scarce, sidesIn } from './limit.ts'
import { requestRoots } from './rule.ts'

/** One race for each use that something limits: the constraint a second call would break is found by making it. */
export function planRace(draft: Draft, control: Scenario): void {
  const kinds: readonly Constraint['kind'][] = ['once', 'limit', 'idempotency', 'from', 'when']
  const writes = draft.stage.charter.operations.get(draft.use.operation)?.writes ?? false
  if (!writes) return
  const limiting = kinds
    .map((kind) => draft.use.constraints.find((each) => each.kind === kind && (kind !== 'when' || readsFacts(each))))
    .find((each) => each !== undefined)
  if (limiting !== undefined) draft.add(limiting.id, { kind: 'race' }, 'race', () => ({ abuse: control }))
  const shared = isManifold(draft, control)
    ? draft.use.constraints.find((each) => sharedSlot(each) !== undefined)
    : undefined
  const slot = shared === undefined ? undefined : sharedSlot(shared)
  if (shared === undefined || slot === undefined) return
  for (const { approved, make } of scarce(draft, shared, control)) {
    draft.add(shared.id, { kind: 'race', across: slot, ...(approved && { approved }) }, 'race', () => ({
      control,
      abuse: withLittleOf(draft, { slot, shared }, make()),
    }))
  }
}

/** Whether several can act at once on what differs: on different objects, or as people each of whom may create but one. */
function isManifold({ use }: Draft, control: Scenario): boolean {
  if (use.object === undefined) return false
  return !use.creates || control.cast[control.steps.at(-1)?.as ?? '']?.fresh === true
}

const little = 5

/** The scenario with little left of what is drawn on, where that is no matter of how much the object acted on draws. */
function withLittleOf(
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
function sharedSlot(constraint: Constraint): Slot | undefined {
  const outer = (name: string | undefined) =>
    name !== undefined &&
    !requestRoots.has(name) &&
    !['object', 'principal', 'claims', 'now', 'state', 'call', 'tenant'].includes(name)
  if (constraint.kind === 'limit' && !constraint.per.includes('object')) return constraint.per.find(outer)
  if (constraint.kind !== 'when' || comparisons(constraint.rule).every((each) => each.op === '==' || each.op === 'in'))
    return undefined
  return constraint.rule.reads.map(([root]) => root).find(outer)
}

function readsFacts(constraint: Constraint): boolean {
  return (
    constraint.kind === 'when' &&
    constraint.rule.reads.some(
      ([root]) => root !== undefined && !requestRoots.has(root) && !['principal', 'claims', 'now'].includes(root),
    )
  )
}
