/** What must be done before a use: what the charter's order rules put first, and the approvals it needs. */

import type { Approval } from '../../charter/approval.ts'
import type { Constraint, Slot, Use } from '../../charter/charter.ts'
import { isNamed } from '../../charter/named.ts'
import type { Person } from './belong.ts'
import type { Builder, How } from './build.ts'
import { type Member, sameTenant } from './cast.ts'
import { companionsOf, usesOf } from './graph.ts'
import { originOf, peopleOf } from './origin.ts'
import { plannedStates, pointedAt } from './prepare-rule.ts'
import type { Step, Var } from './scenario.ts'
import { deepest, possible, Unbuildable, type Wants } from './wants.ts'

const needsFirst: ReadonlySet<string> = new Set([
  'precedence',
  'alternate-precedence',
  'chain-precedence',
  'succession',
])

type Order = Extract<Constraint, { kind: 'order' }>

/**
 * Adds the steps that must come before a use, where they are not there yet.
 *
 * @param refs - What the use names, once that is there; before, only what does not depend on it is added.
 */
export function prepareOrder(
  builder: Builder,
  use: Use,
  how: Pick<How, 'member' | 'object' | 'wants' | 'depth'>,
  refs?: Readonly<Record<Slot, Var>>,
): void {
  for (const rule of use.constraints) {
    if (rule.kind !== 'order' || rule.id === how.wants.without || !isNamed(rule.operations[1], use)) continue
    const beside = besideOf(builder, use, rule)
    if (!needsFirst.has(rule.template) || (beside !== undefined) !== (refs !== undefined)) continue
    const above = sharedAbove(builder, beside ?? use, rule, beside === undefined ? how.object : refs?.[beside.slot])
    putFirst(builder, use, rule, { ...how, above })
  }
}

/** The move that the same call makes of what a new object is made from, where an order is counted for each of what that points to. */
function besideOf({ stage }: Builder, use: Use, { per }: Order): (Use & { readonly slot: Slot }) | undefined {
  if (!use.creates || use.refs.some(({ slot }) => per.includes(slot))) return undefined
  const found = companionsOf(stage.charter, use).find(({ refs }) =>
    refs.some(({ slot, key }) => key.from === 'object' && per.includes(slot)),
  )
  return found === undefined ? undefined : { ...found, slot: found.object?.type ?? '' }
}

function putFirst(
  builder: Builder,
  use: Use,
  rule: Order,
  how: Pick<How, 'member' | 'object' | 'depth'> & { readonly above: Var | undefined },
): void {
  const { member, object, depth } = how
  const [before] = rule.operations
  const first = usesOf(builder.stage.charter, before, use.object?.type)[0]
  const perObject = rule.per.includes('object') || rule.per.includes(use.object?.type ?? '')
  const perCaller = rule.per.includes('principal')
  const above = perObject ? undefined : how.above
  const counts = (step: Step): boolean =>
    (!perObject || isAbout(builder, step, object)) &&
    (above === undefined || isAbout(builder, step, above)) &&
    (!perCaller || step.as === member.name) &&
    (!rule.per.includes('tenant') || builder.casting.areTogether(step.as, member))
  if (first === undefined || depth > deepest) return
  if (builder.steps.some((step) => builder.casting.isUseOf(step, before) && counts(step))) return
  putBefore(builder, first, { ...how, shared: perObject ? object : above, perCaller })
}

/** What the object of a use points to, where an order is counted for each of those; undefined where that is not known. */
function sharedAbove(builder: Builder, use: Use, { per }: Order, object: Var | undefined): Var | undefined {
  const named = Object.entries(pointedAt(builder, use, object))
  return named.find(([slot]) => per.includes(slot))?.[1]
}

/**
 * Adds a call of another operation that is to come before a use: on what both share where that is of its type, else on something under
 * that; by the same caller where that is asked for, else by whoever may.
 */
export function putBefore(
  builder: Builder,
  first: Use,
  how: Pick<How, 'member' | 'depth'> & { readonly shared: Var | undefined; readonly perCaller: boolean },
): void {
  const { member, depth, shared } = how
  const onThis = !first.creates && first.object?.type === builder.vars[shared ?? '']?.type
  const target = onThis ? shared : ownTarget(builder, first, how, shared)
  const performer = how.perCaller ? member : performerOf(builder, first, target, member)
  builder.step(first, {
    member: performer,
    object: target,
    near: shared,
    wants: {},
    purpose: 'setup',
    depth: depth + 1,
  })
}

