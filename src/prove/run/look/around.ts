/** What stands around a call although nothing on its way names it: what its object names, who it is about, and lists of what is made of it. */
import { bare } from '../../../charter/bare.ts'
import type { ObjectFact, ObjectType } from '../../../charter/charter.ts'
import { textOf } from '../../../charter/object-fact.ts'
import { getPointer, type Pointer, parsePointer } from '../../../charter/pointer.ts'
import type { Change } from '../../oracle/change.ts'
import { deltaOf, leaves } from '../../oracle/effect.ts'
import type { Step } from '../../plan/scenario.ts'
import { refuses } from '../lab.ts'
import type { Play } from '../scene/play.ts'
import type { Look, Thing } from '../scene/thing.ts'
import { itemsIn, nestOf, sendList } from './listing.ts'
import { readThing } from './observe.ts'
import type { Witness } from './witness.ts'

const mostNamed = 5
const mostLists = 2

/** Everything around a step that can be looked at, found again in other plays by how it is named. Bounded. */
export async function aroundOf(play: Play, step: Step): Promise<Witness[]> {
  const found = new Map<string, Witness>()
  const keys = new Set([...play.things.values()].map(({ type, key }) => `${type.name}/${key}`))
  for (const { type, keyIn } of [...(await namedBy(play, step)), ...peopleAround(play)]) {
    const key = await keyIn(play, step)
    if (key === undefined || keys.has(`${type.name}/${key}`) || found.size >= mostNamed) continue
    keys.add(`${type.name}/${key}`)
    const label = found.has(type.name) ? `another ${type.name}` : type.name
    found.set(label, { label, type, around: true, find: async (to, at) => readByKey(to, type, await keyIn(to, at)) })
  }
  return [...found.values(), ...(await listsAround(play, step))]
}

interface Named {
  readonly type: ObjectType
  readonly keyIn: (play: Play, step: Step) => Promise<string | undefined>
}

/** Objects on stage by the slots of a step, the one acted on first; then their parents. */
async function thingsOf(play: Play, { object, refs }: Step): Promise<(readonly [string, Thing])[]> {
  const slots = [...(object === undefined ? [] : [['object', object] as const]), ...Object.entries(refs)]
  const things = slots.flatMap(([slot, name]) => {
    const thing = play.things.get(name)
    return thing === undefined ? [] : [[slot, thing] as const]
  })
  const above = await Promise.all(
    things.map(async ([slot, thing]) => [`${slot}^`, await play.parentOf(thing)] as const),
  )
  return [...things, ...above.flatMap(([slot, thing]) => (thing === undefined ? [] : [[slot, thing] as const]))]
}

/** The parents of the objects of a step, and what members of all of them name: other objects, and people by who they are. */
async function namedBy(play: Play, step: Step): Promise<Named[]> {
  const things = await thingsOf(play, step)
  const selves = selvesIn(play)
  const people = new Set(play.lab.stage.members.map(({ principal }) => principal.id))
  const named = things.map(([slot, { type, fact }]): Named[] => {
    const inSlot = async (to: Play, at: Step): Promise<Thing | undefined> =>
      (await thingsOf(to, at)).find(([each]) => each === slot)?.[1]
    const itself: Named[] = slot.endsWith('^') ? [{ type, keyIn: async (to, at) => (await inSlot(to, at))?.key }] : []
    const members = [...leaves(fact?.value)].flatMap(([pointer, value]): Named[] => {
      const at = parsePointer(pointer) ?? []
      const keyIn: Named['keyIn'] = async (to, other) => textOf(getPointer((await inSlot(to, other))?.fact?.value, at))
      const known = typeNamed(play, type, at)
      const types = known !== undefined ? [known] : people.has(String(value)) ? selves : []
      return types.map((each) => ({ type: each, keyIn }))
    })
    return [...itself, ...members]
  })
  return named.flat().filter((each) => canBeRead(play, each.type))
}

/** The type that a member names by a key, as `walletId`, or because the charter says so. */
function typeNamed({ lab }: Play, type: ObjectType, at: Pointer): ObjectType | undefined {
  const said = [...type.fields.values()].find((field) => field.ref !== undefined && field.at.join('/') === at.join('/'))
  const last = bare(at.at(-1) ?? '')
  const types = [...lab.charter.objects.values()]
  return types.find(({ name }) => name === said?.ref || last === `${bare(name)}id` || last === bare(name))
}

