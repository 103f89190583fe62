/** Lists that hold what the caller may not read. */
import { Builder } from '../build.ts'
import { actorsOf, type Member, sameTenant } from '../cast.ts'
import { Casting } from '../casting.ts'
import type { Scenario, Tactic } from '../scenario.ts'
import type { Bringer } from '../wants.ts'
import { baseWants, type ConstraintOf, type Draft } from './draft.ts'

const mostListers = 4

/** Lists as one of each kind of people who may, once with objects of others made for the purpose. */
export function planItems(draft: Draft, constraint: ConstraintOf<'items'>, control: Scenario): void {
  const { stage, use, options } = draft
  const kinds = new Map<string, Member[]>()
  for (const lister of new Casting(stage, options).able(use, undefined)) {
    const actors = actorsOf(stage.charter, lister).join('+')
    kinds.set(actors, [...(kinds.get(actors) ?? []), lister])
  }
  for (const [actors, listers] of [...kinds].slice(0, mostListers)) {
    const [lister] = listers
    if (lister === undefined) continue
    const others = othersWith(draft, constraint.object, lister)
    // What others brought about is in the list beside whatever was there before.
    if (bringerFor(draft, constraint.object) === undefined || others.length === 0)
      draft.add(constraint.id, { kind: 'list', as: actors }, 'bola-read', () => ({
        abuse: draft.build({ member: lister }),
      }))
    for (const owner of others) {
      const near = sameTenant(owner, lister)
      const tactic: Tactic = { kind: 'list', as: actors, of: owner.name }
      draft.add(constraint.id, tactic, near ? 'bola-read' : 'cross-tenant', () => ({
        control,
        abuse: listing(draft, constraint.object, { lister, owner }),
        instead: near ? [] : turnedRound(draft, constraint.object, listers),
      }))
    }
  }
}

interface Pair {
  readonly lister: Member
  readonly owner: Member
}

/** Somebody's object is made, and somebody else lists. Throws `Unbuildable`. */
function listing(draft: Draft, object: string, { lister, owner }: Pair): Scenario {
  const builder = withObject(draft, object, owner)
  builder.addAct(draft.use, { ...draft.base, member: lister })
  return builder.scenario()
}

/** The same across tenants seen from the other side: an object may be made by the people of one tenant only. */
function turnedRound(draft: Draft, object: string, listers: readonly Member[]): Scenario[] {
  const across = listers.find((each) => !sameTenant(each, listers[0] ?? each))
  const theirs =
    across === undefined ? [] : othersWith(draft, object, across).filter((each) => !sameTenant(each, across))
  return across === undefined ? [] : theirs.map((each) => listing(draft, object, { lister: across, owner: each }))
}

/** A scenario in the making with an object of somebody: made, or brought about by another use. */
function withObject(draft: Draft, object: string, owner: Member): Builder {
  const { stage, options } = draft
  const bringer = bringerFor(draft, object)
  const builder = new Builder(stage, bringer?.options ?? options)
  if (bringer === undefined) {
    builder.supply(object, { owner, states: [], wishes: [], depth: 0 })
    return builder
  }
  const member = builder.casting.able(bringer.use, undefined).includes(owner) ? { member: owner } : {}
  builder.addAct(bringer.use, { ...baseWants(stage, bringer.use), ...member, owner })
  const act = builder.steps.pop()
  if (act !== undefined) builder.steps.push({ ...act, purpose: 'setup' })
  return builder
}

function bringerFor({ options }: Draft, object: string): Bringer | undefined {
  return options.bringers?.get(object)
}

/** Others for whom an object can be made, one of the same tenant as the lister and one of another. */
function othersWith(draft: Draft, object: string, lister: Member): Member[] {
  const { stage, options } = draft
  const casting = new Casting(stage, options)
  const bringer = bringerFor(draft, object)
  const isMade = stage.charter.objects.get(object)?.transitions.some((each) => each.creates) === true
  if (!isMade && bringer === undefined) return []
  const owners = isMade ? casting.possibleOwners(object) : casting.possibleOwners(bringer?.use.object?.type)
  const others = owners.filter((member) => member !== lister)
  const chosen = [true, false].map((same) => others.find((member) => sameTenant(member, lister) === same))
  return chosen.filter((each) => each !== undefined)
}
