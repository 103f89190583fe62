import { compilePattern, conforms } from './conform.ts'
import type { Schema } from './description.ts'
import { mergeSchemas } from './merge.ts'
import { stringMatching } from './pattern.ts'
import { bareRecord, isObject, listOf, numberOf, sameJson, stringsOf, textOf } from './plain.ts'
import { type Chance, realisticNumber, realisticText, wantsFresh } from './realistic.ts'
import { itemSchema, type PropertyShape, propertiesOf, resolveSchema, type SchemaHome } from './schema.ts'

/** What an example draws on; the same `random` and `fresh` give the same example. */
export interface ExampleContext extends Chance {
  /** A request has no `readOnly` members, a response no `writeOnly` ones. */
  readonly direction: 'request' | 'response'
  /** The name of the parameter or member the value is for. */
  readonly name?: string
  /** What is named must exist, as whoever signs in: examples are used for names and addresses as well. */
  readonly existing?: boolean
}

/** Optional members are left out below this depth, and everything below the second. */
const shallow = 3
const deepest = 10
/** Attempts before a value that does not fit is given all the same. */
const attempts = 4

/**
 * Makes a JSON value for a schema: const, enum, example, default, then a likely value for format and name within all bounds.
 *
 * An example of the description is used when it fits the schema, but not for e-mail addresses, names and the like, which must
 * be new each time (`fresh`). Required members are always there, optional ones when they have an example, or when the object
 * would be empty. A schema that contradicts itself gets a value that does not fit; check with `conforms` where it matters.
 */
export function makeExample(home: SchemaHome, schema: unknown, context: ExampleContext): unknown {
  let value: unknown
  for (let attempt = 0; attempt < attempts; attempt++) {
    value = make({ home, context, depth: 0 }, schema, context.name ?? '')
    if (context.direction === 'response' || conforms(home, schema, value)) return value
  }
  return value
}

interface Making {
  readonly home: SchemaHome
  readonly context: ExampleContext
  readonly depth: number
}

function make(making: Making, schema: unknown, name: string): unknown {
  const resolved = chooseBranch(making, resolveSchema(making.home, schema))
  if (resolved['const'] !== undefined) return resolved['const']
  const given = suggestion(making, resolved, name)
  if (given !== undefined) return given
  if (making.depth > deepest) return stringsOf(resolved['type']).includes('array') ? [] : null
  const type =
    stringsOf(resolved['type']).find((each) => each !== 'null') ??
    (resolved['type'] === undefined ? guessType(resolved) : 'null')
  switch (type) {
    case 'object':
      return makeObject(making, resolved)
    case 'array':
      return makeList(making, resolved, name)
    case 'number':
    case 'integer':
      return makeNumber(making, resolved, { name, whole: type === 'integer' })
    case 'boolean':
      return making.context.random() < 0.5
    case 'null':
      return null
    default:
      return makeText(making, resolved, name)
  }
}

function guessType(schema: Schema): string {
  if (schema['minimum'] !== undefined || schema['maximum'] !== undefined || schema['multipleOf'] !== undefined)
    return 'number'
  return 'string'
}

/** The first alternative that is not merely null, merged into what surrounds it. */
function chooseBranch({ home }: Making, schema: Schema): Schema {
  let chosen = schema
  for (const keyword of ['oneOf', 'anyOf']) {
    const branches = listOf(schema[keyword])
    const branch = branches.find((each) => !sameJson(resolveSchema(home, each)['type'], ['null'])) ?? branches[0]
    if (branch === undefined) continue
    const { [keyword]: _alternatives, ...rest } = chosen
    chosen = resolveSchema(home, mergeSchemas(resolveSchema(home, branch), rest))
  }
  return chosen
}

function suggestion({ home, context }: Making, schema: Schema, name: string): unknown {
  const fits = (value: unknown): boolean => conforms(home, schema, value)
  const choices = listOf(schema['enum']).filter((each) => each !== null && fits(each))
  if (choices.length > 0) return choices[Math.floor(context.random() * choices.length)]
  const isText = stringsOf(schema['type']).includes('string')
  if (isText && context.existing !== true && wantsFresh(name, textOf(schema['format']))) return undefined
  const isPlain = !isObject(listOf(schema['examples'])[0])
  return [...(isPlain ? listOf(schema['examples']) : []), schema['default']].find(
    (each) => each !== undefined && each !== null && fits(each),
  )
}

