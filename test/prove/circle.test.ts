// Ways that need what they make: others are taken, and where there are none, the reason says so.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Outcome } from '../../src/prove/finding.ts'
import { type Asked, proveSmall } from './small-api.ts'

/** What gives a lot back to its bidders says its key only in the answer: to the planner it makes one. */
const charterOf = (approve: string): string => `
lockstep: 1
name: auction
sources:
  - name: house
    type: inline
    operations:
      enter: { method: POST, path: /lots, response: { id: string, ownerId: string, status: string } }
      getLot: { method: GET, path: '/lots/{id}', response: { id: string, ownerId: string, status: string } }
      approve: { method: POST, path: '/lots/{id}/approve' }
      bid: { method: POST, path: /bids, body: { lotId: string }, response: { id: string, lotId: string, state: string } }
      getBid: { method: GET, path: '/bids/{id}', response: { id: string, lotId: string, state: string } }
      withdraw: { method: POST, path: '/bids/{id}/withdraw', response: { id: string, lotId: string, state: string } }
actors: { seller: {}, clerk: {} }
objects:
  lot:
    owner: /ownerId
    state: /status
    read: house.getLot
    states: [entered, open, taken]
    transitions:
      enter: { on: house.enter, to: entered, by: seller }
${approve}
      give-back: { on: house.withdraw, to: open, by: clerk, key: $response.body#/lotId }
  bid:
    state: /state
    read: house.getBid
    states: [placed, withdrawn]
    transitions:
      place: { on: house.bid, to: placed, by: clerk, refs: { lot: { object: lot, key: $request.body#/lotId, in: open } } }
      withdraw: { on: house.withdraw, from: placed, to: withdrawn, by: clerk }
operations:
  house.getLot: { by: [owner, clerk] }
  house.getBid: { by: clerk }
`
const approve = '      approve: { on: house.approve, from: entered, to: open, by: owner }'

function openHouse(flawed: boolean): (asked: Asked) => readonly [number, unknown?] {
  const lots: { id: string; ownerId: string; status: string }[] = []
  const bids: { id: string; lotId: string; state: string }[] = []
  return ({ who, method, path: [kind, id, verb], body }) => {
    if (who === undefined) return [401]
    const clerk = who.startsWith('c')
    if (kind === 'lots') {
      if (id === undefined) {
        if (clerk) return [403]
        const made = { id: `l${lots.length}`, ownerId: who, status: 'entered' }
        lots.push(made)
        return [201, made]
      }
      const lot = lots.find((each) => each.id === id)
      if (lot === undefined || (!clerk && lot.ownerId !== who)) return [404]
      if (method === 'GET') return [200, lot]
      if (clerk) return [403]
      if (verb !== 'approve' || lot.status !== 'entered') return [409]
      lot.status = 'open'
      return [200, lot]
    }
    if (!clerk && !(flawed && verb === 'withdraw')) return [403]
    if (id === undefined) {
      const lot = lots.find((each) => each.id === body['lotId'])
      if (lot?.status !== 'open') return [409]
      const made = { id: `b${bids.length}`, lotId: lot.id, state: 'placed' }
      bids.push(made)
      return [201, made]
    }
    const bid = bids.find((each) => each.id === id)
    if (bid === undefined) return [404]
    if (method === 'GET') return [200, bid]
    if (bid.state !== 'placed') return [409]
    bid.state = 'withdrawn'
    return [200, bid]
  }
}

async function prove(charter: string, flawed: boolean): Promise<Outcome> {
  const people = { sue: 'seller', sid: 'seller', cleo: 'clerk' }
  return proveSmall({ charter, people, answer: openHouse(flawed), only: ['house.withdraw'] })
}

test('another way than the one in a circle is taken', async () => {
  const { findings, cells } = await prove(charterOf(approve), false)
  assert.deepEqual(findings, [])
  const by = cells.filter((cell) => cell.constraint === 'bid.withdraw.by')
  assert.deepEqual(new Set(by.map((cell) => cell.verdict)), new Set(['held']), JSON.stringify(by))
})

test('a flaw behind it is proven', async () => {
  const { findings } = await prove(charterOf(approve), true)
  assert.ok(findings.some(({ operation }) => operation === 'house.withdraw'))
})

test('where everything goes in a circle, the reason says so', async () => {
  const { cells } = await prove(charterOf(''), false)
  const [by] = cells.filter((cell) => cell.constraint === 'bid.withdraw.by')
  assert.match(by?.why ?? '', /`bid.place` makes every bid from what needs one that is there already/)
})
