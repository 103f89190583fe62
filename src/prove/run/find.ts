import type { ObjectFact, ObjectType, Slot, Use } from '../../charter/charter.ts'
import { readObject, textOf } from '../../charter/object-fact.ts'
import { getPointer, type Pointer, parsePointer, printPointer, setPointer } from '../../charter/pointer.ts'
import { toHttp } from '../../wire/to-http.ts'
import type { Sent } from '../finding.ts'
import { isOwn } from '../plan/graph.ts'
import { namedKeys } from '../plan/named-key.ts'
import type { Var, VarSpec, Wish } from '../plan/scenario.ts'
import { factId, refuses } from './lab.ts'
import { readThing } from './observe.ts'
import type { Play } from './play.ts'
import { makeRequest } from './request.ts'
import { knownOf, type Thing } from './thing.ts'
import { Unreached } from './unreached.ts'

/** How many objects named by examples are looked at. */
const mostNamed = 8

/**
 * Finds an existing object that fits a variable, in the lists the API gives to those who may see it, else by keys that examples name.
 * Throws `Unreached`.
 */
export async function findThing(play: Play, name: Var): Promise<Thing> {
  const spec = play.scenario.vars[name]
  const type = play.lab.charter.objects.get(spec?.type ?? '')
  if (spec === undefined || type === undefined) throw new TypeError(`no variable ${name}`)
  if (spec.of !== undefined) return namedBy(play, spec.of, type, spec.at)
  if (spec.supply === 'made') throw new Unreached(`no step has made ${name}`)
  const owner = spec.owner === undefined ? undefined : (await play.principal(spec.owner)).id
  if (isOwn(play.lab.charter, type)) return ownThing(play, type, spec)
  if (spec.caller !== undefined) return callersThing(play, type, { ...spec, owner: spec.caller }, name)
  for (const seeker of seekersOf(play, spec)) {
    const use = play.lab.charter.operations.get(type.list ?? '')?.uses[0]
    const listed = use === undefined ? undefined : await listAs(play, type, use, seeker)
    const fact = listed === undefined ? undefined : await fittest(play, type, spec, { owner, facts: listed.facts })
    if (fact === undefined || listed === undefined) continue
    const at = play.lab.charter.operations.get(use?.operation ?? '')?.lists?.items ?? []
    const from = `$response.body#${whereIn(listed.sent.exchange.response?.json, at, fact.value)}${printPointer(type.key)}`
    play.sent.push({ ...listed.sent, captures: [{ name, value: fact.key, from }] })
    const thing: Thing = { type, key: fact.key, path: {}, fact }
    // A list may show less of an object than reading it does.
    await readThing(play, thing, undefined)
    return thing
  }
  const named = await namedThing(play, type, spec, owner)
  if (named === undefined) throw new Unreached(missing(type, spec, owner))
  return named
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
    if (type.read === undefined) thing.fact = readObject(type, unseen(play, type, key), knownOf(thing, play.lab.now()))
    else await readThing(play, thing, undefined)
    if (thing.fact !== undefined) things.push(thing)
  }
  const facts = things.flatMap(({ fact }) => fact ?? [])
  const fact = await fittest(play, type, spec, { owner, facts })
  return fact === undefined ? undefined : things.find((thing) => thing.fact === fact)
}

/** All that is known of what nobody can look at: its key, and the tenant of somebody whose id that is. */
function unseen({ lab }: Play, type: ObjectType, key: string): unknown {
  const value = setPointer({}, type.key, key)
  const { tenant } = lab.stage.members.find(({ principal }) => principal.id === key)?.principal ?? {}
  return tenant === undefined || !Array.isArray(type.tenant) ? value : setPointer(value, type.tenant, tenant)
}

/** Who may be shown it, the likeliest first. */
function seekersOf({ lab }: Play, { owner }: VarSpec): ReadonlySet<string> {
  const others = lab.stage.members.filter((member) => !member.pool).map((member) => member.name)
  return new Set([owner, lab.observer, ...others].filter((name) => name !== undefined))
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
  const around = onStage(play)
  const unmet = (fact: ObjectFact) => missed(spec, fact, around)
  const { passed, found } = play.lab.choosing
  const used = (fact: ObjectFact): number => {
    const mark = factId(type.name, fact.key)
    return Number(play.spent.has(mark)) + Number(passed.has(mark))
  }
  // Rules about money are met more easily by whoever has more of it.
  const best = facts
    .filter((fact) => !taken.has(fact.key) && fits(fact, spec, owner) && isTheirs(fact))
    .toSorted(
      (left, right) => used(left) - used(right) || unmet(left) - unmet(right) || worth(type, right) - worth(type, left),
    )[0]
  if (best !== undefined) found.add(factId(type.name, best.key))
  return best
}

function missing(type: ObjectType, spec: VarSpec, owner: string | undefined): string {
  const state = spec.states.length === 0 ? '' : ` in state ${spec.states.join(' or ')}`
  const whose = owner === undefined ? '' : ` of ${spec.owner}`
  const why = type.list === undefined ? ': the charter names no `list` operation for it' : ''
  return `no existing ${type.name}${state}${whose} was found${why}`
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
  return new Set((await listAs(play, type, use, name))?.facts.map((fact) => fact.key))
}

async function listAs(
  play: Play,
  type: ObjectType,
  use: Use,
  name: string,
): Promise<{ facts: ObjectFact[]; sent: Sent } | undefined> {
  const signed = play.peek(name) ?? (await play.lab.signIn(name))
  const request = makeRequest(play.lab.charter, use, play.lab.supply)
  const exchange = await signed.send(toHttp(play.lab.charter, use, request, play.serverOf(use)))
  if (refuses(play.lab.charter, use, exchange)) return undefined
  const at = play.lab.charter.operations.get(use.operation)?.lists?.items ?? []
  const facts = itemsIn(exchange.response?.json, at, type).map((value) =>
    readObject(type, value, { now: play.lab.now() }),
  )
  const sent: Sent = { use: use.id, operation: use.operation, as: name, purpose: 'setup', exchange, captures: [] }
  return { facts, sent }
}

/** The pointer to an item of a list answer; `at` is where the charter says the list is. */
export function whereIn(json: unknown, at: readonly string[], item: unknown): string {
  const direct = getPointer(json, at)
  if (Array.isArray(direct) && direct.includes(item)) return `${printPointer(at)}/${direct.indexOf(item)}`
  if (Array.isArray(json)) return `/${json.indexOf(item)}`
  const lists = typeof json === 'object' && json !== null ? Object.entries(json) : []
  const [member, list] = lists.find(([, each]) => Array.isArray(each) && each.includes(item)) ?? []
  return member === undefined || !Array.isArray(list) ? '' : `${printPointer([member])}/${list.indexOf(item)}`
}

/** The items of a list answer: where the charter says, else the first list of things that have the key. */
export function itemsIn(json: unknown, at: readonly string[], type: ObjectType): unknown[] {
  const direct = getPointer(json, at)
  const lists = [direct, ...(typeof json === 'object' && json !== null ? Object.values(json) : [])]
  const list = lists.find(
    (each): each is unknown[] =>
      Array.isArray(each) && each.some((item) => textOf(getPointer(item, type.key)) !== undefined),
  )
  return list?.filter((item) => textOf(getPointer(item, type.key)) !== undefined) ?? []
}