/** Whether a step is about an object: it moves it, names it, or moves what is under it. */
function isAbout({ vars, steps }: Builder, step: Step, object: Var | undefined): boolean {
  if (object === undefined) return step.object === undefined
  const maker = step.object === undefined ? undefined : steps.find(({ makes }) => makes === step.object)
  if (maker !== undefined && Object.values(maker.refs).includes(object)) return true
  return (
    step.object === object || Object.values(step.refs).includes(object) || vars[step.object ?? '']?.under === object
  )
}

/** Who makes an earlier step that need not be the caller's: the caller where they may, else whoever may for them. */
function performerOf(builder: Builder, first: Use, target: Var | undefined, member: Member): Member {
  const able = builder.casting.able(first, target)
  const near = able.filter((each) => sameTenant(each, member))
  return near.includes(member) ? member : (near[0] ?? builder.casting.pick(first, target))
}

/** An object for the earlier step alone: what is under `near`, else of whoever makes the later one, where they can have one. */
function ownTarget(
  builder: Builder,
  use: Use,
  { member, depth }: Pick<How, 'member' | 'depth'>,
  near: Var | undefined,
): Var | undefined {
  if (use.creates || use.object === undefined) return undefined
  const { type } = use.object
  const there = near === undefined ? undefined : madeUnder(builder, use, type, near)
  if (there !== undefined) return there
  const able = builder.casting.possibleOwners(type)
  const owner = able.includes(member) ? member : undefined
  const above = builder.owners.get(near ?? '')
  const of = near === undefined || (above !== undefined && !able.includes(above)) ? owner : above
  return builder.supply(type, { owner: of, states: use.from, wishes: [], depth: depth + 1, near })
}

/** What was made under an object already, in a state in which a use may be made on it: there may be but one. */
function madeUnder(builder: Builder, use: Use, type: string, near: Var): Var | undefined {
  const made = builder.steps.flatMap(({ makes, refs }) =>
    makes !== undefined && Object.values(refs).includes(near) ? makes : [],
  )
  const isReady = (name: Var): boolean =>
    use.from.length === 0 || plannedStates(builder, name).some((state) => use.from.includes(state))
  return made.find((name) => builder.vars[name]?.type === type && !builder.kept.has(name) && isReady(name))
}

/** The move that grants what a use needs approved, when the grant is one. */
export function grantUse(builder: Builder, use: Use): Use | undefined {
  for (const constraint of use.constraints) {
    if (constraint.kind !== 'approval') continue
    const grant = builder.stage.charter.approvals.get(constraint.approval)?.grant
    const found = grant === undefined ? undefined : usesOf(builder.stage.charter, grant, use.object?.type)[0]
    if (found?.kind === 'transition') return found
  }
  return undefined
}

/** Grants, by an operation that is no transition, what the use needs approved. */
export function prepareApprovals(
  builder: Builder,
  use: Use,
  { object, member, wants }: { object: Var | undefined; member: Member; wants: Wants },
): void {
  if (wants.approvals !== 'granted') return
  const { charter } = builder.stage
  for (const constraint of use.constraints) {
    if (constraint.kind !== 'approval') continue
    const approval = charter.approvals.get(constraint.approval)
    const grant = approval?.grant === undefined ? undefined : usesOf(charter, approval.grant, use.object?.type)[0]
    if (approval === undefined || grant === undefined)
      throw new Unbuildable(`no operation of the API grants \`${constraint.approval}\``)
    if (builder.steps.some((step) => step.use === grant.id)) continue
    for (const approver of builder.casting.approvers(approval, grant, object, {
      requester: member,
      later: [use],
    })) {
      const belonging = { people: grantedTo(builder, grant, { approver, member }) }
      builder.step(grant, { member: approver, object, wants: {}, belonging, purpose: 'setup', depth: 0 })
    }
  }
}

