import type { Schema } from './description.ts'
import { isObject, listOf, objectOf, sameJson, stringsOf } from './plain.ts'

type Join = (left: unknown, right: unknown) => unknown

const smaller: Join = (left, right) => (Number(left) <= Number(right) ? left : right)
const larger: Join = (left, right) => (Number(left) >= Number(right) ? left : right)
const either: Join = (left, right) => left === true || right === true
const intersection: Join = (left, right) =>
  listOf(left).filter((each) => listOf(right).some((other) => sameJson(each, other)))
const union: Join = (left, right) => [...new Set([...stringsOf(left), ...stringsOf(right)])]

/** Keywords of which two can be said in one. */
const joins: Readonly<Record<string, Join>> = {
  type: (left, right) => joinTypes(stringsOf(left), stringsOf(right)),
  required: union,
  enum: intersection,
  properties: joinProperties,
  minimum: larger,
  exclusiveMinimum: larger,
  minLength: larger,
  minItems: larger,
  minProperties: larger,
  maximum: smaller,
  exclusiveMaximum: smaller,
  maxLength: smaller,
  maxItems: smaller,
  maxProperties: smaller,
  uniqueItems: either,
  readOnly: either,
  writeOnly: either,
  deprecated: either,
}

/** Keywords that both sides may set and that must both hold; the second one moves into `allOf`. */
const conjunctive = new Set([
  'pattern',
  'oneOf',
  'anyOf',
  'not',
  'if',
  'items',
  'prefixItems',
  'contains',
  'const',
  'multipleOf',
  'additionalProperties',
  'patternProperties',
  'propertyNames',
])

/** Members of `allOf` that go together with `if`. */
const conditional = ['if', 'then', 'else']

/**
 * One schema that demands what both demand (both in JSON Schema 2020-12, one level).
 *
 * What two keywords cannot say in one stays in `allOf`. Of annotations (title, description, examples, format) the first wins.
 */
export function mergeSchemas(first: Schema, second: Schema): Schema {
  const merged: Record<string, unknown> = { ...first }
  const residual: Record<string, unknown> = {}
  for (const [keyword, value] of Object.entries(second)) {
    const previous = merged[keyword]
    if (keyword === 'allOf') merged['allOf'] = [...listOf(previous), ...listOf(value)]
    else if (previous === undefined) merged[keyword] = value
    else if (joins[keyword]) merged[keyword] = joins[keyword](previous, value)
    else if (conjunctive.has(keyword) && !sameJson(previous, value)) residual[keyword] = value
  }
  if (residual['if'] !== undefined) for (const keyword of conditional) residual[keyword] = second[keyword]
  if (Object.keys(residual).length > 0) merged['allOf'] = [...listOf(merged['allOf']), residual]
  return merged
}

function joinTypes(left: readonly string[], right: readonly string[]): string[] {
  const common = left.filter((type) => right.includes(type))
  if (common.length > 0) return common
  // Every integer is a number.
  const numeric = [left, right].every((types) => types.includes('integer') || types.includes('number'))
  return numeric ? ['integer'] : [...left]
}

function joinProperties(left: unknown, right: unknown): Schema {
  const joined: Record<string, unknown> = { ...objectOf(left) }
  for (const [name, schema] of Object.entries(objectOf(right))) {
    const previous = Object.hasOwn(joined, name) ? joined[name] : undefined
    const clash = isObject(previous) && isObject(schema) && !sameJson(previous, schema)
    Object.defineProperty(joined, name, {
      value: clash ? { allOf: [previous, schema] } : (previous ?? schema),
      enumerable: true,
      configurable: true,
      writable: true,
    })
  }
  return joined
}
