/** The gateway as a protected resource of OAuth (RFC 9728): where agents get tokens for it. */
import { type Arriving, type Reply, send } from './reply.ts'

/** What a gateway is known as, and who gives tokens for it. */
export interface ResourceConfig {
  readonly url: string
  readonly issuers: readonly string[]
}

const wellKnown = '/.well-known/oauth-protected-resource'

/** Where its metadata is: the path of the resource stands after the well-known one. */
export function metadataUrlOf({ url }: ResourceConfig): string {
  const { origin, pathname } = new URL(url)
  return `${origin}${wellKnown}${pathname === '/' ? '' : pathname}`
}

/** Answers a request for the metadata. @returns false when it is none. */
export function serveMetadata(
  config: ResourceConfig | undefined,
  { method, url }: Pick<Arriving, 'method' | 'url'>,
  reply: Reply,
): boolean {
  if (config === undefined || config.issuers.length === 0) return false
  if (method !== 'GET' || url !== new URL(metadataUrlOf(config)).pathname) return false
  const body = JSON.stringify({
    resource: config.url,
    authorization_servers: config.issuers,
    bearer_methods_supported: ['header'],
  })
  send(reply, 200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }, body)
  return true
}

/** A challenge that says where the metadata is (RFC 9728 section 5.1). */
export function withMetadata(challenge: string, config: ResourceConfig | undefined): string {
  if (config === undefined || config.issuers.length === 0) return challenge
  return challenge.replace(/^(Bearer|DPoP)(?: (.*))?$/s, (_, scheme: string, rest: string | undefined) => {
    const parameter = `resource_metadata="${metadataUrlOf(config)}"`
    return `${scheme} ${parameter}${rest === undefined ? '' : `, ${rest}`}`
  })
}
