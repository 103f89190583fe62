// A gateway before a server of the conformance scenarios about signing in, configured as an operator would by what the server says of itself.
import type { Identifier } from '../../../src/identity/identity.ts'
import { openStage, type Stage } from './stage.ts'

/** Scopes by token: what the authorization server of the scenario would say of tokens it gave, which only its own server can ask. */
export type Granted = Map<string, readonly string[]>

/** Opens it: it names the same authorization servers and scopes as the server, and signs in there with a token of its own. */
export async function openBefore(server: string, granted: Granted): Promise<Stage> {
  const { issuers, scopes } = await wantedBy(server)
  const headers = (): Record<string, string> => ({ authorization: 'Bearer test-token-of-the-gateway' })
  return openStage({
    servers: { fixture: { http: { url: server }, headers } },
    identifier: holders(granted),
    resource: { authorizationServers: issuers, scopes, anonymous: false },
  })
}

/** Whoever shows a token that was given. */
function holders(granted: Granted): Identifier {
  return {
    identify: async ({ headers: { authorization } }) => {
      const [, token] = /^(?:Bearer|DPoP) (\S+)$/.exec(String(authorization ?? '')) ?? []
      if (token === undefined) return { ok: true, principal: { actors: [] } }
      const scopes = granted.get(token)
      if (scopes === undefined)
        return { ok: false, code: 'unknown', why: 'the token is not known', challenge: 'Bearer error="invalid_token"' }
      return { ok: true, principal: { id: 'ann', kind: 'user', actors: ['clerk'], scopes } }
    },
    close: async () => undefined,
  }
}

/** Where tokens for a server come from, and for what they must be, as it says itself. */
async function wantedBy(
  server: string,
): Promise<{ readonly issuers: readonly string[]; readonly scopes: readonly string[] }> {
  const { origin, pathname } = new URL(server)
  const refused = await fetch(server, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' })
  const challenge = refused.headers.get('www-authenticate') ?? ''
  const [, named] = /resource_metadata="([^"]+)"/.exec(challenge) ?? []
  const [, scope] = /scope="([^"]+)"/.exec(challenge) ?? []
  const wellKnown = `${origin}/.well-known/oauth-protected-resource`
  for (const place of named === undefined ? [`${wellKnown}${pathname}`, wellKnown] : [named]) {
    const answer = await fetch(place)
    if (!answer.ok) continue
    const said = (await answer.json()) as Readonly<Record<string, readonly string[] | undefined>>
    return {
      issuers: said['authorization_servers'] ?? [],
      scopes: scope?.split(' ') ?? said['scopes_supported'] ?? [],
    }
  }
  // Before there was such metadata, a server was its own authorization server.
  return { issuers: [origin], scopes: [] }
}
