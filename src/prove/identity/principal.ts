import { parseLosslessJson } from '../../wire/lossless-json.ts'

/** Who an identity is to the charter, as far as the file and its tokens say. */
export interface SessionPrincipal {
  readonly id: string | undefined
  readonly tenant: string | undefined
  readonly roles: readonly string[]
  readonly scopes: readonly string[]
  readonly claims: Readonly<Record<string, unknown>>
}

/**
 * The payload of the first JWT (RFC 7519) in a text such as `Bearer eyJ…`; undefined when there is none. The signature is not
 * checked: the target's own token is only read for what the target will see in it.
 */
export function readJwtClaims(text: string): Readonly<Record<string, unknown>> | undefined {
  const payload = /(?:^|[\s=])[\w-]+\.([\w-]+)\.[\w-]*(?:$|[\s;])/.exec(text)?.[1]
  if (payload === undefined) return undefined
  const claims = parseLosslessJson(Buffer.from(payload, 'base64url').toString())
  return isRecord(claims) ? claims : undefined
}

/** Joins what the file says with what a token claims; the file wins. */
export function joinPrincipal(
  written: unknown,
  token: Readonly<Record<string, unknown>> | undefined,
): SessionPrincipal {
  const own = isRecord(written) ? written : {}
  const claims = token ?? {}
  return {
    id: toText(own['id'] ?? claims['sub']),
    tenant: toText(own['tenant'] ?? claims['tenant'] ?? claims['tenant_id'] ?? claims['tid']),
    roles: toList(own['roles'] ?? claims['roles'] ?? claims['role']),
    scopes: toList(own['scopes'] ?? claims['scope'] ?? claims['scopes'] ?? claims['scp']),
    claims: { ...claims, ...(isRecord(own['claims']) ? own['claims'] : {}) },
  }
}

function toText(value: unknown): string | undefined {
  return value === undefined || value === null ? undefined : String(value)
}

/** OAuth writes several scopes as one text with spaces (RFC 6749 section 3.3). */
function toList(value: unknown): string[] {
  if (Array.isArray(value)) return value.map(String)
  return toText(value)?.split(/\s+/).filter(Boolean) ?? []
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
