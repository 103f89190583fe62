import type { Constraint, ConstraintId, Ref, Use } from '../../../charter/charter.ts'
import { printPointer } from '../../../charter/pointer.ts'
import { useById } from '../../plan/graph.ts'
import type { AbuseCase } from '../../plan/scenario.ts'
import type { Lab } from '../lab.ts'

const companions: Readonly<Record<string, readonly Constraint['kind'][]>> = {
  'as-other': ['by', 'separation', 'set-by', 'delegation', 'values'],
  'from-state': ['once', 'approval', 'order', 'from', 'there', 'separation'],
  again: ['from', 'there', 'limit', 'order', 'idempotency', 'once', 'approval'],
  'same-key': ['from', 'there', 'limit', 'order', 'once', 'when'],
  approval: ['from', 'there', 'order', 'separation', 'approval'],
  order: ['from', 'there', 'order', 'when'],
  'over-limit': ['limit'],
  burst: ['from', 'there', 'limit', 'once'],
  'same-person': ['approval', 'separation'],
  'object-facts': ['limit'],
  'write-field': ['set-by'],
}

const counting: readonly Constraint['kind'][] = ['once', 'limit', 'rate']

/** Constraints that may break with the target because the same deed breaks both; named with the finding. */
export function toleratedBy(lab: Lab, abuse: AbuseCase): ReadonlySet<ConstraintId> {
  const { tactic } = abuse
  // Of somebody who is nobody, and of an agent outside of any run, it is not known what they have used.
  const uncounted = ['not-signed-in', 'agent-outside', 'agent-of-other']
  const nobody = tactic.kind === 'as-other' && uncounted.includes(tactic.other) ? counting : []
  const kinds = [...(companions[tactic.kind] ?? []), ...nobody]
  const isOutside = tactic.kind === 'as-other' && isWithoutTenant(lab, abuse)
  const use = useById(lab.charter, abuse.use)
  const own = use?.constraints.filter(
    (each) =>
      each.id !== abuse.constraint &&
      (kinds.includes(each.kind) ||
        (tactic.kind === 'as-other' && readsCaller(use, each)) ||
        readsSought(use, abuse, each) ||
        (isOutside && 'per' in each && each.per.includes('tenant')) ||
        (tactic.kind === 'object-facts' && bindsWhatIsRead(lab, use, abuse, each)) ||
        (kinds.includes('from') && readsFactsAlone(each))),
  )
  return new Set([...(own?.map((each) => each.id) ?? []), ...(abuse.together ?? [])])
}

/** Whether a demand speaks of what a call finds by what it says, and the case is about whether that is there. */
function readsSought(use: Use, { constraint: id, tactic }: AbuseCase, constraint: Constraint): boolean {
  const target = use.constraints.find((each) => each.id === id)
  if (target?.kind !== 'from' || target.where === undefined) return false
  if (tactic.kind !== 'sought' && tactic.kind !== 'from-state') return false
  if (constraint.kind === 'when') return constraint.rule.reads.some(([root]) => root === target.slot)
  if (constraint.kind === 'limit')
    return [constraint.atMost, constraint.sum].some((each) => each?.reads.some(([root]) => root === target.slot))
  return (constraint.kind === 'by' || constraint.kind === 'from') && constraint.slot === target.slot
}

/** Whether an approval is for what the broken rule reads: when that has changed, it was given for something else as well. */
function bindsWhatIsRead(lab: Lab, use: Use, { constraint: id }: AbuseCase, constraint: Constraint): boolean {
  const broken = use.constraints.find((each) => each.id === id)
  const approval = constraint.kind === 'approval' ? lab.charter.approvals.get(constraint.approval) : undefined
  if (broken?.kind !== 'when' || approval?.binds === undefined) return false
  const read = broken.rule.reads.filter(([root]) => root === 'object').map(([, ...members]) => printPointer(members))
  return approval.binds.some((bound) => read.includes(printPointer(bound)))
}

/** Whether who makes the abuse is of no tenant, so that nothing can be counted for it. */
function isWithoutTenant({ stage }: Lab, { abuse }: AbuseCase): boolean {
  const identity = abuse.cast[abuse.steps.at(-1)?.as ?? '']?.identity
  return stage.members.some(({ name, principal }) => name === identity && principal.tenant === undefined)
}

const facts: ReadonlySet<string> = new Set(['object', 'parent', 'state'])

/** What an object or its parent has become with the state it is in. */
function readsFactsAlone(constraint: Constraint): boolean {
  return constraint.kind === 'when' && constraint.rule.reads.every(([root]) => root !== undefined && facts.has(root))
}

/** Whether a demand looks at who calls, or at what is theirs: somebody else has other things, or none. */
function readsCaller(use: Use | undefined, constraint: Constraint): boolean {
  const theirs = use?.refs.filter(isTheirs).map((ref) => ref.slot) ?? []
  const roots: ReadonlySet<string | undefined> = new Set(['principal', 'claims', ...theirs])
  switch (constraint.kind) {
    case 'when':
      return constraint.rule.reads.some(([root]) => roots.has(root))
    case 'limit':
      return [constraint.atMost, constraint.sum].some((each) => each?.reads.some(([root]) => roots.has(root)))
    case 'from':
    case 'by':
      return theirs.includes(constraint.slot)
    default:
      return false
  }
}

/** Whether what a reference names depends on who calls. */
function isTheirs({ key }: Ref): boolean {
  return key.from === 'principal' || (key.from === 'where' && key.members.some(({ is }) => is.from === 'principal'))
}

/**
 * Amounts and rules that measure the request by what an object has become, or what a reference names: in a state it may not be in, as
 * before it was paid, nothing may meet them.
 */
export function lastTolerated(lab: Lab, { use: id, constraint, tactic }: AbuseCase): ReadonlySet<ConstraintId> {
  if (tactic.kind !== 'from-state') return new Set()
  const use = useById(lab.charter, id)
  const roots = new Set([...facts, tactic.slot])
  const measured = use?.constraints.filter((each) => each.id !== constraint && measuresBy(roots, each))
  return new Set(measured?.map((each) => each.id))
}

function measuresBy(roots: ReadonlySet<string>, constraint: Constraint): boolean {
  const rule =
    constraint.kind === 'limit' ? constraint.atMost : constraint.kind === 'when' ? constraint.rule : undefined
  return rule?.reads.some(([root]) => root !== undefined && roots.has(root)) === true
}
