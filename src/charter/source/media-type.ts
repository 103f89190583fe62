import type { PlainObject } from './plain.ts'
import { isObject, listOf, memberOf, objectOf } from './plain.ts'
import { dereference } from './reference.ts'

/** The media type a JSON client would pick of those offered; undefined when none is. */
export function preferMediaType(offered: readonly string[]): string | undefined {
  return [...offered].sort((left, right) => rank(left) - rank(right))[0]
}

const preference: readonly RegExp[] = [
  /^application\/json\b/i,
  /^[^;]*\+json\b/i,
  /^application\/x-www-form-urlencoded\b/i,
  /^multipart\/form-data\b/i,
  /^(?:\*|application)\/\*/,
]

function rank(mediaType: string): number {
  const index = preference.findIndex((pattern) => pattern.test(mediaType))
  return index < 0 ? preference.length : index
}

/** What OpenAPI 3 offers under `content`: the preferred media type with its schema and first example. */
export interface Content {
  readonly mediaType: string
  readonly schema?: PlainObject
  readonly example?: unknown
}

/** Reads `content`; a range such as `*` + `/*` stands for JSON. Undefined when nothing is offered. */
export function readContent(document: unknown, content: unknown): Content | undefined {
  const offered = objectOf(content)
  const mediaType = preferMediaType(Object.keys(offered))
  if (mediaType === undefined) return undefined
  const media = objectOf(dereference(document, offered[mediaType]))
  const schema = media['schema']
  return {
    mediaType: mediaType.includes('*') ? 'application/json' : mediaType,
    ...(isObject(schema) ? { schema } : {}),
    ...exampleMember(document, media),
  }
}

/** `{ example }` when the parameter, media type or header has one, its own or the first of its `examples`; else `{}`. */
export function exampleMember(document: unknown, holder: PlainObject): { example?: unknown } {
  if (holder['example'] !== undefined) return { example: holder['example'] }
  const [first] = Array.isArray(holder['examples'])
    ? listOf(holder['examples'])
    : Object.values(objectOf(holder['examples']))
  if (Array.isArray(holder['examples'])) return first === undefined ? {} : { example: first }
  const resolved = dereference(document, first)
  // OpenAPI 3.2 adds `dataValue`: the value before serialisation.
  const value = memberOf(resolved, 'dataValue') ?? memberOf(resolved, 'value')
  return value === undefined ? {} : { example: value }
}
