import type { CallRequest, Charter, Use } from '../../../charter/charter.ts'
import { conforms } from '../../../charter/source/conform.ts'
import { type ExampleContext, makeExample } from '../../../charter/source/example.ts'
import { propertiesOf, resolveSchema, type SchemaHome } from '../../../charter/source/schema.ts'
import { isRecord } from '../../../wire/to-http.ts'
import { choicesOf } from '../../plan/cast.ts'

/** Where values that nobody prescribes come from: seeded, so that a run can be repeated. */
export interface Supply {
  readonly random: () => number
  /** Something never used before, for names, codes and addresses. */
  readonly fresh: (hint: string) => string
}

/** A request that fits the description of a use: the charter's example where it has one, else made from the schemas. */
export function makeRequest(charter: Charter, use: Use, supply: Supply): CallRequest {
  const shape = charter.operations.get(use.operation)?.shape
  const description = charter.sources.get(shape?.source ?? '')?.description
  if (shape === undefined || description === undefined) return {}
  const example = use.example
  const sections: Record<'path' | 'query' | 'header', Record<string, unknown>> = { path: {}, query: {}, header: {} }
  const existing = letsIn(charter, use, description)
  const wanted = { random: supply.random, fresh: supply.fresh, direction: 'request' as const, existing }
  for (const parameter of shape.parameters) {
    if (parameter.in === 'cookie' || !(parameter.required || parameter.in === 'path')) continue
    sections[parameter.in][parameter.name] = parameter.example ?? makeExample(description, parameter.schema, wanted)
  }
  const made =
    shape.body === undefined ? undefined : (shape.body.example ?? makeExample(description, shape.body.schema, wanted))
  // A patch needs no member: what its schema requires is meant for the whole object, so an example is all of it.
  const body = shape.method === 'PATCH' && example?.body !== undefined ? example.body : merge(made, example?.body)
  return {
    path: { ...sections.path, ...refresh(example?.path, supply) },
    query: { ...sections.query, ...refresh(example?.query, supply) },
    header: { ...sections.header, ...refresh(example?.header, supply) },
    ...(body === undefined ? {} : { body: freshBody(description, shape.body?.schema, body, wanted) }),
  }
}

/** Whether a call is how somebody signs in: anybody may make it, it takes a password, and it makes nothing. */
function letsIn(charter: Charter, use: Use, home: SchemaHome): boolean {
  const shape = charter.operations.get(use.operation)?.shape
  const makes = use.creates || shape?.responses.some(({ status }) => status === '201') === true
  if (makes || shape?.body === undefined || !choicesOf(use).some(({ anonymous }) => anonymous)) return false
  return Object.keys(propertiesOf(home, shape.body.schema)).some((name) => /passw|passphrase|^pin$|secret/i.test(name))
}

function merge(made: unknown, example: unknown): unknown {
  if (example === undefined) return made
  if (isRecord(made) && isRecord(example)) return { ...made, ...example }
  return example
}

function refresh(values: Readonly<Record<string, unknown>> | undefined, supply: Supply): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values ?? {}).map(([name, value]) => [name, freshen(value, supply)]))
}

/** A body with `{fresh}` replaced; where the schema of a member takes no such text, as a month or a code, by another value that fits it. */
function freshBody(home: SchemaHome, schema: unknown, body: unknown, wanted: ExampleContext): unknown {
  const fresh = freshen(body, wanted)
  if (!isRecord(body) || !isRecord(fresh)) return fresh
  const properties = propertiesOf(home, schema)
  const members = Object.entries(fresh).map(([name, value]) => {
    const property = properties[name]?.schema
    const text = body[name]
    if (property === undefined || typeof text !== 'string' || !text.includes('{fresh}')) return [name, value]
    if (conforms(home, property, value)) return [name, value]
    // What the description gives as an example is not new.
    const { examples: _, default: __, ...rest } = resolveSchema(home, property)
    return [name, makeExample(home, rest, { ...wanted, name })]
  })
  return Object.fromEntries(members)
}

/** Replaces `{fresh}` in every string. */
function freshen(value: unknown, supply: Pick<Supply, 'fresh'>): unknown {
  if (typeof value === 'string')
    return value.includes('{fresh}') ? value.replaceAll('{fresh}', supply.fresh('value')) : value
  if (Array.isArray(value)) return value.map((each) => freshen(each, supply))
  if (!isRecord(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, freshen(each, supply)]))
}
