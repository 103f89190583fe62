/** Acts without a fitting approval. */
import { admitted, choicesOf, type Member } from '../cast.ts'
import { Casting } from '../casting.ts'
import { useById, usesOf } from '../graph.ts'
import type { Scenario, Tactic, Wish } from '../scenario.ts'
import { Unbuildable } from '../wants.ts'
import { changedBetween } from './between.ts'
import { type Change, changers, changesBy, renewedInPart, withChange, withRevocation } from './detour.ts'
import type { ConstraintOf, Draft } from './draft.ts'

/** Every way an approval can be wanting while the act looks approved. */
export function planApproval(draft: Draft, constraint: ConstraintOf<'approval'>): void {
  const approval = draft.stage.charter.approvals.get(constraint.approval)
  if (approval === undefined) return
  const own: Wish[] =
    approval.neededWhen === undefined ? [] : [{ rule: approval.neededWhen, want: true, slot: 'object' }]
  const wishes = draft.options.needed === true ? (draft.base.wishes ?? []) : own
  if (approval.grant === undefined) {
    const why = 'the approval is given outside the API, so no control can be made'
    draft.skip(constraint.id, { kind: 'approval', flaw: 'none' }, why)
    return
  }
  const granted = () => draft.build({ approvals: 'granted', wishes })
  const grants = new Set(usesOf(draft.stage.charter, approval.grant, draft.use.object?.type).map((use) => use.id))
  // Where small things need no approval, they show the effect without relying on how approvals are counted.
  const plain = approval.neededWhen === undefined ? granted : () => draft.build()
  const flawed = (flaw: Extract<Tactic, { kind: 'approval' }>['flaw'], finding: string, make: () => Scenario) =>
    draft.add(constraint.id, { kind: 'approval', flaw }, finding, () => ({ control: plain(), abuse: make() }))

  flawed('none', 'approval-missing', () => without(granted(), grants))
  if (approval.quorum > 1) flawed('short', 'approval-missing', () => oneFewer(granted(), grants))
  if (approval.quorum > 1) flawed('twice', 'approval-counted-twice', () => sameApprover(granted(), grants))
  if (approval.not.length > 0 && !guardsItself(draft, approval.grant))
    flawed('own', 'approval-own', () => ownApproval(draft, constraint, granted(), grants))
  if (approval.validForMs !== undefined) flawed('stale', 'approval-stale', granted)
  // A standing permission, as a consent, is for no version of what it opens, unless the charter says for which parts.
  const standing =
    approval.binds === undefined && [...grants].some((id) => useById(draft.stage.charter, id)?.creates === true)
  if (!standing && changers(draft, grants).length > 0)
    changes(draft, constraint, grants, () => ({ plain: plain(), granted: granted() }))
  if (!standing && approval.quorum > 1)
    for (const use of changers(draft, grants))
      for (const [index, change] of changesBy(draft, use).entries())
        renewals(draft, constraint, { change, isFirst: index === 0, grants, granted, plain })
  const { revoke, quorum } = approval
  if (revoke === undefined) return
  flawed('revoked', 'use-after-end', () => withRevocation(draft, granted(), revoke, grants, 0))
  const isMove = usesOf(draft.stage.charter, revoke, draft.use.object?.type)[0]?.object?.type === draft.use.object?.type
  if (quorum > 1 && isMove)
    flawed('carried-over', 'approval-stale', () => withRevocation(draft, granted(), revoke, grants, quorum - 1))
}

/** Every part of what was approved is changed, each in the first way that can be brought about. */
function changes(
  draft: Draft,
  constraint: ConstraintOf<'approval'>,
  grants: ReadonlySet<string>,
  make: () => { readonly plain: Scenario; readonly granted: Scenario },
): void {
  const all = changers(draft, grants).flatMap((use) => changesBy(draft, use))
  const [first = '', ...others] = new Set(all.flatMap(({ part }) => part || []))
  for (const part of [first, ...others]) {
    const ways = all.filter((each) => each.part === part || (part === first && each.part === ''))
    const tactic: Tactic = { kind: 'approval', flaw: 'changed', ...(part === first ? {} : { part }) }
    draft.add(constraint.id, tactic, 'approval-changed', () => {
      const { plain, granted } = make()
      const [abuse, ...instead] = ways.flatMap((change) => withChange(draft, granted, { change, grants }))
      if (abuse === undefined) throw new Unbuildable('nothing can change the object once it is approved')
      return { control: plain, abuse, instead }
    })
  }
}

