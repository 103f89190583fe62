import type { Schema } from './description.ts'
import { isObject, listOf, numberOf, objectOf, sameJson, stringsOf, textOf } from './plain.ts'
import { resolveSchema, type SchemaHome } from './schema.ts'

/** Values nested deeper are not looked at. */
const deepest = 32

/**
 * Whether a JSON value fits a schema: types, bounds, lengths, patterns, members, elements and combinations.
 *
 * Not checked: `format`, `if`, `contains`, `propertyNames` and the `unevaluated…` keywords. A pattern that is no valid regular
 * expression demands nothing.
 */
export function conforms(home: SchemaHome, schema: unknown, value: unknown, depth = 0): boolean {
  if (depth > deepest) return true
  const resolved = resolveSchema(home, schema)
  const fits = (part: unknown): boolean => conforms(home, part, value, depth + 1)
  return (
    hasType(resolved, value) &&
    (resolved['const'] === undefined || sameJson(resolved['const'], value)) &&
    (!Array.isArray(resolved['enum']) || resolved['enum'].some((each) => sameJson(each, value))) &&
    (typeof value !== 'number' || numberFits(resolved, value)) &&
    (typeof value !== 'string' || stringFits(resolved, value)) &&
    (!Array.isArray(value) || listFits(home, resolved, value, depth)) &&
    (!isObject(value) || objectFits(home, resolved, value, depth)) &&
    listOf(resolved['allOf']).every(fits) &&
    (!Array.isArray(resolved['anyOf']) || resolved['anyOf'].some(fits)) &&
    (!Array.isArray(resolved['oneOf']) || resolved['oneOf'].filter(fits).length === 1) &&
    (resolved['not'] === undefined || !fits(resolved['not']))
  )
}

function hasType(schema: Schema, value: unknown): boolean {
  const types = stringsOf(schema['type'])
  if (types.length === 0) return true
  if (value === null) return types.includes('null')
  if (Array.isArray(value)) return types.includes('array')
  if (typeof value === 'number')
    return types.includes('number') || (types.includes('integer') && Number.isInteger(value))
  return types.includes(typeof value)
}

function numberFits(schema: Schema, value: number): boolean {
  const step = numberOf(schema['multipleOf'])
  // 0.3 is a multiple of 0.1 although their quotient in binary is not whole.
  const quotient = step === undefined || step <= 0 ? 0 : value / step
  return (
    value >= (numberOf(schema['minimum']) ?? -Infinity) &&
    value > (numberOf(schema['exclusiveMinimum']) ?? -Infinity) &&
    value <= (numberOf(schema['maximum']) ?? Infinity) &&
    value < (numberOf(schema['exclusiveMaximum']) ?? Infinity) &&
    Math.abs(quotient - Math.round(quotient)) < 1e-9 * Math.max(1, Math.abs(quotient))
  )
}

function stringFits(schema: Schema, value: string): boolean {
  const length = [...value].length
  if (length < (numberOf(schema['minLength']) ?? 0) || length > (numberOf(schema['maxLength']) ?? Infinity))
    return false
  const pattern = textOf(schema['pattern'])
  if (pattern === undefined) return true
  const expression = compilePattern(pattern)
  return expression === undefined || expression.test(value)
}

/** A schema's `pattern` as a regular expression; undefined when it is none in ECMAScript. */
export function compilePattern(pattern: string): RegExp | undefined {
  for (const flags of ['u', '']) {
    try {
      return new RegExp(pattern, flags)
    } catch {
      // Many patterns have escapes that only the older syntax takes.
    }
  }
  return undefined
}

function listFits(home: SchemaHome, schema: Schema, value: readonly unknown[], depth: number): boolean {
  const { length } = value
  if (length < (numberOf(schema['minItems']) ?? 0) || length > (numberOf(schema['maxItems']) ?? Infinity)) return false
  const first = listOf(schema['prefixItems'])
  const items = schema['items']
  const repeated =
    schema['uniqueItems'] === true && value.some((each, at) => value.slice(0, at).some((one) => sameJson(one, each)))
  const fits = (each: unknown, at: number): boolean => {
    const element = at < first.length ? first[at] : items
    return element === undefined || conforms(home, element, each, depth + 1)
  }
  return !repeated && value.every(fits)
}

function objectFits(home: SchemaHome, schema: Schema, value: Schema, depth: number): boolean {
  const names = Object.keys(value)
  const count = names.length
  if (count < (numberOf(schema['minProperties']) ?? 0) || count > (numberOf(schema['maxProperties']) ?? Infinity))
    return false
  if (!stringsOf(schema['required']).every((name) => Object.hasOwn(value, name))) return false
  const properties = objectOf(schema['properties'])
  const patterned = Object.keys(objectOf(schema['patternProperties'])).map(compilePattern)
  const additional = schema['additionalProperties']
  return names.every((name) => {
    if (Object.hasOwn(properties, name)) return conforms(home, properties[name], value[name], depth + 1)
    if (additional === undefined || patterned.some((each) => each?.test(name))) return true
    return conforms(home, additional, value[name], depth + 1)
  })
}
