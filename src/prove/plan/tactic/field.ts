/** Fields written or read by those who may not. */
import { Builder } from '../build.ts'
import { admitted, type Member } from '../cast.ts'
import type { Tactic } from '../scenario.ts'
import { Unbuildable } from '../wants.ts'
import type { ConstraintOf, Draft } from './draft.ts'

/** Methods whose requests may carry a body although the description speaks of none. */
const withBody: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH'])

/**
 * The rightful call with one member more, which is not the caller's to write. Where the description speaks of no body, a JSON one is
 * sent all the same: what binds a body to an object does not read descriptions.
 */
export function planSetBy(draft: Draft, constraint: ConstraintOf<'set-by'>): void {
  const tactic: Tactic = { kind: 'write-field', field: constraint.field.name }
  const shape = draft.stage.charter.operations.get(draft.use.operation)?.shape
  // Where the field may be written at all, who may is proven by `by`.
  const writable =
    constraint.on === undefined
      ? constraint.choices.some((choice) => choice.actor === undefined && choice.party === undefined)
      : constraint.on.includes(draft.use.id)
  if (shape === undefined || writable) return
  if (shape.body === undefined && !withBody.has(shape.method)) {
    draft.skip(constraint.id, tactic, `a ${shape.method} takes no body that could carry the field`)
    return
  }
  const finding = isState(draft, constraint.object, constraint.field.at) ? 'direct-status-write' : 'bopla-write'
  draft.add(constraint.id, tactic, finding, () => {
    const scenario = draft.build()
    const last = scenario.steps.at(-1)
    if (last === undefined) throw new Unbuildable('no step to add the field to')
    const extra = [...last.extra, { at: constraint.field.in, value: { tamper: 'much' } as const }]
    return { abuse: { ...scenario, steps: [...scenario.steps.slice(0, -1), { ...last, extra }] } }
  })
}

function isState(draft: Draft, object: string, at: readonly string[]): boolean {
  const state = draft.stage.charter.objects.get(object)?.state
  return state?.kind === 'at' && state.pointer.join('/') === at.join('/')
}

/** Somebody who may read the object looks for a field they may not read. */
export function planSeenBy(draft: Draft, constraint: ConstraintOf<'seen-by'>): void {
  const tactic: Tactic = { kind: 'read-field', field: constraint.field.name }
  const permitted = (member: Member) =>
    constraint.choices.some(
      (choice) => choice.party === undefined && admitted(draft.stage.charter, [member], choice).length > 0,
    )
  const builder = new Builder(draft.stage, draft.options)
  const readers = builder.casting.able(draft.use, undefined).filter((member) => !permitted(member))
  const [reader] = readers
  if (reader === undefined) {
    draft.skip(constraint.id, tactic, 'everyone who may read the object may read the field')
    return
  }
  draft.add(constraint.id, tactic, 'bopla-read', () => ({
    control: draft.build({ member: reader }),
    abuse: draft.build({ member: reader }),
  }))
}
