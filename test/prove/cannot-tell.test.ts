// What the charter asks and nobody can look up is not reached: not knowing is not the same as knowing that it is forbidden.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Asked, proveSmall } from './small-api.ts'

type Server = (asked: Asked) => readonly [number, unknown?]

const unseenBalance = (demand: string): string => `
lockstep: 1
name: leave
sources:
  - name: shop
    type: inline
    operations:
      ask: { method: POST, path: /leaves, body: { days: integer }, response: { id: string, staffId: string, days: integer } }
      getLeave: { method: GET, path: '/leaves/{leaveId}', response: { id: string, staffId: string, days: integer } }
      getStaff: { method: GET, path: '/staff/{staffId}', response: { id: string, name: string, balance?: integer } }
actors: { worker: {} }
objects:
  staff: { key: /id, read: shop.getStaff }
  leave:
    owner: /staffId
    read: shop.getLeave
    state: { when: { asked: 'true' } }
    transitions:
      create:
        on: shop.ask
        to: asked
        by: worker
        refs: { me: { object: staff, key: $principal.id } }
        ${demand}
operations:
  shop.getLeave: { by: worker }
  shop.getStaff: { by: worker }
`

for (const demand of [
  'limit: { sum: request.days, at-most: me.balance, per: principal }',
  'limit: { sum: request.days, at-most: me.balance, per: principal, while: asked }',
  'when: request.days <= me.balance',
])
  test(`what only the caller may see is not reached: ${demand}`, async () => {
    const leaves = new Map<string, unknown>()
    const answer: Server = ({ who, method, path: [what, id = ''], body }) => {
      if (who === undefined) return [401]
      if (what === 'staff') return [200, { id, name: 'somebody', ...(who === id ? { balance: 25 } : {}) }]
      if (method === 'GET') return leaves.has(id) ? [200, leaves.get(id)] : [404]
      const made = { id: `leave-${leaves.size + 1}`, staffId: who, days: body['days'] }
      leaves.set(made.id, made)
      return [201, made]
    }
    const { findings, cells } = await proveSmall({
      charter: unseenBalance(demand),
      people: { walt: 'worker', wanda: 'worker' },
      answer,
      only: ['shop.ask'],
    })
    assert.deepEqual(findings, [])
    const judged = cells.filter(({ constraint }) => /\.(limit|when)/.test(constraint))
    assert.ok(judged.length > 0)
    assert.ok(judged.every(({ verdict }) => verdict === 'not-reached'))
  })

const twoWays = `
lockstep: 1
name: docks
sources:
  - name: shop
    type: inline
    operations:
      order: { method: POST, path: /orders, body: { item: string }, response: { id: string, ownerId: string, status: string } }
      getOrder: { method: GET, path: '/orders/{orderId}', response: { id: string, ownerId: string, status: string } }
      receive: { method: POST, path: '/orders/{orderId}/receive' }
      getBadge: { method: GET, path: '/badges/{badgeId}', response: { id: string, status: string } }
actors: { buyer: {}, keeper: {}, scanner: {}, guest: {} }
objects:
  badge: { read: shop.getBadge, state: /status, states: [active, revoked] }
  order:
    owner: /ownerId
    read: shop.getOrder
    state: /status
    states: [sent, received]
    transitions:
      create: { on: shop.order, to: sent, by: buyer }
      receive: { on: shop.receive, from: sent, to: received, by: keeper }
      scan: { on: shop.receive, from: sent, to: received, by: scanner, refs: { badge: { object: badge, key: $principal.id, in: active } } }
operations:
  shop.getOrder: { by: [buyer, keeper] }
  shop.getBadge: { by: keeper }
`

