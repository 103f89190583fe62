import type { Choice, Use } from '../../charter/charter.ts'
import { actorsOf, boundToTenant, choicesOf, type Member, plays, type Stage, sameTenant } from './cast.ts'
import type { Other } from './scenario.ts'

/** Somebody who may not make a use, and in which way they differ from whoever may. */
export interface Attacker {
  /** Absent for somebody not signed in. */
  readonly member?: Member
  readonly other: Other
}

/** Whoever owns the object and whoever may make the call, where the control has them. */
export interface Rightful {
  readonly caller: Member | undefined
  readonly owner: Member | undefined
}

/**
 * Those who may not make a use although they may sign in, one for each way of not being entitled: the same actor who owns something
 * else, of another tenant, without the scope; then one of every other actor; then nobody at all.
 */
export function attackersOf(stage: Stage, use: Use, rightful: Rightful): Attacker[] {
  const { owner, caller } = rightful
  // Whoever serves an object of somebody without a tenant does so for the tenant they are of.
  const tenanted = owner?.principal.tenant === undefined ? caller : owner
  const choices = choicesOf(use)
  const may = (member: Member) => entitled(stage, choices, member, { owner, tenanted })
  const outsiders = stage.members.filter((member) => member !== owner && !may(member))
  const found = insideAttackers(stage, choices, outsiders, { ...rightful, tenanted })
  // Whoever owns the object comes first: what even the owner may not do is the sharpest test of a function.
  const ranked = owner !== undefined && !may(owner) ? [owner, ...outsiders] : outsiders
  const others = otherActors(stage, choices, ranked, new Set(found.map((each) => each.member)))
  return [...found, ...others, { other: 'not-signed-in' }]
}

/** Those who may make the use by role, and lack something else for it. */
function insideAttackers(
  stage: Stage,
  choices: readonly Choice[],
  outsiders: readonly Member[],
  { owner, caller, tenanted }: Rightful & { tenanted: Member | undefined },
): Attacker[] {
  const model = choices.some((choice) => choice.party !== undefined) ? (owner ?? caller) : caller
  const alike = outsiders.filter(
    (member) =>
      model !== undefined && actorsOf(stage.charter, member).some((actor) => plays(stage.charter, model, actor)),
  )
  const near = (member: Member) => tenanted === undefined || sameTenant(member, tenanted)
  const found: Attacker[] = []
  push(
    found,
    'other-owner',
    alike.find((member) => owner !== undefined && near(member) && lacksNoScope(choices, member)),
  )
  push(
    found,
    'other-tenant',
    alike.find((member) => !near(member)),
  )
  push(
    found,
    'no-scope',
    outsiders.find((member) => choices.some((choice) => choice.scope !== undefined && hasRole(stage, choice, member))),
  )
  return found
}

/** One member of every set of actors that none of the choices names. */
function otherActors(
  stage: Stage,
  choices: readonly Choice[],
  ranked: readonly Member[],
  taken: ReadonlySet<Member | undefined>,
): Attacker[] {
  const byActors = new Map<string, Attacker>()
  for (const member of ranked) {
    const actors = actorsOf(stage.charter, member).join('+')
    const rightful = choices.some((choice) => choice.party === undefined && hasRole(stage, choice, member))
    if (!taken.has(member) && !rightful && !byActors.has(actors)) byActors.set(actors, { member, other: 'other-actor' })
  }
  return [...byActors.values()]
}

function hasRole(stage: Stage, choice: Choice, member: Member): boolean {
  return choice.actor !== undefined && plays(stage.charter, member, choice.actor)
}

function push(found: Attacker[], other: Other, member: Member | undefined): void {
  if (member !== undefined && !found.some((each) => each.member === member)) found.push({ member, other })
}

function lacksNoScope(choices: readonly Choice[], member: Member): boolean {
  return choices.every(
    (choice) => choice.scope === undefined || (member.principal.scopes?.includes(choice.scope) ?? false),
  )
}

/** Whether any choice admits a member on an object of this owner, as far as is known before anything is sent. */
function entitled(
  stage: Stage,
  choices: readonly Choice[],
  member: Member,
  { owner, tenanted }: { owner: Member | undefined; tenanted: Member | undefined },
): boolean {
  return choices.some((choice) => {
    if (choice.anonymous) return true
    if (choice.scope !== undefined && member.principal.scopes?.includes(choice.scope) !== true) return false
    if (choice.party !== undefined && member !== owner) return false
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
