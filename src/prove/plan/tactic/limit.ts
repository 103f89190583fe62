/** Calls that together go over a limit. */
import { parseCel } from '../../../cel/parse-cel.ts'
import { printCel } from '../../../cel/print.ts'
import { comparisons } from '../../../cel/traverse.ts'
import type { Constraint, Use } from '../../../charter/charter.ts'
import { callVariables } from '../../../charter/linker.ts'
import { requestRoots } from '../argument.ts'
import { Builder } from '../build.ts'
import { usesOf } from '../graph.ts'
import type { Scenario, Tactic, Wish } from '../scenario.ts'
import { Unbuildable } from '../wants.ts'
import { asTheNext, forgettings } from './again.ts'
import { baseWants, type ConstraintOf, type Draft } from './draft.ts'

const mostOthers = 3

/** Amounts that each fit and together do not. */
export function planLimit(draft: Draft, constraint: ConstraintOf<'limit'>, control: Scenario): void {
  const finding = constraint.while === undefined ? 'limit-split' : 'hoarding'
  for (const { approved, make } of scarce(draft, constraint, control)) {
    const tactic: Tactic = { kind: 'over-limit', ...(approved && { approved }) }
    draft.add(constraint.id, tactic, finding, () => ({ control, abuse: make() }))
  }
  // What counts only while it stands is rightly forgotten at its end.
  const ways = forgettings(draft, constraint.per, control).filter(
    ({ after }) => after === undefined || constraint.while === undefined || constraint.while.includes(after),
  )
  for (const way of ways)
    draft.add(constraint.id, { kind: 'over-limit', ...way }, finding, () => ({
      control,
      abuse: asTheNext(draft, scarce(draft, constraint, control)[0]?.make() ?? control, way),
    }))
  for (const through of constraint.operations.filter((each) => each !== draft.use.operation).slice(0, mostOthers))
    draft.add(constraint.id, { kind: 'over-limit', through }, finding, () => ({
      control,
      abuse: afterAnother(draft, through, control),
    }))
}

/** The call after one of another operation that draws on the same limit, both by the same person. */
function afterAnother({ stage, use, options, base }: Draft, operation: string, control: Scenario): Scenario {
  const [other] = usesOf(stage.charter, operation)
  const member = stage.members.find(({ name }) => name === control.steps.at(-1)?.as)
  if (other === undefined || member === undefined) throw new Unbuildable(`nobody uses \`${operation}\` before it`)
  const builder = new Builder(stage, options)
  builder.addAct(other, { ...baseWants(stage, other), member })
  const before = builder.steps.map((step) => ({ ...step, purpose: 'setup' as const }))
  builder.addAct(use, { ...base, member })
  return { ...builder.scenario(), steps: [...before, ...builder.steps.slice(before.length)] }
}

/** Scenarios with an object so large that two of its kind do not fit, as far as that can be wished for at its making. */
export function scarce(
  draft: Draft,
  constraint: Constraint,
  control: Scenario,
): { readonly approved: boolean; readonly make: () => Scenario }[] {
  const plain = { approved: false, make: () => control }
  const sides = sidesOf(constraint)
  // Half of what fits is best; a quarter or a tenth still needs few calls.
  const soft = [2, 4, 11].flatMap((times): Wish[] => {
    const parsed =
      sides === undefined
        ? undefined
        : parseCel(`(${sides.used}) * ${times} > (${sides.atMost})`, [
            ...callVariables,
            ...draft.use.refs.map((ref) => ref.slot),
          ])
    const ours = parsed?.ok === true && parsed.expression.reads.some(([root]) => root === 'object')
    return ours && parsed?.ok === true ? [{ rule: parsed.expression, want: true, slot: 'object', soft: true }] : []
  })
  soft.push(...roomBeside(draft.use, constraint))
  if (soft.length === 0) return [plain]
  const small = { approved: false, make: () => draft.build({ wishes: [...(draft.base.wishes ?? []), ...soft] }) }
  const needed = draft.use.constraints.flatMap((each): Wish[] => {
    const approval = each.kind === 'approval' ? draft.stage.charter.approvals.get(each.approval) : undefined
    return approval?.grant === undefined || approval.neededWhen === undefined
      ? []
      : [{ rule: approval.neededWhen, want: true, slot: 'object' }]
  })
  // So much may need an approval: it is given, for the limit alone to stand in the way.
  const large = { approved: true, make: () => draft.build({ approvals: 'granted', wishes: [...needed, ...soft] }) }
  return needed.length > 0 ? [small, large] : [small]
}

/** That other limits of the same calls leave room for more than one that is as it is, as what was granted of one object. */
function roomBeside(use: Use, constraint: Constraint): Wish[] {
  if (constraint.kind !== 'limit' || constraint.sum === undefined || constraint.atMost.reads.length > 0) return []
  return use.constraints.flatMap((each): Wish[] => {
    if (each.kind !== 'limit' || each === constraint || each.sum?.source !== constraint.sum?.source) return []
    const parsed = parseCel(`(${each.atMost.source}) >= (${constraint.atMost.source}) * 2`, [
      ...callVariables,
      'object',
    ])
    const ours = parsed.ok && parsed.expression.reads.every(([root]) => root === 'object')
    return ours && parsed.ok && parsed.expression.reads.length > 0
      ? [{ rule: parsed.expression, want: true, slot: 'object', soft: true }]
      : []
  })
}

/** That two calls like this one fit, where a rule measures what is asked for by what there is. */
export function roomForAnother(use: Use): Wish[] {
  return use.constraints.flatMap((each): Wish[] => {
    const sides = each.kind === 'when' ? sidesOf(each) : undefined
    if (sides === undefined) return []
    const parsed = parseCel(`(${sides.used}) * 2 <= (${sides.atMost})`, [
      ...callVariables,
      ...use.refs.map((ref) => ref.slot),
    ])
    const roots = parsed.ok ? parsed.expression.reads.map(([root]) => root ?? '') : []
    const measures = roots.some((root) => requestRoots.has(root)) && roots.some((root) => !requestRoots.has(root))
    return measures && parsed.ok ? [{ rule: parsed.expression, want: true, slot: 'object', soft: true }] : []
  })
}

/** What a constraint compares: what is used, and what there is at most. */
function sidesOf(constraint: Constraint): Sides | undefined {
  if (constraint.kind === 'limit')
    return constraint.sum === undefined ? undefined : { used: constraint.sum.source, atMost: constraint.atMost.source }
  if (constraint.kind !== 'when') return undefined
  const [comparison] = comparisons(constraint.rule)
  return comparison !== undefined && comparison === constraint.rule.ast ? sidesIn(comparison) : undefined
}

/** What is used and what there is at most, in source; undefined for a comparison that bounds nothing. */
export interface Sides {
  readonly used: string
  readonly atMost: string
}

/** The sides of one comparison. */
export function sidesIn(comparison: ReturnType<typeof comparisons>[number]): Sides | undefined {
  const [left, right] = [printCel(comparison.left), printCel(comparison.right)]
  if (comparison.op === '<=' || comparison.op === '<') return { used: left, atMost: right }
  return comparison.op === '>=' || comparison.op === '>' ? { used: right, atMost: left } : undefined
}
