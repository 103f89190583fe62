/** Objects that the object acted on points to: nothing on the way has to name them. */
import { withArticle } from '../../../cel/article.ts'
import type { ObjectType, Slot, Use } from '../../../charter/charter.ts'
import { Builder } from '../build.ts'
import { canMake, sameTenant } from '../cast.ts'
import { Casting } from '../casting.ts'
import { movesFrom } from '../graph.ts'
import { namedByObject } from '../kin.ts'
import { samePlace } from '../origin.ts'
import { pointed } from '../pointed.ts'
import { plannedStates, varIn } from '../prepare-rule.ts'
import type { Scenario, Step, Var } from '../scenario.ts'
import { possible, Unbuildable, type Wants } from '../wants.ts'
import type { ConstraintOf, Draft } from './draft.ts'

/**
 * The object acted on points to another one: that is moved on right before the act, or set anew by whoever the object is of, as an
 * account that must be verified again. Throws `Unbuildable`.
 */
function movedBefore(draft: Draft, type: ObjectType, constraint: ConstraintOf<'from'>, state: string): Scenario {
  const builder = new Builder(draft.stage, draft.options)
  builder.addAct(draft.use, draft.base)
  const act = builder.steps.pop()
  if (act === undefined) throw new Unbuildable('nothing to do')
  if (act.object !== undefined && draft.options.spend !== true) builder.kept.add(act.object)
  const named = Object.keys(builder.vars).find((name) => builder.vars[name]?.type === type.name)
  const ways = constraint.states.map((start) => movesFrom(type, start, [state], undefined, builder.lore.avoid))
  const moves = ways.find((way) => way !== undefined)
  const setter = type.transitions.find((use) => use.creates && use.to.includes(state))
  if (moves !== undefined) builder.move(named ?? varPointedAt(draft, builder, act.object, constraint.slot), moves, 0)
  else if (named === undefined && setter !== undefined) setAnew(builder, setter, act.object)
  else throw new Unbuildable(`nothing moves ${withArticle(type.name)} that may be used to ${state}`)
  builder.steps.push(act)
  return draft.finish(builder)
}

/**
 * The object acted on points to one in a state: moved there right before the act, else there from the beginning,
 * whatever is demanded of what makes what points to it. Throws `Unbuildable`.
 */
export function pointedIn(draft: Draft, type: ObjectType, constraint: ConstraintOf<'from'>, state: string): Scenario {
  try {
    return movedBefore(draft, type, constraint, state)
  } catch (error) {
    if (!(error instanceof Unbuildable)) throw error
    const maker = draft.use.object?.type
    const early = maker === undefined ? {} : { early: { maker, type: type.name, states: [state] } }
    const builder = new Builder(draft.stage, { ...draft.options, ...early })
    builder.addAct(draft.use, { ...draft.base, states: { [constraint.slot]: [state] } })
    const scenario = draft.finish(builder)
    builder.steps.pop()
    const names = Object.keys(builder.vars).filter((name) => builder.vars[name]?.type === type.name)
    if (!names.some((name) => plannedStates(builder, name).includes(state))) throw error
    return scenario
  }
}

/** What the act has in a slot: what a step of the way named, else what its object will say. Throws `Unbuildable` where that is nothing. */
export function varOfAct(draft: Draft, builder: Builder, act: Pick<Step, 'object' | 'refs'>, slot: Slot): Var {
  const ref = draft.use.refs.find((each) => each.slot === slot && each.key.from === 'object')
  const isMade = ref !== undefined && act.object !== undefined
  return (
    varIn(builder, act, slot) ??
    (isMade ? namedByObject(draft.stage.charter, builder, act.object, ref) : undefined) ??
    varPointedAt(draft, builder, act.object, slot)
  )
}

/** What the object acted on names in a slot. Throws `Unbuildable` where it names nothing there. */
function varPointedAt({ use, stage }: Draft, builder: Builder, object: Var | undefined, slot: Slot): Var {
  const ref = use.refs.find((each) => each.slot === slot)
  const type = stage.charter.objects.get(ref?.object ?? '')
  if (object === undefined || type === undefined || ref?.key.from !== 'object')
    throw new Unbuildable(`no step of the way names the ${type?.name ?? slot}`)
  const at = ref.key.pointer
  const owner = stage.charter.objects.get(builder.vars[object]?.type ?? '')?.owner
  const same = owner !== undefined && samePlace(owner, at)
  return pointed(builder, type, object, { at, owner: same ? builder.owners.get(object) : undefined })
}

/** Whoever the object is of makes what it points to once more. */
function setAnew(builder: Builder, setter: Use, object: Var | undefined): void {
  const owner = builder.owners.get(object ?? '')
  const member = builder.casting.makerOf(setter, owner, {})
  builder.step(setter, { member, object: undefined, belonging: { owner }, wants: {}, purpose: 'setup', depth: 1 })
}

const mostOwners = 2

/** The rightful way with objects of other people, who may have such a thing in another state. */
export function ofOthers(draft: Draft): Scenario[] {
  const { type } = draft.use.object ?? {}
  return new Casting(draft.stage, draft.options)
    .possibleOwners(type)
    .slice(1, 1 + mostOwners)
    .flatMap((owner) => possible(() => draft.build({ owner })) ?? [])
}

/** The use with what a slot names being of others, as an account that something is paid to. */
export function namingOthers(draft: Draft, slot: Slot, wants: Wants): Scenario[] {
  const ref = draft.use.refs.find((each) => each.slot === slot)
  const type = draft.stage.charter.objects.get(ref?.object ?? '')
  if (ref?.key.from !== 'request' || type === undefined) return []
  const far = ofOtherTenants(draft, type, slot, wants)
  if (type.owner === undefined) return far
  const usual = draft.build()
  const known = usual.vars[usual.steps.at(-1)?.refs[slot] ?? '']?.owner
  const owners = new Casting(draft.stage, draft.options).possibleOwners(type.name)
  const own = owners.find(({ name }) => name === known)
  const near = owners
    .filter((each) => each !== own && (own === undefined || sameTenant(each, own)))
    .slice(0, mostOwners)
    .flatMap((owner) => possible(() => draft.build({ ...wants, refOwner: { [slot]: owner } })) ?? [])
  return [...near, ...far]
}

/** The use with what a slot names being of another tenant, made by whoever may there. */
function ofOtherTenants(draft: Draft, type: ObjectType, slot: Slot, wants: Wants): Scenario[] {
  const { stage } = draft
  const caller = stage.members.find(({ name }) => name === draft.build().steps.at(-1)?.as)
  if (type.tenant === undefined || caller === undefined) return []
  return stage.members
    .filter((each) => !sameTenant(each, caller) && canMake(stage, type.name, each))
    .slice(0, 1)
    .flatMap((maker) => possible(() => draft.build({ ...wants, refOwner: { [slot]: maker } })) ?? [])
}
