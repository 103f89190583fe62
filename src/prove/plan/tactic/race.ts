/** Calls at the same moment, on one object or on several that draw on the same one. */
import type { Constraint, Slot } from '../../../charter/charter.ts'
import { requestRoots } from '../argument.ts'
import { companionsOf } from '../graph.ts'
import type { Scenario } from '../scenario.ts'
import type { Draft } from './draft.ts'
import { scarce } from './limit.ts'
import { sharedSlot, withLittle, withLittleOf } from './little.ts'

/** One race for each use that something limits: the constraint a second call would break is found by making it. */
export function planRace(draft: Draft, control: Scenario): void {
  const kinds: readonly Constraint['kind'][] = ['once', 'limit', 'idempotency', 'from', 'when']
  const writes = draft.stage.charter.operations.get(draft.use.operation)?.writes ?? false
  if (!writes) return
  const limiting = kinds
    .map((kind) => draft.use.constraints.find((each) => each.kind === kind && (kind !== 'when' || readsFacts(each))))
    .find((each) => each !== undefined)
  if (limiting !== undefined) draft.add(limiting.id, { kind: 'race' }, 'race', () => ({ abuse: control }))
  // Calls that are told apart by their keys do not show what one key is worth.
  const keyed = draft.use.constraints.find((each) => each.kind === 'idempotency')
  if (keyed !== undefined && keyed !== limiting)
    draft.add(keyed.id, { kind: 'race' }, 'race', () => ({ abuse: control }))
  planTogether(draft, control)
  // A new object draws on what another one has left: as much as there is, several times at once.
  const drawing = draft.use.creates ? draft.use.constraints.find(drawsOn) : undefined
  if (drawing !== undefined && drawing !== limiting)
    draft.add(drawing.id, { kind: 'race' }, 'race', () => ({ abuse: control }))
  const shared = isManifold(draft, control)
    ? draft.use.constraints.find((each) => sharedSlot(each) !== undefined)
    : undefined
  const slot = shared === undefined ? undefined : sharedSlot(shared)
  planDraining(draft, control, slot)
  if (shared === undefined || slot === undefined) return
  for (const { approved, make } of scarce(draft, shared, control)) {
    draft.add(shared.id, { kind: 'race', across: slot, ...(approved && { approved }) }, 'race', () => ({
      control,
      abuse: withLittleOf(draft, { slot, shared }, make()),
    }))
  }
}

/** Calls on different objects that may all take from one that an invariant keeps from being overdrawn, where no rule is raced over it. */
function planDraining(draft: Draft, control: Scenario, raced: Slot | undefined): void {
  if (!isManifold(draft, control)) return
  const { stage, use } = draft
  for (const invariant of stage.charter.invariants) {
    if (invariant.kind !== 'never-negative' && invariant.kind !== 'holds') continue
    const slot = use.refs.find((ref) => ref.object === invariant.object)?.slot
    if (slot === undefined || slot === raced || use.object?.type === invariant.object) continue
    draft.add(invariant.id, { kind: 'race', across: slot }, 'race', () => ({
      control,
      abuse:
        invariant.kind === 'holds'
          ? control
          : withLittle(draft, slot, `${slot}.${invariant.field.at.join('.')}`, control),
    }))
  }
}

/** A call that uses up its object on another one as well: several such calls, each on another one, use it up at once. */
function planTogether(draft: Draft, control: Scenario): void {
  const { stage, use } = draft
  const from = use.constraints.find((each) => each.kind === 'from' && each.slot === 'object')
  const once = from ?? use.constraints.find((each) => each.kind === 'once' && each.per.includes('object'))
  const refs = control.steps.at(-1)?.refs ?? {}
  const others = companionsOf(stage.charter, use).map((each) => refs[each.object?.type ?? ''] ?? '')
  const isUsedUp = once?.kind === 'once' || (use.to.length > 0 && !use.to.some((each) => use.from.includes(each)))
  if (once === undefined || !isUsedUp) return
  if (others.some((name) => control.vars[name]?.supply === 'made'))
    draft.add(once.id, { kind: 'race', across: 'object' }, 'race', () => ({ control, abuse: control }))
}

/** Whether several can act at once on what differs: on different objects, or as people each of whom may create but one. */
function isManifold({ use }: Draft, control: Scenario): boolean {
  if (use.object === undefined) return false
  return !use.creates || control.cast[control.steps.at(-1)?.as ?? '']?.fresh === true
}

/** Whether a rule measures something in the request by facts of an object that several calls share. */
function drawsOn(constraint: Constraint): boolean {
  const isAsked = ([root]: readonly string[]) => requestRoots.has(root ?? '')
  return constraint.kind === 'when' && sharedSlot(constraint) !== undefined && constraint.rule.reads.some(isAsked)
}

function readsFacts(constraint: Constraint): boolean {
  return (
    constraint.kind === 'when' &&
    constraint.rule.reads.some(
      ([root]) => root !== undefined && !requestRoots.has(root) && !['principal', 'claims', 'now'].includes(root),
    )
  )
}
