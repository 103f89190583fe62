import type { ApiDescription, OperationShape, Parameter, RequestBody, Schema } from './description.ts'
import { parsePathTemplate } from './path-template.ts'
import { isObject } from './plain.ts'

/** A schema, one of the words of `shorthandTypes`, or a map of names to these; a name that ends in `?` is optional. */
export type Shorthand = string | { readonly [name: string]: Shorthand } | Schema

/** An operation as a charter writes it down when no description does. */
export interface RawOperation {
  readonly method: string
  readonly path: string
  readonly query?: Readonly<Record<string, Shorthand>> | undefined
  readonly headers?: Readonly<Record<string, Shorthand>> | undefined
  readonly body?: Shorthand | undefined
  readonly response?: Shorthand | undefined
  readonly summary?: string | undefined
}

/** What each shorthand word means. */
export const shorthandTypes: Readonly<Record<string, Schema>> = {
  string: { type: 'string' },
  integer: { type: 'integer' },
  number: { type: 'number' },
  boolean: { type: 'boolean' },
  money: { type: 'number', minimum: 0, multipleOf: 0.01 },
  id: { type: 'string', minLength: 1 },
  uuid: { type: 'string', format: 'uuid' },
  email: { type: 'string', format: 'email' },
  date: { type: 'string', format: 'date' },
  time: { type: 'string', format: 'date-time' },
  url: { type: 'string', format: 'uri' },
  object: { type: 'object' },
  array: { type: 'array', items: {} },
  any: {},
}

/**
 * Writes a shorthand out as a schema. `money[]` is a list of `money`; a word that is none of `shorthandTypes` means any value.
 *
 * A map with `allOf`, `oneOf`, `anyOf`, `enum` or `const`, or with a JSON `type` and another keyword beside it, is taken as the
 * schema it is; `{ type: string }` alone is an object with a property `type`.
 */
export function expandShorthand(shorthand: Shorthand): Schema {
  if (typeof shorthand === 'string') return expandWord(shorthand)
  if (isSchema(shorthand)) return shorthand
  const entries = Object.entries(shorthand)
  if (entries.length === 0) return { type: 'object' }
  return {
    type: 'object',
    properties: Object.fromEntries(entries.map(([name, each]) => [bareName(name), expandShorthand(asShorthand(each))])),
    required: entries.filter(([name]) => !name.endsWith('?')).map(([name]) => name),
  }
}

/** The operations a charter declares itself. A path template that cannot be read yields no path parameters. */
export function inlineOperations(source: string, raw: Readonly<Record<string, RawOperation>>): OperationShape[] {
  return Object.entries(raw).map(([name, operation]) => ({
    id: `${source}.${name}`,
    source,
    name,
    method: operation.method.toUpperCase(),
    basePath: '',
    path: operation.path,
    parameters: inlineParameters(operation),
    ...(isEmpty(operation.query) ? { noQuery: true } : {}),
    ...(operation.body === undefined ? {} : { body: inlineBody(operation.body) }),
    responses: operation.response === undefined ? [] : [inlineResponse(operation.response)],
    security: [],
    ...(operation.summary === undefined ? {} : { summary: operation.summary }),
    tags: [],
    deprecated: false,
  }))
}

/** The description made of operations that the charter declares itself; it has no servers and no document. */
export function inlineDescription(source: string, raw: Readonly<Record<string, RawOperation>>): ApiDescription {
  const operations = inlineOperations(source, raw)
  return {
    source,
    title: source,
    version: '',
    format: 'inline',
    servers: [],
    operations,
    securitySchemes: {},
    document: {},
  }
}

function inlineParameters(operation: RawOperation): Parameter[] {
  const template = parsePathTemplate(operation.path)
  const names = template.problem === undefined ? template.parameters : []
  return [
    ...names.map((name): Parameter => ({ in: 'path', name, required: true, schema: { type: 'string' } })),
    ...namedParameters('query', operation.query),
    ...namedParameters('header', operation.headers),
  ]
}

function namedParameters(place: 'query' | 'header', raw: Readonly<Record<string, Shorthand>> = {}): Parameter[] {
  return Object.entries(raw).map(([name, each]) => ({
    in: place,
    name: bareName(name),
    required: !name.endsWith('?'),
    schema: expandShorthand(each),
  }))
}

/** An empty map names no member, so that it takes none; `object` is any. */
function inlineBody(body: Shorthand): RequestBody {
  const schema = isEmpty(body) ? { type: 'object', properties: {} } : expandShorthand(body)
  return { mediaType: 'application/json', required: true, schema }
}

function isEmpty(map: unknown): boolean {
  return isObject(map) && Object.keys(map).length === 0
}

function inlineResponse(response: Shorthand): OperationShape['responses'][number] {
  return { status: '2XX', mediaType: 'application/json', schema: expandShorthand(response) }
}

function expandWord(word: string): Schema {
  if (word.endsWith('[]')) return { type: 'array', items: expandWord(word.slice(0, -2)) }
  return (Object.hasOwn(shorthandTypes, word) ? shorthandTypes[word] : undefined) ?? {}
}

const jsonTypes = new Set<unknown>(['string', 'integer', 'number', 'boolean', 'object', 'array', 'null'])
const marks = [
  'properties',
  'items',
  'format',
  'enum',
  'minimum',
  'maximum',
  'minLength',
  'maxLength',
  'pattern',
  'required',
]

function isSchema(value: Schema): boolean {
  if (['$ref', 'allOf', 'oneOf', 'anyOf', 'enum', 'const'].some((keyword) => isSchemaKeyword(value, keyword)))
    return true
  return (
    (jsonTypes.has(value['type']) || Array.isArray(value['type'])) && marks.some((mark) => Object.hasOwn(value, mark))
  )
}

function isSchemaKeyword(value: Schema, keyword: string): boolean {
  if (!Object.hasOwn(value, keyword)) return false
  if (keyword === '$ref') return String(value[keyword]).startsWith('#')
  return keyword === 'const' || Array.isArray(value[keyword])
}

function asShorthand(value: unknown): Shorthand {
  return typeof value === 'string' || isObject(value) ? value : 'any'
}

function bareName(name: string): string {
  return name.endsWith('?') ? name.slice(0, -1) : name
}
