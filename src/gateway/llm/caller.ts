/** Who calls: the caller's own Lockstep credential, in whichever header its SDK puts a key. */
import type { Identified, Identifier, Presented } from '../../identity/identity.ts'

/**
 * Tells the caller. SDKs have one place for a key, `Authorization: Bearer` (OpenAI) or `x-api-key` (Anthropic), and what stands there may
 * be meant for the other: a token there is tried in the other header where it is nobody's in its own.
 */
export async function identifyCaller(identifier: Identifier, presented: Presented): Promise<Identified> {
  const first = await identifier.identify(presented)
  if (first.ok ? first.principal.id !== undefined : first.code === 'unavailable') return first
  const other = swapped(presented)
  if (other === undefined) return first
  const second = await identifier.identify(other)
  return second.ok && second.principal.id !== undefined ? second : first
}

function swapped(presented: Presented): Presented | undefined {
  const { authorization, 'x-api-key': key, ...headers } = presented.headers
  if (typeof key === 'string' && authorization === undefined)
    return { ...presented, headers: { ...headers, authorization: `Bearer ${key}` } }
  const [, token] = typeof authorization === 'string' ? (/^Bearer +(\S+)$/i.exec(authorization) ?? []) : []
  return token === undefined || key !== undefined
    ? undefined
    : { ...presented, headers: { ...headers, 'x-api-key': token } }
}
