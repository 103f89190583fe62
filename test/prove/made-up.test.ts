// What a call names must be there: a key of the same form that nothing has is no supplier.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Outcome } from '../../src/prove/finding.ts'
import { unheardOf } from '../../src/prove/run/look/observe.ts'
import { type Asked, proveSmall } from './small-api.ts'

/** How suppliers are counted. */
interface Form {
  readonly type: 'string' | 'integer'
  readonly key: (number: number) => string | number
  readonly isKey: RegExp
}

const hex = (number: number): string => `00000000-0000-4000-8000-${number.toString(16).padStart(12, 'a')}`
const forms = {
  counted: { type: 'string', key: (number) => `s-${number}`, isKey: /^s-\d+$/ },
  padded: { type: 'string', key: (number) => `S${String(number).padStart(4, '0')}`, isKey: /^S\d{4}$/ },
  random: { type: 'string', key: hex, isKey: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/ },
  number: { type: 'integer', key: (number) => number, isKey: /^\d+$/ },
} satisfies Record<string, Form>

const charterOf = ({ type }: Form): string => `
lockstep: 1
name: purchases
sources:
  - name: desk
    type: inline
    operations:
      enlist: { method: POST, path: /suppliers, body: { name: string }, response: { id: ${type}, name: string } }
      getSupplier: { method: GET, path: '/suppliers/{supplierId}', response: { id: ${type}, name: string } }
      order: { method: POST, path: /orders, body: { supplierId: ${type}, urgent?: boolean }, response: &order { id: string, buyer: string, supplierId: ${type}, status: string } }
      getOrder: { method: GET, path: '/orders/{orderId}', response: *order }
      move: { method: PUT, path: '/orders/{orderId}/suppliers/{supplierId}' }
      send: { method: POST, path: '/orders/{orderId}/send', body: { supplierId?: ${type} } }
actors: { buyer: {}, clerk: {} }
objects:
  supplier:
    read: desk.getSupplier
    transitions:
      enlist: { on: desk.enlist, by: clerk }
  order:
    owner: /buyer
    read: desk.getOrder
    state: /status
    states: [open, sent]
    final: sent
    transitions:
      order: { on: desk.order, to: open, by: buyer, refs: { supplier: $request.body#/supplierId } }
      move: { on: desk.move, from: open, to: open, by: owner, refs: { supplier: $request.path.supplierId } }
      send:
        on: desk.send
        from: open
        to: sent
        by: owner
        refs: { supplier: { object: supplier, key: $request.body#/supplierId, optional: true } }
operations:
  desk.getSupplier: { by: signed-in }
  desk.getOrder: { by: [owner, clerk] }
`

type Flaw = 'order' | 'move' | 'send' | 'all' | undefined

/** Orders of what suppliers have; the flaw looks at the form of a key and at nothing else. All there are may be every key. */
function desk(form: Form, flaw: Flaw): (asked: Asked) => readonly [number, unknown?] {
  const suppliers = new Map<string, unknown>()
  const orders: { id: string; buyer: string; supplierId: unknown; status: string }[] = []
  const isTaken = (key: unknown, at: Flaw): boolean =>
    typeof key === (form.type === 'integer' ? 'number' : 'string') &&
    form.isKey.test(String(key)) &&
    (suppliers.has(String(key)) || flaw === at || flaw === 'all')
  return ({ who, method, path: [kind, id, verb, other], body }) => {
    if (who === undefined) return [401]
    if (kind === 'suppliers' && id !== undefined && flaw === 'all') return [200, { id, name: 'anybody' }]
    if (kind === 'suppliers' && id !== undefined) return suppliers.has(id) ? [200, suppliers.get(id)] : [404]
    if (kind === 'suppliers') {
      if (who !== 'clara') return [403]
      const made = { id: form.key(suppliers.size), name: body['name'] }
      suppliers.set(String(made.id), made)
      return [201, made]
    }
    if (id === undefined) {
      if (who === 'clara') return [403]
      if (!isTaken(body['supplierId'], 'order')) return [422, { title: 'no such supplier' }]
      orders.push({ id: `o-${orders.length}`, buyer: who, supplierId: body['supplierId'], status: 'open' })
      return [201, orders.at(-1)]
    }
    const order = orders.find((each) => each.id === id && (each.buyer === who || who === 'clara'))
    if (order === undefined) return [404]
    if (method === 'GET') return [200, order]
    if (who === 'clara') return [403]
    if (order.status !== 'open') return [409]
    const key =
      verb === 'send' ? (body['supplierId'] ?? order.supplierId) : form.type === 'string' ? other : Number(other)
    if (!isTaken(key, verb === 'send' ? 'send' : 'move')) return [422, { title: 'no such supplier' }]
    return [200, Object.assign(order, { supplierId: key }, verb === 'send' ? { status: 'sent' } : {})]
  }
}

