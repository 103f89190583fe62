/** Calls by those who may not, and on what is not theirs. */

import { withArticle } from '../../../cel/article.ts'
import type { Ref } from '../../../charter/charter.ts'
import { apartFrom } from '../../../constraint/separation.ts'
import { type Attacker, attackersOf } from '../attacker.ts'
import { actorsOf, admitted, boundToTenant, type Member, plays, type Stage, sameTenant } from '../cast.ts'
import { Casting } from '../casting.ts'
import { companionsOf, useById } from '../graph.ts'
import type { Other, Scenario, Tactic } from '../scenario.ts'
import { possible } from '../wants.ts'
import { type ConstraintOf, Draft } from './draft.ts'

/** Everybody who may not, one of each kind, in place of whoever may. */
export function planBy(draft: Draft, constraint: ConstraintOf<'by'>, control: Scenario): void {
  if (constraint.choices.some((choice) => choice.anonymous && choice.party === undefined)) return
  const act = control.steps.at(-1)
  const caller = draft.stage.members.find((member) => member.name === act?.as)
  const owner = draft.stage.members.find((member) => member.name === control.vars[act?.object ?? '']?.owner)
  // Who acts on what is their own can only be somebody or nobody.
  const isOwn = draft.use.object?.key.from === 'principal'
  const involved = new Set(control.steps.slice(0, -1).map((step) => step.as))
  const attackers = attackersOf(draft.stage, draft.use, { caller, owner, involved })
    .filter((each) => !isOwn || each.member === undefined)
    // What agents may not is a matter of whom they act for.
    .filter((each) => each.member?.principal.chain === undefined)
    .flatMap((each) => uninvolved(draft, control, each))
  const writes = draft.stage.charter.operations.get(draft.use.operation)?.writes ?? true
  for (const { member, other, instead } of attackers) {
    const found = {
      'agent-outside': 'tool-outside-workflow',
      'agent-of-other': 'delegation-exceeded',
      'other-owner': writes ? 'bola-write' : 'bola-read',
      'other-tenant': 'cross-tenant',
      'other-actor': 'bfla',
      'no-scope': 'scope-exceeded',
      'not-signed-in': 'unauthenticated',
    }[other]
    draft.add(constraint.id, { kind: 'as-other', other }, found, () => {
      const others = instead.map((each) => withLastActor(control, each))
      const plain = withLastActor(control, member)
      const own =
        member === undefined
          ? undefined
          : other === 'no-scope'
            ? asIfScoped(draft, constraint, member)
            : withOwnBeside(draft, control, member)
      return own === undefined ? { abuse: plain, instead: others } : { abuse: own, instead: [plain, ...others] }
    })
  }
  for (const { other, why } of missingPeople(draft, constraint))
    draft.skip(constraint.id, { kind: 'as-other', other }, why)
  if (attackers.length === 0)
    draft.skip(constraint.id, { kind: 'as-other', other: 'other-actor' }, 'every identity may do this')
}

/**
 * Attackers without those who helped to fill what is read: whoever wrote into it may have come to a right of their own. Where steps are to be
 * made by different people, those last who made one: a refusal of theirs would not tell which rule it is for.
 */
function uninvolved(draft: Draft, control: Scenario, attacker: Attacker): Attacker[] {
  if (attacker.member === undefined) return [attacker]
  const helped = new Set(control.steps.slice(0, -1).map((step) => step.as))
  const all = [attacker.member, ...attacker.instead]
  const free = all.filter(({ name }) => !helped.has(name))
  const apart = all.filter(({ name }) => isApart(draft, control, name))
  const [member, ...instead] =
    draft.options.fill !== undefined ? free : [...new Set([...all.filter((each) => !apart.includes(each)), ...all])]
  return member === undefined ? [] : [{ ...attacker, member, instead }]
}

/** Whether somebody did on the way what the use wants done by others. */
function isApart({ use, stage }: Draft, control: Scenario, name: string): boolean {
  const done = control.steps.slice(0, -1).flatMap((step) => (step.as === name ? [step.use] : []))
  return use.constraints.some((each) => {
    if (each.kind !== 'separation') return false
    if ('parties' in each.of) return done.length > 0
    const apart = apartFrom(each.of.operations, use.operation)
    return done.some((id) => apart.includes(useById(stage.charter, id)?.operation ?? ''))
  })
}

