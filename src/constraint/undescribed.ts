import Big from 'big.js'
import { printPointer } from '../charter/pointer.ts'
import type { Schema } from '../charter/source/description.ts'
import { shorthandTypes } from '../charter/source/inline.ts'
import { mergeSchemas } from '../charter/source/merge.ts'
import { onceFor } from '../charter/source/once.ts'
import { isObject, listOf, objectOf, sameJson, stringsOf } from '../charter/source/plain.ts'
import { resolveSchema, type SchemaHome } from '../charter/source/schema.ts'

/** What is not as a schema says. `at` is a JSON Pointer. */
export interface Misfit {
  readonly at: string
  /** The types that would be right, none where it is another value; absent where there is to be nothing. */
  readonly wants?: readonly string[]
  /** A text that says the same: one for a list of texts, or another way to write what is described (several, a number, a truth value). */
  readonly means?: 'one' | 'same'
}

/**
 * What of a value its schema does not describe: members beside the `properties` of an object, also of one within another or in a list, and
 * what is of another type than described, or none of the values that are listed. What says that it takes more (`additionalProperties`,
 * `patternProperties`, conditions), or says nothing of members, is open. Objects that say neither take nothing else: that is stricter than
 * JSON Schema, which would let a tool be called with what nobody who approved it has read of. Of alternatives (`anyOf`, `oneOf`) each
 * part may be as one of them says. What is optional may be null. Bounds, lengths, patterns and what is missing are for rules and the server,
 * but for those of `money`: a tenth of a cent is rounded by whoever pays it, and what is less than nothing makes room below a limit.
 */
export function misfits(home: SchemaHome, schema: unknown, value: unknown): readonly Misfit[] {
  const found: Misfit[] = []
  walk({ home, found }, [schema], value, [])
  return found
}

type Path = readonly string[]

interface Walk {
  readonly home: SchemaHome
  readonly found: Misfit[]
}

/** Of several schemas that may describe a value, one has to. */
function walk(all: Walk, schemas: readonly unknown[], value: unknown, path: Path): void {
  const options = schemas.flatMap((each) => alternatives(all.home, each))
  const able = options.filter((each) => takes(each, value))
  if (able.length === 0)
    all.found.push({ at: printPointer(path), wants: kindsOf(options, value), ...meaningOf(all, options, value) })
  else if (path.length < deepest && Array.isArray(value))
    for (const [index, each] of value.entries()) {
      const items = able.map((option) => listOf(option['prefixItems'])[index] ?? option['items'] ?? anything)
      walk(all, items, each, [...path, String(index)])
    }
  else if (path.length < deepest && isObject(value) && !(value instanceof Big)) walkMembers(all, able, value, path)
}

function kindsOf(options: readonly Schema[], value: unknown): readonly string[] {
  const types = [...new Set(options.flatMap(typesIn))]
  return typesOf(value).some((each) => types.includes(each)) ? [] : types
}

