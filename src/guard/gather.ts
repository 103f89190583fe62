/** The objects a call is about, looked up level by level: what is in one may say where the next is. */
import type { Call, Charter, ObjectFact, ObjectType, Slot } from '../charter/charter.ts'
import { textOf } from '../charter/object-fact.ts'
import { getPointer } from '../charter/pointer.ts'
import { type NeededObject, neededFacts } from '../decide/needed.ts'
import { withLearnt } from './learnt.ts'
import { readAs } from './read-as.ts'
import { Search } from './search.ts'
import type { ObjectRef, TrackedObject } from './store.ts'
import type { Look, Truth } from './truth.ts'

/** Deeper than a parent of a reference of an object no charter goes. */
const deepest = 4

/** Objects by slot, as `decide` wants them: an unknown one has no entry. */
export type Objects = Readonly<Record<Slot, ObjectFact | null>>

/** What it takes to look at objects. */
export interface Looking {
  readonly charter: Charter
  readonly call: Call
  readonly look: Look
  readonly truth: Truth
  /** Called before the objects of a level are looked at, to keep others off them; gives what is tracked of them. */
  readonly hold: (needed: readonly NeededAt[]) => Promise<readonly (TrackedObject | undefined)[]>
}

export interface Gathering extends Looking {
  /** Objects that are already known. */
  readonly known?: Objects
}

export interface NeededAt extends ObjectRef {
  readonly slot: Slot
}

/**
 * Looks up every object the constraints of a call need, and those above them that say whose they are.
 *
 * @throws whatever `hold` throws.
 */
export async function gatherObjects(gathering: Gathering): Promise<Objects> {
  const { charter, call, known = {} } = gathering
  const found = new Map<Slot, Sight>()
  for (const [slot, fact] of Object.entries(known)) {
    if (fact === null) continue
    const ref: NeededAt = { slot, type: fact.type, key: fact.key }
    const [tracked] = await gathering.hold([ref])
    found.set(slot, { ref, value: withLearnt(fact.value, tracked?.value), tracked })
  }
  let objects: Objects = known
  const search = new Search(gathering)
  for (let level = 0; level < deepest; level += 1) {
    const open = neededFacts(charter, call, objects).objects.filter(
      (each) =>
        !Object.hasOwn(known, each.slot) &&
        (isElsewhere(each, found.get(each.slot)) || (!found.has(each.slot) && !Object.hasOwn(objects, each.slot))),
    )
    const needed = [...open.filter(isNamed), ...(await search.keysOf(open))]
    for (const sight of await lookAtAll(gathering, needed)) found.set(sight.ref.slot, sight)
    const before = Object.keys(objects).length
    objects = { ...known, ...search.none, ...plainFacts(charter, call, found) }
    if (needed.length === 0 && Object.keys(objects).length === before) break
  }
  return { ...known, ...search.none, ...(await factsOf(gathering, found)) }
}

/** What the request named was looked at, until the object itself said that it is another. */
function isElsewhere({ type, key }: NeededObject, seen: Sight | undefined): boolean {
  return key !== undefined && seen?.ref.type === type && seen.ref.key !== key
}

function isNamed(needed: NeededObject): needed is NeededObject & { key: string } {
  return needed.key !== undefined
}

/** What was seen of an object. */
export interface Sight {
  readonly ref: NeededAt
  readonly value: unknown
  readonly tracked?: TrackedObject | undefined
}

async function lookAtAll(gathering: Looking, needed: readonly NeededAt[]): Promise<readonly Sight[]> {
  if (needed.length === 0) return []
  const tracked = await gathering.hold(needed)
  return await Promise.all(needed.map((each, index) => lookAt(gathering, each, tracked[index])))
}

async function lookAt({ charter, truth, look }: Looking, ref: NeededAt, tracked?: TrackedObject): Promise<Sight> {
  const type = charter.objects.get(ref.type)
  const listed = type?.truth === 'tracked' && type.read === undefined && type.list !== undefined
  if (type?.truth === 'tracked' && !listed) return { ref, value: tracked?.value, tracked }
  const read = await truth.read(ref, look)
  const value = isAnother(type, ref.key, read) ? undefined : read
  // A list may show a part only: what is not on it need not be gone.
  if (listed) return { ref, value: isThere(value) ? withLearnt(value, tracked?.value) : tracked?.value, tracked }
  return { ref, value: value === null ? null : withLearnt(value, tracked?.value), tracked }
}

