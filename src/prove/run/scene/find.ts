import type { ObjectFact, ObjectType, Slot, Use } from '../../../charter/charter.ts'
import { readObject, textOf } from '../../../charter/object-fact.ts'
import { getPointer, type Pointer, parsePointer, printPointer } from '../../../charter/pointer.ts'
import { isSought, type SoughtText } from '../../../constraint/where.ts'
import type { Reason } from '../../../decide/decision.ts'
import { isOwn, useById } from '../../plan/graph.ts'
import { namedKeys } from '../../plan/named-key.ts'
import type { Var, VarSpec, Wish } from '../../plan/scenario.ts'
import { factId, judge, seenBy } from '../lab.ts'
import { listsFor, listUse, nestOf, thingIn, whereIn } from '../look/listing.ts'
import { readThing, unseen, withAbove } from '../look/observe.ts'
import { Unreached } from '../unreached.ts'
import type { Play } from './play.ts'
import { unmadeWords } from './refusal.ts'
import { knownOf, type Thing } from './thing.ts'

/** How many objects named by examples are looked at. */
const mostNamed = 8
/** How many people are asked for lists that are nested under other objects. */
const mostNestSeekers = 4
/** How many of those who have one are named. */
const mostTold = 3

/**
 * Finds an existing object that fits a variable, in the lists the API gives to those who may see it, else by keys that examples name.
 * Throws `Unreached`.
 */
export async function findThing(play: Play, name: Var): Promise<Thing> {
  const spec = play.scenario.vars[name]
  const type = play.lab.charter.objects.get(spec?.type ?? '')
  if (spec === undefined || type === undefined) throw new TypeError(`no variable ${name}`)
  if (spec.of !== undefined) return namedBy(play, spec.of, type, spec.at)
  if (spec.supply === 'made') throw new Unreached(unmadeWords(play, name))
  const owner = spec.owner === undefined ? undefined : (await play.principal(spec.owner)).id
  if (isOwn(play.lab.charter, type)) return ownThing(play, type, spec)
  if (spec.caller !== undefined) return callersThing(play, type, { ...spec, owner: spec.caller }, name)
  const shown: ObjectFact[] = []
  const listed = await listedThing(play, type, { name, spec, owner, shown })
  if (listed !== undefined) return listed
  const named = await namedThing(play, type, spec, owner)
  if (named !== undefined) return named
  const others = owner === undefined ? [] : ownersOf(play, spec, shown)
  throw new Unreached(missing(type, spec, owner, others), undefined, others)
}

/** Members who own an object that would fit if it were another's. */
function ownersOf({ lab }: Play, spec: VarSpec, facts: readonly ObjectFact[]): string[] {
  const owners = new Set(facts.filter((fact) => fits(fact, spec, undefined)).map((fact) => fact.owner))
  return lab.stage.members.filter(({ principal: { id } }) => id !== undefined && owners.has(id)).map(({ name }) => name)
}

interface Sought {
  readonly spec: VarSpec
  readonly owner: string | undefined
}

/** An object that fits in the lists of those who may be shown it. */
async function listedThing(
  play: Play,
  type: ObjectType,
  { name, spec, owner, shown }: Sought & { readonly name: Var; readonly shown: ObjectFact[] },
): Promise<Thing | undefined> {
  const use = listUse(play.lab.charter, type)
  if (use === undefined) return undefined
  const under = spec.under === undefined ? undefined : await play.thing(spec.under)
  const seekers = [...seekersOf(play, spec, under?.maker)]
  // A nested list is many lists.
  const few = nestOf(play.lab.charter, use) === undefined ? seekers : seekers.slice(0, mostNestSeekers)
  for (const seeker of few) {
    const lists = (await listsFor(play, type, use, seeker, { under })).map((list) => ({
      ...list,
      facts: list.facts.filter((fact) => isUnder(type, fact, under)),
    }))
    const all = lists.flatMap(({ facts }) => facts)
    shown.push(...all)
    const fact = await fittest(play, type, spec, { owner, facts: all })
    const list = lists.find(({ facts }) => fact !== undefined && facts.includes(fact))
    if (fact === undefined || list === undefined) continue
    const at = play.lab.charter.operations.get(use.operation)?.lists?.items ?? []
    const from = `$response.body#${whereIn(list.sent.exchange.response?.json, at, fact.value)}${printPointer(type.key)}`
    play.sent.push({ ...list.sent, captures: [{ name, value: fact.key, from }] })
    const thing = thingIn(type, fact, list, play)
    thing.siblings = list.facts.filter((each) => each !== fact && fits(each, spec, owner)).map(({ key }) => key)
    // A list may show less of an object than reading it does.
    if (type.read !== undefined) await readThing(play, thing, undefined)
    else thing.fact = await withAbove(play, thing, fact)
    return thing
  }
  return undefined
}

/** Whether an object is of another one, as far as it says. */
function isUnder(type: ObjectType, { value }: ObjectFact, under: Thing | undefined): boolean {
  if (under === undefined || type.parent?.object !== under.type.name) return true
  const key = textOf(getPointer(value, type.parent.key))
  return key === undefined || key === under.key
}

