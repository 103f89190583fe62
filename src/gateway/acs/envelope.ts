/** Requests of the Agent Control Standard v0.1.0, as they come (request-envelope.json). */
import { z } from 'zod'

/** The revision of the wire this speaks; releases up to 0.1.3 do not change it. */
export const acsVersion = '0.1.0'

const members = z.record(z.string(), z.unknown())

const metadata = z.looseObject({
  agent_id: z.string().min(1).max(512),
  session_id: z.uuid(),
  turn_id: z.string().max(512).optional(),
  session_state: z.looseObject({ chain_hash: z.string().optional() }).optional(),
  user_context: z
    .looseObject({ user_id: z.string().min(1).max(512).optional(), roles: z.array(z.string()).optional() })
    .optional(),
})

const signature = z.looseObject({ algorithm: z.string(), value: z.string(), key_id: z.string() })

/** One request. Members nobody knows are ignored. */
export const requestSchema: z.ZodType<AcsRequest> = z.looseObject({
  jsonrpc: z.literal('2.0'),
  method: z.string().regex(/^(steps\/|protocols\/|agbom\/|trace\/|system\/|handshake\/|wrapped:).+/),
  id: z.union([z.string(), z.number()]),
  params: z.looseObject({
    acs_version: z.string().regex(/^\d+\.\d+\.\d+$/),
    request_id: z.uuid(),
    timestamp: z.iso.datetime({ offset: true }),
    nonce: z.string().min(16).max(64).optional(),
    metadata,
    payload: members,
    signature: signature.optional(),
  }),
})

export type Members = Readonly<Record<string, unknown>>

export interface AcsRequest {
  readonly method: string
  readonly id: string | number
  readonly params: {
    readonly acs_version: string
    readonly request_id: string
    readonly timestamp: string
    readonly nonce?: string | undefined
    readonly metadata: {
      readonly agent_id: string
      readonly session_id: string
      readonly turn_id?: string | undefined
      readonly session_state?: { readonly chain_hash?: string | undefined } | undefined
      readonly user_context?:
        | { readonly user_id?: string | undefined; readonly roles?: readonly string[] | undefined }
        | undefined
    }
    readonly payload: Members
    readonly signature?: { readonly algorithm: string; readonly value: string; readonly key_id: string } | undefined
  }
}

/** The errors of section 17 that are given here. */
export const codes = {
  parse: -32700,
  request: -32600,
  params: -32602,
  internal: -32603,
  refused: -32000,
  version: -32001,
  notNegotiated: -32003,
  signature: -32004,
  replay: -32005,
  timestamp: -32006,
} as const

/** A request that gets an error instead of a decision. */
export class AcsError extends Error {
  readonly code: number
  readonly data: Members
  constructor(code: number, reason: string, message: string, data: Members = {}) {
    super(message)
    this.name = 'AcsError'
    this.code = code
    this.data = { reason, message, ...data }
  }
}

/** @throws {AcsError} -32602 that names every place where a payload is not as its hook has it. */
export function readPayload<T>(schema: z.ZodType<T>, payload: Members): T {
  const result = schema.safeParse(payload)
  if (result.success) return result.data
  const said = result.error.issues.map(({ path, message }) => `${path.map(String).join('.') || 'payload'}: ${message}`)
  throw new AcsError(codes.params, 'payload', said.join('; '))
}
