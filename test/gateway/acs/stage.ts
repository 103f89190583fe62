// A guard that is asked at hooks, and a framework that asks it the way reference adapters do.
import assert from 'node:assert/strict'
import { createHmac, hkdfSync, randomUUID } from 'node:crypto'
import canonicalize from 'canonicalize'
import type { Charter } from '../../../src/charter/charter.ts'
import { getPointer, parsePointer } from '../../../src/charter/pointer.ts'
import { type AcsOptions, makeAcs } from '../../../src/gateway/acs/acs.ts'
import type { AcsAgent } from '../../../src/gateway/acs/agent.ts'
import { type Control, openControl } from '../../../src/gateway/control/control.ts'
import { makeMetrics } from '../../../src/gateway/control/metrics.ts'
import { createGuard, type Guard, type GuardOptions } from '../../../src/guard/guard.ts'
import { openSqliteStore } from '../../../src/store/sqlite/open.ts'
import { Lines } from '../../guard/wallet.ts'
import { charterOf, people, personOf } from '../control/api.ts'

/** What agents of a small bank may do, for clerks. */
export const deskText: string = `
lockstep: 1
name: desk
sources:
  - name: desk
    type: inline
    operations:
      get_order: { method: GET, path: "/orders/{order_id}" }
      refund: { method: POST, path: "/orders/{order_id}/refund", body: { amount: 1 } }
      payout: { method: POST, path: /payouts, body: { amount: 1 } }
      notes: { method: POST, path: /notes }
      handbook: { method: GET, path: /handbook }
actors:
  clerk: {}
  manager: {}
  bot: { kind: agent, workflow: refunds, acts-for: [clerk] }
  helper: { kind: agent, workflow: lookups, acts-for: [bot, clerk] }
objects:
  order:
    key: /id
    state: /state
    read: desk.get_order
    states: [paid, refunded]
    fields: { margin: { seen-by: [manager] } }
    transitions:
      refund:
        on: desk.refund
        object: order
        key: $request.path.order_id
        from: paid
        to: refunded
        by: clerk
        when: request.amount > 0
        limit: { sum: request.amount, at-most: object.total, per: object }
      view: { on: desk.get_order, key: $request.path.order_id, by: clerk }
operations:
  desk.payout: { by: clerk, approval: large }
  desk.notes: { by: clerk }
  desk.handbook: { by: clerk, safe: true }
approvals:
  large: { needed-when: request.amount > 100, by: manager, quorum: 1 }
workflows:
  refunds:
    operations: [desk.refund, desk.payout, desk.notes]
  lookups:
    operations: [desk.get_order, desk.handbook]
`

export const deskCharter: () => Charter = () => charterOf(deskText)
export const secret: Buffer = Buffer.from('a secret of thirty-two bytes or more')

export const bot: AcsAgent = {
  name: 'bot',
  keyId: 'default',
  secret,
  agentIds: ['bot', 'claude-code:*'],
  actsFor: { id: 'ann', kind: 'user', roles: ['clerk'] },
  tools: ['desk'],
}

export interface Said {
  readonly raw: unknown
  at(pointer: string): unknown
  readonly decision: unknown
  /** Whether the answer carries the signature of the session's key. */
  readonly signed: boolean
}

/** One session of a framework. Every member of a request can be given otherwise. */
export interface Framework {
  readonly session: string
  hello(more?: object): Promise<Said>
  step(method: string, payload?: object, more?: More): Promise<Said>
  send(envelope: unknown): Promise<Said>
  envelope(method: string, payload?: object, more?: More): Record<string, unknown>
  sign(envelope: Record<string, unknown>): Record<string, unknown>
}

export interface More {
  readonly request?: string
  readonly timestamp?: string
  readonly metadata?: object
  readonly nonce?: string
}

export interface Stage {
  readonly guard: Guard
  readonly lines: Lines
  readonly control: Control
  /** What the order is, as the truth has it. */
  readonly order: { state: string; total: number; margin: number }
  framework(session?: string, key?: { secret: Buffer; keyId: string; agentId: string }): Framework
  decide(reference: string, who: string): Promise<number>
  close(): Promise<void>
}

