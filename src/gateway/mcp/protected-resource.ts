/** The gateway as an OAuth 2.1 protected resource of its own (RFC 9728), never one with its servers. */
import type { Principal } from '../../charter/charter.ts'
import type { Head } from '../http/head.ts'
import { type Reply, send } from '../http/reply.ts'
import { refusalCodes, Unanswered } from './rpc-error.ts'

export interface ProtectedResourceOptions {
  /** The paths that are protected; metadata asked for at the root is of the first. */
  readonly paths: readonly string[]
  /** Issuers whose tokens are taken; without any, there is no metadata. */
  readonly authorizationServers?: readonly string[]
  /** What a token must be for; told to clients, and checked. */
  readonly scopes?: readonly string[]
  /** Whether somebody who shows no credential is let in as anonymous. By default, where there is no authorization server. */
  readonly anonymous?: boolean
  /** The address clients use, where it is not what they write in `Host`. */
  readonly url?: string
}

export interface ProtectedResource {
  /** Answers a request for the metadata. @returns false when it is none. */
  serve(head: Head, scheme: string, reply: Reply): boolean
  /** What the resource of this request is known as, to those who ask for tokens. */
  nameFor(head: Head, scheme: string): string
  /** Where the metadata of the resource of this request is; undefined without any. */
  addressFor(head: Head, scheme: string): string | undefined
  /** @throws {Unanswered} 401 for a stranger, 403 where scopes are missing. */
  check(principal: Principal, metadata: string | undefined): void
}

const wellKnown = '/.well-known/oauth-protected-resource'

/** Makes it. */
export function protectedResource(options: ProtectedResourceOptions): ProtectedResource {
  const { authorizationServers = [], scopes = [], paths } = options
  const anonymous = options.anonymous ?? authorizationServers.length === 0
  const base = ({ host }: Head, scheme: string): string => options.url?.replace(/\/$/, '') ?? `${scheme}://${host}`
  return {
    serve: (head, scheme, reply) => {
      if (head.method !== 'GET' || !head.path.startsWith(wellKnown) || authorizationServers.length === 0) return false
      const path = head.path === wellKnown ? (paths[0] ?? '/') : head.path.slice(wellKnown.length)
      if (!paths.includes(path)) return false
      const body = JSON.stringify({
        resource: `${base(head, scheme)}${path}`,
        authorization_servers: authorizationServers,
        bearer_methods_supported: ['header'],
        ...(scopes.length === 0 ? {} : { scopes_supported: scopes }),
      })
      send(reply, 200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }, body)
      return true
    },
    nameFor: (head, scheme) => `${base(head, scheme)}${head.path}`,
    addressFor: (head, scheme) =>
      authorizationServers.length === 0 ? undefined : `${base(head, scheme)}${wellKnown}${head.path}`,
    check: (principal, metadata) => {
      if (principal.id === undefined && !anonymous)
        throw unauthenticated(metadata, scopeChallenge(scopes), 'nobody may call without signing in')
      const has = new Set(principal.scopes)
      const missing = scopes.filter((each) => !has.has(each))
      if (missing.length === 0 || principal.id === undefined) return
      const parts = ['error="insufficient_scope"', `scope="${scopes.join(' ')}"`, ...metadataPart(metadata)]
      throw new Unanswered({
        code: refusalCodes.denied,
        message: `the token is not for ${missing.join(', ')}`,
        status: 403,
        challenge: `Bearer ${parts.join(', ')}`,
        data: { code: 'denied', remedy: `sign in again for \`${scopes.join(' ')}\`` },
      })
    },
  }
}

function scopeChallenge(scopes: readonly string[]): string {
  return scopes.length === 0 ? 'Bearer' : `Bearer scope="${scopes.join(' ')}"`
}

function metadataPart(metadata: string | undefined): readonly string[] {
  return metadata === undefined ? [] : [`resource_metadata="${metadata}"`]
}

/** HTTP 401 with where the metadata is. */
export function unauthenticated(metadata: string | undefined, challenge: string, why: string): Unanswered {
  const [first = 'Bearer', ...rest] = challenge.split(/(?<=^\w+)\s+/)
  const parts = [...rest, ...metadataPart(metadata)].filter((each) => each !== '')
  return new Unanswered({
    code: refusalCodes.unauthenticated,
    message: why,
    status: 401,
    challenge: parts.length === 0 ? first : `${first} ${parts.join(', ')}`,
    data: { code: 'unauthenticated', remedy: 'sign in and send the token as `Authorization: Bearer`' },
  })
}
