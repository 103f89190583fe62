// An identity provider that others wrote, with people who have groups.
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import { exportJWK, generateKeyPair } from 'jose'
import Provider from 'oidc-provider'
import { createMemoryAdapter } from 'oidc-provider/lib/adapters/memory_adapter.js'
import { listen } from '../transport/open.ts'

/** Whose groups are what. */
export const people: Readonly<Record<string, readonly string[]>> = {
  vera: ['readers'],
  audra: ['auditors'],
  anna: ['approvers', 'managers'],
  olga: ['on-call'],
  adam: ['admins'],
  both: ['approvers', 'on-call'],
  ann: ['approvers', 'managers', 'approver'],
  dana: ['approvers', 'approver', 'clerk'],
  stranger: ['kitchen'],
}

/** Which of them have which role in the console. */
export const rolesByGroup =
  '{ viewer: [readers], auditor: [auditors], approver: [approvers], operator: [on-call], administrator: [admins] }'

export const clientSecret = 'oidc-client-secret-0123456789abcdef'

export interface Idp {
  readonly issuer: string
  /** Tells it where the console is, whose people it signs in. */
  serve(consoleUrl: string): Promise<void>
  /** How many requests it had for a token. */
  asked(): number
  /** From now on it answers nothing. */
  fall(): void
  close(): void
}

/** Signs in whoever the form on its page names; nobody has a password. */
export async function openIdp(): Promise<Idp> {
  let listener: RequestListener = (_request, response) => void response.writeHead(503).end()
  const server = createServer((request, response) => listener(request, response))
  const issuer = `http://${await listen(server)}`
  let tokens = 0
  return {
    issuer,
    asked: () => tokens,
    async serve(consoleUrl) {
      const provider = new Provider(issuer, await settings(consoleUrl))
      const callback = provider.callback()
      listener = (request, response) => {
        if (request.url?.startsWith('/token') === true) tokens += 1
        if (request.url?.startsWith('/interaction/') === true)
          void interact(provider, request, response).catch(() => response.writeHead(500).end())
        else void callback(request, response)
      }
    },
    fall: () => {
      listener = (request) => void request.socket.destroy()
    },
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}

async function settings(consoleUrl: string): Promise<object> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true })
  return {
    adapter: createMemoryAdapter(0),
    ttl: { AccessToken: 600, Grant: 3600, IdToken: 600, Interaction: 600, Session: 3600 },
    clients: [
      {
        client_id: 'lockstep',
        client_secret: clientSecret,
        redirect_uris: [`${consoleUrl}/sign-in/oidc/callback`],
        post_logout_redirect_uris: [`${consoleUrl}/sign-in`],
        id_token_signed_response_alg: 'ES256',
      },
    ],
    jwks: { keys: [{ ...(await exportJWK(privateKey)), kid: 'idp', use: 'sig', alg: 'ES256' }] },
    cookies: { keys: ['a key of the test'] },
    claims: { openid: ['sub', 'groups', 'tenant'], profile: ['name'] },
    conformIdTokenClaims: false,
    features: {
      devInteractions: { enabled: false },
      rpInitiatedLogout: {
        logoutSource: (context: { body: string }, form: string) => {
          context.body = `<title>IdP</title>${form}<button form="op.logoutForm" name="logout" value="yes">Leave</button>`
        },
      },
    },
    interactions: { url: (_context: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
    findAccount: (_context: unknown, id: string) => ({
      accountId: id,
      claims: () => ({ sub: id, groups: people[id] ?? [], tenant: 'north' }),
    }),
    loadExistingGrant: async ({ oidc }: GrantContext) => {
      const grant = new oidc.provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId })
      grant.addOIDCScope('openid profile')
      await grant.save()
      return grant
    },
  }
}

interface GrantContext {
  readonly oidc: {
    readonly provider: { Grant: new (of: object) => { addOIDCScope(scope: string): void; save(): Promise<string> } }
    readonly client: { readonly clientId: string }
    readonly session: { readonly accountId: string }
  }
}

async function interact(provider: Provider, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const as = new URL(request.url ?? '', 'http://idp').searchParams.get('as')
  if (as === 'nobody') return provider.interactionFinished(request, response, { error: 'access_denied' })
  if (as !== null) return provider.interactionFinished(request, response, { login: { accountId: as } })
  const links = [...Object.keys(people), 'nobody'].map((name) => `<p><a href="?as=${name}">${name}</a></p>`)
  response.writeHead(200, { 'content-type': 'text/html' }).end(`<title>IdP</title>${links.join('')}`)
}
