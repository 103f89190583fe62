// Coupons are made by the call that orders them, shown only in its answer, and each pays one bill: the bill is another object of the same call.
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { type Asked, proveSmall } from './small-api.ts'

const charter = `
lockstep: 1
name: coupons
sources:
  - name: shop
    type: inline
    operations:
      plan: { method: POST, path: /days, body: { branch: string }, response: { id: string, branch: string } }
      getDay: { method: GET, path: '/days/{dayId}', response: { id: string, branch: string } }
      order: { method: POST, path: /batches, body: { count: integer }, response: { id: string, branch: string, coupons: 'object[]' } }
      getBatch: { method: GET, path: '/batches/{batchId}', response: { id: string, branch: string, coupons: 'object[]' } }
      bill: { method: POST, path: /bills, body: { dayId: string }, response: { id: string, guest: string, status: string } }
      getBill: { method: GET, path: '/bills/{billId}', response: { id: string, guest: string, status: string } }
      redeem: { method: POST, path: '/bills/{billId}/coupon', body: { code: string } }
actors: { planner: { tenant: false }, manager: {}, guest: {} }
objects:
  day: { read: shop.getDay, transitions: { plan: { on: shop.plan, by: planner, example: { body: { branch: north } } } } }
  batch: { owner: creator, read: shop.getBatch, transitions: { order: { on: shop.order, by: manager, when: request.count >= 1 && request.count <= 5, example: { body: { count: 2 } } } } }
  coupon:
    key: /code
    tenant: creator
    STATE
    transitions:
      issue: { on: shop.order, TO by: manager, key: $response.body#/coupons/0/code }
      redeem: { on: shop.redeem, ONCE by: guest, key: $request.body#/code }
  bill:
    owner: /guest
    state: /status
    states: [open, paid]
    final: paid
    read: shop.getBill
    transitions:
      write:
        on: shop.bill
        to: open
        by: guest
        refs: { day: { object: day, key: $request.body#/dayId } }
        when: day.branch == principal.tenant
        limit: { at-most: 1, per: [principal, day] }
      redeem: { on: shop.redeem, from: open, to: paid, by: owner }
operations:
  shop.getDay: { by: signed-in }
  shop.getBatch: { by: owner }
  shop.getBill: { by: owner }
`
const said = {
  state: charter
    .replace('STATE', 'state: /status\n    states: [unused, used]\n    final: used')
    .replace('TO', 'to: unused,')
    .replace('ONCE', 'from: unused, to: used,'),
  once: charter.replace('STATE\n', '\n').replace('TO', '').replace('ONCE', 'once: true,'),
}

const branches: Record<string, string> = { mona: 'north', gina: 'north', gus: 'north', sam: 'south', sue: 'south' }
const people = { pia: 'planner', mona: 'manager', sam: 'manager', gina: 'guest', gus: 'guest', sue: 'guest' }
type Flaw = 'used-again' | 'other-branch' | 'at-once'
type Row = Record<string, unknown>

function shop(flaw: Flaw | undefined): (asked: Asked) => Promise<readonly [number, unknown?]> {
  const rows = new Map<string, Row>()
  const coupons = new Map<string, Row>()
  const add = (kind: string, row: Row): readonly [number, Row] => {
    const made: Row = { ...row, id: `${kind}-${rows.size}` }
    rows.set(String(made['id']), made)
    return [201, made]
  }
  return async ({ who = '', method, body, path: [kind = '', id = '', action] }) => {
    const role: string | undefined = people[who as keyof typeof people]
    const branch = branches[who]
    if (role === undefined) return [401]
    if (method === 'POST' && action === undefined) {
      if (kind === 'days') return role === 'planner' ? add(kind, { branch: body['branch'] }) : [403]
      if (kind === 'bills') {
        if (role !== 'guest') return [403]
        if (rows.get(String(body['dayId']))?.['branch'] !== branch) return [404, { error: 'no such day' }]
        const isTaken = [...rows.values()].some((row) => row['guest'] === who && row['dayId'] === body['dayId'])
        return isTaken ? [409, { error: 'one a day' }] : add(kind, { guest: who, dayId: body['dayId'], status: 'open' })
      }
      if (role !== 'manager') return [403]
      const count = Number(body['count'])
      if (!(count >= 1 && count <= 5)) return [422]
      const made = Array.from({ length: count }, () => {
        const coupon: Row = { code: `K${coupons.size}`, status: 'unused', branch }
        coupons.set(String(coupon['code']), coupon)
        return coupon
      })
      return add(kind, { branch, coupons: made, maker: who })
    }
    const row = rows.get(id)
    if (row === undefined || ('guest' in row && row['guest'] !== who)) return [404]
    if ('maker' in row && row['maker'] !== who) return [404]
    if (method === 'GET') return [200, row]
    const coupon = coupons.get(String(body['code']))
    if (role !== 'guest') return [403]
    if (row['status'] !== 'open') return [409, { error: 'paid' }]
    if (coupon === undefined || (coupon['branch'] !== branch && flaw !== 'other-branch')) return [404]
    if (coupon['status'] !== 'unused' && flaw !== 'used-again') return [409, { error: 'used' }]
    if (flaw === 'at-once') await new Promise((resolve) => setTimeout(resolve, 20))
    Object.assign(row, { status: 'paid' })
    coupon['status'] = 'used'
    return [200, row]
  }
}

const found: Record<Flaw, string> = {
  'used-again': 'step-repeated',
  'other-branch': 'cross-tenant',
  'at-once': 'race',
}

for (const [words, text] of Object.entries(said))
  for (const flaw of [...(Object.keys(found) as Flaw[]), undefined])
    it(`${words}: ${flaw === undefined ? 'nothing is found where nothing is wrong' : `finds ${flaw}`}`, async () => {
      const { findings, cells } = await proveSmall({
        charter: text,
        people,
        principals: Object.fromEntries(Object.entries(branches).map(([name, branch]) => [name, `, tenant: ${branch}`])),
        answer: shop(flaw),
        only: ['shop.redeem'],
      })
      const classes = findings.filter(({ constraint }) => constraint.startsWith('coupon')).map((each) => each.class)
      if (flaw === undefined) {
        assert.deepEqual(findings, [])
        const open = cells.filter((each) => each.use === 'coupon.redeem' && each.verdict === 'not-reached')
        assert.deepEqual(open, [])
      } else assert.ok(classes.includes(found[flaw]), JSON.stringify(findings.map((each) => each.class)))
    })
