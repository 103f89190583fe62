/** What a call names must be there: it names nothing, by a key that looks like one. */
import type { ConstraintOf, Draft } from './draft.ts'

/** The rightful call, with a key that nothing has in place of the one it says; what may be left out is given. */
export function planMadeUp(draft: Draft, { id, slot }: ConstraintOf<'there'>): void {
  const { use, stage } = draft
  if (stage.charter.operations.get(use.operation)?.writes !== true) return
  const isOptional = use.refs.some((ref) => ref.slot === slot && ref.optional)
  draft.add(id, { kind: 'made-up', slot }, 'step-skipped', () => {
    const control = draft.build(isOptional ? { states: { [slot]: [] } } : {})
    return { control, abuse: control }
  })
}
