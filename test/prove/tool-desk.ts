import type { Outcome } from '../../src/prove/finding.ts'
import { type Answered, type Asked, proveSmall, type SmallApi } from './small-api.ts'

const charter = `
lockstep: 1
name: desk
sources: [{ name: shop, type: mcp, url: ./desk.tools.json }]
actors:
  clerk: {}
  customer: {}
  refund-bot: { kind: agent, workflow: refunds, acts-for: [clerk] }
  mail-bot: { kind: agent, workflow: mail, acts-for: [clerk, customer] }
objects:
  order:
    owner: /customer
    state: /status
    read: shop.get_order
    states: [placed, paid, refunded]
    final: refunded
    transitions:
      place: { on: shop.place_order, to: placed, by: customer }
      pay: { on: shop.pay_order, from: placed, to: paid, by: owner }
      check: { on: shop.check_order, from: paid, by: clerk }
      refund: { on: shop.refund_order, from: paid, to: refunded, by: clerk }
operations:
  shop.get_order: { by: [owner, clerk], safe: true }
  shop.send_mail: { by: clerk }
rules:
  - { precedence: [shop.check_order, shop.refund_order], per: object }
workflows:
  refunds: { operations: [shop.get_order, shop.check_order, shop.refund_order] }
  mail: { operations: [shop.send_mail, shop.pay_order, shop.place_order] }
`
const input = { type: 'object', properties: { order_id: { type: 'string' } }, required: ['order_id'] }
const tools = [
  { name: 'get_order', inputSchema: input },
  {
    name: 'place_order',
    inputSchema: { type: 'object', properties: { item: { type: 'string' } }, required: ['item'] },
  },
  { name: 'pay_order', inputSchema: input },
  { name: 'check_order', inputSchema: input },
  { name: 'refund_order', inputSchema: input },
  { name: 'send_mail', inputSchema: { type: 'object', properties: { to: { type: 'string' } }, required: ['to'] } },
]

/** What the server does not check. */
export type Flaw = 'state' | 'order' | 'owner' | 'agent-outside' | 'agent-of-other' | undefined
/** How it wants to be called: each call by itself, or within a session; answered with one message, or with a stream of events. */
export type Era = 'plain' | 'greeted'
const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null

/** What calls with which token, beside people. */
export const agentTokens = { REFUND_BOT: 'token-refund-bot', MAIL_BOT: 'token-mail-bot' }

/** A server of one revision; what a tool has to say comes as its text, as most servers do it. */
export function openDesk(era: Era, flaw: Flaw): (asked: Asked) => Answered {
  const orders = new Map<string, { id: string; customer: string; status: string; checked?: boolean }>()
  const people: Readonly<Record<string, string>> = { 'refund-bot': 'clara', 'mail-bot': 'ann' }
  const sessions = new Set<string>()
  let count = 0
  const work = (tool: string, args: Readonly<Record<string, unknown>>, who: string): unknown => {
    const person = people[who] ?? who
    const isAgent = person !== who
    const clerk = person === 'clara'
    if (isAgent && flaw !== 'agent-outside') {
      const may =
        who === 'refund-bot' ? ['get_order', 'check_order', 'refund_order'] : ['send_mail', 'pay_order', 'place_order']
      if (!may.includes(tool)) return undefined
    }
    if (tool === 'send_mail') return clerk ? { sent: true } : undefined
    if (tool === 'place_order') {
      if (clerk) return undefined
      const id = `o${++count}`
      orders.set(id, { id, customer: person, status: 'placed' })
      return orders.get(id)
    }
    const order = orders.get(String(args['order_id']))
    if (order === undefined) return undefined
    const own = order.customer === person || (isAgent && flaw === 'agent-of-other')
    if (tool === 'get_order') return own || clerk ? order : undefined
    if (tool === 'pay_order') {
      if ((!own && flaw !== 'owner') || order.status !== 'placed') return undefined
      order.status = 'paid'
      return order
    }
    if (tool === 'check_order') {
      if (!clerk || order.status !== 'paid') return undefined
      order.checked = true
      return order
    }
    if (order.checked !== true && flaw !== 'order' && flaw !== 'state') return undefined
    if (!clerk || (order.status !== 'paid' && flaw !== 'state')) return undefined
    order.status = 'refunded'
    return order
  }
  return ({ who, body, headers }) => {
    const { id, method, params } = body
    const failed = (code: number, message: string): Answered => [
      400,
      { jsonrpc: '2.0', id: id ?? null, error: { code, message } },
    ]
    const result = (value: unknown, more: Readonly<Record<string, string>> = {}): Answered => {
      const message = { jsonrpc: '2.0', id, result: value }
      if (era === 'plain') return [200, message, more]
      const note = { jsonrpc: '2.0', method: 'notifications/message', params: { level: 'info', data: 'at work' } }
      const events = [note, message].map((each) => `event: message\ndata: ${JSON.stringify(each)}\n\n`)
      return [200, events.join(''), { 'content-type': 'text/event-stream', ...more }]
    }
    if (who === undefined) return [401]
    const modern = headers['mcp-protocol-version'] === '2026-07-28'
    if (era === 'plain' && !modern) return failed(-32022, 'unsupported version')
    if (era === 'greeted' && modern) return failed(-32600, 'no session')
    if (method === 'server/discover') return result({ supportedVersions: ['2026-07-28'] })
    if (method === 'initialize') {
      const session = `session-of-${who}-${sessions.size}`
      sessions.add(session)
      const said = { protocolVersion: '2025-06-18', capabilities: {}, serverInfo: {} }
      return result(said, { 'mcp-session-id': session })
    }
    const isGreeted =
      sessions.has(String(headers['mcp-session-id'])) && headers['mcp-protocol-version'] === '2025-06-18'
    if (era === 'greeted' && !isGreeted) return failed(-32600, 'greet first')
    if (id === undefined) return [202]
    if (method !== 'tools/call' || !isRecord(params)) return failed(-32601, 'no such method')
    const args = isRecord(params['arguments']) ? params['arguments'] : {}
    const done = work(String(params['name']), args, who)
    if (done === undefined) return result({ content: [{ type: 'text', text: 'no' }], isError: true })
    return result({ content: [{ type: 'text', text: JSON.stringify(done) }] })
  }
}

/** Proves it. */
export const proveDesk = (era: Era, flaw: Flaw, more: Pick<SmallApi, 'after' | 'only'> = {}): Promise<Outcome> =>
  proveSmall({
    charter,
    tools,
    people: { ann: 'customer', ben: 'customer', clara: 'clerk' },
    identities: `
  refund-bot:
    actor: refund-bot
    for: clara
    principal: { id: refund-bot }
    headers: { Authorization: "Bearer \${env:REFUND_BOT}" }
  mail-bot:
    actor: mail-bot
    for: ann
    principal: { id: mail-bot }
    headers: { Authorization: "Bearer \${env:MAIL_BOT}" }
`,
    env: agentTokens,
    answer: openDesk(era, flaw),
    ...more,
  })