function meaningOf({ home }: Walk, options: readonly Schema[], value: unknown): Pick<Misfit, 'means'> {
  if (typeof value !== 'string') return {}
  const items = options.flatMap((each) => (isObject(each['items']) ? alternatives(home, each['items']) : []))
  if (items.some((each) => takes(each, value))) return { means: /[,;|\r\n\t[\]{}"]/.test(value) ? 'same' : 'one' }
  const said = /^(?:true|false|-?(?:0|[1-9]\d{0,14})(?:\.\d{1,15})?)$/.test(value) ? JSON.parse(value) : undefined
  return said !== undefined && options.some((each) => takes(each, said)) ? { means: 'same' } : {}
}

const deepest = 16
const anything: Schema = {}

function walkMembers(all: Walk, options: readonly Schema[], value: Schema, path: Path): void {
  const isRequired = (name: string): boolean => options.every((each) => stringsOf(each['required']).includes(name))
  for (const name of Object.keys(value)) {
    const described = options.flatMap((each) => memberSchemas(each, name))
    const at = [...path, name]
    if (described.length === 0) all.found.push({ at: printPointer(at) })
    else if (value[name] !== null || (isRequired(name) && !described.some(mayBeNull)))
      walk(all, described, value[name], at)
  }
}

/** Beside `allOf`, where OpenAPI 3.0 has it mean nothing. */
const mayBeNull = (schema: unknown): boolean => objectOf(schema)['nullable'] === true

/** What an object's schema says of a member; nothing where it does not take it. */
function memberSchemas(schema: Schema, name: string): readonly unknown[] {
  const { properties, additionalProperties } = schema
  if (isObject(properties) && Object.hasOwn(properties, name)) return [properties[name]]
  if (opening.some((each) => schema[each] !== undefined && schema[each] !== false)) return [anything]
  if (additionalProperties !== undefined) return isNever(additionalProperties) ? [] : [additionalProperties]
  return isObject(properties) ? [] : [anything]
}

const opening = [
  'patternProperties',
  'unevaluatedProperties',
  'dependentSchemas',
  'dependencies',
  'if',
  'allOf',
  '$dynamicRef',
  'discriminator',
] as const

function takes(schema: Schema, value: unknown): boolean {
  const types = typesIn(schema)
  const { const: only, enum: listed } = schema
  return (
    !isNever(schema) &&
    (types.length === 0 || typesOf(value).some((each) => types.includes(each))) &&
    (only === undefined || sameJson(only, value)) &&
    // Some list the values of elements at their list, and leave null out.
    (!Array.isArray(listed) || typeof value === 'object' || listed.includes(value))
  )
}

const { money } = shorthandTypes
const ofMoney = 'amount of money'

function typesIn(schema: Schema): readonly string[] {
  const types = stringsOf(schema['type'])
  const isMoney = schema['minimum'] === money?.['minimum'] && schema['multipleOf'] === money?.['multipleOf']
  return isMoney ? types.map((each) => (each === 'number' ? ofMoney : each)) : types
}

function typesOf(value: unknown): readonly string[] {
  if (value === null) return ['null']
  if (Array.isArray(value)) return ['array']
  if (typeof value !== 'number' && !(value instanceof Big)) return [typeof value]
  // A program's 0.1 + 0.2 is still 0.3.
  const amount = value instanceof Big ? value : new Big(value.toPrecision(15))
  const isMoney = amount.gte(0) && amount.round(2).eq(amount)
  const isWhole = value instanceof Big ? value.round(0).eq(value) : Number.isInteger(value)
  return [...(isMoney ? [ofMoney] : []), ...(isWhole ? ['integer'] : []), 'number']
}

const isNever = (schema: unknown): boolean =>
  schema === false || (isObject(schema) && sameJson(schema['not'], {}) && Object.keys(schema).length === 1)

/** The schemas of which a value has to fit one: each combined with what all have in common, without references and alternatives. */
function alternatives(home: SchemaHome, schema: unknown): readonly Schema[] {
  return isObject(home.document) && isObject(schema) ? alternativesIn(home.document, schema) : expand(home, schema, 0)
}

const alternativesIn = onceFor((document: object, schema: object) => expand({ document }, schema, 0))

/** Alternatives within alternatives beyond this depth are not looked into: they go in a circle. */
const deepestBranch = 8

function expand(home: SchemaHome, schema: unknown, depth: number): readonly Schema[] {
  const resolved = resolveSchema(home, schema)
  const keyword = ['anyOf', 'oneOf'].find((each) => Array.isArray(resolved[each]))
  if (keyword === undefined) return [resolved]
  if (depth >= deepestBranch) return []
  const { [keyword]: branches, discriminator: _, ...own } = resolved
  return listOf(branches).flatMap((branch) =>
    expand(home, mergeSchemas(own, objectOf(resolveSchema(home, branch))), depth + 1),
  )
}
