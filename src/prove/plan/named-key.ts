/** Keys of objects that are said to exist already: in examples of the charter and of the descriptions. */
import type { Charter, ObjectType, OperationId, Use } from '../../charter/charter.ts'
import { textOf } from '../../charter/object-fact.ts'
import type { Reference } from '../../charter/pointer.ts'
import { resolveSchema } from '../../charter/source/schema.ts'
import { valueAt } from '../../wire/place.ts'

/**
 * Keys that examples give where an operation names an object of a type: the charter's before those of the descriptions. Whether there
 * is such an object is for the caller to see.
 */
export function namedKeys(charter: Charter, type: ObjectType): readonly string[] {
  const uses = [...charter.operations.values()].flatMap((operation) => operation.uses)
  const named = uses.flatMap((use) => placesOf(use, type).map((place) => ({ use, place })))
  const charters = named.map(({ use: { example }, place }) => valueAt(example ?? {}, place))
  const described = named.map(({ use, place }) => exampleAt(charter, use.operation, place))
  const texts = [...charters, ...described].flatMap((value) => textOf(value) ?? [])
  return [...new Set(texts)].filter((text) => text !== '' && !text.includes('{fresh}'))
}

/** Where the request of a use names an existing object of a type. */
function placesOf(use: Use, type: ObjectType): Reference[] {
  const own = use.object?.type === type.name && !use.creates ? [use.object.key] : []
  const refs = use.refs.filter((ref) => ref.object === type.name).map((ref) => ref.key)
  return [...own, ...refs].filter((key): key is Reference => key.from === 'request')
}

function exampleAt(charter: Charter, operation: OperationId, place: Reference): unknown {
  const shape = charter.operations.get(operation)?.shape
  if (shape === undefined) return undefined
  if (place.in === 'body') return valueAt({ body: shape.body?.example }, place)
  const parameter = shape.parameters.find((each) => each.in === place.in && each.name === place.name)
  if (parameter === undefined || parameter.example !== undefined) return parameter?.example
  const description = charter.sources.get(shape.source)?.description
  if (description === undefined) return undefined
  const { examples, example } = resolveSchema(description, parameter.schema)
  return example ?? (Array.isArray(examples) ? examples[0] : undefined)
}
