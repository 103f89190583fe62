// The support desk with a guard before its tools and its shop, the console of that guard, and agents that do what a run asks of them.
import assert from 'node:assert/strict'
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Client, ProtocolError, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { type Desk, openDesk } from '../../examples/agents-support-desk/records.ts'
import { byToken, inRun } from '../../examples/agents-support-desk/stage.ts'
import { start } from '../../examples/agents-support-desk/start.ts'
import { type Served, serveFile } from '../../examples/shared/serve.ts'
import type { Run } from '../../src/charter/charter.ts'
import { openMcpGateway } from '../../src/gateway/mcp/gateway.ts'

const example = fileURLToPath(new URL('../../examples/agents-support-desk/', import.meta.url))
const account = 'DE89370400440532013000'

export interface DeskConsole extends Served {
  readonly desk: Desk
  /** Changes the charter's text, and puts it in force. */
  rewrite(change: (charter: string) => string): Promise<void>
  /** Has the agent call a tool in a run; gives the answer, or the reference of the question it led to. */
  call(run: Run, tool: string, given: Readonly<Record<string, unknown>>): Promise<Told>
  /** Lets the agent look at an order of 300.00 that was made for this, and ask for money back; gives the reference of the question. */
  askRefund(amount: number, words?: string): Promise<Asked>
  close(): Promise<void>
}

export type Told =
  | { readonly kind: 'answered' }
  | { readonly kind: 'refused'; readonly code: string; readonly hold: string }

export interface Asked {
  readonly run: Run
  readonly order: string
  readonly hold: string
  /** Makes the same call again. */
  again(): Promise<Told>
}

/** Whoever signs in with the link is `mia`, a manager of the house `north`. @param roles - What she is at the console. */
export async function showDesk(roles: readonly string[] = ['approver']): Promise<DeskConsole> {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-desk-'))
  const desk = openDesk()
  const running = await start({ desk })
  for (const name of ['openapi.yaml', 'desk.tools.json']) copyFileSync(join(example, name), join(folder, name))
  const write = (change: (text: string) => string): void =>
    writeFileSync(join(folder, 'charter.yaml'), change(readFileSync(join(example, 'charter.yaml'), 'utf8')))
  const withStanding = (text: string): string =>
    text.replace(
      'by: manager, not: requester, valid-for: 10m }',
      'by: manager, not: requester, valid-for: 10m, standing: { valid-for: 8h, uses: 20, amount: request.amount } }',
    )
  write(withStanding)
  writeFileSync(join(folder, 'guard.token'), running.shop.tokens['guard'] ?? '')
  writeFileSync(
    join(folder, 'guard.yaml'),
    `lockstep-guard: 1
listen: { port: 0 }
upstreams: { shop: { url: "${running.shop.url}" } }
mcp: { port: 0, servers: { desk: { url: "${running.url}" } } }
identity:
  - { kind: session, request: GET /me, principal: { id: $response.body#/id, tenant: $response.body#/tenant, roles: $response.body#/roles } }
readers: { shop: [{ headers: { Authorization: "Bearer \${file:guard.token}" } }] }
console: { port: 0, local: { id: mia, roles: [${roles.join(', ')}], as: { roles: [manager], tenant: north } } }
`,
  )
  const served = await serveFile(join(folder, 'guard.yaml'))
  const { serving } = served
  let current: Run | undefined
  const gateway = await openMcpGateway({
    guard: inRun(serving.core.guard, () => current),
    identifier: byToken,
    listen: { host: '127.0.0.1', port: 0 },
    servers: { desk: { http: { url: running.url } } },
  })
  const client = new Client({ name: 'desk-bot', version: '1.0.0' }, {})
  const headers = { authorization: 'Bearer desk-bot for clara' }
  await client.connect(
    new StreamableHTTPClientTransport(new URL(`${gateway.address.url}/mcp`), { requestInit: { headers } }),
  )
  const call = async (run: Run, tool: string, given: Readonly<Record<string, unknown>>): Promise<Told> => {
    current = run
    try {
      await client.callTool({ name: tool, arguments: given })
      return { kind: 'answered' }
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error
      const said = JSON.parse(JSON.stringify(error.data ?? {}))
      return { kind: 'refused', code: String(said.code), hold: String((said.hold ?? said.approval)?.reference) }
    }
  }
  let orders = 0
  return {
    ...served,
    desk,
    rewrite: async (change) => {
      write((text) => change(withStanding(text)))
      await serving.reload()
    },
    call,
    askRefund: async (amount, words) => {
      orders += 1
      const order = `o-9${String(orders).padStart(3, '0')}`
      const items = [{ sku: 'lamp', price: '300.00' }]
      const made = { id: order, tenant: 'north', customer_id: 'c-anna', status: 'paid', total: '300.00' } as const
      desk.orders.set(order, { ...made, refunded: '0.00', items, account, gift_message: '' })
      const purpose = words ?? `Ticket t-1: the lamp came broken, give ${amount}.00 of ${order} back to ${account}.`
      const run: Run = { id: `run-${orders}`, workflow: 'support', agent: 'desk-bot', purpose }
      assert.equal((await call(run, 'get_order', { order_id: order })).kind, 'answered')
      const again = (): Promise<Told> =>
        call(run, 'issue_refund', { ticket_id: 't-1', order_id: order, amount, account })
      const asked = await again()
      assert.ok(asked.kind === 'refused' && asked.code === 'approval-needed', JSON.stringify(asked))
      return { run, order, hold: asked.hold, again }
    },
    close: async () => {
      await client.close()
      await gateway.close(0)
      await serving.close(0)
      await running.close()
      rmSync(folder, { recursive: true })
    },
  }
}
