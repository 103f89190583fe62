/** What a call must say, by the charter and by its description, is not said. */
import { comparisons } from '../../../cel/traverse.ts'
import type { Charter, ConstraintId, Use } from '../../../charter/charter.ts'
import { propertiesOf } from '../../../charter/source/schema.ts'
import { descriptionOf, requestRoots } from '../argument.ts'
import { classOfRule } from '../classify.ts'
import { writtenPath } from '../instance.ts'
import type { ConstraintOf, Draft } from './draft.ts'

/** A member of the body, and what asks for it. */
interface Said {
  readonly member: string
  readonly constraint: ConstraintId
  readonly finding: string
}

/** The rightful call without a member that names another object, or that a rule compares with what an object says. */
export function planLeftOut(draft: Draft): void {
  const { use, stage } = draft
  if (stage.charter.operations.get(use.operation)?.writes !== true) return
  const all = [...namingIn(use), ...rulesOf(use).flatMap((rule) => comparedIn(use, rule))]
  const said = new Map(all.toReversed().map((each) => [each.member, each]))
  for (const { member, constraint, finding } of said.values())
    if (isRequired(stage.charter, use, member))
      draft.add(constraint, { kind: 'left-out', member }, finding, () => ({ abuse: draft.build() }))
}

function rulesOf({ constraints }: Use): ConstraintOf<'when'>[] {
  return constraints.flatMap((each) => (each.kind === 'when' ? [each] : []))
}

/** Members that name an object of which something is demanded. */
function namingIn(use: Use): Said[] {
  return use.refs.flatMap(({ slot, key, optional }): Said[] => {
    const [member, ...below] = key.from === 'request' && key.in === 'body' ? key.pointer : []
    const ofSlot = use.constraints.filter((each) => 'slot' in each && each.slot === slot)
    const rule = rulesOf(use).find((each) => each.rule.reads.some(([root]) => root === slot))
    // That it is there comes last: what else is demanded of it says more of what it is for.
    const demand = ofSlot.find(({ kind }) => kind !== 'there') ?? rule ?? ofSlot[0]
    if (member === undefined || below.length > 0 || optional || demand === undefined) return []
    return [{ member, constraint: demand.id, finding: 'step-skipped' }]
  })
}

/** Members that must be what an object says, as the version that was looked at. */
function comparedIn(use: Use, { id, rule }: ConstraintOf<'when'>): Said[] {
  const slots = new Set(['object', 'parent', ...use.refs.map(({ slot }) => slot)])
  return comparisons(rule).flatMap(({ op, left, right }): Said[] => {
    const sides = [writtenPath(left) ?? [], writtenPath(right) ?? []]
    const said = sides.find(([root = '']) => root === 'request' || root === 'body')
    const there = sides.find(([root = '']) => slots.has(root) && !requestRoots.has(root))
    const [, member, ...below] = said ?? []
    if (op !== '==' || there === undefined || member === undefined || below.length > 0) return []
    return [{ member, constraint: id, finding: classOfRule(rule) }]
  })
}

function isRequired(charter: Charter, use: Use, member: string): boolean {
  const description = descriptionOf({ charter, use })
  const schema = charter.operations.get(use.operation)?.shape.body?.schema
  if (description === undefined || schema === undefined) return false
  return propertiesOf(description, schema)[member]?.required === true
}
