/** Where a request carries what a rule reads, and what the description says of it. */
import type { CallRequest, Charter, Field, ObjectType, Use } from '../../charter/charter.ts'
import { type CallerKey, getPointer, type Pointer, printReference, type Reference } from '../../charter/pointer.ts'
import type { ApiDescription } from '../../charter/source/description.ts'
import { makeExample } from '../../charter/source/example.ts'
import { itemSchema, optionsOf, propertiesOf, resolveSchema } from '../../charter/source/schema.ts'
import { placeValue, putValue, valueAt } from '../../wire/place.ts'
import { namedObjects } from './implicit-ref.ts'
import { namedKeys } from './named-key.ts'

/** An argument, or what lies below it within an element of a list. */
export interface Argument {
  readonly at: Reference
  /** Within what stands at `at`; empty for the argument itself, else an index comes first. */
  readonly below: Pointer
  readonly current: unknown
  readonly schema: unknown
  /** The whole value at `at` with another value in this place. */
  readonly write: (value: unknown) => unknown
  readonly place: (value: unknown) => CallRequest
}

/** What arguments of a use are looked for in. */
export interface Ground {
  readonly charter: Charter
  readonly use: Use
  readonly request: CallRequest
  /** A variable that stands for the body, as `object` while the object is being created. */
  readonly alias: string | undefined
}

/** Names under which a rule reads the request. */
export const requestRoots: ReadonlySet<string> = new Set(['request', 'path', 'query', 'header', 'body'])

/** The argument that carries what an expression reads; undefined for what is no argument. */
export function argumentOf(ground: Ground, read: readonly string[]): Argument | undefined {
  const index = read.findIndex((token) => /^\d+$/.test(token))
  const at = placeOf(ground, index < 0 ? read : read.slice(0, index))
  if (at === undefined) return undefined
  const { request } = ground
  const below = index < 0 ? [] : read.slice(index)
  const whole = valueAt(request, at)
  if (below.length > 0 && whole !== undefined && !Array.isArray(whole)) return undefined
  const seeded = below.length === 0 ? whole : listReaching(ground, at, whole, below)
  const write = (value: unknown): unknown => (below.length === 0 ? value : putValue(seeded, below, value))
  return {
    at,
    below,
    current: getPointer(whole, below),
    schema: schemaAt(ground, at, below),
    write,
    place: (value) => placeValue(request, at, write(value)),
  }
}

/** A request that names something by its key, which is a number where the description asks for one. */
export function placeKey(
  ground: Pick<Ground, 'charter' | 'use'>,
  request: CallRequest,
  at: Reference | CallerKey,
  key: string | undefined,
): CallRequest {
  const whole = { ...ground, request, alias: undefined }
  const form = at.from === 'request' && at.in === 'body' ? formOf(whole, schemaAt(whole, at, [])) : undefined
  const isNumber = (form === 'integer' || form === 'number') && String(Number(key)) === key
  return placeValue(request, at, isNumber ? Number(key) : key)
}

/** The list with an element of what the schema says at the index, when it has none there. */
function listReaching(ground: Ground, at: Reference, whole: unknown, [index = '0']: Pointer): unknown[] {
  const list: unknown[] = Array.isArray(whole) ? whole : []
  return Number(index) < list.length ? list : [...list, fitting(ground, schemaAt(ground, at, ['0']), '')]
}

function placeOf(ground: Ground, read: readonly string[]): Reference | undefined {
  const { charter, use, request, alias } = ground
  const [root = '', ...rest] = read
  const [first] = rest
  if (root === 'body' && (first !== undefined || Array.isArray(request.body)))
    return { from: 'request', in: 'body', pointer: rest }
  if (first === undefined) return undefined
  if (root === alias) return { from: 'request', in: 'body', pointer: fieldPointer(ground, rest) }
  if (!requestRoots.has(root)) return undefined
  if (root === 'header') return { from: 'request', in: 'header', name: first }
  if (root === 'path' || root === 'query') return { from: 'request', in: root, name: first }
  if (request.path !== undefined && Object.hasOwn(request.path, first))
    return { from: 'request', in: 'path', name: first }
  const shape = charter.operations.get(use.operation)?.shape
  const named = shape?.parameters.find((each) => each.name === first)
  if (named?.in === 'query' || named?.in === 'path') return { from: 'request', in: named.in, name: first }
  return { from: 'request', in: 'body', pointer: rest }
}

function fieldPointer({ charter, use }: Ground, rest: readonly string[]): readonly string[] {
  const [name = '', ...below] = rest
  const field = charter.objects.get(use.object?.type ?? '')?.fields.get(name)
  return field === undefined ? rest : [...field.in, ...below]
}

/** The description of the API a use belongs to. */
export function descriptionOf({ charter, use }: Pick<Ground, 'charter' | 'use'>): ApiDescription | undefined {
  return charter.sources.get(charter.operations.get(use.operation)?.shape.source ?? '')?.description
}

