// Receipts are made by no operation: they come into being when an order is paid, which is found out by listing around calls.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Outcome } from '../../src/prove/finding.ts'
import { type Asked, proveSmall } from './small-api.ts'

const charter = `
lockstep: 1
name: receipts
sources:
  - name: shop
    type: inline
    operations:
      order: { method: POST, path: /orders, response: { id: string, ownerId: string, status: string } }
      getOrder: { method: GET, path: '/orders/{orderId}', response: { id: string, ownerId: string, status: string } }
      pack: { method: POST, path: '/orders/{orderId}/pack' }
      pay: { method: POST, path: '/orders/{orderId}/pay' }
      listReceipts: { method: GET, path: /receipts }
actors: { member: {} }
objects:
  order:
    owner: /ownerId
    state: /status
    read: shop.getOrder
    states: [placed, packed, paid]
    transitions:
      create: { on: shop.order, to: placed, by: member }
      pack: { on: shop.pack, from: placed, to: packed, by: owner }
      pay: { on: shop.pay, from: packed, to: paid, by: owner }
  receipt:
    owner: /ownerId
    list: shop.listReceipts
    seen-by: owner
operations:
  shop.getOrder: { by: owner }
  shop.listReceipts: { by: member, lists: receipt }
`

interface Paper {
  readonly id: string
  readonly ownerId: string
  status?: string
}

/** How the shop treats receipts: to each their own, everybody's to everybody, or none at all. */
type Manner = 'filtered' | 'unfiltered' | 'none'

function openShop(manner: Manner): (asked: Asked) => readonly [number, unknown?] {
  const orders = new Map<string, Paper>()
  const receipts: Paper[] = []
  return ({ who, method, path: [kind, id, verb] }) => {
    if (who === undefined) return [401]
    if (kind === 'receipts') return [200, receipts.filter((each) => manner === 'unfiltered' || each.ownerId === who)]
    if (id === undefined) {
      const order: Paper = { id: `order-${orders.size + 1}`, ownerId: who, status: 'placed' }
      orders.set(order.id, order)
      return [201, order]
    }
    const order = orders.get(id)
    if (order?.ownerId !== who) return [404]
    if (method === 'GET') return [200, order]
    if (order.status !== (verb === 'pay' ? 'packed' : 'placed')) return [409]
    order.status = verb === 'pay' ? 'paid' : 'packed'
    if (verb === 'pay' && manner !== 'none') receipts.push({ id: `receipt-${receipts.length + 1}`, ownerId: who })
    return [204]
  }
}

function prove(manner: Manner): Promise<Outcome> {
  const people = { ann: 'member', ben: 'member' }
  return proveSmall({ charter, people, answer: openShop(manner), only: ['shop.listReceipts'] })
}

const items = (outcome: Outcome) => outcome.cells.filter((cell) => cell.constraint === 'shop.listReceipts.items')

test('receipts of others in a list are proven with an order that is packed and paid first', async () => {
  const [finding, ...others] = (await prove('unfiltered')).findings
  assert.equal(finding?.class, 'bola-read')
  assert.deepEqual(others, [])
  assert.match(finding?.proof.disclosed.join() ?? '', /^\/\d+\/id$/)
  const setup = finding?.proof.transcript.filter((sent) => sent.purpose === 'setup').map((sent) => [sent.use, sent.as])
  assert.deepEqual(setup, [
    ['order.create', 'ben'],
    ['order.pack', 'ben'],
    ['order.pay', 'ben'],
  ])
})

test('a list that is filtered holds', async () => {
  const outcome = await prove('filtered')
  assert.deepEqual(outcome.findings, [])
  assert.deepEqual(
    items(outcome).map((cell) => [cell.verdict, cell.tactic]),
    [['held', 'list.member.ben']],
  )
})

test('a list that nothing ever fills is not called held', async () => {
  assert.deepEqual(
    items(await prove('none')).map((cell) => cell.verdict),
    ['not-reached'],
  )
})