/** What another object names: its parent, or whose key stands in it. */
async function namedBy(play: Play, of: Var, type: ObjectType, at: Pointer | undefined): Promise<Thing> {
  const by = await play.thing(of)
  const key = at === undefined ? undefined : textOf(getPointer(by.fact?.value, at))
  const named =
    at === undefined ? await play.parentOf(by) : key === undefined ? undefined : await play.byKey(type.name, key)
  if (named === undefined)
    throw new Unreached(
      `${of} does not say which ${type.name} is its ${at === undefined ? 'parent' : printPointer(at)}`,
    )
  return named
}

/** An object that examples name, when it is there and fits; whoever is what they own is found by who they are. */
async function namedThing(
  play: Play,
  type: ObjectType,
  spec: VarSpec,
  owner: string | undefined,
): Promise<Thing | undefined> {
  const self = owner !== undefined && Array.isArray(type.owner) && type.owner.join('/') === type.key.join('/')
  const things: Thing[] = []
  for (const key of [...(self ? [owner] : []), ...namedKeys(play.lab.charter, type)].slice(0, mostNamed)) {
    const state = spec.states[0] ?? type.states[0]
    const maker = spec.owner === undefined ? {} : { maker: spec.owner }
    const thing: Thing = { type, key, path: {}, ...maker, ...(state === undefined ? {} : { followed: state }) }
    await readThing(play, thing, undefined)
    if (type.read === undefined)
      thing.fact ??= readObject(type, unseen(play.lab, type, key), knownOf(thing, play.lab.now()))
    if (thing.fact !== undefined) things.push(thing)
  }
  const facts = things.flatMap(({ fact }) => fact ?? [])
  const fact = await fittest(play, type, spec, { owner, facts })
  return fact === undefined ? undefined : things.find((thing) => thing.fact === fact)
}

/** Who may be shown it, the likeliest first; whoever made what it is under sees it there. */
function seekersOf({ lab }: Play, { owner }: VarSpec, maker: string | undefined): ReadonlySet<string> {
  const others = lab.stage.members.filter((member) => !member.pool).map((member) => member.name)
  return new Set([owner, lab.observer, maker, ...others].filter((name) => name !== undefined))
}

/** The listed object that fits best and is not on stage yet. */
async function fittest(
  play: Play,
  type: ObjectType,
  spec: VarSpec,
  { owner, facts }: { owner: string | undefined; facts: readonly ObjectFact[] },
): Promise<ObjectFact | undefined> {
  const taken = new Set([...play.things.values()].filter((thing) => thing.type === type).map((thing) => thing.key))
  const people = await idsOf(play, spec)
  const isTheirs = (fact: ObjectFact) => people.every(([at, id]) => namesSomebody(getPointer(fact.value, at), id))
  const ties = await textsOf(play, spec)
  const around = onStage(play)
  const unmet = (fact: ObjectFact) => missed(spec, fact, around)
  const unfit = await unfitFor(play, spec, facts)
  const { passed, found } = play.lab.choosing
  const used = (fact: ObjectFact): number => {
    const mark = factId(type.name, fact.key)
    return Number(play.spent.has(mark)) + Number(passed.has(mark))
  }
  // Rules about money are met more easily by whoever has more of it.
  const best = facts
    .filter(
      (fact) =>
        !taken.has(fact.key) && fits(fact, spec, owner) && isTheirs(fact) && isSought(ties, fact.value) !== false,
    )
    .toSorted(
      (left, right) =>
        used(left) - used(right) ||
        unmet(left) - unmet(right) ||
        (unfit.get(left) ?? 0) - (unfit.get(right) ?? 0) ||
        worth(type, right) - worth(type, left),
    )[0]
  if (best !== undefined) found.add(factId(type.name, best.key))
  return best
}

/** How much of what a use asks of its caller and its object speaks against each object, for whoever is to make it there. */
async function unfitFor(
  play: Play,
  { meant }: VarSpec,
  facts: readonly ObjectFact[],
): Promise<ReadonlyMap<ObjectFact, number>> {
  const use = meant === undefined ? undefined : useById(play.lab.charter, meant.use)
  if (meant === undefined || use === undefined || facts.length < 2) return new Map()
  const principal = await play.principal(meant.as)
  const isAgainst = ({ kind, outcome }: Reason) => outcome === 'broken' && (kind === 'by' || kind === 'when')
  return new Map(
    facts.map((fact) => {
      const seen = seenBy(play.lab, use, principal, {}, { object: fact })
      return [fact, judge(play.lab, use, seen).filter(isAgainst).length] as const
    }),
  )
}