function makeObject(making: Making, schema: Schema): unknown {
  const { home, context, depth } = making
  const whole = listOf(schema['examples']).find(isObject) ?? {}
  const hidden = context.direction === 'request' ? 'readOnly' : 'writeOnly'
  const writable = Object.entries(propertiesOf(home, schema)).filter(([, each]) => !each[hidden])
  const wanted = writable.filter(
    ([name, each]) => each.required || (depth < shallow && (Object.hasOwn(whole, name) || hasExample(home, each))),
  )
  const chosen = wanted.length > 0 || depth >= shallow ? wanted : writable
  const inner = { ...making, depth: depth + 1 }
  const members = chosen.map(([name, each]): [string, unknown] => {
    const suggested = Object.hasOwn(whole, name) ? { allOf: [each.schema], examples: [whole[name]] } : each.schema
    return [name, make(inner, suggested, name)]
  })
  const record = bareRecord(members)
  const missing = stringsOf(schema['required']).filter(
    (name) => !(name in record) && propertiesOf(home, schema)[name] === undefined,
  )
  for (const name of missing) record[name] = make(inner, schema['additionalProperties'] ?? {}, name)
  for (let count = 1; Object.keys(record).length < (numberOf(schema['minProperties']) ?? 0); count++) {
    const spare = writable.find(([name]) => !(name in record))
    record[spare?.[0] ?? `extra${count}`] = make(
      inner,
      spare?.[1].schema ?? schema['additionalProperties'] ?? {},
      spare?.[0] ?? '',
    )
  }
  return { ...record }
}

function hasExample(home: SchemaHome, property: PropertyShape): boolean {
  return listOf(resolveSchema(home, property.schema)['examples']).length > 0
}

function makeList(making: Making, schema: Schema, name: string): unknown[] {
  const first = listOf(schema['prefixItems'])
  const max = numberOf(schema['maxItems']) ?? Infinity
  const length = Math.min(
    max,
    Math.max(numberOf(schema['minItems']) ?? 0, first.length, making.depth < shallow ? 1 : 0),
  )
  const inner = { ...making, depth: making.depth + 1 }
  const values: unknown[] = []
  for (let tries = 0; values.length < length && tries < length * 20; tries++) {
    const element = first[values.length] ?? itemSchema(making.home, schema) ?? {}
    const value = make(inner, element, name.replace(/s$/, ''))
    if (schema['uniqueItems'] !== true || !values.some((each) => sameJson(each, value))) values.push(value)
  }
  return values
}

function makeNumber({ context }: Making, schema: Schema, { name, whole }: { name: string; whole: boolean }): number {
  const step = numberOf(schema['multipleOf']) ?? (whole ? 1 : 0.01)
  const above = numberOf(schema['exclusiveMinimum'])
  const below = numberOf(schema['exclusiveMaximum'])
  const low = Math.max(numberOf(schema['minimum']) ?? -Infinity, above === undefined ? -Infinity : above + step / 1000)
  const high = Math.min(numberOf(schema['maximum']) ?? Infinity, below === undefined ? Infinity : below - step / 1000)
  const wished = Math.min(high, Math.max(low, realisticNumber(context, name)))
  const up = Math.ceil(low / step) * step
  const near = Math.round(wished / step) * step
  const rounded = near < low ? up : near > high ? Math.floor(high / step) * step : near
  // The nearest decimal, so that 0.1 * 3 is written 0.3.
  const decimal = Number(rounded.toPrecision(12))
  if (decimal >= low && decimal <= high) return decimal
  return schema['multipleOf'] === undefined && !whole && Number.isFinite(low + high) ? (low + high) / 2 : wished
}

function makeText({ context }: Making, schema: Schema, name: string): string {
  const min = numberOf(schema['minLength']) ?? 0
  const max = numberOf(schema['maxLength']) ?? Infinity
  const format = textOf(schema['format'])
  const pattern = textOf(schema['pattern'])
  const likely = fitLength(realisticText(context, name, format), min, max, format)
  if (pattern === undefined || compilePattern(pattern)?.test(likely) !== false) return likely
  return stringMatching(pattern, context.random, { min, max }) ?? likely
}

/** Padding an e-mail address in front keeps it one; other formats have lengths of their own. */
function fitLength(text: string, min: number, max: number, format: string | undefined): string {
  if (text.length < min) return format === 'email' ? text.padStart(min, 'a') : text.padEnd(min, 'x')
  // The end of a fresh token differs most.
  return text.length > max && format === undefined ? text.slice(-max || text.length).slice(0, max) : text
}
