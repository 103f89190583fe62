/** Calls at the same moment, on one object or on several that draw on the same one. */
import { comparisons } from '../../../cel/traverse.ts'
import type { Constraint, Slot } from '../../../charter/charter.ts'
import type { Scenario } from '../scenario.ts'
import type { Draft } from './draft.ts'
import { scarce } from './limit.ts'
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
  const shared =
    draft.use.creates || draft.use.object === undefined
      ? undefined
      : draft.use.constraints.find((each) => sharedSlot(each) !== undefined)
  const slot = shared === undefined ? undefined : sharedSlot(shared)
  if (shared === undefined || slot === undefined) return
  for (const { approved, make } of scarce(draft, shared, control)) {
    draft.add(shared.id, { kind: 'race', across: slot, ...(approved && { approved }) }, 'race', () => ({
      control,
      abuse: make(),
    }))
  }
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
