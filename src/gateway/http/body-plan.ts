/** What the description says of the body of a request, and what may therefore come. */
import type { Pointer } from '../../charter/pointer.ts'
import type { ApiDescription, OperationShape } from '../../charter/source/description.ts'
import { memberOf, objectOf, stringsOf } from '../../charter/source/plain.ts'
import { dereference } from '../../charter/source/reference.ts'
import { itemSchema, propertiesOf, resolveSchema } from '../../charter/source/schema.ts'
import { type Typed, typedOf } from './arguments.ts'
import { memberNames } from './member-names.ts'
import { malformed } from './refused.ts'
import { parseStrictJson } from './strict-json.ts'
import { readPairs } from './target.ts'

/** How a body is taken: parsed and judged, or passed on unread. */
export type BodyKind = 'json' | 'form' | 'opaque'

/** How the bodies of one operation are read. */
export interface BodyPlan {
  /** @throws {Refused} when the type contradicts the description, or cannot be judged although something depends on it. */
  kindOf(contentType: string | undefined): BodyKind
  /** @throws {Refused} when it can be read in more than one way. */
  parse(kind: 'json' | 'form', bytes: Buffer, maxDepth: number): unknown
}

export interface Judged {
  /** Whether the charter's demands look at the body. */
  readonly judged: boolean
  /** Where writes carry the fields of objects, and what demands and keys look at. */
  readonly places: readonly Pointer[]
}

const mediaShape = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+\/[!#$%&'*+.^_`|~0-9A-Za-z-]+)[ \t]*((?:;[^;]*)*)$/

/** Arranges how the bodies of an operation are read. */
export function planBody(description: ApiDescription, shape: OperationShape, { judged, places }: Judged): BodyPlan {
  const declared = declaredTypes(description, shape)
  const properties = shape.body === undefined ? {} : propertiesOf(description, shape.body.schema)
  const names = memberNames(description, shape.body?.schema, places)
  const form = new Map<string, { read: Typed; repeats: boolean }>()
  for (const [name, { schema }] of Object.entries(properties)) {
    const repeats = resolveSchema(description, schema)['type'] === 'array'
    form.set(name, { read: typedOf(description, (repeats ? itemSchema(description, schema) : schema) ?? {}), repeats })
  }
  const kinds = new Map<string | undefined, BodyKind>()
  return {
    kindOf: (contentType) => {
      const known = kinds.get(contentType)
      if (known !== undefined) return known
      const kind = kindOf(contentType, declared)
      if (kind === 'opaque' && judged) throw malformed('what this body says is judged, and it cannot be read')
      if (kinds.size < 64) kinds.set(contentType, kind)
      return kind
    },
    parse: (kind, bytes, maxDepth) => {
      const body = kind === 'json' ? parseStrictJson(bytes, maxDepth) : parseForm(bytes, form)
      if (names.hasAlmost(body)) throw malformed('a member of the body is like a declared one')
      return body
    },
  }
}

/** Media types as declared; the description keeps only the preferred one, the document all. */
function declaredTypes({ document }: ApiDescription, shape: OperationShape): readonly string[] | undefined {
  if (shape.body === undefined) return undefined
  const item = dereference(document, memberOf(memberOf(document, 'paths'), shape.path))
  const operation = objectOf(memberOf(item, shape.method.toLowerCase()))
  const content = memberOf(dereference(document, operation['requestBody']), 'content')
  const consumed = stringsOf(operation['consumes'] ?? memberOf(document, 'consumes'))
  const all = [...Object.keys(objectOf(content)), ...consumed, shape.body.mediaType]
  return [...new Set(all.map((each) => (each.split(';')[0] ?? '').trim().toLowerCase()))]
}

function kindOf(contentType: string | undefined, declared: readonly string[] | undefined): BodyKind {
  if (contentType === undefined) throw malformed('the body has no type')
  const [, media, parameters = ''] = mediaShape.exec(contentType.trim()) ?? []
  if (media === undefined) throw malformed('the type of the body is no media type')
  const charsets = [...parameters.matchAll(/;[ \t]*charset[ \t]*=[ \t]*"?([^";\s]*)"?/gi)]
  if (charsets.length > 1 || charsets.some(([, name = '']) => !/^utf-?8$/i.test(name)))
    throw malformed('the body is said to be no UTF-8 text')
  const type = media.toLowerCase()
  const kind = type === 'application/json' || type.endsWith('+json') ? 'json' : type === formType ? 'form' : 'opaque'
  if (declared === undefined) {
    if (kind === 'opaque') throw malformed('no body of this type is described')
  } else if (!declared.some((each) => fits(type, each))) throw malformed('the body is of another type than described')
  return kind
}

const formType = 'application/x-www-form-urlencoded'

function fits(type: string, declared: string): boolean {
  return declared === type || declared === '*/*' || (declared.endsWith('/*') && type.startsWith(declared.slice(0, -1)))
}

function parseForm(bytes: Buffer, declared: ReadonlyMap<string, { read: Typed; repeats: boolean }>): unknown {
  const text = bytes.toString('latin1')
  const pairs = /^[\x21-\x7e]*$/.test(text) && !/%(?![0-9A-Fa-f]{2})/.test(text) ? readPairs(text) : undefined
  if (pairs === undefined) throw malformed('the form is not encoded as forms are')
  const body: Record<string, unknown> = Object.create(null)
  for (const [name, value] of pairs) {
    const { read, repeats } = declared.get(name) ?? { read: (text: string): unknown => text, repeats: false }
    const known = body[name]
    if (name.toLowerCase() === '_method' && !declared.has(name))
      throw malformed('a field would make it another request')
    if (known !== undefined && !repeats) throw malformed('the form has one field twice')
    if (/[[\].]/.test(name) && declared.has(/^[^[\].]*/.exec(name)?.[0] ?? '') && !declared.has(name))
      throw malformed('a field is like a declared one')
    body[name] = repeats ? [...(Array.isArray(known) ? known : []), read(value)] : read(value)
  }
  return body
}
