import type { ApiDescription, Schema } from './description.ts'
import { toSchema2020 } from './dialect.ts'
import { mergeSchemas } from './merge.ts'
import { onceFor } from './once.ts'
import { bareRecord, isObject, listOf, objectOf, stringsOf } from './plain.ts'
import { lookUpReference } from './reference.ts'

/** What schemas need of a description: the document their `$ref`s point into. */
export type SchemaHome = Pick<ApiDescription, 'document'>

/** A property as an object's schemas declare it together. */
export interface PropertyShape {
  /** As it stands in the description; resolve it before reading keywords. */
  readonly schema: Schema
  readonly required: boolean
  readonly readOnly: boolean
  readonly writeOnly: boolean
}

/** Branches within branches beyond this depth are not looked into. */
const deepestBranch = 8

/**
 * One level of a schema in JSON Schema 2020-12: `$ref` followed, `allOf` merged in, older keywords translated.
 *
 * Subschemas (`properties`, `items`, `oneOf`, `anyOf`) stay as they are. A reference to nowhere demands nothing. A schema that
 * refers to itself through `$ref` or `allOf` ends where the circle closes. Members beside `$ref` count in every version:
 * OpenAPI 3.0 says to ignore them, but `readOnly` and `description` there are meant by their authors.
 */
export function resolveSchema(home: SchemaHome, schema: unknown): Schema {
  const { document } = home
  return isObject(document) && isObject(schema) ? resolvedIn(document, schema) : resolve(home, schema, new Set())
}

const resolvedIn = onceFor((document: object, schema: object) => resolve({ document }, schema, new Set()))

function resolve(home: SchemaHome, schema: unknown, seen: Set<unknown>): Schema {
  if (seen.has(schema)) return {}
  const within = isObject(schema) ? new Set(seen).add(schema) : seen
  const { $ref, allOf, ...own } = toSchema2020(schema)
  const parts = typeof $ref === 'string' ? [lookUpReference(home.document, $ref), ...listOf(allOf)] : listOf(allOf)
  let merged: Schema = own
  const unmerged: unknown[] = []
  for (const part of parts) {
    const { allOf: rest, ...resolved } = resolve(home, part, within)
    merged = mergeSchemas(merged, resolved)
    unmerged.push(...listOf(rest))
  }
  return unmerged.length === 0 ? merged : { ...merged, allOf: [...listOf(merged['allOf']), ...unmerged] }
}

/** The values a schema names one by one; none where it names none, or nothing describes it. */
export function optionsOf(home: SchemaHome | undefined, schema: unknown): readonly unknown[] {
  const options = home === undefined || schema === undefined ? undefined : resolveSchema(home, schema)['enum']
  return Array.isArray(options) ? options : []
}

/**
 * The properties of an object schema by name, `allOf` merged and the branches of `oneOf` and `anyOf` united.
 *
 * A property of a branch is required when every branch requires it. The record has no prototype.
 */
export function propertiesOf(home: SchemaHome, schema: unknown): Readonly<Record<string, PropertyShape>> {
  const { document } = home
  return isObject(document) && isObject(schema) ? propertiesIn(document, schema) : gather(home, schema)
}

const propertiesIn = onceFor((document: object, schema: object) => gather({ document }, schema))

function gather(home: SchemaHome, schema: unknown): Readonly<Record<string, PropertyShape>> {
  const { schemas, required } = collect(home, schema, new Set(), 0)
  return bareRecord(
    [...schemas].map(([name, property]) => {
      const resolved = resolveSchema(home, property)
      const readOnly = resolved['readOnly'] === true
      return [
        name,
        { schema: property, required: required.has(name), readOnly, writeOnly: resolved['writeOnly'] === true },
      ]
    }),
  )
}

interface Collected {
  readonly schemas: Map<string, Schema>
  readonly required: Set<string>
}

function collect(home: SchemaHome, schema: unknown, seen: Set<unknown>, depth: number): Collected {
  const resolved = resolveSchema(home, schema)
  const schemas = new Map(
    Object.entries(objectOf(resolved['properties'])).map(([name, each]) => [name, asSchema(each)]),
  )
  const required = new Set(stringsOf(resolved['required']))
  if (depth >= deepestBranch || seen.has(schema)) return { schemas, required }
  // Shared by all branches: alternatives that refer to each other would otherwise be walked in every order.
  seen.add(schema)
  const visit = (branch: unknown): Collected => collect(home, branch, seen, depth + 1)
  for (const part of listOf(resolved['allOf']).map(visit)) add(schemas, required, part, part.required)
  for (const keyword of ['oneOf', 'anyOf']) {
    const branches = listOf(resolved[keyword]).map(visit)
    const inAll = (name: string): boolean => branches.every((branch) => branch.required.has(name))
    for (const branch of branches) add(schemas, required, branch, [...branch.required].filter(inAll))
  }
  return { schemas, required }
}

function add(schemas: Map<string, Schema>, required: Set<string>, part: Collected, names: Iterable<string>): void {
  for (const [name, each] of part.schemas) if (!schemas.has(name)) schemas.set(name, each)
  for (const name of names) required.add(name)
}

function asSchema(value: unknown): Schema {
  return isObject(value) ? value : toSchema2020(value)
}

/** The schema of a list's elements, unresolved; undefined when the schema describes no list or says nothing of elements. */
export function itemSchema(home: SchemaHome, schema: unknown): Schema | undefined {
  const resolved = resolveSchema(home, schema)
  const items = resolved['items'] ?? listOf(resolved['prefixItems'])[0]
  if (items !== undefined) return asSchema(items)
  for (const keyword of ['allOf', 'oneOf', 'anyOf']) {
    for (const branch of listOf(resolved[keyword])) {
      const found = resolveSchema(home, branch)['items']
      if (found !== undefined) return asSchema(found)
    }
  }
  return undefined
}
