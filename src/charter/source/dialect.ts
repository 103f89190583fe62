import type { Schema } from './description.ts'
import { isObject, listOf, numberOf, stringsOf } from './plain.ts'

const types = new Set(['string', 'number', 'integer', 'boolean', 'object', 'array', 'null'])

/**
 * One level of a schema with the keywords of Swagger 2.0 and OpenAPI 3.0 replaced by those of JSON Schema 2020-12.
 *
 * `type` becomes a list or disappears. Works without knowing the version: keywords mean the same wherever they are allowed,
 * and authors use `nullable` in 3.1 documents too. Subschemas are left as they are, but for examples in the wrong place.
 */
export function toSchema2020(declared: unknown): Schema {
  // JSON Schema's `true` and `false`.
  if (!isObject(declared)) return declared === false ? { not: {} } : {}
  const value = asExampleShows(declared)
  const { nullable, 'x-nullable': xNullable, example, exclusiveMinimum, exclusiveMaximum, ...kept } = value
  const { type, required, minimum, maximum, discriminator, ...rest } = kept
  return {
    ...rest,
    ...typeKeyword(value, nullable === true || xNullable === true),
    ...(Array.isArray(required) ? { required: stringsOf(required) } : {}),
    ...bound('minimum', 'exclusiveMinimum', minimum, exclusiveMinimum),
    ...bound('maximum', 'exclusiveMaximum', maximum, exclusiveMaximum),
    ...(example === undefined ? {} : { examples: [example, ...listOf(rest['examples'])] }),
    // Swagger 2.0 names the property directly.
    ...(typeof discriminator === 'string' ? { discriminator: { propertyName: discriminator } } : {}),
    ...(isObject(discriminator) ? { discriminator } : {}),
    ...(type === 'file' ? { format: 'binary' } : {}),
  }
}

/**
 * Authors describe the elements of a list and give a whole list as their example, in place of the list (which is then what the
 * API takes) or under `items`.
 */
function asExampleShows(schema: Schema): Schema {
  const { example, ...element } = schema
  if (schema['type'] === 'object' && isObject(schema['properties']) && isListOfObjects(example))
    return { type: 'array', items: element, example }
  const { items } = schema
  if (!isObject(items) || !isListOfObjects(items['example'])) return schema
  const { example: listed, ...each } = items
  return { example: listed, ...schema, items: each }
}

function isListOfObjects(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.every(isObject)
}

function typeKeyword(schema: Schema, nullable: boolean): Schema {
  const declared = schema['type']
  const listed = (Array.isArray(declared) ? stringsOf(declared) : [declared === 'file' ? 'string' : declared]).filter(
    isType,
  )
  const known = listed.length > 0 ? listed : impliedTypes(schema)
  if (known.length === 0) return {}
  return { type: nullable && !known.includes('null') ? [...known, 'null'] : known }
}

function isType(value: unknown): value is string {
  return typeof value === 'string' && types.has(value)
}

/** Authors often leave out `type` beside `properties` or `items`; a body that is none of the two is not what they mean. */
function impliedTypes(schema: Schema): string[] {
  if (isObject(schema['properties'])) return ['object']
  if (isObject(schema['items']) || Array.isArray(schema['prefixItems'])) return ['array']
  return []
}

/** OpenAPI 3.0 and Swagger 2.0 say by a boolean that the bound itself is excluded. */
function bound(name: string, exclusiveName: string, limit: unknown, exclusive: unknown): Schema {
  const number = numberOf(limit)
  if (exclusive === true) return number === undefined ? {} : { [exclusiveName]: number }
  const excluded = numberOf(exclusive)
  return {
    ...(number === undefined ? {} : { [name]: number }),
    ...(excluded === undefined ? {} : { [exclusiveName]: excluded }),
  }
}
