/** What people are shown in lists, those that are nested under another object included, as `GET /orders/{orderId}/payments`. */
import type { CallRequest, Charter, ObjectFact, ObjectType, Use } from '../../../charter/charter.ts'
import { readObject, textOf } from '../../../charter/object-fact.ts'
import { getPointer, printPointer, type Reference } from '../../../charter/pointer.ts'
import { placeValue } from '../../../wire/place.ts'
import { toHttp } from '../../../wire/to-http.ts'
import type { Sent } from '../../finding.ts'
import { namedObjects } from '../../plan/implicit-ref.ts'
import { namedKeys } from '../../plan/named-key.ts'
import type { Exchange } from '../../transport/exchange.ts'
import { refuses, type Signed } from '../lab.ts'
import type { Play } from '../scene/play.ts'
import { makeRequest } from '../scene/request.ts'
import { knownOf, type Thing } from '../scene/thing.ts'

/** One list as somebody was shown it. */
export interface Listed {
  readonly facts: readonly ObjectFact[]
  /** The object it is nested under. */
  readonly parent?: Thing
  readonly sent: Sent
}

/** Under how many objects a nested list is looked for. */
const mostParents = 12
const deepestNest = 3

/** The use that lists objects of a type; undefined when there is none. */
export function listUse(charter: Charter, type: ObjectType): Use | undefined {
  return charter.operations.get(type.list ?? '')?.uses[0]
}

/** The type a list is nested under, and where its path carries the key. */
export function nestOf(charter: Charter, use: Use): { readonly type: string; readonly key: Reference } | undefined {
  const own = use.object === undefined ? [] : [{ object: use.object.type, key: use.object.key }]
  for (const { object, key } of [...own, ...namedObjects(charter, use)])
    if (key.from === 'request' && key.in === 'path') return { type: object, key }
  return undefined
}

/**
 * The lists of a type that somebody is shown, empty where they may not look: one, or one for each parent that is on stage, that they
 * are listed themselves, or that examples name.
 *
 * @param under - The only parent to look under.
 */
export async function listsFor(
  play: Play,
  type: ObjectType,
  use: Use,
  name: string,
  { under, depth = 0 }: { readonly under?: Thing | undefined; readonly depth?: number } = {},
): Promise<Listed[]> {
  const nest = nestOf(play.lab.charter, use)
  if (nest === undefined) return oneList(play, type, use, { name })
  if (depth >= deepestNest) return []
  const parents = under === undefined ? await parentsFor(play, nest.type, name, depth) : [under]
  const found: Listed[] = []
  for (const parent of parents) found.push(...(await oneList(play, type, use, { name, parent })))
  return found
}

async function oneList(
  play: Play,
  type: ObjectType,
  use: Use,
  { name, parent }: { readonly name: string; readonly parent?: Thing },
): Promise<Listed[]> {
  const signed = play.peek(name) ?? (await play.lab.signIn(name))
  const exchange = await sendList(play, use, signed, parent)
  if (refuses(play.lab.charter, use, exchange)) return []
  const at = play.lab.charter.operations.get(use.operation)?.lists?.items ?? []
  const above = parent?.type.name === type.parent?.object ? parent : undefined
  const known = above?.fact === undefined ? {} : { parent: above.fact }
  const facts = itemsIn(exchange.response?.json, at, type).map((value) =>
    readObject(type, value, { now: play.lab.now(), ...known }),
  )
  const sent: Sent = { use: use.id, operation: use.operation, as: name, purpose: 'setup', exchange, captures: [] }
  return [{ facts, sent, ...(parent === undefined ? {} : { parent }) }]
}

/** Asks for a list as somebody; `parent` is what it is nested under. */
export async function sendList(play: Play, use: Use, signed: Signed, parent: Thing | undefined): Promise<Exchange> {
  const nest = nestOf(play.lab.charter, use)
  let request: CallRequest = makeRequest(play.lab.charter, use, play.lab.supply)
  if (nest !== undefined && parent !== undefined)
    request = placeValue({ ...request, path: { ...request.path, ...parent.path } }, nest.key, parent.key)
  return signed.send(toHttp(play.lab.charter, use, request, play.serverOf(use)))
}

/** Objects that a nested list may hang under, those first that the play is about. */
async function parentsFor(play: Play, typeName: string, name: string, depth: number): Promise<Thing[]> {
  const { charter } = play.lab
  const type = charter.objects.get(typeName)
  if (type === undefined) return []
  const onStage = [...play.things.values()].filter((thing) => thing.type === type)
  const use = listUse(charter, type)
  const lists = use === undefined ? [] : await listsFor(play, type, use, name, { depth: depth + 1 })
  const listed = lists.flatMap((list) => list.facts.map((fact) => thingIn(type, fact, list, play)))
  const named = namedKeys(charter, type).map((key): Thing => ({ type, key, path: {} }))
  const all = new Map<string, Thing>()
  for (const thing of [...onStage, ...listed, ...named]) if (!all.has(thing.key)) all.set(thing.key, thing)
  return [...all.values()].slice(0, mostParents)
}

/** A listed object as a play knows it. */
export function thingIn(type: ObjectType, fact: ObjectFact, { parent }: Listed, play: Play): Thing {
  const use = listUse(play.lab.charter, type)
  const nest = use === undefined ? undefined : nestOf(play.lab.charter, use)
  const own = nest?.key.from === 'request' && nest.key.in === 'path' && parent !== undefined
  return {
    type,
    key: fact.key,
    path: own ? { ...parent.path, [nest.key.name]: parent.key } : {},
    fact,
    ...(parent !== undefined && parent.type.name === type.parent?.object ? { parent } : {}),
  }
}

/** What an object's list hangs under, for looking at it there; undefined where that is not known. */
export function nestingOf(play: Play, use: Use, thing: Thing): Thing | 'nothing' | undefined {
  const nest = nestOf(play.lab.charter, use)
  if (nest === undefined) return 'nothing'
  const type = play.lab.charter.objects.get(nest.type)
  const { parent } = thing
  if (parent !== undefined && parent.type === type) return parent
  const at = thing.type.parent?.object === nest.type ? thing.type.parent.key : undefined
  const shown = at === undefined ? undefined : textOf(getPointer(thing.fact?.value ?? thing.learnt, at))
  const key =
    shown ?? (nest.key.from === 'request' && nest.key.in === 'path' ? textOf(thing.path[nest.key.name]) : undefined)
  return type === undefined || key === undefined ? undefined : { type, key, path: {} }
}

/** The object in the answer of its list; undefined where it is not in it. */
export function listedIn(play: Play, thing: Thing, use: Use, json: unknown): ObjectFact | undefined {
  const at = play.lab.charter.operations.get(use.operation)?.lists?.items ?? []
  const value = itemsIn(json, at, thing.type).find((each) => textOf(getPointer(each, thing.type.key)) === thing.key)
  return value === undefined ? undefined : readObject(thing.type, value, knownOf(thing, play.lab.now()))
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
