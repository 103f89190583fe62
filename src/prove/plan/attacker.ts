import type { Choice, Use } from '../../charter/charter.ts'
import { actorsOf, boundToTenant, choicesOf, type Member, plays, type Stage, sameTenant } from './cast.ts'
import type { Other } from './scenario.ts'

/** Somebody who may not make a use, and in which way they differ from whoever may. */
export interface Attacker {
  /** Absent for somebody not signed in. */
  readonly member?: Member
  readonly other: Other
}

/**
 * Those who may not make a use although they may sign in, one for each way of not being entitled: the same actor who owns something
 * else, of another tenant, without the scope; then one of every other actor; then nobody at all.
 */
export function attackersOf(
  stage: Stage,
  use: Use,
  rightful: { caller: Member | undefined; owner: Member | undefined },
): Attacker[] {
  const { owner, caller } = rightful
  // Whoever serves an object of somebody without a tenant does so for the tenant they are of.
  const tenanted = owner?.principal.tenant === undefined ? caller : owner
  const choices = choicesOf(use)
  const outsiders = stage.members.filter(
    (member) => member !== owner && !entitled(stage, choices, member, { owner, tenanted }),
  )
  const ownEntitled = owner !== undefined && entitled(stage, choices, owner, { owner, tenanted })
  const found: Attacker[] = []
  const model = choices.some((choice) => choice.party !== undefined) ? (owner ?? caller) : caller
  const alike = outsiders.filter(
    (member) =>
      model !== undefined && actorsOf(stage.charter, member).some((actor) => plays(stage.charter, model, actor)),
  )
  push(
    found,
    'other-owner',
    alike.find(
      (member) =>
        owner !== undefined &&
        (tenanted === undefined || sameTenant(member, tenanted)) &&
        lacksNoScope(choices, member),
    ),
  )
  push(
    found,
    'other-tenant',
    alike.find((member) => tenanted !== undefined && !sameTenant(member, tenanted)),
  )
  push(
    found,
    'no-scope',
    outsiders.find((member) =>
      choices.some(
        (choice) =>
          choice.scope !== undefined && choice.actor !== undefined && plays(stage.charter, member, choice.actor),
      ),
    ),
  )
  const taken = new Set(found.map((each) => each.member))
  const seen = new Set<string>()
  // Whoever owns the object comes first: what even the owner may not do is the sharpest test of a function.
  for (const member of [...(owner !== undefined && !ownEntitled ? [owner] : []), ...outsiders]) {
    const actors = actorsOf(stage.charter, member).join('+')
    const rightfulActor = choices.some(
      (choice) =>
        choice.actor !== undefined && choice.party === undefined && plays(stage.charter, member, choice.actor),
    )
    if (taken.has(member) || seen.has(actors) || rightfulActor) continue
    seen.add(actors)
    found.push({ member, other: 'other-actor' })
  }
  found.push({ other: 'not-signed-in' })
  return found
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
