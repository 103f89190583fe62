/** Fields written or read by those who may not. */
import { withArticle } from '../../../cel/article.ts'
import type { Choice, ObjectType, Use } from '../../../charter/charter.ts'
import { Builder } from '../build.ts'
import { actorsOf, admitted, choicesOf, type Member, plays, type Stage, sameTenant } from '../cast.ts'
import { Casting } from '../casting.ts'
import { reachableStates } from '../graph.ts'
import type { Scenario, Tactic } from '../scenario.ts'
import { Unbuildable } from '../wants.ts'
import type { ConstraintOf, Draft } from './draft.ts'
import { listedIn } from './items.ts'

/** Methods whose requests may carry a body although the description speaks of none. */
const withBody: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH'])
/** How many kinds of people look for a field. */
const mostReaders = 4
/** How many kinds of people write one that others may write with the same call. */
const mostWriters = 2

/**
 * The rightful call with one member more, which is not the caller's to write. Where the description speaks of no body, a JSON one is
 * sent all the same: what binds a body to an object does not read descriptions.
 */
export function planSetBy(draft: Draft, constraint: ConstraintOf<'set-by'>): void {
  const tactic: Tactic = { kind: 'write-field', field: constraint.field.name }
  const shape = draft.stage.charter.operations.get(draft.use.operation)?.shape
  if (shape === undefined) return
  const isHere = constraint.on === undefined ? constraint.choices.length > 0 : constraint.on.includes(draft.use.id)
  const writers = isHere ? writersBeside(draft, constraint) : [undefined]
  if (shape.body === undefined && !withBody.has(shape.method)) {
    draft.skip(constraint.id, tactic, `${withArticle(shape.method)} takes no body that could carry the field`)
    return
  }
  const finding = isState(draft, constraint.object, constraint.field.at) ? 'direct-status-write' : 'bopla-write'
  for (const member of writers)
    draft.add(constraint.id, tactic, finding, () => {
      const scenario = draft.build(member === undefined ? {} : { member })
      const last = scenario.steps.at(-1)
      if (last === undefined) throw new Unbuildable('no step to add the field to')
      const extra = [...last.extra, { at: constraint.field.in, value: { tamper: 'much' } as const }]
      const abuse = { ...scenario, steps: [...scenario.steps.slice(0, -1), { ...last, extra }] }
      return member === undefined ? { abuse } : { control: scenario, abuse }
    })
}

/**
 * Who may make the call and not write the field, one of each kind; undefined for whoever makes it anyway. Nobody where all who may make
 * it may write the field as well: who that is, is proven by `by`.
 */
