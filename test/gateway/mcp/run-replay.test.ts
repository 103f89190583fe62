// A handle of a run, shown through the MCP gateway where it was not made for: cases as data, each refused in both eras, and its twin accepted.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { SignJWT } from 'jose'
import type { RunHandle } from '../../../src/charter/run-handle.ts'
import { type McpGateway, openMcpGateway } from '../../../src/gateway/mcp/gateway.ts'
import { createGuard, type Guard } from '../../../src/guard/guard.ts'
import type { GuardEvent } from '../../../src/guard/journal.ts'
import type { Identifier } from '../../../src/identity/identity.ts'
import { openIdentifier } from '../../../src/identity/open-identifier.ts'
import { makeRunTokens, type RunTokens, type RunTokenType } from '../../../src/identity/run-token.ts'
import { keysIn } from '../../../src/identity/token-keys.ts'
import { openSqliteStore } from '../../../src/store/sqlite/open.ts'
import { identityConfig, issuer, makeShared, people, removeShared, type Shared } from '../control/agents.ts'
import { ask, askOld, type Said } from './ask.ts'
import { approved, type Desk, openDesk } from './desk.ts'
import { toolCharter } from './stage.ts'

type Era = 'legacy' | 'modern'

const charter = toolCharter(
  {
    actors: {
      clerk: {},
      'refund-bot': { kind: 'agent', workflow: 'refunds', 'acts-for': ['clerk'] },
      'triage-bot': { kind: 'agent', workflow: 'refunds', 'acts-for': ['clerk'] },
    },
    operations: Object.fromEntries(
      ['get_order', 'issue_refund', 'send_email', 'purge'].map((name) => [`desk.${name}`, { by: 'clerk' }]),
    ),
    workflows: {
      refunds: { operations: ['desk.get_order', 'desk.issue_refund'] },
      mail: { operations: ['desk.send_email'] },
    },
  },
  { desk: { tools: approved } },
)

let desk: Desk
let shared: Shared
let guard: Guard
let identifier: Identifier
let tokens: RunTokens
let gateway: McpGateway
const events: GuardEvent[] = []
let later = 0
const store = openSqliteStore(':memory:')

before(async () => {
  ;[desk, shared] = await Promise.all([openDesk(), makeShared()])
  const now = (): number => Date.now() + later
  const journal = { append: async (event: GuardEvent) => void events.push(event) }
  guard = await createGuard(charter, { version: 'v1', store, journal, now })
  tokens = makeRunTokens(issuer, await keysIn(shared.tokenKeys), now)
  identifier = await openIdentifier(identityConfig(), {
    now,
    directory: shared.folder,
    readSecret: async () => undefined,
    replays: guard.replays,
    runs: { tokens, principalOf: (handle) => guard.runs.principalOf(handle) },
  })
  gateway = await openMcpGateway({
    guard,
    identifier,
    servers: { desk: { http: { url: desk.url } } },
    listen: { host: '127.0.0.1', port: 0 },
  })
})
after(async () => {
  await gateway?.close(100)
  await guard?.close()
  await identifier?.close()
  await store.close()
  desk?.close()
  removeShared(shared)
})

const url = (): string => `${gateway.address.url}/mcp`

/** What somebody lets themselves in with: `person` for whom `agent` acts. */
async function credentialOf(person: string, org: string, agent?: string): Promise<string> {
  const at = Math.floor((Date.now() + later) / 1000)
  const act = agent === undefined ? {} : { act: { sub: agent } }
  return new SignJWT({
    iss: people,
    aud: issuer,
    sub: person,
    org,
    roles: ['clerk'],
    iat: at,
    exp: at + 36_000,
    ...act,
  })
    .setProtectedHeader({ alg: 'ES256', kid: 'people' })
    .sign(shared.issuer.privateKey)
}

interface Made {
  readonly credential: string
  readonly handle: RunHandle
  readonly text: string
}

interface Making {
  readonly audience?: string
  readonly forMs?: number
  readonly type?: RunTokenType
  readonly tools?: readonly string[]
}

