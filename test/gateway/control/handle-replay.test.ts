// A token or handle shown anywhere it was not made for: another gateway, principal, agent, tenant, charter, guard. And two nodes on one
// PostgreSQL: what is given on one counts on the other, and what is revoked on one counts nowhere.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { SignJWT } from 'jose'
import type { Store } from '../../../src/guard/store.ts'
import { newKeyText } from '../../../src/identity/token-keys.ts'
import { openPostgresStore } from '../../../src/store/postgres/open.ts'
import { type Postgres, startPostgres } from '../../store/postgres.ts'
import { issuer, keys, makeShared, type Node, openNode, people, removeShared, type Shared } from './agents.ts'
import { credential } from './api.ts'

const exchange = 'urn:ietf:params:oauth:grant-type:token-exchange'
const type = 'urn:ietf:params:oauth:token-type:access_token'
const [north, south] = ['https://north.example', 'https://south.example']

let server: Postgres
let shared: Shared
let stores: readonly Store[]
/** Two nodes of one guard, and a gateway each; and another guard altogether. */
let [first, second, other]: Node[] = []
before(async () => {
  ;[server, shared] = await Promise.all([startPostgres(), makeShared()])
  stores = await Promise.all([1, 2].map(() => openPostgresStore(server.url, { schema: 'runs' })))
  const resources = [north, south]
  first = await openNode(shared, { ...storeAt(0), resource: north, resources })
  second = await openNode(shared, { ...storeAt(1), resource: south, resources })
  other = await openNode({ ...shared, tokenKeys: newKeyText() }, { resource: north, resources })
})
after(async () => {
  for (const node of [first, second, other]) await node?.close()
  for (const store of stores) await store.close()
  await server.stop()
  removeShared(shared)
})

const storeAt = (index: number): { store?: Store } => {
  const store = stores[index]
  return store === undefined ? {} : { store }
}

async function person(sub: string, org: string, act?: string): Promise<string> {
  const now = Math.floor(Date.now() / 1000)
  const payload = { iss: people, aud: issuer, sub, org, roles: ['clerk'], iat: now, exp: now + 300 }
  return await new SignJWT(
    JSON.parse(JSON.stringify({ ...payload, ...(act === undefined ? {} : { act: { sub: act } }) })),
  )
    .setProtectedHeader({ alg: 'ES256', kid: 'people' })
    .sign(shared.issuer.privateKey)
}

async function tokenFrom(
  node: Node | undefined,
  agent: string,
  form: Readonly<Record<string, string>>,
): Promise<{ token: string; run: string }> {
  const authorization = `Basic ${Buffer.from(`${agent}:${keys[agent]}`).toString('base64')}`
  const body = new URLSearchParams({ grant_type: exchange, subject_token_type: type, ...form })
  const response = await fetch(`${node?.control.address.url}/v1/token`, {
    method: 'POST',
    headers: { authorization },
    body,
  })
  const answer = (await response.json()) as Record<string, unknown>
  assert.equal(response.status, 200, JSON.stringify(answer))
  return { token: String(answer['access_token']), run: String(answer['lockstep_run']) }
}

async function order(
  node: Node | undefined,
  authorization: string | undefined,
  headers: Record<string, string> = {},
): Promise<unknown> {
  const response = await fetch(`${node?.gateway.address.url}/order`, {
    headers: { ...(authorization === undefined ? {} : { authorization: `Bearer ${authorization}` }), ...headers },
  })
  const { code } = (await response.json()) as { code?: unknown }
  return code ?? response.status
}

async function handleFor(credential: string): Promise<string> {
  const response = await fetch(`${first?.control.address.url}/v1/runs`, {
    method: 'POST',
    headers: { authorization: `Bearer ${credential}`, 'content-type': 'application/json' },
    body: '{}',
  })
  const answer = (await response.json()) as { handle: string }
  assert.equal(response.status, 201, JSON.stringify(answer))
  return answer.handle
}