/** What people are themselves: objects whose owner is who they are. */
function selvesIn(play: Play): ObjectType[] {
  return [...play.lab.charter.objects.values()].filter(
    (type) => Array.isArray(type.owner) && type.owner.join('/') === type.key.join('/') && canBeRead(play, type),
  )
}

/** What whoever calls, and the owner of what they call about, are themselves. */
function peopleAround(play: Play): Named[] {
  return selvesIn(play).flatMap((type): Named[] => [
    { type, keyIn: async (to, at) => (await to.principal(at.as)).id },
    { type, keyIn: async (to, at) => to.things.get(at.object ?? '')?.fact?.owner },
  ])
}

function canBeRead({ lab }: Play, type: ObjectType): boolean {
  return lab.charter.operations.get(type.read ?? '')?.uses[0]?.object?.key.from === 'request'
}

async function readByKey(play: Play, type: ObjectType, key: string | undefined): Promise<Thing | undefined> {
  if (key === undefined || [...play.things.values()].some((each) => each.type === type && each.key === key))
    return undefined
  const thing: Thing = { type, key, path: {} }
  return (await readThing(play, thing, undefined)) ? thing : undefined
}

/** Lists of types that are made of the object of a step: how many of theirs name it. */
async function listsAround(play: Play, step: Step): Promise<Witness[]> {
  const [about] = await thingsOf(play, step)
  const kind = about?.[1].type.name
  const types = [...play.lab.charter.objects.values()].filter(
    ({ name, list, parent, transitions }) =>
      list !== undefined &&
      name !== kind &&
      (parent?.object === kind ||
        transitions.some((use) => use.creates && use.refs.some((ref) => ref.object === kind))),
  )
  return types.slice(0, mostLists).map((type): Witness => {
    const label = `list of ${type.name}`
    const find = async (to: Play, at: Step): Promise<Thing | undefined> => {
      const near = (await thingsOf(to, at))[0]?.[1]
      if (near === undefined) return undefined
      const thing: Thing = { type, key: `of ${near.key}`, path: {}, look: countIn(at, type, near) }
      return (await readThing(to, thing, undefined)) ? thing : undefined
    }
    return { label, type, around: true, find }
  })
}

/** Counts the listed items that name an object, as shown to the observer, to its owner, else to whoever calls. */
function countIn(step: Step, type: ObjectType, near: Thing): Look {
  return async (play, attacker, record) => {
    const { charter, observer, signIn } = play.lab
    const operation = charter.operations.get(type.list ?? '')
    const use = operation?.uses[0]
    if (use === undefined) return undefined
    const names = new Set([observer, near.maker, step.as].filter((name) => name !== undefined))
    const readers = await Promise.all([...names].map(async (name) => play.peek(name) ?? (await signIn(name))))
    const isAttacker = (id: string | undefined): number => Number(attacker !== undefined && id === attacker)
    for (const reader of readers.toSorted((a, b) => isAttacker(a.principal.id) - isAttacker(b.principal.id))) {
      const isBelow = nestOf(charter, use)?.type === near.type.name
      const exchange = await sendList(play, use, reader, isBelow ? near : undefined)
      if (refuses(charter, use, exchange)) continue
      const items = itemsIn(exchange.response?.json, operation?.lists?.items ?? [], type)
      const ours = items.filter((item) => [...leaves(item).values()].map(String).includes(near.key))
      const as = play.roleOf(reader)
      record?.({ use: use.id, operation: use.operation, as, purpose: 'observe', exchange, captures: [] })
      const fact: ObjectFact = { type: `list of ${type.name}`, key: near.key, value: { items: ours.length } }
      return fact
    }
    return undefined
  }
}

/** Members that count how often something was touched, whatever came of it. */
const counting = /version|revision|etag|seq|requests|attempts|calls|views|hits|touched/i

/** Whether a change around a call is something of worth: a number that went up or down, or something that came or went. */
export function isOfWorth(change: Change): boolean {
  if (change.pointer === 'exists') return true
  const delta = deltaOf(change)
  return delta !== undefined && delta !== 0 && !counting.test(change.pointer)
}