for (const flawed of [false, true])
  test(`a second way that cannot be judged is not a closed one (${flawed ? 'flawed' : 'sound'})`, async () => {
    const orders = new Map<string, { id: string; ownerId: string; status: string }>()
    const answer: Server = ({ who, method, path: [what, id = '', verb], body: _ }) => {
      if (who === undefined) return [401]
      if (what === 'badges') return [403]
      const order = orders.get(id)
      if (method === 'GET') return order !== undefined && who !== 'gus' ? [200, order] : [404]
      if (verb === 'receive') {
        if (order === undefined) return [404]
        if (!['kim', 'scan1', ...(flawed ? ['gus'] : [])].includes(who)) return [403]
        if (order.status !== 'sent') return [409]
        order.status = 'received'
        return [200, order]
      }
      if (who !== 'bea') return [403]
      const made = { id: `order-${orders.size + 1}`, ownerId: who, status: 'sent' }
      orders.set(made.id, made)
      return [201, made]
    }
    const { findings, cells } = await proveSmall({
      charter: twoWays,
      people: { bea: 'buyer', kim: 'keeper', scan1: 'scanner', gus: 'guest' },
      answer,
      only: ['shop.receive'],
    })
    const by = cells.filter(({ constraint }) => constraint === 'order.receive.by')
    const scanned = by.find(({ actor }) => actor.startsWith('scan1'))
    assert.equal(scanned?.verdict, 'not-reached')
    assert.match(scanned?.why ?? '', /whether `order\.scan` allows this call cannot be told/)
    assert.deepEqual(
      findings.map(({ constraint }) => constraint),
      flawed ? ['order.receive.by'] : [],
    )
  })

const callersOwn = `
lockstep: 1
name: keys
sources:
  - name: shop
    type: inline
    operations:
      make: { method: POST, path: /keys, body: { label: string }, response: { id: string, status: string } }
      getKey: { method: GET, path: '/keys/{keyId}', response: { id: string, status: string } }
      revoke: { method: DELETE, path: '/keys/{keyId}' }
      report: { method: GET, path: /report, response: { total: integer, title: string } }
actors: { boss: {}, robot: {} }
objects:
  key:
    read: shop.getKey
    state: /status
    states: [active, revoked]
    final: revoked
    transitions:
      create: { on: shop.make, to: active, by: boss }
      report: { on: shop.report, key: $principal.id, from: active, by: robot }
      revoke: { on: shop.revoke, key: $request.path.keyId, from: active, to: revoked, by: boss }
operations:
  shop.getKey: { by: boss }
`

for (const flawed of [false, true])
  test(`what a call finds by its caller is the caller's own, not one made for it (${flawed ? 'flawed' : 'sound'})`, async () => {
    const keys = new Map<string, { id: string; status: string }>()
    const begin = (): void => {
      keys.clear()
      for (const id of ['robo1', 'robo2']) keys.set(id, { id, status: 'active' })
    }
    begin()
    const answer: Server = ({ who, method, path: [what, id = ''] }) => {
      if (what === 'reset') begin()
      if (what === 'reset') return [204]
      if (who === undefined) return [401]
      if (what === 'report') {
        if (!keys.has(who)) return [403]
        return keys.get(who)?.status === 'active' || flawed ? [200, { total: 4711, title: 'the year' }] : [401]
      }
      if (who !== 'bob') return [403]
      const key = keys.get(id)
      if (method === 'GET') return key === undefined ? [404] : [200, key]
      if (method === 'DELETE') {
        if (key === undefined) return [404]
        key.status = 'revoked'
        return [200, key]
      }
      const made = { id: `key-${keys.size + 1}`, status: 'active' }
      keys.set(made.id, made)
      return [201, made]
    }
    const { findings } = await proveSmall({
      charter: callersOwn,
      people: { bob: 'boss', robo1: 'robot', robo2: 'robot' },
      resetBy: 'bob',
      answer,
      only: ['shop.report'],
    })
    assert.deepEqual(
      findings.map(({ class: id, constraint }) => `${id} ${constraint}`),
      flawed ? ['use-after-end key.report.from'] : [],
    )
  })