/** A run of refund-bot for clara, and the handle that names it. */
async function make({ audience, forMs = 3_600_000, type = 'lockstep-run+jwt', tools }: Making = {}): Promise<Made> {
  const credential = await credentialOf('clara', 'n', 'refund-bot')
  const headers = { authorization: `Bearer ${credential}` }
  const identified = await identifier.identify({ method: 'POST', url: url(), headers })
  assert.ok(identified.ok)
  const given = await guard.runs.start(identified.principal, {
    workflow: 'refunds',
    ...(tools === undefined ? {} : { tools }),
  })
  assert.ok(given.ok, JSON.stringify(given))
  const expires = Date.now() + later + forMs
  const { text } = await tokens.mint(given.handle, { type, audience: [audience ?? url()], expires })
  return { credential, handle: given.handle, text }
}

/** How a call is made: by whom, with what in the header, what in the message, of which tool, on whose session. */
interface Shown {
  readonly as: string
  readonly run?: string
  readonly meta?: unknown
  readonly tool?: string
  readonly session?: string
}

function call(era: Era, { as, run, meta, tool = 'get_order', session }: Shown): Promise<Said> {
  const params = { name: tool, arguments: {}, ...(meta === undefined ? {} : { _meta: { 'lockstep/run': meta } }) }
  const headers = {
    ...(run === undefined ? {} : { 'lockstep-run': run }),
    ...(session === undefined ? {} : { 'mcp-session-id': session }),
  }
  return (era === 'modern' ? ask : askOld)(url(), 'tools/call', params, { as, headers })
}

async function sessionOf(as: string): Promise<string> {
  const opened = await askOld(url(), 'initialize', { protocolVersion: '2025-11-25', capabilities: {} }, { as })
  return opened.headers.get('mcp-session-id') ?? ''
}

function changed(text: string, more: object): string {
  const [head = '', payload = '', signature = ''] = text.split('.')
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object
  return `${head}.${Buffer.from(JSON.stringify({ ...claims, ...more })).toString('base64url')}.${signature}`
}

const other = 'http://127.0.0.1:1/mcp'
const operator = { id: 'op', kind: 'user', roles: [] } as const

interface Case {
  /** @returns how it is shown; what is done before that is done here. */
  readonly shown: (made: Made) => Promise<Shown> | Shown
  readonly making?: Making
  /** The code of the refusal, or of its error. */
  readonly code: string | number
  readonly eras?: readonly Era[]
  /** Puts back what was done, where others would feel it. */
  readonly undo?: () => Promise<void>
}

const plain = ({ credential, text }: Made): Shown => ({ as: credential, run: text })
const shownBy = (person: string, org: string, agent?: string) => async (made: Made) => ({
  as: await credentialOf(person, org, agent),
  run: made.text,
})
const altered = (more: object) => (made: Made) => ({ as: made.credential, run: changed(made.text, more) })
const none = Buffer.from('{"alg":"none","typ":"lockstep-run+jwt"}').toString('base64url')