/** Ways of not being entitled that nobody in the identities file can play. */
function missingPeople({ stage, use }: Draft, { choices }: ConstraintOf<'by'>): { other: Other; why: string }[] {
  const { charter, members } = stage
  const scoped = choices.flatMap(({ actor, scope }) =>
    actor === undefined || scope === undefined ? [] : { actor, scope },
  )
  const unscoped = scoped.filter(
    ({ actor, scope }) =>
      !members.some((each) => plays(charter, each, actor) && !each.principal.scopes?.includes(scope)),
  )
  const bound = choices.flatMap(({ actor }) => (boundToTenant(charter.actors.get(actor ?? '')) ? (actor ?? []) : []))
  const tenanted = !use.creates && charter.objects.get(use.object?.type ?? '')?.tenant !== undefined
  const far = members.some((one) => members.some((other) => !sameTenant(one, other)))
  return [
    ...unscoped.map(({ actor, scope }) => ({
      other: 'no-scope' as const,
      why: `no identity is ${withArticle(`\`${actor}\``)} without the scope \`${scope}\``,
    })),
    ...(tenanted && bound.length > 0 && !far
      ? [{ other: 'other-tenant' as const, why: `no identity is ${withArticle(`\`${bound[0]}\``)} of another tenant` }]
      : []),
  ]
}

/** Somebody else's object is named by a reference. */
export function planRefBy(draft: Draft, constraint: ConstraintOf<'by'>): void {
  const tactic: Tactic = { kind: 'as-other', other: 'other-owner' }
  const ref = draft.use.refs.find((each) => each.slot === constraint.slot)
  if (ref === undefined) return
  if (ref.key.from === 'object') {
    draft.skip(constraint.id, tactic, 'the object itself names it, no argument does')
    return
  }
  if (ref.key.from === 'where') {
    draft.skip(constraint.id, tactic, 'it is found by what it says, no argument names it')
    return
  }
  const caller = draft.stage.members.find((member) => member.name === draft.build().steps.at(-1)?.as)
  if (caller === undefined) return
  const stranger = strangerTo(draft, constraint, caller)
  if (stranger !== undefined && draft.stage.charter.objects.get(ref.object)?.tenant !== undefined) {
    const across: Tactic = { kind: 'as-other', other: 'other-tenant' }
    draft.add(constraint.id, across, 'cross-tenant', () => ({ abuse: withLastActor(draft.build(), stranger) }))
    return
  }
  const other = otherOwner(draft, constraint, ref, caller)
  if (other === undefined) {
    draft.skip(constraint.id, tactic, `no other identity has ${withArticle(ref.object)}`)
    return
  }
  draft.add(constraint.id, tactic, 'bola-write', () => ({
    abuse: draft.build({ member: caller, refOwner: { [ref.slot]: other } }),
  }))
}

/** Somebody of another tenant who has the role that is asked for. */
function strangerTo({ stage }: Draft, { choices }: ConstraintOf<'by'>, caller: Member): Member | undefined {
  const hasRole = (member: Member) =>
    choices.some((each) => each.party === undefined && admitted(stage.charter, [member], each).length > 0)
  return stage.members.find((member) => !sameTenant(member, caller) && hasRole(member))
}

/** Somebody else who can have such an object. */
function otherOwner(draft: Draft, { choices }: ConstraintOf<'by'>, ref: Ref, caller: Member): Member | undefined {
  const { stage, options } = draft
  const byParty = choices.some(
    (choice) => choice.party !== undefined && !['owner', 'creator', 'holder'].includes(choice.party),
  )
  const owners = byParty
    ? stage.members.filter((member) => sameActors(stage, member, caller))
    : new Casting(stage, options).possibleOwners(ref.object)
  return owners.find((member) => member !== caller)
}

/**
 * The act by somebody else who has what else the call moves, as a bill of their own that somebody's coupon pays: only whose the object
 * is makes the difference. Undefined where the call moves nothing else, or they can have nothing of the kind.
 */
function withOwnBeside(draft: Draft, control: Scenario, member: Member): Scenario | undefined {
  const { stage, use } = draft
  const act = control.steps.at(-1)
  const beside = companionsOf(stage.charter, use).filter(({ constraints }) =>
    constraints.some((each) => each.kind === 'by' && each.choices.some(({ party }) => party !== undefined)),
  )
  const maker = control.steps.find((step) => step.makes !== undefined && step.makes === act?.object)?.as
  const name = control.vars[act?.object ?? '']?.owner ?? maker
  const owner = stage.members.find((each) => each.name === name)
  if (beside.length === 0 || owner === undefined || owner === member) return undefined
  const scenario = possible(() => draft.build({ member, owner }))
  const last = scenario?.steps.at(-1)
  const isTheirs = beside.every(
    ({ object }) => scenario?.vars[last?.refs[object?.type ?? ''] ?? '']?.owner === member.name,
  )
  return last?.as === member.name && isTheirs ? scenario : undefined
}

/** The act by somebody without a scope on what is there for them: nothing else than the scope is against it. */
function asIfScoped(
  { stage, use, options, base }: Draft,
  { choices }: ConstraintOf<'by'>,
  member: Member,
): Scenario | undefined {
  const wanted = choices.flatMap(({ actor, scope }) =>
    scope !== undefined && actor !== undefined && plays(stage.charter, member, actor) ? [scope] : [],
  )
  const scopes = [...(member.principal.scopes ?? []), ...wanted]
  const scoped = { ...member, principal: { ...member.principal, scopes } }
  const members = stage.members.map((each) => (each === member ? scoped : each))
  const draft = new Draft({ ...stage, members }, use, options, base.member)
  return possible(() => draft.build({ member: scoped }))
}

/** The scenario with its last step made by somebody else, or by nobody. */
export function withLastActor(scenario: Scenario, member: Member | undefined): Scenario {
  const role = member?.name ?? 'nobody'
  const seat = member === undefined ? { fresh: false } : { identity: member.name, fresh: false }
  const last = scenario.steps.at(-1)
  if (last === undefined) return scenario
  return {
    ...scenario,
    cast: { ...scenario.cast, [role]: seat },
    steps: [...scenario.steps.slice(0, -1), { ...last, as: role }],
  }
}

function sameActors(stage: Stage, left: Member, right: Member): boolean {
  return actorsOf(stage.charter, left).some((actor) => actorsOf(stage.charter, right).includes(actor))
}
