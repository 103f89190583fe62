/** Path, query and header as typed arguments, by what the description says of each. */
import type { ApiDescription, OperationShape, Parameter, Schema } from '../../charter/source/description.ts'
import { itemSchema, propertiesOf, resolveSchema } from '../../charter/source/schema.ts'
import { parseLosslessJson } from '../../wire/lossless-json.ts'
import type { Head } from './head.ts'
import type { Referenced } from './referenced.ts'
import { malformed } from './refused.ts'
import { readPairs } from './target.ts'

/** Text as the value its schema speaks of; text that is no such value stays text. */
export type Typed = (text: string) => unknown

interface Declared {
  readonly name: string
  readonly read: Typed
  /** A list whose elements are separate parameters. */
  readonly repeats: boolean
}

/** Reads the arguments of one operation. Made by `compileArguments`. */
export interface Arguments {
  path(values: Readonly<Record<string, string>>): Readonly<Record<string, unknown>>
  /** @throws {Refused} when the query can be read in more than one way. */
  query(text: string | undefined): Readonly<Record<string, unknown>>
  /** @throws {Refused} when a header that is judged comes twice or is no ASCII text. */
  header(head: Head): Readonly<Record<string, unknown>>
}

const jsonNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d{1,3})?$/
const jsonInteger = /^-?(?:0|[1-9]\d*)$/

/** Arranges how the arguments of an operation are read. */
export function compileArguments(
  description: ApiDescription,
  shape: OperationShape,
  referenced: Referenced,
): Arguments {
  const paths = new Map<string, Typed>()
  const queries = new Map<string, Declared>()
  const deep = new Map<string, Readonly<Record<string, Typed>>>()
  const headers = new Map<string, Declared>()
  for (const parameter of shape.parameters) {
    const read = typedOf(description, parameter.schema)
    if (parameter.in === 'path') paths.set(parameter.name, read)
    if (parameter.in === 'query') {
      if (parameter.style === 'deepObject') deep.set(parameter.name, typedMembers(description, parameter.schema))
      else queries.set(parameter.name, queryParameter(description, parameter))
    }
    if (parameter.in === 'header')
      headers.set(parameter.name.toLowerCase(), { name: parameter.name, read, repeats: false })
  }
  for (const name of referenced.queries)
    if (!queries.has(name)) queries.set(name, { name, read: asText, repeats: false })
  for (const name of referenced.headers)
    if (!headers.has(name)) headers.set(name, { name, read: asText, repeats: false })
  const alike = new Set([...queries.keys(), ...deep.keys()].map((name) => name.toLowerCase()))
  return {
    path: (values) => {
      const typed: Record<string, unknown> = {}
      for (const name in values) put(typed, name, (paths.get(name) ?? asText)(values[name] ?? ''))
      return typed
    },
    query: (text) => (text === undefined || text === '' ? nothing : readQuery(text, { queries, deep, alike })),
    header: (head) => {
      if (headers.size === 0) return nothing
      const typed: Record<string, unknown> = {}
      for (const [lower, { name, read }] of headers) {
        const value = head.headers.get(lower)
        if (value === undefined) continue
        if (typeof value !== 'string') throw malformed(`the header ${lower} comes more than once`)
        if (/[^\t\x20-\x7e]/.test(value)) throw malformed(`the header ${lower} is no ASCII text`)
        put(typed, name, read(value))
      }
      return typed
    },
  }
}

const nothing: Readonly<Record<string, unknown>> = Object.freeze({})
const asText: Typed = (text) => text

/** `__proto__` becomes a member like any other. */
function put(record: Record<string, unknown>, name: string, value: unknown): void {
  if (name === '__proto__') Object.defineProperty(record, name, { value, enumerable: true })
  else record[name] = value
}

interface QueryPlan {
  readonly queries: ReadonlyMap<string, Declared>
  readonly deep: ReadonlyMap<string, Readonly<Record<string, Typed>>>
  readonly alike: ReadonlySet<string>
}

function readQuery(text: string, plan: QueryPlan): Readonly<Record<string, unknown>> {
  const pairs = readPairs(text)
  if (pairs === undefined) throw malformed('the query is no UTF-8 text')
  const typed: Record<string, unknown> = {}
  const seen = new Set<string>()
  for (const [name, value] of pairs) {
    const declared = plan.queries.get(name)
    if (seen.has(name) && declared?.repeats !== true) throw malformed('the query has one parameter twice')
    if (declared?.repeats === true) {
      const known = Object.hasOwn(typed, name) ? typed[name] : undefined
      put(typed, name, [...(Array.isArray(known) ? known : []), declared.read(value)])
    } else if (declared !== undefined) put(typed, name, declared.read(value))
    else readUndeclared(typed, plan, name, value)
    seen.add(name)
  }
  return typed
}

/** What no description declares is not judged: query parameters would otherwise hide members of the body. */
function readUndeclared(typed: Record<string, unknown>, plan: QueryPlan, name: string, value: string): void {
  const [, base = name, member] = /^([^[\].]+)(?:\[([^[\]]*)\])?$/.exec(name) ?? []
  const members = plan.deep.get(base)
  if (members !== undefined && member !== undefined && member !== '') {
    const known = Object.hasOwn(typed, base) ? typed[base] : undefined
    const whole: Record<string, unknown> = { ...(typeof known === 'object' ? known : {}) }
    put(whole, member, (Object.hasOwn(members, member) ? members[member] : undefined)?.(value) ?? value)
    put(typed, base, whole)
    return
  }
  // Some servers take `Name`, `name[]` and `name.x` for `name`.
  const plain = /^[^[\].]*/.exec(name)?.[0] ?? ''
  if (plan.alike.has(plain.toLowerCase())) throw malformed('a query parameter is like a declared one')
  if (name.toLowerCase() === '_method') throw malformed('a query parameter would make it another request')
}

function queryParameter(description: ApiDescription, { name, schema, style, explode }: Parameter): Declared {
  const resolved = resolveSchema(description, schema)
  if (!isOf(resolved, 'array')) return { name, read: typedOf(description, schema), repeats: false }
  const item = typedOf(description, itemSchema(description, schema) ?? {})
  if (explode ?? (style === undefined || style === 'form')) return { name, read: item, repeats: true }
  const separator = style === 'spaceDelimited' ? ' ' : style === 'pipeDelimited' ? '|' : ','
  return { name, read: (text) => (text === '' ? [] : text.split(separator).map(item)), repeats: false }
}

function typedMembers(description: ApiDescription, schema: Schema): Readonly<Record<string, Typed>> {
  return Object.fromEntries(
    Object.entries(propertiesOf(description, schema)).map(([name, each]) => [name, typedOf(description, each.schema)]),
  )
}

/** How text becomes a value of a schema. */
export function typedOf(description: ApiDescription, schema: Schema): Typed {
  const resolved = resolveSchema(description, schema)
  if (isOf(resolved, 'string')) return asText
  if (isOf(resolved, 'integer')) return (text) => (jsonInteger.test(text) ? numberOf(text) : text)
  if (isOf(resolved, 'number')) return (text) => (jsonNumber.test(text) ? numberOf(text) : text)
  if (isOf(resolved, 'boolean')) return (text) => (text === 'true' ? true : text === 'false' ? false : text)
  return asText
}

function isOf(schema: Schema, type: string): boolean {
  const declared = schema['type']
  return declared === type || (Array.isArray(declared) && declared.includes(type))
}

function numberOf(text: string): unknown {
  const value = parseLosslessJson(text)
  return typeof value === 'number' && !Number.isFinite(value) ? text : value
}
