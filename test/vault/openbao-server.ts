// A small server that speaks as the HTTP API of OpenBao and Vault is documented to: logins, tokens, KV version 2, leases, namespaces.
// No real server can be had where these tests run; what it was written from: the pages api/auth/{approle,kubernetes,token}.mdx,
// api/secret/kv/kv-v2.mdx, api/system/leases.mdx and api/index.mdx of the documentation of OpenBao.
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'

interface Token {
  readonly ttl: number
  readonly renewable: boolean
  until: number
}

interface Version {
  readonly data: Record<string, unknown>
  deleted: boolean
}

export interface BaoServer {
  readonly url: string
  /** Method and path of every request, with the status of its answer. */
  readonly asked: string[]
  readonly tokens: Map<string, Token>
  readonly leases: Map<string, { until: number; revoked: boolean }>
  /** By mount and path. */
  readonly kv: Map<string, Version[]>
  /** Seconds that tokens and leases of now on last. */
  ttl: number
  /** Answers with 503 while it is sealed. */
  sealed: boolean
  revoke(token: string): void
  close(): void
}

type Reply = readonly [status: number, body?: unknown]

const errors = (status: number, ...messages: string[]): Reply => [status, { errors: messages }]

/** @param namespace - The only one it has. */
export async function startBao(namespace: string): Promise<BaoServer> {
  let made = 0
  const state: Omit<BaoServer, 'url' | 'close'> = {
    asked: [],
    tokens: new Map([['given-token', { ttl: 0, renewable: false, until: Number.POSITIVE_INFINITY }]]),
    leases: new Map(),
    kv: new Map(),
    ttl: 3600,
    sealed: false,
    revoke: (token) => void state.tokens.delete(token),
  }
  const auth = (): Reply => {
    made += 1
    const token = `s.token-${made}-of-the-server`
    state.tokens.set(token, { ttl: state.ttl, renewable: true, until: Date.now() + state.ttl * 1000 })
    return [200, { auth: { client_token: token, lease_duration: state.ttl, renewable: true, policies: ['default'] } }]
  }
  const logins: Readonly<Record<string, (body: Record<string, unknown>) => boolean>> = {
    'auth/approle/login': (body) => body['role_id'] === 'role-1' && body['secret_id'] === 'secret-id-1',
    'auth/cluster/login': (body) => body['role'] === 'guard' && body['jwt'] === 'header.payload.signature',
  }
  const answer = (request: IncomingMessage, body: Record<string, unknown>): Reply => {
    const url = new URL(request.url ?? '/', 'http://bao')
    const path = url.pathname.replace(/^\/v1\//, '')
    if (state.sealed) return errors(503, 'Vault is sealed')
    if (request.headers['x-vault-namespace'] !== namespace) return errors(404, 'route entry not found')
    const login = logins[path]
    if (login !== undefined) return login(body) ? auth() : errors(400, 'invalid role or secret ID')
    const name = String(request.headers['x-vault-token'] ?? '')
    const token = state.tokens.get(name)
    if (token === undefined || token.until < Date.now()) return errors(403, 'permission denied')
    if (path === 'auth/token/lookup-self') return [200, { data: { ttl: token.ttl, renewable: token.renewable } }]
    if (path === 'auth/token/renew-self') {
      token.until = Date.now() + token.ttl * 1000
      return [200, { auth: { client_token: name, lease_duration: token.ttl, renewable: true } }]
    }
    if (path === 'auth/token/revoke-self') {
      state.tokens.delete(name)
      return [204]
    }
    if (path.startsWith('sys/leases/')) return lease(path, String(body['lease_id']))
    if (path.startsWith('database/creds/')) return newLease()
    const [, mount = '', secret = ''] = /^([^/]+)\/data\/(.+)$/.exec(path) ?? []
    if (mount !== 'kv') return errors(403, 'permission denied')
    return request.method === 'POST'
      ? writeKv(secret, body)
      : readKv(secret, Number(url.searchParams.get('version') ?? 0))
  }
  const lease = (path: string, id: string): Reply => {
    const known = state.leases.get(id)
    if (known === undefined || known.revoked || known.until < Date.now()) return errors(400, 'lease not found')
    if (path === 'sys/leases/revoke') {
      known.revoked = true
      return [204]
    }
    known.until = Date.now() + state.ttl * 1000
    return [200, { lease_id: id, renewable: true, lease_duration: state.ttl }]
  }
  const newLease = (): Reply => {
    made += 1
    const id = `database/creds/shop/${made}`
    state.leases.set(id, { until: Date.now() + state.ttl * 1000, revoked: false })
    const data = { username: `v-${made}`, password: `dynamic-password-${made}` }
    return [200, { lease_id: id, lease_duration: state.ttl, renewable: true, data }]
  }
  const readKv = (path: string, wanted: number): Reply => {
    const versions = state.kv.get(path) ?? []
    const number = wanted === 0 ? versions.length : wanted
    const version = versions[number - 1]
    if (version === undefined) return [404, { errors: [] }]
    const metadata = { version: number, destroyed: false, deletion_time: version.deleted ? '2026-11-21T08:00:00Z' : '' }
    return version.deleted
      ? [404, { data: { data: null, metadata } }]
      : [200, { data: { data: version.data, metadata } }]
  }
  const writeKv = (path: string, body: Record<string, unknown>): Reply => {
    const versions = state.kv.get(path) ?? []
    const { options, data } = body as { options?: { cas?: number }; data: Record<string, unknown> }
    if (options?.cas !== undefined && options.cas !== versions.length)
      return errors(400, 'check-and-set parameter did not match the current version')
    state.kv.set(path, [...versions, { data, deleted: false }])
    return [200, { data: { version: versions.length + 1, destroyed: false, deletion_time: '' } }]
  }
  const server = createServer((request, response) => {
    void request.toArray().then((chunks) => {
      const text = chunks.join('')
      const [status, body] = answer(request, text === '' ? {} : JSON.parse(text))
      state.asked.push(`${request.method} ${request.url?.replace('/v1/', '')} ${status}`)
      response
        .writeHead(status, { 'content-type': 'application/json' })
        .end(body === undefined ? '' : JSON.stringify(body))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return Object.assign(state, {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  })
}