function writersBeside(draft: Draft, { id, field, choices }: ConstraintOf<'set-by'>): (Member | undefined)[] {
  const { stage, use, options } = draft
  if (choices.some(({ actor, party }) => actor === undefined && party === undefined)) return []
  const control = draft.build()
  const caller = stage.members.find(({ name }) => name === control.steps.at(-1)?.as)
  const making = choicesOf(use)
  const isParty = making.some(({ party }) => party !== undefined && choices.some((each) => each.party === party))
  const isFree = caller !== undefined && (byRole(stage, choices, caller) || (isParty && !byRole(stage, making, caller)))
  if (!isFree) return [undefined]
  const others = new Casting(stage, options)
    .able(use, undefined)
    .filter((each) => each !== caller && byRole(stage, making, each) && !byRole(stage, choices, each))
  const roles = making.flatMap(({ actor, party }) => (party === undefined && actor !== undefined ? actor : []))
  const absent = roles.filter(
    (role) =>
      choices.every(({ actor }) => actor !== role) && !stage.members.some((each) => plays(stage.charter, each, role)),
  )
  for (const role of absent)
    draft.skip(id, { kind: 'write-field', field: field.name }, `no identity is ${withArticle(`\`${role}\``)}`)
  return oneOfEachKind(stage, others).slice(0, mostWriters)
}

/** Whether one of the choices admits a member by role alone. */
function byRole({ charter }: Stage, choices: readonly Choice[], member: Member): boolean {
  return choices.some((choice) => choice.party === undefined && admitted(charter, [member], choice).length > 0)
}

function isState(draft: Draft, object: string, at: readonly string[]): boolean {
  const state = draft.stage.charter.objects.get(object)?.state
  return state?.kind === 'at' && state.pointer.join('/') === at.join('/')
}

/** Somebody who may read the object looks for a field they may not read, or not in the state it is in. */
export function planSeenBy(draft: Draft, constraint: ConstraintOf<'seen-by'>, control: Scenario): void {
  const tactic: Tactic = { kind: 'read-field', field: constraint.field.name }
  const readers = new Casting(draft.stage, draft.options).able(draft.use, undefined)
  const others = readers.filter((member) => !byRole(draft.stage, constraint.choices, member))
  const owner = draft.stage.members.find(({ name }) => name === ownerIn(control))
  const staff = others
    .filter((member) => member !== owner && byRole(draft.stage, choicesOf(draft.use), member))
    .toSorted((left, right) => Number(isFar(left, owner)) - Number(isFar(right, owner)))
  // Who reaches the object as a party of it: one stands for all.
  const parties = seenByParty(constraint, choicesOf(draft.use)) ? [] : others.filter((each) => !staff.includes(each))
  // Whoever is one already need not be made one.
  const usual = [owner?.name, control.steps.at(-1)?.as]
  const party = parties.find(({ name }) => usual.includes(name)) ?? parties[0]
  const strangers = [
    ...oneOfEachKind(draft.stage, staff).slice(0, mostReaders),
    ...(party === undefined ? [] : [party]),
  ]
  for (const reader of strangers) {
    draft.add(constraint.id, tactic, 'bopla-read', () => {
      const theirs = owner === undefined || (reader === party && reader !== owner) ? {} : { owner }
      const inside = listedIn(draft, constraint.object, reader)
      const scenario = inside ?? draft.build({ member: reader, ...theirs })
      return { control: scenario, abuse: scenario }
    })
  }
  const early = planEarly(draft, constraint, readers)
  if (strangers.length === 0 && early === 0)
    draft.skip(constraint.id, tactic, 'everyone who may reach the object may see the field')
}

/** Whether everybody whom a use admits as a party may see the field as that party. */
function seenByParty({ choices }: ConstraintOf<'seen-by'>, admitting: readonly Choice[]): boolean {
  const parties = admitting.flatMap((choice) => choice.party ?? [])
  return parties.every((party) => choices.some((choice) => choice.party === party && choice.actor === undefined))
}

/** Whoever may see the field in some states looks in each of the others; says for how many states that was planned. */
function planEarly(draft: Draft, constraint: ConstraintOf<'seen-by'>, readers: readonly Member[]): number {
  const { stage, use } = draft
  const type = stage.charter.objects.get(constraint.object)
  const planned = new Set<string>()
  for (const choice of constraint.choices) {
    if (choice.states === undefined || type === undefined) continue
    const [reader] = candidates(draft, choice, type, readers)
    if (reader === undefined) continue
    const open = statesOpenTo(stage, constraint, choice, reader)
    for (const state of reachableStates(type)) {
      const mark = `${reader.name}|${state}`
      if (open.has(state) || state === type.gone || planned.has(mark) || !mayBe(use, constraint, state)) continue
      planned.add(mark)
      const tactic: Tactic = { kind: 'read-field', field: constraint.field.name, state }
      draft.add(constraint.id, tactic, 'bopla-read', () => inState(draft, constraint, { choice, reader, state }))
    }
  }
  return planned.size
}

/** A move shows the object as it leaves it; everything else shows it in the state it finds it in. */
function mayBe(use: Use, { object }: ConstraintOf<'seen-by'>, state: string): boolean {
  if (use.object?.type !== object) return true
  if (use.creates || (use.to.length > 0 && !use.to.includes(state))) return false
  return use.from.length === 0 || use.from.includes(state)
}

/** Members whom a choice could entitle, the nearest to the object first. */
function candidates({ stage, options }: Draft, choice: Choice, type: ObjectType, readers: readonly Member[]): Member[] {
  const own = choice.party === 'owner' ? new Casting(stage, options).possibleOwners(type.name) : undefined
  return admitted(stage.charter, readers, choice).filter((member) => own === undefined || own.includes(member))
}

/** States in which a choice or another that fits the same person lets the field be seen. */
function statesOpenTo(
  { charter }: Stage,
  { object, choices }: ConstraintOf<'seen-by'>,
  { party }: Choice,
  reader: Member,
): ReadonlySet<string> {
  const all = charter.objects.get(object)?.states ?? []
  const fitting = choices.filter(
    (each) => (each.party === undefined || each.party === party) && admitted(charter, [reader], each).length > 0,
  )
  return new Set(fitting.flatMap((each) => each.states ?? all))
}

interface Early {
  readonly choice: Choice
  readonly reader: Member
  readonly state: string
}

/** The same look at the object while it is in another state; in a list, one in that state is made first. */
function inState(draft: Draft, { object }: ConstraintOf<'seen-by'>, { choice, reader, state }: Early) {
  const standing = {
    ...(choice.party === 'owner' ? { owner: reader } : {}),
    ...(choice.party === 'creator' ? { creator: reader } : {}),
  }
  if (draft.use.object?.type === object) {
    const scenario = draft.build({ member: reader, ...standing, states: { object: [state] } })
    return { control: scenario, abuse: scenario }
  }
  const builder = new Builder(draft.stage, draft.options)
  builder.supply(object, { ...standing, states: [state], wishes: [], depth: 0 })
  builder.addAct(draft.use, { ...draft.base, member: reader })
  return { control: draft.build({ member: reader }), abuse: builder.scenario() }
}

function ownerIn({ steps, vars }: Scenario): string | undefined {
  return vars[steps.at(-1)?.object ?? '']?.owner
}

function isFar(member: Member, owner: Member | undefined): boolean {
  return owner !== undefined && !sameTenant(member, owner)
}

function oneOfEachKind({ charter }: Stage, members: readonly Member[]): Member[] {
  const kinds = new Map<string, Member>()
  for (const member of members) {
    const kind = actorsOf(charter, member).join('+')
    if (!kinds.has(kind)) kinds.set(kind, member)
  }
  return [...kinds.values()]
}
