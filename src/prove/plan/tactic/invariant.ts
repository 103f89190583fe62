/** Rightful calls that must leave every invariant as it was, and keys nobody can guess. */
import type { Scenario } from '../scenario.ts'
import type { Draft } from './draft.ts'

/** Every invariant of an object in the scene, around the rightful call. */
export function planInvariants(draft: Draft, control: Scenario): void {
  if (draft.stage.charter.operations.get(draft.use.operation)?.writes !== true) return
  const types = new Set(Object.values(control.vars).map((spec) => spec.type))
  for (const invariant of draft.stage.charter.invariants) {
    const fits =
      invariant.kind === 'at-most'
        ? draft.use.creates && draft.use.object?.type === invariant.object
        : types.has(invariant.object)
    if (fits) draft.add(invariant.id, { kind: 'rightful' }, 'invariant-broken', () => ({ abuse: control }))
  }
}

/** Keys that entitle whoever holds them must be hard to guess. */
export function planGuess(draft: Draft, control: Scenario): void {
  const { use, stage } = draft
  const bits = stage.charter.objects.get(use.object?.type ?? '')?.capabilityBits
  const [first] = use.constraints
  if (!use.creates || bits === undefined || first === undefined) return
  draft.add(first.id, { kind: 'guess' }, 'weak-capability', () => ({ abuse: control }))
}
