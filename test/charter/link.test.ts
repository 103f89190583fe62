// What the linker makes of names, paths and rules.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { conjuncts } from '../../src/cel/conjuncts.ts'
import { parseCel } from '../../src/cel/parse-cel.ts'
import type { Use } from '../../src/charter/charter.ts'
import { inferKey } from '../../src/charter/infer.ts'
import type { OperationShape } from '../../src/charter/source/description.ts'
import { inlineOperations } from '../../src/charter/source/inline.ts'
import { analyse, fixture } from './fixture.ts'

const { charter } = analyse(fixture('shop.yaml'))
assert.ok(charter)

function use(id: string): Use {
  const found = [...(charter?.operations.values() ?? [])].flatMap((each) => each.uses).find((each) => each.id === id)
  assert.ok(found, id)
  return found
}

test('constraints have ids in file order, one for each part of a rule', () => {
  assert.deepEqual(
    use('order.pay').constraints.map((each) => each.id),
    [
      'order.pay.by',
      'order.pay.from',
      'order.pay.when',
      'order.pay.when.2',
      'order.pay.once',
      'order.total.set-by',
      'order.margin.seen-by',
    ],
  )
})

test('rules over several operations are among the constraints of the later one', () => {
  assert.ok(use('order.ship').constraints.some((each) => each.id === 'rules.1'))
  assert.ok(!use('order.pay').constraints.some((each) => each.id === 'rules.1'))
})

test('what creates has its key in the answer, what acts has it in the path', () => {
  assert.deepEqual(use('order.create').object?.key, { from: 'response', in: 'body', pointer: ['id'] })
  assert.deepEqual(use('order.pay').object?.key, { from: 'request', in: 'path', name: 'orderId' })
})

test('reading is not writing; the operation that grants is known', () => {
  assert.equal(charter.operations.get('shop.getOrder')?.writes, false)
  assert.equal(charter.operations.get('shop.payOrder')?.writes, true)
  assert.equal(charter.operations.get('shop.approveRefund')?.grants, 'large-refund')
})

const shapes = inlineOperations('api', {
  read: { method: 'GET', path: '/v1/orders/{id}' },
  pay: { method: 'POST', path: '/v1/orders/{orderNo}/pay' },
  create: { method: 'POST', path: '/v1/orders' },
  track: { method: 'GET', path: '/v1/track', query: { order_id: 'string' } },
  look: { method: 'GET', path: '/v1/look', query: { order: 'string' } },
  other: { method: 'GET', path: '/v1/carts/{id}' },
})
const [read] = shapes
const keys: [name: string, expected: string | undefined][] = [
  ['read', 'id'],
  ['pay', 'orderNo'],
  ['create', undefined],
  ['track', 'order_id'],
  ['look', 'order'],
  ['other', undefined],
]
for (const [name, expected] of keys) {
  test(`the key of an order in ${name}: ${expected ?? 'none'}`, () => {
    const shape = shapes.find((each) => each.name === name)
    assert.ok(shape)
    const key = inferKey('order', shape, 'api.read', read)
    assert.equal(key !== undefined && key.in !== 'body' ? key.name : undefined, expected)
  })
}

test('an argument that may have decimals is no key', () => {
  const tool = (type: string): OperationShape => {
    const [shape] = inlineOperations('sis', { enter: { method: 'POST', path: '/enter' } })
    assert.ok(shape)
    const body = { required: true, mediaType: 'application/json', schema: { properties: { grade: { type } } } }
    return { ...shape, method: 'TOOL', body }
  }
  assert.equal(inferKey('grade', tool('number'), 'sis.get', undefined), undefined)
  for (const type of ['string', 'integer'])
    assert.deepEqual(inferKey('grade', tool(type), 'sis.get', undefined), {
      from: 'request',
      in: 'body',
      pointer: ['grade'],
    })
})

const splits: [source: string, parts: string[]][] = [
  ['a > 1', ['a > 1']],
  ['a > 1 && b < 2 && c', ['a > 1', 'b < 2', 'c']],
  ['(a || b) && c', ['a || b', 'c']],
  ['a && (b && !c)', ['a', 'b', '!c']],
  ['(a + 1) * 2 > 3 && b', ['(a + 1) * 2 > 3', 'b']],
  ['a || b && c', ['a || b && c']],
]
for (const [source, parts] of splits) {
  test(`parts of ${source}`, () => {
    const parsed = parseCel(source, ['a', 'b', 'c'])
    assert.ok(parsed.ok)
    assert.deepEqual(
      conjuncts(parsed.expression).map((each) => each.source),
      parts,
    )
  })
}