describe('shown where it was not made for', () => {
  test('a token: 0 of 9', async () => {
    const { token } = await tokenFrom(first, 'refund-bot', {
      subject_token: await person('clara', 'n'),
      resource: north,
    })
    assert.equal(await order(first, token), 200)
    const [head = '', payload = '', signature = ''] = token.split('.')
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>
    const changed = (more: object): string =>
      `${head}.${Buffer.from(JSON.stringify({ ...claims, ...more })).toString('base64url')}.${signature}`
    const unsigned = Buffer.from(JSON.stringify({ alg: 'none', typ: 'at+jwt' })).toString('base64url')
    const replays: readonly (readonly [Node | undefined, string])[] = [
      [second, token],
      [other, token],
      [first, changed({ aud: south })],
      [first, changed({ act: { sub: 'triage-bot' } })],
      [first, changed({ sub: 'carl' })],
      [first, changed({ lockstep_charter: 'v2' })],
      [first, changed({ lockstep_tools: ['desk.purge'] })],
      [first, changed({ exp: 9_999_999_999 })],
      [first, `${unsigned}.${payload}.`],
    ]
    const accepted = (await Promise.all(replays.map(([node, shown]) => order(node, shown)))).filter(
      (code) => code !== 'unauthenticated',
    )
    assert.deepEqual(accepted, [])
  })

  test('a handle: 0 of 7', async () => {
    const own = await person('clara', 'n', 'refund-bot')
    const handle = await handleFor(own)
    assert.equal(await order(first, own, { 'lockstep-run': handle }), 200)
    const { token } = await tokenFrom(first, 'refund-bot', {
      subject_token: await person('clara', 'n'),
      resource: north,
    })
    const replays: readonly (readonly [Node | undefined, string | undefined])[] = [
      [first, await person('clara', 's', 'refund-bot')],
      [first, await person('carl', 'n', 'refund-bot')],
      [first, await person('clara', 'n', 'triage-bot')],
      [first, await person('clara', 'n')],
      [first, keys['refund-bot']],
      [first, token],
      [other, own],
    ]
    const codes = await Promise.all(replays.map(([node, shown]) => order(node, shown, { 'lockstep-run': handle })))
    assert.deepEqual(
      codes,
      replays.map(() => 'unauthenticated'),
    )
    assert.equal(await order(first, handle), 'unauthenticated')
    const twice = { 'lockstep-run': `${handle}, ${handle}` }
    assert.equal(await order(first, own, twice), 'unauthenticated')
  })

  test('under another charter: neither of them', async () => {
    const own = await person('clara', 'n', 'refund-bot')
    const handle = await handleFor(own)
    const { token } = await tokenFrom(first, 'refund-bot', {
      subject_token: await person('clara', 'n'),
      resource: north,
    })
    const { guard } = first ?? {}
    await guard?.reload(guard.charter(), 'v2')
    assert.equal(await order(first, token), 'run-outdated')
    assert.equal(await order(first, own, { 'lockstep-run': handle }), 'run-outdated')
    await guard?.reload(guard.charter(), 'v1')
    assert.equal(await order(first, token), 200)
  })

  test('a session of a protocol makes no run', async () => {
    const own = await person('clara', 'n', 'refund-bot')
    const runs = new Set<string | undefined>()
    for (const session of [undefined, 'a', 'b']) {
      const headers = session === undefined ? {} : { 'mcp-session-id': session, 'mcp-protocol-version': '2025-11-25' }
      assert.equal(await order(first, own, headers), 200)
      const decision = first?.events.findLast((event) => event.kind === 'decision')
      runs.add(decision?.kind === 'decision' ? decision.run?.id : undefined)
    }
    assert.equal(runs.size, 1)
    assert.ok(!runs.has(undefined))
  })
})

describe('two nodes on PostgreSQL', () => {
  const both = { resource: north }
  const soon = async (check: () => Promise<boolean>): Promise<number> => {
    const began = performance.now()
    while (performance.now() < began + 1500) {
      if (await check()) return performance.now() - began
      await delay(20)
    }
    return Number.POSITIVE_INFINITY
  }
  const operate = (method: string, path: string, body?: object): Promise<Response> =>
    fetch(`${first?.control.address.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${credential}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })

  for (const [what, revoke] of [
    ['a run', (run: string) => operate('DELETE', `/v1/runs/${run}?why=x`)],
    ['an agent', () => operate('PUT', '/v1/revocations/agent/refund-bot', { why: 'x' })],
    ['a person', () => operate('PUT', '/v1/revocations/person/clara', { why: 'x' })],
    ['a run switched off', (run: string) => operate('PUT', `/v1/switches/run/${run}`, { why: 'x' })],
  ] as const)
    test(`${what}, revoked on one, counts on neither within a second`, async () => {
      // Times in tokens are whole seconds: what was given in the same one counts as given before.
      await delay(1000 - (Date.now() % 1000) + 5)
      const subject = await person('clara', 'n')
      const { token, run } = await tokenFrom(first, 'refund-bot', { subject_token: subject, ...both })
      const below = await tokenFrom(second, 'refund-bot', { subject_token: token, resource: north })
      const there = await tokenFrom(second, 'refund-bot', { subject_token: subject, resource: south, run })
      assert.deepEqual([await order(first, below.token), await order(second, there.token)], [200, 200])
      assert.ok((await revoke(run)).ok)
      const code = what === 'a run switched off' ? 'switched-off' : 'run-over'
      assert.equal(await order(first, below.token), code)
      const took = await soon(async () => (await order(second, there.token)) === code)
      assert.ok(took < 1000, `${took} ms`)
    })
})
