import { bare } from '../../charter/bare.ts'
import type { Charter, Ref, Use } from '../../charter/charter.ts'
import { inferKey } from '../../charter/infer.ts'
import { printReference, type Reference } from '../../charter/pointer.ts'
import type { OperationShape } from '../../charter/source/description.ts'
import { onceFor } from '../../charter/source/once.ts'
import { propertiesOf } from '../../charter/source/schema.ts'
import { companionsOf, isOwn } from './graph.ts'

/**
 * The objects a request of this use must name: the references the charter declares, then those its path, required query and required
 * body members name by themselves (`accountId` for a type `account`).
 */
export const namedObjects: (charter: Charter, use: Use) => readonly Ref[] = onceFor(findNamed)

function findNamed(charter: Charter, use: Use): readonly Ref[] {
  const own = use.refs.filter((ref) => ref.key.from !== 'object')
  const moved = [...own, ...movedWith(charter, use, own)]
  const declared = [...moved, ...namedBeside(charter, use, moved)]
  const shape = charter.operations.get(use.operation)?.shape
  if (shape === undefined) return declared
  const taken = new Set([
    ...declared.flatMap((ref) => placeOf(ref.key)),
    ...(use.object === undefined ? [] : placeOf(use.object.key)),
  ])
  const found: Ref[] = []
  for (const type of charter.objects.values()) {
    if (declared.some((ref) => ref.slot === type.name)) continue
    const read = charter.operations.get(type.read ?? '')?.shape
    const key = inferKey(type.name, shape, type.read, read) ?? bodyKey(charter, type.name, shape)
    if (key === undefined || taken.has(printReference(key)) || type.name === use.object?.type) continue
    taken.add(printReference(key))
    found.push({ slot: type.name, object: type.name, key, optional: false })
  }
  return [...declared, ...found]
}

/** Objects of other types that the same call moves, where it names them. */
function movedWith(charter: Charter, use: Use, own: readonly Ref[]): Ref[] {
  const taken = new Set(own.flatMap((ref) => placeOf(ref.key)))
  return companionsOf(charter, use).flatMap(({ object }): Ref[] => {
    if (object?.key.from === 'principal' && use.creates && !own.some((ref) => ref.object === object.type)) {
      const type = charter.objects.get(object.type)
      return type !== undefined && isOwn(charter, type)
        ? [{ slot: object.type, object: object.type, key: object.key, optional: false }]
        : []
    }
    if (object === undefined || object.key.from !== 'request' || taken.has(printReference(object.key))) return []
    // What moves what is there already may be told by a mere name, unless somebody can be given one.
    if (!use.creates && !isMade(charter, object.type)) return []
    taken.add(printReference(object.key))
    return [{ slot: object.type, object: object.type, key: object.key, optional: false }]
  })
}

/** What the other moves of the same call must name: a call satisfies them all. */
function namedBeside(charter: Charter, use: Use, own: readonly Ref[]): Ref[] {
  const taken = new Set(
    [...own.map((ref) => ref.key), ...(use.object === undefined ? [] : [use.object.key])].flatMap(placeOf),
  )
  const slots = new Set(own.map((ref) => ref.slot))
  return besidesOf(charter, use).flatMap(({ refs }) =>
    refs.filter(({ slot, object, key, optional }) => {
      const [place] = placeOf(key)
      if (place === undefined || optional || object === use.object?.type || taken.has(place) || slots.has(slot))
        return false
      taken.add(place)
      slots.add(slot)
      return true
    }),
  )
}

/** Uses of the same operation that move or make objects of other types, where a use is one of an object. */
export function besidesOf(charter: Charter, use: Use): readonly Use[] {
  const all = use.object === undefined ? [] : (charter.operations.get(use.operation)?.uses ?? [])
  return all.filter(({ object }) => object !== undefined && object.type !== use.object?.type)
}

function isMade(charter: Charter, type: string): boolean {
  return charter.objects.get(type)?.transitions.some((use) => use.creates) === true
}

function placeOf(key: Ref['key']): string[] {
  return key.from !== 'request' && key.from !== 'response' ? [] : [printReference(key)]
}

function bodyKey(charter: Charter, object: string, shape: OperationShape): Reference | undefined {
  const description = charter.sources.get(shape.source)?.description
  if (description === undefined || shape.body === undefined) return undefined
  const wanted = `${object}id`
  const members = propertiesOf(description, shape.body.schema)
  const name = Object.keys(members).find((each) => bare(each) === wanted && members[each]?.required === true)
  return name === undefined ? undefined : { from: 'request', in: 'body', pointer: [name] }
}
