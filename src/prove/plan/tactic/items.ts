/** Lists that hold what the caller may not read. */
import type { Charter, ObjectType } from '../../../charter/charter.ts'
import { Builder } from '../build.ts'
import { actorsOf, type Member, sameTenant } from '../cast.ts'
import { Casting } from '../casting.ts'
import { namedObjects } from '../implicit-ref.ts'
import type { Scenario, Tactic } from '../scenario.ts'
import { type Bringer, possible } from '../wants.ts'
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

/**
 * Somebody lists what an object has, with one of a type in it: made in time, before that object is moved on. Undefined where it is no
 * list of what an object has, or what is made need not be in that one.
 *
 * @param owner - Whose it shall be; without it, whoever can own one.
 */
export function listedIn(draft: Draft, object: string, lister: Member, owner?: Member): Scenario | undefined {
  const { stage, use, options } = draft
  const type = stage.charter.objects.get(object)
  if (type === undefined || use.object === undefined || use.object.type === object) return undefined
  return possible(() => {
    const control = draft.build({ member: lister })
    const act = control.steps.at(-1)
    const above = act?.object
    const at = control.steps.findIndex(({ makes }) => makes !== undefined && makes === above)
    const states = namingStates(stage.charter, type, use.object?.type)
    if (act === undefined || above === undefined || at < 0 || states === undefined) return undefined
    const builder = new Builder(stage, options)
    builder.resume({ ...control, steps: control.steps.slice(0, at + 1) })
    const able = builder.casting.possibleOwners(object)
    const theirs = owner ?? able.find((each) => each !== lister && sameTenant(each, lister))
    const item = builder.supply(object, { owner: theirs, states, wishes: [], near: above, depth: 0 })
    const isIn = builder.steps.some(
      (step) => (step.object ?? step.makes) === item && Object.values(step.refs).includes(above),
    )
    builder.steps.push(...control.steps.slice(at + 1))
    return isIn ? draft.finish(builder) : undefined
  })
}

/** The states in which a new object names one of a type: any where it does from the start; undefined where it never does. */
function namingStates(charter: Charter, type: ObjectType, above: string | undefined): readonly string[] | undefined {
  const naming = type.transitions.filter((each) =>
    namedObjects(charter, each).some((ref) => ref.object === above && ref.key.from === 'request'),
  )
  return naming.some((each) => each.creates) ? [] : naming[0]?.to
}

/** Somebody's object is made, and somebody else lists. Throws `Unbuildable`. */
function listing(draft: Draft, object: string, { lister, owner }: Pair): Scenario {
  const inside =
    sameTenant(owner, lister) && mayReadSome(draft, object, lister) ? listedIn(draft, object, lister, owner) : undefined
  if (inside !== undefined) return inside
  const builder = withObject(draft, object, owner)
  builder.addAct(draft.use, { ...draft.base, member: lister })
  return builder.scenario()
}

/** Whether a member may read objects of a type at all: who may not, and lists them, is not known to be shown too much. */
function mayReadSome({ stage, options }: Draft, object: string, member: Member): boolean {
  const { charter } = stage
  const read = charter.operations.get(charter.objects.get(object)?.read ?? '')?.uses ?? []
  return read.some((use) => new Casting(stage, options).able(use, undefined).includes(member))
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
