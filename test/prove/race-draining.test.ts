// Calls on different objects that together take more of a third one than there is: an invariant says so, and no rule.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Asked, proveSmall } from './small-api.ts'

const charter = `
lockstep: 1
name: shelves
sources:
  - name: shop
    type: inline
    operations:
      stock: { method: POST, path: /shelves, body: { left: integer }, response: { id: string } }
      getShelf: { method: GET, path: '/shelves/{shelfId}', response: { id: string, left: integer } }
      order: { method: POST, path: /orders, body: { shelfId: string }, response: { id: string } }
      getOrder: { method: GET, path: '/orders/{orderId}', response: { id: string, shelfId: string, status: string } }
      pick: { method: POST, path: '/orders/{orderId}/pick' }
actors: { clerk: {} }
objects:
  shelf:
    read: shop.getShelf
    transitions: { stock: { on: shop.stock, by: clerk, when: request.left > 0 } }
  order:
    state: /status
    read: shop.getOrder
    states: [open, picked]
    final: picked
    transitions:
      order: { on: shop.order, to: open, by: clerk, refs: { shelf: { object: shelf, key: $request.body#/shelfId } } }
      pick: { on: shop.pick, from: open, to: picked, by: clerk, refs: { shelf: { object: shelf, key: $object#/shelfId } } }
operations:
  shop.getShelf: { by: clerk }
  shop.getOrder: { by: clerk }
invariants:
  - { never-negative: shelf.left }
`

/** When `late`, what is left is looked at before the robot goes, and not after it. */
function openShelves(late: boolean): (asked: Asked) => Promise<readonly [number, unknown?]> {
  const shelves: { id: string; left: number }[] = []
  const orders: { id: string; shelfId: string; status: string }[] = []
  return async ({ who, method, path: [kind, id, act], body }) => {
    if (who === undefined) return [401]
    if (kind === 'shelves' && id === undefined) {
      const left = Number(body['left'])
      return left > 0 ? [201, shelves[shelves.push({ id: `s${shelves.length}`, left }) - 1]] : [422]
    }
    if (kind === 'shelves') return [200, shelves.find((each) => each.id === id)]
    if (id === undefined) {
      const shelf = shelves.find((each) => each.id === body['shelfId'])
      if (shelf === undefined) return [422]
      return [201, orders[orders.push({ id: `o${orders.length}`, shelfId: shelf.id, status: 'open' }) - 1]]
    }
    const order = orders.find((each) => each.id === id)
    const shelf = shelves.find((each) => each.id === order?.shelfId)
    if (order === undefined || shelf === undefined) return [404]
    if (method === 'GET' || act === undefined) return [200, order]
    const fits = () => order.status === 'open' && shelf.left > 0
    if (!fits()) return [409]
    await sleep(5)
    if (order.status !== 'open' || (!late && shelf.left <= 0)) return [409]
    shelf.left -= 1
    order.status = 'picked'
    return [200, order]
  }
}

for (const late of [true, false])
  test(`orders that take from one shelf: ${late ? 'looked at too early' : 'sound'}`, async () => {
    const people = { cleo: 'clerk', cora: 'clerk' }
    const { findings, cells } = await proveSmall({ charter, people, answer: openShelves(late), only: ['shop.pick'] })
    assert.deepEqual(
      findings.map((each) => `${each.class} by ${each.constraint}`),
      late ? ['race by invariants.1'] : [],
    )
    const race = cells.filter(({ tactic }) => tactic === 'race.shelf').map(({ verdict }) => verdict)
    assert.deepEqual(race, [late ? 'proven' : 'held'])
  })