/**
 * Whether what is shown has another key than was asked for. SECURITY: an API that finds one object under several names would have it counted
 * anew under each.
 */
function isAnother(type: ObjectType | undefined, key: string, value: unknown): boolean {
  const shown = type === undefined || !isThere(value) ? undefined : textOf(getPointer(value, type.key))
  return shown !== undefined && shown !== key
}

function isThere(value: unknown): boolean {
  return value !== undefined && value !== null
}

/** What shows where the next objects are: whose they are is nothing to that. */
function plainFacts(charter: Charter, call: Call, found: ReadonlyMap<Slot, Sight>): Objects {
  const facts: Record<Slot, ObjectFact | null> = {}
  for (const [slot, sight] of found) {
    const fact = factOf(charter, call, sight, undefined)
    if (fact !== undefined) facts[slot] = fact
  }
  return facts
}

async function factsOf(gathering: Looking, found: ReadonlyMap<Slot, Sight>): Promise<Objects> {
  const { charter, call } = gathering
  const above = new Above(gathering, [...found.values()])
  const facts: Record<Slot, ObjectFact | null> = {}
  for (const [slot, sight] of found) {
    const named = slot === 'object' ? found.get('parent')?.ref.key : undefined
    const fact = factOf(charter, call, sight, await above.parentOf(sight, named))
    if (fact !== undefined) facts[slot] = fact
  }
  return facts
}

/** Whether whose an object is stands in the one above it. */
export function inherits({ owner, tenant }: ObjectType): boolean {
  return owner === 'parent' || tenant === 'parent'
}

/** The objects above others, each looked at once. */
export class Above {
  readonly #looking: Looking
  readonly #seen = new Map<string, Sight>()

  constructor(looking: Looking, seen: readonly Sight[] = []) {
    this.#looking = looking
    for (const sight of seen) this.#seen.set(nameOf(sight.ref), sight)
  }

  /**
   * The object above one that inherits from it, itself with all that it inherits; undefined when nothing is inherited or that is not known.
   *
   * @param named - Its key, where the object itself does not say it.
   * @throws whatever `hold` throws.
   */
  async parentOf(sight: Sight, named?: string, depth = 0): Promise<ObjectFact | undefined> {
    const type = this.#looking.charter.objects.get(sight.ref.type)
    return type === undefined || !inherits(type) ? undefined : await this.over(sight, named, depth)
  }

  /** The object above another, whether or not anything is inherited. */
  async over({ ref, value }: Sight, named?: string, depth = 0): Promise<ObjectFact | undefined> {
    const { charter, call } = this.#looking
    const parent = charter.objects.get(ref.type)?.parent
    const key = parent === undefined ? undefined : (textOf(getPointer(value, parent.key)) ?? named)
    if (parent === undefined || key === undefined || depth >= deepest) return undefined
    const sight = await this.#lookAt({ slot: `above ${ref.slot}`, type: parent.object, key })
    return factOf(charter, call, sight, await this.parentOf(sight, undefined, depth + 1)) ?? undefined
  }

  async #lookAt(ref: NeededAt): Promise<Sight> {
    const seen = this.#seen.get(nameOf(ref))
    if (seen !== undefined) return seen
    const [sight = { ref, value: undefined }] = await lookAtAll(this.#looking, [ref])
    this.#seen.set(nameOf(ref), sight)
    return sight
  }
}

function nameOf({ type, key }: ObjectRef): string {
  return `${type}/${key}`
}

/** The fact that was seen; null when there is no such object, undefined when that is not known. */
export function factOf(
  charter: Charter,
  call: Call,
  { ref, value, tracked }: Sight,
  parent: ObjectFact | undefined,
): ObjectFact | null | undefined {
  const type = charter.objects.get(ref.type)
  if (type === undefined || value === undefined) return undefined
  if (value === null) return type.gone === undefined ? null : goneOf(type, ref, tracked)
  return { ...readAs(type, value, { parent, tracked, now: call.at }), key: ref.key }
}

function goneOf(type: ObjectType, ref: ObjectRef, tracked: TrackedObject | undefined): ObjectFact | null {
  if (type.gone === undefined || tracked === undefined) return null
  return { ...tracked, ...ref, state: type.gone, value: { gone: true } }
}
