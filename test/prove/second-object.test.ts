// What may be done once by a person is tried on a second object of theirs, which exists only once the first has moved on.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Cell, Outcome } from '../../src/prove/finding.ts'
import { type Asked, proveSmall } from './small-api.ts'

const charter = `
lockstep: 1
name: baskets
sources:
  - name: shop
    type: inline
    operations:
      create: { method: POST, path: /baskets, response: { id: string, ownerId: string, status: string, gift: boolean } }
      getBasket: { method: GET, path: '/baskets/{basketId}', response: { id: string, ownerId: string, status: string, gift: boolean } }
      gift: { method: POST, path: '/baskets/{basketId}/gift' }
      close: { method: POST, path: '/baskets/{basketId}/close' }
actors: { member: {} }
objects:
  basket:
    owner: /ownerId
    state: /status
    read: shop.getBasket
    states: [open, closed]
    transitions:
      create: { on: shop.create, to: open, by: member, limit: { at-most: 1, per: principal, while: open } }
      gift: { on: shop.gift, from: open, by: owner, once: { per: principal } }
      close: { on: shop.close, from: open, to: closed, by: owner }
operations:
  shop.getBasket: { by: owner }
`

interface Basket {
  readonly id: string
  readonly ownerId: string
  status: string
  gift: boolean
}

/** One open basket each, and one gift each in all; a flawed shop remembers gifts by basket. */
function openShop(flawed: boolean): (asked: Asked) => readonly [number, unknown?] {
  const baskets: Basket[] = []
  return ({ who, method, path: [, id, verb] }) => {
    if (who === undefined) return [401]
    const own = baskets.filter((each) => each.ownerId === who)
    if (id === undefined) {
      if (own.some((each) => each.status === 'open')) return [409, { error: 'there is an open basket' }]
      const made = { id: `basket-${baskets.length + 1}`, ownerId: who, status: 'open', gift: false }
      baskets.push(made)
      return [201, made]
    }
    const basket = own.find((each) => each.id === id)
    if (basket === undefined) return [404]
    if (method === 'GET') return [200, basket]
    if (basket.status !== 'open') return [409]
    if (verb === 'close') basket.status = 'closed'
    else if (basket.gift || (!flawed && own.some((each) => each.gift))) return [409, { error: 'one gift each' }]
    else basket.gift = true
    return [204]
  }
}

const pool = `
  guest:
    actor: member
    pool: 500
    login: [ { request: POST /guests, capture: { id: "$response.body#/id" } } ]
    principal: { id: "\${var:id}" }
    headers: { Authorization: "Bearer token-\${var:id}" }
`

/** Guests are made up on the spot: everybody is new, so that nobody has had a gift. */
async function prove(flawed: boolean): Promise<Outcome> {
  const shop = openShop(flawed)
  let guests = 0
  return proveSmall({
    charter,
    people: {},
    identities: pool,
    answer: (asked) => (asked.path[0] === 'guests' ? [201, { id: `guest${++guests}` }] : shop(asked)),
    only: ['shop.gift'],
  })
}

const again = ({ cells }: Outcome): Cell | undefined => cells.find((cell) => cell.tactic === 'again')

test('a gift taken again with the next basket is proven', async () => {
  const [finding, ...others] = (await prove(true)).findings
  assert.equal(finding?.class, 'step-repeated')
  assert.deepEqual(others, [])
  const calls = finding?.proof.transcript.filter((sent) => sent.purpose !== 'observe')
  assert.deepEqual(
    calls?.map((sent) => sent.use),
    ['basket.create', 'basket.gift', 'basket.close', 'basket.create', 'basket.gift'],
  )
  assert.equal(new Set(calls?.map((sent) => sent.as)).size, 1)
})

test('one gift each holds, and was tried', async () => {
  const outcome = await prove(false)
  assert.deepEqual(outcome.findings, [])
  assert.deepEqual([again(outcome)?.verdict, again(outcome)?.why], ['held', '409 one gift each'])
})