const prove = (form: Form, flaw: Flaw, only?: string): Promise<Outcome> =>
  proveSmall({
    charter: charterOf(form),
    people: { ann: 'buyer', ben: 'buyer', clara: 'clerk' },
    answer: desk(form, flaw),
    ...(only === undefined ? {} : { only: [only] }),
  })

const foundIn = ({ findings }: Outcome): string[] => findings.map((each) => `${each.class} ${each.constraint}`)

describe('a supplier that does not exist', () => {
  for (const [name, form] of Object.entries(forms)) {
    it(`is taken by an API that looks at the form of a key alone: ${name}`, async () => {
      const outcome = await prove(form, 'order', 'desk.order')
      assert.deepEqual(foundIn(outcome), ['step-skipped order.order.supplier.there'])
      assert.match(
        outcome.findings[0]?.proof.sentence ?? '',
        /naming a supplier that does not exist: there is a new order/,
      )
    })
    it(`is refused by one that looks: ${name}`, async () => {
      const { findings, cells } = await prove(form, undefined)
      assert.deepEqual(findings, [])
      const tried = cells.filter(({ tactic }) => tactic === 'made-up.supplier')
      assert.deepEqual(
        tried.map(({ use, verdict, why }) => `${use} ${verdict}: ${why}`),
        ['order', 'move', 'send'].map((use) => `order.${use} held: 422 no such supplier`),
      )
    })
  }
  it('is named in the path', async () => {
    assert.deepEqual(foundIn(await prove(forms.counted, 'move', 'desk.move')), [
      'step-skipped order.move.supplier.there',
    ])
  })
  it('is named where none has to be', async () => {
    assert.deepEqual(foundIn(await prove(forms.counted, 'send', 'desk.send')), [
      'step-skipped order.send.supplier.there',
    ])
  })
})

it('is not made up where there is one under every key', async () => {
  const { findings, cells } = await prove(forms.counted, 'all', 'desk.move')
  assert.deepEqual(findings, [])
  const tried = cells.filter(({ tactic }) => tactic === 'made-up.supplier')
  assert.deepEqual(
    tried.map(({ verdict, why }) => `${verdict}: ${why}`),
    ['not-reached: no key for `$request.path.supplierId` was found that nothing has'],
  )
})

describe('a key that nothing has', () => {
  const keys: readonly (readonly [string, string])[] = [
    ['12', '900000012'],
    ['s-12', 's-900000012'],
    ['INV-2024-0007', 'INV-2024-9007'],
    ['1234567890123456789', '1234567890123567891'],
    ['6f1e2d3c-1111-4a2b-8c3d-abcd12345679', '6f1e2d3c-1111-4a2b-8c3d-abcd12456781'],
    ['01ARZ3NDEKTSV4RRFFQ69G5FAV', '01ARZ3NDEKTSV4RRFFQ61X6ABX'],
    ['ann@example.com', 'bxx@example.com'],
    ['==', '=='],
  ]
  for (const [key, other] of keys) it(`${key} → ${other}`, () => assert.equal(unheardOf(key), other))
})
