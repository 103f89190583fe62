import type { Choice, Use } from '../../charter/charter.ts'
import { actorsOf, boundToTenant, choicesOf, type Member, plays, type Stage, sameTenant } from './cast.ts'
import type { Other } from './scenario.ts'

/** Somebody who may not make a use, and in which way they differ from whoever may. */
export interface Attacker {
  /** Absent for somebody not signed in. */
  readonly member?: Member
  readonly other: Other
  /** People of the same kind, for when it turns out that this one may. */
  readonly instead: readonly Member[]
}

const mostInstead = 2

/** Whoever owns the object and whoever may make the call, where the control has them. */
export interface Rightful {
  readonly caller: Member | undefined
  readonly owner: Member | undefined
  /** Names of those who made a step on the way. */
  readonly involved?: ReadonlySet<string>
}

/** What of the rightful call decides who else may not make it. */
interface Target extends Rightful {
  readonly choices: readonly Choice[]
  /** Whose tenant the object is of; absent where tenants make no difference. */
  readonly tenanted: Member | undefined
}

/**
 * Those who may not make a use although they may sign in, one of each kind of people for each way of not being entitled: who has the
 * part but on something of their own, in another tenant, or without the scope; then one of every other kind; then nobody at all.
 */
export function attackersOf(stage: Stage, use: Use, rightful: Rightful): Attacker[] {
  const { owner, caller, involved } = rightful
  // Whoever serves an object of somebody without a tenant does so for the tenant they are of.
  const tenanted = owner?.principal.tenant === undefined ? caller : owner
  const target: Target = {
    ...rightful,
    choices: choicesOf(use),
    tenanted: isTenanted(stage, use) ? tenanted : undefined,
  }
  // The nearest break the least: a check of the tenant alone stops whoever is of another one.
  const nearest = stage.members.toSorted((left, right) => Number(isFar(target, left)) - Number(isFar(target, right)))
  const outsiders = nearest.filter((member) => member !== owner && !entitled(stage, target, member))
  const found = insideAttackers(stage, target, outsiders)
  // Whoever owns the object comes first: what even the owner may not do is the sharpest test of a function.
  const own = owner !== undefined && !entitled(stage, target, owner) ? [owner] : []
  // Then whoever had to do with it: an API may let in all of those.
  const near = outsiders.filter(({ name }) => involved?.has(name) === true)
  const ranked = [...new Set([...own, ...near, ...outsiders])]
  const others = otherActors(stage, target, ranked, new Set(found.flatMap((each) => [each.member, ...each.instead])))
  return [...found, ...others, { other: 'not-signed-in', instead: [] }]
}

/** Whether the use acts on something that is some tenant's: what is not there yet is nobody's. */
function isTenanted(stage: Stage, use: Use): boolean {
  return !use.creates && stage.charter.objects.get(use.object?.type ?? '')?.tenant !== undefined
}

function isFar({ tenanted }: Target, member: Member): boolean {
  return tenanted !== undefined && !sameTenant(member, tenanted)
}

/** Those who have the part that a choice asks for, and lack something else. */
function insideAttackers(stage: Stage, target: Target, outsiders: readonly Member[]): Attacker[] {
  const { choices, owner } = target
  const ways: readonly (readonly [Other, (member: Member) => boolean])[] = [
    ['other-owner', (each) => owner !== undefined && !isFar(target, each) && isAlike(stage, target, each)],
    ['other-tenant', (each) => isFar(target, each) && (isAlike(stage, target, each) || hasPart(stage, choices, each))],
    ['no-scope', (each) => choices.some((choice) => choice.scope !== undefined && hasRole(stage, choice, each))],
  ]
  const found: Attacker[] = []
  for (const [other, fits] of ways) {
    const free = outsiders.filter(
      (each) => !found.some(({ member, instead }) => member === each || instead.includes(each)),
    )
    // A missing scope is a way of its own.
    const fitting = free.filter((each) => fits(each) && (other === 'no-scope' || lacksNoScope(stage, choices, each)))
    found.push(...oneOfEachKind(stage, other, fitting))
  }
  return found
}

/** The first of every set of actors, with a few more of the same. */
function oneOfEachKind(stage: Stage, other: Other, members: readonly Member[]): Attacker[] {
  const kinds = new Map<string, Member[]>()
  for (const member of members) {
    const kind = actorsOf(stage.charter, member).join('+')
    kinds.set(kind, [...(kinds.get(kind) ?? []), member])
  }
  return [...kinds.values()].flatMap(([member, ...more]) =>
    member === undefined ? [] : [{ member, other, instead: more.slice(0, mostInstead) }],
  )
}

/** Whether a member is what somebody is who has the object as theirs: another customer, where the customer may. */
function isAlike(stage: Stage, { choices, owner, caller }: Target, member: Member): boolean {
  return choices.some((choice) => {
    if (choice.party === undefined) return false
    if (choice.actor !== undefined) return plays(stage.charter, member, choice.actor)
    const model = owner ?? caller
    return model !== undefined && actorsOf(stage.charter, member).some((actor) => plays(stage.charter, model, actor))
  })
}

/** Whether a choice admits a member by role alone, wherever they are. */
function hasPart(stage: Stage, choices: readonly Choice[], member: Member): boolean {
  return choices.some((choice) => choice.party === undefined && hasRole(stage, choice, member))
}

/** Those whom none of the choices names. */
function otherActors(
  stage: Stage,
  { choices }: Target,
  ranked: readonly Member[],
  taken: ReadonlySet<Member | undefined>,
): Attacker[] {
  const others = ranked.filter((member) => !taken.has(member) && !hasPart(stage, choices, member))
  return oneOfEachKind(stage, 'other-actor', others)
}

function hasRole(stage: Stage, choice: Choice, member: Member): boolean {
  return choice.actor !== undefined && plays(stage.charter, member, choice.actor)
}

/** Whether a member has the scope of every choice that is meant for what they are. */
function lacksNoScope(stage: Stage, choices: readonly Choice[], member: Member): boolean {
  return choices.every(
    (choice) =>
      choice.scope === undefined ||
      (choice.actor !== undefined && !hasRole(stage, choice, member)) ||
      member.principal.scopes?.includes(choice.scope) === true,
  )
}

/** Whether any choice admits a member on an object of this owner, as far as is known before anything is sent. */
function entitled(stage: Stage, { choices, owner, caller, tenanted }: Target, member: Member): boolean {
  return choices.some((choice) => {
    if (choice.anonymous) return true
    if (member.ended === true) return false
    if (choice.scope !== undefined && member.principal.scopes?.includes(choice.scope) !== true) return false
    // Whoever is some other party makes the call; the owner need not be that.
    const isOwners = choice.party === 'owner' || choice.party === 'creator'
    if (choice.party !== undefined && member !== (isOwners ? owner : caller)) return false
    if (choice.actor === undefined) return true
    if (!plays(stage.charter, member, choice.actor)) return false
    return (
      choice.party !== undefined ||
      tenanted === undefined ||
      !boundToTenant(stage.charter.actors.get(choice.actor)) ||
      sameTenant(member, tenanted)
    )
  })
}
