// An MCP server that checks nothing itself, proven directly and behind the guard, which knows the callers and signs in to it by itself.
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { hashApiKey } from '../../src/identity/key-file.ts'
import { type Answered, type Asked, serveSmall } from '../prove/small-api.ts'
import { run } from './guard-stage.ts'

const input = { type: 'object', properties: { order_id: { type: 'string' } }, required: ['order_id'] }
const tools = [
  { name: 'get_order', inputSchema: input },
  {
    name: 'place_order',
    inputSchema: { type: 'object', properties: { item: { type: 'string' } }, required: ['item'] },
  },
  { name: 'pay_order', inputSchema: input },
  { name: 'refund_order', inputSchema: input },
].map((tool) => ({ description: `the tool ${tool.name}`, ...tool }))

const charter = `
lockstep: 1
name: desk
sources: [{ name: shop, type: mcp, url: ./desk.tools.json }]
actors:
  clerk: {}
  refund-bot: { kind: agent, workflow: refunds }
objects:
  order:
    state: /status
    read: shop.get_order
    states: [placed, paid, refunded]
    final: refunded
    transitions:
      place: { on: shop.place_order, to: placed, by: clerk }
      pay: { on: shop.pay_order, from: placed, to: paid, by: clerk }
      refund: { on: shop.refund_order, from: paid, to: refunded, by: [clerk, refund-bot] }
operations:
  shop.get_order: { by: [clerk, refund-bot], safe: true }
workflows:
  refunds: { operations: [shop.get_order, shop.refund_order] }
`
const identities = `
lockstep-identities: 1
targets: { shop: TARGET/mcp }
identities:
  clara: { actor: clerk, principal: { id: clara }, headers: { X-Key: "\${env:CLARA}" } }
  carl: { actor: clerk, principal: { id: carl }, headers: { X-Key: "\${env:CARL}" } }
  refund-bot:
    actor: refund-bot
    principal: { id: refund-bot }
    headers: { X-Key: "\${env:BOT}" }
`
const env = { CLARA: 'token-clara', CARL: 'token-carl', BOT: 'token-refund-bot', GATEWAY: 'Bearer token-gateway' }
const clerk = { kind: 'user', roles: ['clerk'] }
const holders = {
  'token-clara': { id: 'clara', ...clerk },
  'token-carl': { id: 'carl', ...clerk },
  'token-refund-bot': { id: 'refund-bot', kind: 'agent', roles: ['refund-bot'] },
}

/** Does whatever anybody asks who shows a key, or is the gateway. */
function openShop(): (asked: Asked) => Answered {
  const orders = new Map<string, { id: string; status: string }>()
  const to: Readonly<Record<string, string>> = { pay_order: 'paid', refund_order: 'refunded' }
  const work = (tool: string, id: string): unknown => {
    if (tool === 'place_order') {
      const made = { id: `o${orders.size + 1}`, status: 'placed' }
      orders.set(made.id, made)
      return made
    }
    const order = orders.get(id)
    if (order !== undefined) order.status = to[tool] ?? order.status
    return order
  }
  return ({ who, headers, body: { id, method, params } }) => {
    if (who === undefined && headers['x-key'] === undefined) return [401]
    const result = (value: unknown): Answered => [200, { jsonrpc: '2.0', id, result: value }]
    if (method === 'server/discover') return result({ supportedVersions: ['2026-07-28'] })
    if (method === 'tools/list') return result({ tools, resultType: 'complete' })
    if (method !== 'tools/call') return [200, { jsonrpc: '2.0', id, error: { code: -32601, message: 'unknown' } }]
    const { name, arguments: given } = params as { readonly name: string; readonly arguments: { order_id?: string } }
    const done = work(name, String(given.order_id))
    if (done === undefined) return result({ content: [{ type: 'text', text: 'no' }], isError: true })
    return result({ content: [{ type: 'text', text: JSON.stringify(done) }] })
  }
}

const folder = mkdtempSync(join(tmpdir(), 'lockstep-guarded-tools-'))
const at = (name: string): string => join(folder, name)
let shop: Awaited<ReturnType<typeof serveSmall>>
before(async () => {
  shop = await serveSmall(openShop())
  const keys = Object.entries(holders).map(([key, principal]) => ({
    name: principal.id,
    hash: hashApiKey(key),
    principal,
  }))
  const guard = {
    'lockstep-guard': 1,
    mcp: { port: 0, servers: { shop: { url: `${shop.url}/mcp`, headers: { Authorization: `\${env:GATEWAY}` } } } },
    identity: [{ kind: 'api-key', header: 'x-key', keys: 'keys.json' }],
  }
  writeFileSync(at('desk.tools.json'), JSON.stringify({ tools }))
  writeFileSync(at('charter.yaml'), charter)
  writeFileSync(at('identities.yaml'), identities.replace('TARGET', shop.url))
  writeFileSync(at('keys.json'), JSON.stringify(keys))
  writeFileSync(at('guard.yaml'), `# As JSON, which YAML is.\n${JSON.stringify(guard)}`)
})
after(() => {
  shop?.close()
  rmSync(folder, { recursive: true })
})

interface Report {
  readonly findings: readonly { readonly class: string; readonly operation: string }[]
  readonly cells: readonly { readonly verdict: string; readonly constraint: string }[]
}

async function prove(...more: readonly string[]): Promise<Report> {
  const args = ['--identities', at('identities.yaml'), '--report', `json=${at('findings.json')}`, '--race-rounds', '0']
  const { code, out, error } = await run(['prove', at('charter.yaml'), ...args, ...more], env)
  assert.ok(code === 0 || code === 2, `${out}${error}`)
  return JSON.parse(readFileSync(at('findings.json'), 'utf8'))
}

test('directly, everything goes through', async () => {
  const found = (await prove()).findings.map((each) => `${each.class} ${each.operation}`)
  for (const each of ['step-skipped shop.refund_order', 'tool-outside-workflow shop.pay_order'])
    assert.ok(found.includes(each), `${each} is not among ${found.join(', ')}`)
})

test('behind the guard, nothing does', async () => {
  const { findings, cells } = await prove('--guard', at('guard.yaml'))
  assert.deepEqual(findings, [])
  const held = new Set(cells.flatMap(({ verdict, constraint }) => (verdict === 'held' ? [constraint] : [])))
  for (const id of ['order.refund.from', 'order.pay.delegation']) assert.ok(held.has(id), [...held].join(', '))
})
