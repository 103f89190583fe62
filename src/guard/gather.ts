/** The objects a call is about, looked up level by level: what is in one may say where the next is. */
import type { Call, Charter, ObjectFact, ObjectType, Slot } from '../charter/charter.ts'
import { readObject, textOf } from '../charter/object-fact.ts'
import { getPointer } from '../charter/pointer.ts'
import { type NeededObject, neededFacts } from '../decide/needed.ts'
import { withLearnt } from './learnt.ts'
import type { ObjectRef, TrackedObject } from './store.ts'
import type { Look, Truth } from './truth.ts'

/** Deeper than a parent of a reference of an object no charter goes. */
const deepest = 4

/** Objects by slot, as `decide` wants them: an unknown one has no entry. */
export type Objects = Readonly<Record<Slot, ObjectFact | null>>

export interface Gathering {
  readonly charter: Charter
  readonly call: Call
  readonly look: Look
  readonly truth: Truth
  /** Called before the objects of a level are looked at, to keep others off them; gives what is tracked of them. */
  readonly hold: (needed: readonly NeededAt[]) => Promise<readonly (TrackedObject | undefined)[]>
  /** Objects that are already known. */
  readonly known?: Objects
}

export interface NeededAt extends ObjectRef {
  readonly slot: Slot
}

/**
 * Looks up every object the constraints of a call need.
 *
 * @throws whatever `hold` throws.
 */
export async function gatherObjects(gathering: Gathering): Promise<Objects> {
  const { charter, call } = gathering
  const found = new Map<Slot, Sight>()
  let objects: Objects = gathering.known ?? {}
  for (let level = 0; level < deepest; level += 1) {
    const needed = neededFacts(charter, call, objects).objects.filter(
      (each): each is NeededObject & { key: string } =>
        each.key !== undefined && !found.has(each.slot) && !Object.hasOwn(objects, each.slot),
    )
    if (needed.length === 0) return objects
    const tracked = await gathering.hold(needed)
    const sights = await Promise.all(needed.map((each, index) => lookAt(gathering, each, tracked[index])))
    for (const [index, each] of needed.entries()) found.set(each.slot, sights[index] ?? { ref: each, value: undefined })
    objects = { ...gathering.known, ...factsOf(charter, call, found) }
  }
  return objects
}

interface Sight {
  readonly ref: ObjectRef
  readonly value: unknown
  readonly tracked?: TrackedObject | undefined
}

async function lookAt({ charter, truth, look }: Gathering, ref: NeededAt, tracked?: TrackedObject): Promise<Sight> {
  const type = charter.objects.get(ref.type)
  if (type?.truth === 'tracked') return { ref, value: tracked?.value, tracked }
  const value = await truth.read(ref, look)
  return { ref, value: value === null ? null : withLearnt(value, tracked?.value), tracked }
}

function factsOf(charter: Charter, call: Call, found: ReadonlyMap<Slot, Sight>): Objects {
  const facts: Record<Slot, ObjectFact | null> = {}
  const parent = found.get('parent')
  const parentFact = parent === undefined ? undefined : factOf(charter, call, parent, undefined)
  for (const [slot, sight] of found) {
    const fact = slot === 'parent' ? parentFact : factOf(charter, call, sight, parentOf(charter, sight, parentFact))
    if (fact !== undefined) facts[slot] = fact
  }
  return facts
}

/** The parent that was found, if it is the parent of this object. */
function parentOf(charter: Charter, sight: Sight, parent: ObjectFact | null | undefined): ObjectFact | undefined {
  const own = charter.objects.get(sight.ref.type)?.parent
  if (own === undefined || parent === undefined || parent === null || own.object !== parent.type) return undefined
  const named = textOf(getPointer(sight.value, own.key))
  return named === undefined || named === parent.key ? parent : undefined
}

function factOf(
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

/** An object as its representation shows it, with what only the guard's own record tells: who made it, and states nobody can see. */
export function readAs(
  type: ObjectType,
  value: unknown,
  { parent, tracked, now }: { parent?: ObjectFact | undefined; tracked?: ObjectFact | undefined; now: number },
): ObjectFact {
  return readObject(type, value, {
    now,
    ...(parent === undefined ? {} : { parent }),
    ...(tracked?.creator === undefined ? {} : { creator: tracked.creator }),
    ...(tracked?.state === undefined ? {} : { state: tracked.state }),
  })
}

function goneOf(type: ObjectType, ref: ObjectRef, tracked: TrackedObject | undefined): ObjectFact | null {
  if (type.gone === undefined || tracked === undefined) return null
  return { ...tracked, ...ref, state: type.gone, value: { gone: true } }
}