export async function openStage(
  options: Partial<Omit<AcsOptions, 'guard'>> & {
    readonly charter?: Charter
    readonly on?: Partial<GuardOptions>
  } = {},
): Promise<Stage> {
  const order = { state: 'paid', total: 100, margin: 7 }
  const lines = new Lines()
  const store = openSqliteStore(':memory:')
  const truth = { read: async ({ key }: { key: string }) => ({ id: key, ...order }) }
  const { charter = deskCharter(), on, ...acsOptions } = options
  const guard = await createGuard(charter, { version: 'v1', journal: lines, truth, store, ...on })
  const acs = makeAcs({ guard, agents: [bot], ...acsOptions })
  const control = await openControl({
    guard,
    metrics: makeMetrics(),
    listen: { host: '127.0.0.1', port: 0 },
    credentials: [],
    identifier: people,
    routes: acs.routes,
  })
  const post = (path: string, body: string, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${control.address.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
    })
  return {
    guard,
    lines,
    control,
    order,
    framework: (session = randomUUID(), key = { secret, keyId: 'default', agentId: 'bot' }) =>
      frameworkOf(session, key, (body) => post('/acs', body)),
    async decide(reference, who) {
      const question = await guard.approvals.get(reference)
      const digest = question && (await guard.approvals.see(question)).digest
      const body = JSON.stringify({ verdict: 'approve', digest })
      assert.ok(personOf(who).id)
      return (await post(`/v1/approvals/${reference}`, body, { authorization: `Bearer person-${who}` })).status
    },
    async close() {
      await control.close(100)
      await guard.close()
      await store.close()
    },
  }
}

/** One session, spoken over what posts a body. */
export function frameworkOf(
  session: string,
  { secret: own, keyId, agentId }: { secret: Buffer; keyId: string; agentId: string },
  post: (body: string) => Promise<Response>,
): Framework {
  const key = Buffer.from(hkdfSync('sha256', own, '', session, 32))
  const mac = (envelope: Record<string, unknown>, part: string): string => {
    const { signature: _, ...unsigned } = Object(envelope[part])
    return createHmac('sha256', key)
      .update(canonicalize({ ...envelope, [part]: unsigned }) ?? '')
      .digest('base64')
  }
  const framework: Framework = {
    session,
    sign: (envelope) => ({
      ...envelope,
      params: {
        ...Object(envelope['params']),
        signature: { algorithm: 'HMAC-SHA256', value: mac(envelope, 'params'), key_id: keyId },
      },
    }),
    envelope: (method, payload = {}, { request = randomUUID(), timestamp, metadata = {}, nonce } = {}) => ({
      jsonrpc: '2.0',
      id: randomUUID(),
      method,
      params: {
        acs_version: '0.1.0',
        request_id: request,
        timestamp: timestamp ?? new Date().toISOString(),
        metadata: { agent_id: agentId, session_id: session, platform: 'test', ...metadata },
        payload,
        ...(nonce === undefined ? {} : { nonce }),
      },
    }),
    async send(envelope) {
      const response = await post(JSON.stringify(envelope))
      const raw: unknown = await response.json()
      const at = (pointer: string): unknown => getPointer(raw, parsePointer(pointer) ?? [])
      const part = at('/error') === undefined ? 'result' : 'error'
      const signed = at(`/${part}/signature/value`) === mac(Object(raw), part)
      return { raw, at, decision: at('/result/decision'), signed }
    },
    step: (method, payload, more) => framework.send(framework.sign(framework.envelope(method, payload, more))),
    hello: (more = {}) =>
      framework.step('handshake/hello', {
        acs_versions_supported: ['0.1.0'],
        methods_implemented: [
          'steps/sessionStart',
          'steps/toolCallRequest',
          'steps/dreams',
          'protocols/MCP/tools/call',
        ],
        transports_supported: ['http', 'stdio'],
        provenance_producer: 'none',
        profiles_supported: ['acs-core', 'acs-trace'],
        ...more,
      }),
  }
  return framework
}

/** A call of a tool, as hooks carry it. */
export function call(name: string, values: object): { tool: object; arguments: object } {
  return { tool: { name }, arguments: Object.fromEntries(Object.entries(values).map(([at, value]) => [at, { value }])) }
}

export function result(name: string, value: unknown, more: object = {}): object {
  return { tool: { name }, exit_status: 'success', outputs: [{ value }], ...more }
}
