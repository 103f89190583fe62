/** What is known of a secret beside its value: who may use it, which version counts. Stored as text, under a seal. */
import { z } from 'zod'
import type { Scope } from './scope.ts'

const name = z.string().min(1)
const moment = z.strictObject({ at: z.int(), by: name })

const place = z.union([
  z.strictObject({ in: z.enum(['header', 'query', 'env']), name, template: z.string() }),
  z.strictObject({ in: z.literal('body'), at: z.string(), template: z.string() }),
  z.strictObject({ in: z.literal('basic'), user: name }),
])

const scope = z.strictObject({
  operation: name,
  workflow: name.exactOptional(),
  agent: name.exactOptional(),
  as: place,
  placeholder: z.literal(true).exactOptional(),
}) satisfies z.ZodType<Scope>

const elsewhere = z.strictObject({
  /** One of `external` in the guard file. */
  vault: name,
  /** `kv`: MOUNT/PATH of a KV v2 engine; `lease`: the path that gives a leased secret. */
  engine: z.enum(['kv', 'lease']),
  path: name,
  field: name,
  /** A version of the other vault; its newest when left out. */
  version: z.int().min(1).exactOptional(),
})

const headSchema = z.strictObject({
  made: moment,
  changed: moment,
  /** The version that is used. */
  current: z.int().min(1),
  /** Those that are kept, oldest first. `until`: not used for new calls any more, and destroyed then. */
  versions: z.array(z.strictObject({ version: z.int().min(1), at: z.int(), by: name, until: z.int().exactOptional() })),
  scopes: z.array(scope),
  /** What clients may be given instead of the value. */
  placeholder: name,
  disabled: moment.extend({ why: z.string() }).exactOptional(),
  /** Where the value is, when it is not here. */
  from: elsewhere.exactOptional(),
  /** Nothing is left of it but its name and its revision. */
  deleted: z.literal(true).exactOptional(),
})

/** A secret, but for its values. */
export type Head = Readonly<z.output<typeof headSchema>>
/** Where a value is that another vault keeps. */
export type Elsewhere = Readonly<z.output<typeof elsewhere>>

/** Undefined when it is none. */
export function parseHead(text: string): Head | undefined {
  return parsed(headSchema, text)
}

const sealedSchema = z.strictObject({
  /** Which master key wrapped the key. */
  master: name,
  wrapped: name,
  /** Nonce, ciphertext and tag, base64. */
  data: name,
})

/** One version as it is stored. */
export type SealedVersion = Readonly<z.output<typeof sealedSchema>>

/** Undefined when it is none. */
export function parseSealed(text: string): SealedVersion | undefined {
  return parsed(sealedSchema, text)
}

function parsed<T>(schema: z.ZodType<T>, text: string): T | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}