const unauthenticated = -32016
const cases: Readonly<Record<string, Case>> = {
  'by the agent for another person': { shown: shownBy('carl', 'n', 'refund-bot'), code: unauthenticated },
  'by the agent for a namesake of another tenant': {
    shown: shownBy('clara', 's', 'refund-bot'),
    code: unauthenticated,
  },
  'by another agent for the same person': { shown: shownBy('clara', 'n', 'triage-bot'), code: unauthenticated },
  'by the person without the agent': { shown: shownBy('clara', 'n'), code: unauthenticated },
  'for a tool of another workflow': {
    shown: (made) => ({ ...plain(made), tool: 'send_email' }),
    code: 'denied',
  },
  'for a tool of no workflow': { shown: (made) => ({ ...plain(made), tool: 'purge' }), code: 'denied' },
  'for a tool the run was not given': {
    making: { tools: ['desk.get_order'] },
    shown: (made) => ({ ...plain(made), tool: 'issue_refund' }),
    code: 'denied',
  },
  'after the run ended': {
    shown: async (made) => {
      assert.ok(await guard.runs.end(made.handle.id, 'ended', operator))
      return plain(made)
    },
    code: 'run-over',
  },
  'after it was revoked': {
    shown: async (made) => {
      assert.ok(await guard.runs.end(made.handle.id, 'revoked', operator, 'stolen'))
      return plain(made)
    },
    code: 'run-over',
  },
  'after it was switched off': {
    shown: async (made) => {
      await guard.switches.off({ of: 'run', name: made.handle.id, by: 'op', why: 'x', at: Date.now() })
      return plain(made)
    },
    code: 'switched-off',
  },
  'after it expired': {
    making: { forMs: 60_000 },
    shown: async (made) => {
      later += 120_000
      return plain(made)
    },
    code: unauthenticated,
  },
  'under another charter': {
    shown: async (made) => {
      await guard.reload(charter, 'v2')
      return plain(made)
    },
    code: 'run-outdated',
    undo: () => guard.reload(charter, 'v1'),
  },
  'at another gateway than it was made for': { making: { audience: other }, shown: plain, code: unauthenticated },
  'at the address of one server, made for that of another': {
    making: { audience: `${other.replace('/mcp', '')}/mcp/desk` },
    shown: plain,
    code: unauthenticated,
  },
  'for another gateway, changed to this one': {
    making: { audience: other },
    shown: (made) => altered({ aud: url() })(made),
    code: unauthenticated,
  },
  'with another person': { shown: altered({ sub: 'carl' }), code: unauthenticated },
  'with another run': { shown: altered({ lockstep_run: 'other' }), code: unauthenticated },
  'with other tools': { shown: altered({ lockstep_tools: ['desk.purge'] }), code: unauthenticated },
  'with a later end': { shown: altered({ exp: 9_999_999_999 }), code: unauthenticated },
  'with one byte more': {
    shown: ({ credential, text }) => ({ as: credential, run: `${text}A` }),
    code: unauthenticated,
  },
  'without a signature': {
    shown: ({ credential, text }) => ({ as: credential, run: `${none}.${text.split('.')[1]}.` }),
    code: unauthenticated,
  },
  'as a credential': { shown: ({ text }) => ({ as: text }), code: unauthenticated },
  'a credential of ours as a handle': { making: { type: 'at+jwt' }, shown: plain, code: unauthenticated },
  'in the message instead of the header': {
    shown: ({ credential, text }) => ({ as: credential, meta: text }),
    code: -32600,
  },
  'in the message and in the header': {
    shown: (made) => ({ ...plain(made), meta: made.text }),
    code: -32600,
  },
  'in the header, and another one in the message': {
    shown: async (made) => ({ ...plain(made), meta: (await make()).text }),
    code: -32600,
  },
  'twice in the header': {
    shown: ({ credential, text }) => ({ as: credential, run: `${text}, ${text}` }),
    code: unauthenticated,
  },
  'on a session of somebody else': {
    shown: async (made) => ({
      ...plain(made),
      session: await sessionOf(await credentialOf('carl', 'n', 'refund-bot')),
    }),
    code: -32001,
    eras: ['legacy'],
  },
}

for (const era of ['legacy', 'modern'] as const)
  for (const [name, { shown, making, code, undo, eras }] of Object.entries(cases)) {
    if (eras !== undefined && !eras.includes(era)) continue
    test(`${era}: a handle ${name}`, async () => {
      const twin = await make()
      const made = await make(making)
      const before = desk.seen.filter(({ message }) => message.method === 'tools/call').length
      const said = await call(era, await shown(made))
      const calls = desk.seen.filter(({ message }) => message.method === 'tools/call').length
      await undo?.()
      assert.ok(said.error !== undefined, said.text)
      assert.ok([said.error.code, said.error.data?.['code']].includes(code), said.text)
      assert.equal(calls, before, 'it reached the server')
      assert.ok(!said.text.includes(made.text), 'the handle is said back')
      assert.equal((await call(era, plain(twin))).error, undefined, 'the twin')
    })
  }

test('one handle is one run, on whichever session of its holder', async () => {
  const made = await make()
  const runs = new Set<string | undefined>()
  for (const session of [await sessionOf(made.credential), await sessionOf(made.credential), undefined]) {
    const said = await call('legacy', { ...plain(made), ...(session === undefined ? {} : { session }) })
    assert.equal(said.error, undefined, said.text)
    const last = events.findLast((event) => event.kind === 'decision')
    runs.add(last?.kind === 'decision' ? last.run?.id : undefined)
  }
  assert.deepEqual([...runs], [made.handle.id])
})