function missing(type: ObjectType, spec: VarSpec, owner: string | undefined, others: readonly string[]): string {
  const state = spec.states.length === 0 ? '' : ` in state ${spec.states.join(' or ')}`
  const whose = owner === undefined ? '' : ` of ${spec.owner}`
  const why =
    type.list === undefined
      ? ': the charter names no `list` operation for it, and no `example` of a call that names one has the key of one that fits'
      : ''
  const people = Object.entries(spec.people ?? {}).map(([at, who]) => ` with ${who} as \`${at}\``)
  const where = spec.under === undefined ? '' : ` under ${spec.under}`
  const theirs = others.length === 0 ? '' : `; there is one of ${others.slice(0, mostTold).join(', ')}`
  return `no existing ${type.name}${state}${whose}${people.join('')}${where} was found${why}${theirs}`
}

async function ownThing(play: Play, type: ObjectType, spec: VarSpec): Promise<Thing> {
  const name = spec.owner ?? play.scenario.steps.at(-1)?.as ?? ''
  const { id } = await play.principal(name)
  if (id === undefined) throw new Unreached(`nobody is signed in whose ${type.name} it could be`)
  const thing: Thing = { type, key: id, path: {}, creator: id, maker: name }
  const fact = await readThing(play, thing, undefined)
  if (fact === undefined || fact === null) throw new Unreached(`the ${type.name} of ${name} could not be read`)
  if (spec.states.length > 0 && !spec.states.includes(fact.state ?? ''))
    throw new Unreached(`the ${type.name} of ${name} is ${fact.state ?? 'in no known state'}`)
  return thing
}

async function idsOf(play: Play, spec: VarSpec): Promise<(readonly [Pointer, string])[]> {
  const ids = Object.entries(spec.people ?? {}).map(
    async ([at, role]) => [parsePointer(at) ?? [], (await play.principal(role)).id ?? ''] as const,
  )
  return Promise.all(ids)
}

/** What it must say that others say. */
function textsOf(play: Play, { ties = [] }: VarSpec): Promise<SoughtText[]> {
  const texts = ties.map(async ({ at, of, there }) => {
    const is = textOf(getPointer((await play.thing(of)).fact?.value, there))
    return is === undefined ? [] : [{ at, is }]
  })
  return Promise.all(texts).then((found) => found.flat())
}

function namesSomebody(value: unknown, id: string): boolean {
  return Array.isArray(value) ? value.some((each) => textOf(each) === id) : textOf(value) === id
}

/** What somebody calls with can be used up only where a reset gives it back. */
async function callersThing(play: Play, type: ObjectType, spec: VarSpec, name: Var): Promise<Thing> {
  const moved = play.scenario.steps.some((step) => step.object === name)
  if (moved && play.lab.reset === undefined)
    throw new Unreached(`what ${spec.owner} calls with cannot be given back: the identities file has no reset hook`)
  return ownThing(play, type, spec)
}

/** How well an existing object serves: in the state new ones have, and with money on it. */
function worth(type: ObjectType, fact: ObjectFact): number {
  const fresh = type.transitions.some((use) => use.creates && use.to.includes(fact.state ?? ''))
  return (fresh ? 1e15 : 0) + wealth(type, fact)
}

function wealth(type: ObjectType, fact: ObjectFact): number {
  const money = [...type.fields.values()].filter((field) => field.type === 'money')
  return Math.max(0, ...money.map((field) => Number(getPointer(fact.value, field.at)) || 0))
}

function fits(fact: ObjectFact, spec: VarSpec, owner: string | undefined): boolean {
  if (spec.states.length > 0 && !spec.states.includes(fact.state ?? '')) return false
  if (owner !== undefined && fact.owner !== undefined && fact.owner !== owner) return false
  return spec.wishes.every((wish) => wish.soft === true || wishHolds(wish, fact))
}

/** What the last step reads by each name, as far as it is known yet. */
function onStage({ scenario, things }: Play): Readonly<Record<Slot, unknown>> {
  const { object, refs = {} } = scenario.steps.at(-1) ?? {}
  const named = [...Object.entries(refs), ...(object === undefined ? [] : [['object', object] as const])]
  return Object.fromEntries(named.map(([slot, name]) => [slot, things.get(name)?.fact?.value]))
}

/** How many of the wishes that are nice to have stay open, or of those that depend on other objects as well. */
function missed(spec: VarSpec, fact: ObjectFact, around: Readonly<Record<Slot, unknown>>): number {
  return spec.wishes.filter((wish) => {
    const others = wish.rule.reads.map(([root = '']) => root).filter((root) => root !== wish.slot)
    if (others.some((root) => around[root] === undefined)) return false
    const holds = wish.rule.evaluate({ ...around, [wish.slot]: fact.value }) === true
    return (wish.soft === true || others.length > 0) && holds !== wish.want
  }).length
}

/** Wishes that read more than the object are left to the argument search. */
function wishHolds(wish: Wish, fact: ObjectFact): boolean {
  if (wish.rule.reads.some(([root]) => root !== wish.slot)) return true
  return (wish.rule.evaluate({ [wish.slot]: fact.value }) === true) === wish.want
}

/** The keys that somebody is listed; none where they may not list. */
export async function listedKeys(play: Play, type: ObjectType, use: Use, name: string): Promise<ReadonlySet<string>> {
  const lists = await listsFor(play, type, use, name)
  return new Set(lists.flatMap(({ facts }) => facts.map((fact) => fact.key)))
}
