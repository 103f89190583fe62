// A guard with everything agents need: an issuer of people's tokens, agents with keys of their own, a control API that gives tokens, and an
// HTTP gateway in front of an API that tells what it was sent.
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Charter } from '../../../src/charter/charter.ts'
import { type Control, openControl } from '../../../src/gateway/control/control.ts'
import { type HttpGateway, openHttpGateway } from '../../../src/gateway/http/gateway.ts'
import { createGuard, type Guard, type GuardOptions } from '../../../src/guard/guard.ts'
import type { GuardEvent } from '../../../src/guard/journal.ts'
import type { Store } from '../../../src/guard/store.ts'
import type { Identifier } from '../../../src/identity/identity.ts'
import { hashApiKey } from '../../../src/identity/key-file.ts'
import { openIdentifier } from '../../../src/identity/open-identifier.ts'
import { makeRunTokens } from '../../../src/identity/run-token.ts'
import { identityConfigSchema } from '../../../src/identity/schema.ts'
import { keysIn, newKeyText } from '../../../src/identity/token-keys.ts'
import { openSqliteStore } from '../../../src/store/sqlite/open.ts'
import { type Key, makeKey } from '../../identity/issuer.ts'
import { listen } from '../../transport/open.ts'
import { charterOf, credential, sha256 } from './api.ts'

const charterText = `
lockstep: 1
name: desk
sources:
  - name: desk
    type: inline
    operations:
      get: { method: GET, path: /order }
      note: { method: POST, path: /note, body: { text: a } }
      refund: { method: POST, path: /refund, body: { amount: 1 } }
      purge: { method: POST, path: /purge }
actors:
  clerk: {}
  auditor: {}
  operator: {}
  refund-bot: { kind: agent, workflow: refunds, acts-for: [clerk, triage-bot] }
  triage-bot: { kind: agent, workflow: refunds, acts-for: [clerk] }
  night-bot: { kind: agent, workflow: upkeep }
  stray-bot: { kind: agent, workflow: upkeep, acts-for: [auditor] }
operations:
  desk.get: { by: [clerk, auditor] }
  desk.note: { by: clerk }
  desk.refund: { by: { scope: refunds, actor: clerk } }
  desk.purge: { by: night-bot }
workflows:
  refunds: { operations: [desk.get, desk.note, desk.refund] }
  upkeep: { operations: [desk.purge] }
`

export const agentsCharter = (): Charter => charterOf(charterText)

/** Keys of agents, by name. */
export const keys: Readonly<Record<string, string>> = Object.fromEntries(
  ['refund-bot', 'triage-bot', 'night-bot', 'stray-bot', 'nobodys-bot'].map((name) => [
    name,
    `lsk_${randomBytes(24).toString('base64url')}${name === 'nobodys-bot' ? '+/=&%2B' : ''}`,
  ]),
)

/** What nodes of one guard share. */
export interface Shared {
  readonly issuer: Key
  readonly signer: Key
  readonly tokenKeys: string
  readonly folder: string
}

export async function makeShared(): Promise<Shared> {
  const [issuer, signer] = await Promise.all([makeKey('people'), makeKey('signer')])
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-agents-'))
  writeFileSync(join(folder, 'people.json'), JSON.stringify({ keys: [issuer.jwk] }))
  writeFileSync(join(folder, 'signer.json'), JSON.stringify({ keys: [signer.jwk] }))
  return { issuer, signer, tokenKeys: newKeyText(), folder }
}

export interface Node {
  readonly guard: Guard
  readonly control: Control
  readonly gateway: HttpGateway
  readonly identifier: Identifier
  readonly events: GuardEvent[]
  /** What the API was sent. */
  readonly received: { readonly path: string; readonly headers: IncomingHttpHeaders }[]
  readonly issuer: string
  close(): Promise<void>
}

export interface NodeOptions {
  readonly store?: Store
  readonly now?: () => number
  readonly guard?: Partial<GuardOptions>
  readonly charter?: Charter
  /** Of the gateway; unless said otherwise, its own address. */
  readonly resource?: string
  readonly resources?: readonly string[]
}

export const people = 'https://people.example'
export const issuer = 'https://guard.example'

export async function openNode(shared: Shared, options: NodeOptions = {}): Promise<Node> {
  const { now = Date.now, store = openSqliteStore(':memory:') } = options
  const received: Node['received'] = []
  const api = createServer((request, response) => {
    received.push({ path: request.url ?? '', headers: request.headers })
    request.resume().on('end', () => response.writeHead(200, { 'content-type': 'application/json' }).end('{"ok":true}'))
  })
  const upstream = `http://${await listen(api)}`
  const events: GuardEvent[] = []
  const guard = await createGuard(options.charter ?? agentsCharter(), {
    version: 'v1',
    store,
    journal: { append: async (event) => events.push(event) },
    now,
    ...options.guard,
  })
  const tokens = makeRunTokens(issuer, await keysIn(shared.tokenKeys), now)
  const identifier = await openIdentifier(identityConfig(), {
    now,
    directory: shared.folder,
    readSecret: async () => undefined,
    replays: guard.replays,
    runs: { tokens, principalOf: (handle) => guard.runs.principalOf(handle) },
  })
  const { resources = [] } = options
  const gateway = await openHttpGateway({
    guard,
    identifier,
    upstreams: { desk: { url: upstream } },
    listen: { host: '127.0.0.1', port: 0 },
    ...(options.resource === undefined ? {} : { resource: { url: options.resource, issuers: [issuer] } }),
  })
  const control = await openControl({
    guard,
    listen: { host: '127.0.0.1', port: 0 },
    hosts: ['127.0.0.1', 'guard.example'],
    credentials: [{ name: 'ops', sha256: sha256(credential) }],
    identifier,
    isOperator: ({ roles }) => roles?.includes('operator') === true,
    tokens: { tokens, identifier, resources, lifetimeMs: 600_000 },
  })
  return {
    guard,
    control,
    gateway,
    identifier,
    events,
    received,
    issuer,
    close: async () => {
      await control.close(100)
      await gateway.close(100)
      await guard.close()
      await identifier.close()
      if (options.store === undefined) await store.close()
      api.close()
    },
  }
}

export function removeShared({ folder }: Shared): void {
  rmSync(folder, { recursive: true })
}

export function identityConfig(): ReturnType<typeof identityConfigSchema.parse> {
  const agent = (name: string, more: object = {}): [string, object] => [
    name,
    { key: hashApiKey(keys[name] ?? ''), ...more },
  ]
  return identityConfigSchema.parse([
    {
      kind: 'jwt',
      issuer: people,
      audience: issuer,
      algorithms: ['ES256'],
      keys: { file: 'people.json' },
      delegation: { as: 'chain' },
      principal: { id: '/sub', tenant: '/org', roles: '/roles', claims: [] },
      dpop: 'accepted',
    },
    {
      kind: 'agents',
      agents: Object.fromEntries([
        agent('refund-bot', { keys: { file: 'signer.json' }, token: { issuer: people, subject: 'bot-client' } }),
        ...Object.keys(keys)
          .filter((name) => name !== 'refund-bot')
          .map((name) => agent(name)),
      ]),
    },
  ])
}