/** One fewer approves what was changed than what was approved before. */
function renewals(
  draft: Draft,
  constraint: ConstraintOf<'approval'>,
  {
    change,
    isFirst,
    grants,
    granted,
    plain,
  }: {
    change: Change
    isFirst: boolean
    grants: ReadonlySet<string>
    granted: () => Scenario
    plain: () => Scenario
  },
): void {
  const quorum = draft.stage.charter.approvals.get(constraint.approval)?.quorum ?? 1
  const part = isFirst ? {} : { part: change.part }
  const tactic: Tactic = { kind: 'approval', flaw: 'carried-over', through: change.use.id, ...part }
  draft.add(constraint.id, tactic, 'approval-stale', () => {
    const [abuse, ...instead] = [
      ...renewedInPart(draft, granted(), { change, grants }, quorum - 1),
      ...changedBetween(draft, granted(), change, grants),
    ]
    if (abuse === undefined) throw new Unbuildable(`\`${change.use.id}\` cannot be made between two approvals`)
    return { control: plain(), abuse, instead }
  })
}

/** The grant has a separation of its own, which is proven there. */
function guardsItself(draft: Draft, grant: string): boolean {
  return usesOf(draft.stage.charter, grant, draft.use.object?.type).some((use) =>
    use.constraints.some((each) => each.kind === 'separation'),
  )
}

function without(scenario: Scenario, grants: ReadonlySet<string>): Scenario {
  return { ...scenario, steps: scenario.steps.filter((step) => !grants.has(step.use)) }
}

function oneFewer(scenario: Scenario, grants: ReadonlySet<string>): Scenario {
  const last = scenario.steps.findLastIndex((step) => grants.has(step.use))
  return { ...scenario, steps: scenario.steps.filter((_, index) => index !== last) }
}

function sameApprover(scenario: Scenario, grants: ReadonlySet<string>): Scenario {
  const first = scenario.steps.find((step) => grants.has(step.use))
  return {
    ...scenario,
    steps: scenario.steps.map((step) =>
      grants.has(step.use) && first !== undefined ? { ...step, as: first.as } : step,
    ),
  }
}

/** Whoever created the object approves it, when some identity may do both. */
function ownApproval(
  draft: Draft,
  constraint: ConstraintOf<'approval'>,
  scenario: Scenario,
  grants: ReadonlySet<string>,
): Scenario {
  const approval = draft.stage.charter.approvals.get(constraint.approval)
  const owners = new Casting(draft.stage, draft.options).possibleOwners(draft.use.object?.type)
  const both = owners.filter((member) =>
    approval?.choices.some((choice) => admitted(draft.stage.charter, [member], choice).length > 0),
  )
  const [self] = both
  if (self === undefined) throw new Unbuildable('no identity may both ask for it and approve it')
  const asking = draft.build({
    approvals: 'granted',
    wishes: scenario.steps.at(-1)?.wishes ?? [],
    owner: self,
    ...(mayCall(draft, self) ? { member: self } : {}),
  })
  const first = asking.steps.findIndex((step) => grants.has(step.use))
  return { ...asking, steps: asking.steps.map((step, index) => (index === first ? { ...step, as: self.name } : step)) }
}

function mayCall(draft: Draft, member: Member): boolean {
  return choicesOf(draft.use).some(
    (choice) =>
      choice.party === 'owner' ||
      choice.party === 'creator' ||
      admitted(draft.stage.charter, [member], choice).length > 0,
  )
}