function schemaAt(ground: Ground, at: Reference, below: Pointer): unknown {
  const shape = ground.charter.operations.get(ground.use.operation)?.shape
  if (at.in === 'body') return schemaBelow(ground, shape?.body?.schema, [...at.pointer, ...below])
  const named = shape?.parameters.find((each) => each.in === at.in && each.name === at.name)
  return schemaBelow(ground, named?.schema, below)
}

function schemaBelow(ground: Ground, start: unknown, tokens: Pointer): unknown {
  const description = descriptionOf(ground)
  let schema = start
  for (const token of tokens) {
    if (description === undefined || schema === undefined) return undefined
    const element = /^\d+$/.test(token) ? itemSchema(description, schema) : undefined
    schema = element ?? propertiesOf(description, schema)[token]?.schema
  }
  return schema
}

export type Form = 'string' | 'integer' | 'number' | 'boolean' | 'array' | undefined

/** The kind of JSON value a schema asks for. */
export function formOf(ground: Ground, schema: unknown): Form {
  const description = descriptionOf(ground)
  if (description === undefined || schema === undefined) return undefined
  const type = resolveSchema(description, schema)['type']
  const one = Array.isArray(type) ? type.find((each) => each !== 'null') : type
  return one === 'string' || one === 'integer' || one === 'number' || one === 'boolean' || one === 'array'
    ? one
    : undefined
}

const chance = { random: () => 0.5, fresh: (hint: string) => `lockstep-${hint}`, direction: 'request' } as const

/** A value that fits a schema; undefined when there is none to fit. The same every time. */
export function fitting(ground: Ground, schema: unknown, name: string): unknown {
  const description = descriptionOf(ground)
  return description === undefined || schema === undefined
    ? undefined
    : makeExample(description, schema, { ...chance, name })
}

const ofField: Readonly<Record<NonNullable<Field['type']>, unknown>> = {
  money: '1.00',
  integer: 1,
  number: 1,
  string: 'lockstep',
  boolean: true,
  time: '2030-01-01T00:00:00Z',
}

/** Texts that are said to work in an argument: of the charter's example, keys of what the argument names, and what its schema lists. */
export function existingFor(ground: Ground, argument: Argument): string[] {
  const { charter, use } = ground
  const given = exampleOf(use, argument)
  const named = namedObjects(charter, use).find(
    ({ key }) => key.from === 'request' && printReference(key) === printReference(argument.at),
  )
  const type = argument.below.length > 0 ? undefined : charter.objects.get(named?.object ?? '')
  const keys = type === undefined ? [] : namedKeys(charter, type).slice(0, mostKeys)
  return [
    ...(typeof given === 'string' && !given.includes('{fresh}') ? [given] : []),
    ...keys,
    ...optionsOf(descriptionOf(ground), argument.schema)
      .filter((each) => typeof each === 'string')
      .slice(0, mostKeys),
  ]
}

const mostKeys = 4

function exampleOf({ example }: Use, { at, below }: Argument): unknown {
  if (example === undefined) return undefined
  return getPointer(valueAt(example, at), below)
}

/** A value for an argument that is not there: of the charter's example, the schema, the object's field, or what the object shows. */
export function sampleOf(ground: Ground, argument: Argument, read: readonly string[]): unknown {
  const { charter, use } = ground
  const name = read.at(-1) ?? ''
  const type = charter.objects.get(use.object?.type ?? '')
  const field = [...(type?.fields.values() ?? [])].find((each) => each.in.join('/') === read.slice(1).join('/'))
  const read2xx = charter.operations.get(type?.read ?? '')?.shape.responses.find((each) => each.status.startsWith('2'))
  return (
    exampleOf(use, argument) ??
    fitting(ground, argument.schema, name) ??
    (field?.type === undefined ? undefined : ofField[field.type]) ??
    fitting(ground, schemaBelow(ground, read2xx?.schema, field?.at ?? read.slice(1)), name) ??
    'lockstep'
  )
}

/** Whether a use takes an argument of a name, other than in a header. */
export function takesArgument(charter: Charter, use: Use, name: string): boolean {
  const shape = charter.operations.get(use.operation)?.shape
  const description = descriptionOf({ charter, use })
  if (shape?.parameters.some((each) => each.name === name && each.in !== 'header') === true) return true
  if (shape?.body === undefined || description === undefined) return false
  return Object.hasOwn(propertiesOf(description, shape.body.schema), name)
}

/** Whether the description shows a member of the objects of a type. */
export function showsMember(charter: Charter, type: ObjectType | undefined, name: string): boolean {
  const shape = charter.operations.get(type?.read ?? '')?.shape
  const home = charter.sources.get(shape?.source ?? '')?.description
  const answer = shape?.responses.find((each) => each.status.startsWith('2'))?.schema
  if (home === undefined || answer === undefined || type === undefined) return false
  const within = (type.readAt ?? []).reduce<unknown>(
    (schema, token) => (schema === undefined ? undefined : propertiesOf(home, schema)[token]?.schema),
    answer,
  )
  return within !== undefined && Object.hasOwn(propertiesOf(home, within), name)
}