/** Whoever asks stands where what a grant makes says to whom it is given, as in a consent. */
function grantedTo(
  builder: Builder,
  grant: Use,
  { approver, member }: { readonly approver: Member; readonly member: Member },
): Person[] {
  const { charter } = builder.stage
  const type = grant.creates ? charter.objects.get(grant.object?.type ?? '') : undefined
  if (type === undefined || approver === member) return []
  const places = peopleOf(type).flatMap(([party, at]) => (party === 'owner' || typeof at === 'string' ? [] : [at]))
  const said = places.filter((at) => originOf(charter, grant, at).from === 'body')
  return said.map((at) => ({ at, who: member }))
}

/** Grants what a move on the way needs approved in any case, where the grant may still be made and was not. */
export function prepareAlways(builder: Builder, use: Use, object: Var, depth: number): void {
  const { charter } = builder.stage
  for (const constraint of use.constraints) {
    const approval = constraint.kind === 'approval' ? charter.approvals.get(constraint.approval) : undefined
    if (approval?.grant === undefined || approval.neededWhen !== undefined) continue
    const [grant] = usesOf(charter, approval.grant, use.object?.type)
    if (grant === undefined || builder.steps.some((step) => step.use === grant.id && step.object === object)) continue
    if (grant.object?.type !== use.object?.type || !leadsOnTo(grant, use, plannedStates(builder, object))) continue
    for (const member of approversOr(builder, approval, grant, { object, use }))
      builder.step(grant, { member, object, wants: {}, purpose: 'setup', depth })
  }
}

/** Whether a grant may be made in a state the object may be in, and leaves it where the use may start. */
function leadsOnTo(grant: Use, use: Use, now: readonly string[]): boolean {
  const possible = grant.from.length === 0 || now.length === 0 || now.some((state) => grant.from.includes(state))
  return possible && (grant.to.length === 0 || use.from.length === 0 || grant.to.some((to) => use.from.includes(to)))
}

/** As many as are needed; nobody where there are not so many, so that the way is tried all the same. */
function approversOr(
  builder: Builder,
  approval: Approval,
  grant: Use,
  { object, use }: { readonly object: Var; readonly use: Use },
): Member[] {
  return possible(() => builder.casting.approvers(approval, grant, object, { later: [use] })) ?? []
}

/**
 * Who makes a move on the way: as many as an approval needs when the move grants one, or as it was found to take; else one. What later
 * uses need approved says how many; where they need nothing of what the move grants, all that it may grant does.
 */
export function performersOf(
  builder: Builder,
  use: Use,
  object: Var,
  { later, keep }: { readonly later: readonly Use[]; readonly keep: Member | undefined },
): Member[] {
  const { casting, lore, stage } = builder
  const times = lore.times.get(use.id) ?? 1
  const among = { later, ...(keep === undefined ? {} : { keep }) }
  const granted = [...stage.charter.approvals.values()].filter((each) => each.grant === use.operation)
  const isNeeded = ({ name }: Approval): boolean =>
    later.some(({ constraints }) => constraints.some((each) => each.kind === 'approval' && each.approval === name))
  const needed = granted.filter(isNeeded)
  const quorums = (needed.length > 0 ? needed : granted).toSorted((left, right) => right.quorum - left.quorum)
  for (const [index, approval] of quorums.entries()) {
    try {
      const quorum = Math.max(approval.quorum - othersGranting(builder, use, object, later), times)
      return casting.approvers({ ...approval, quorum }, use, object, among)
    } catch (error) {
      // Not every approval that a move grants is needed every time.
      if (!(error instanceof Unbuildable) || index === quorums.length - 1) throw error
    }
  }
  return times === 1 ? [casting.pick(use, object, later, keep)] : casting.able(use, object).slice(0, times)
}

/** How many other moves of a way make the same call, as a first and a second decision do: each is one person's. */
function othersGranting(builder: Builder, use: Use, object: Var, later: readonly Use[]): number {
  const done = builder.steps.filter((step) => step.object === object && builder.casting.isUseOf(step, use.operation))
  const ahead = later.filter((each) => each.operation === use.operation)
  const moves = new Set([...done.map((step) => step.use), ...ahead.map((each) => each.id)])
  moves.delete(use.id)
  return moves.size
}
