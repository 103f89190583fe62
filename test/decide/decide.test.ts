import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { Call, Charter, Constraint, Operation, Principal } from '../../src/charter/charter.ts'
import type { Facts } from '../../src/constraint/facts.ts'
import { noFacts } from '../../src/constraint/facts.ts'
import { decide, evaluateUse, isPermitted } from '../../src/decide/decide.ts'
import { neededFacts } from '../../src/decide/needed.ts'
import { charterFrom } from './charters.ts'

const shop = charterFrom(readFileSync('cases/charters/shop.yaml', 'utf8'))
const bank = charterFrom(readFileSync('cases/charters/bank.yaml', 'utf8'))

const names = [
  'ann',
  'bob',
  'mia',
  'clara',
  't1',
  't2',
  'placed',
  'paid',
  'o1',
  'a1',
  'customer',
  'manager',
  'clerk',
  'draft',
]
const word = fc.constantFrom(...names)
const json = fc.jsonValue({ maxDepth: 2 })
const amount = fc.oneof(fc.integer({ min: -5, max: 200 }), fc.constantFrom('1.00', 'x', null, 90.1))

const principal: fc.Arbitrary<Principal> = fc.record(
  {
    id: word,
    tenant: word,
    roles: fc.array(fc.constantFrom('customer', 'manager', 'maker', 'checker')),
    claims: fc.constantFrom({}, { groups: ['clerk'], shop: 't1' }, { groups: 'clerk' }),
    scopes: fc.subarray(['refunds']),
    actors: fc.subarray(['customer', 'clerk', 'manager', 'agent', 'maker', 'checker']),
  },
  { requiredKeys: [] },
)

const value = fc.oneof(
  json,
  fc.record({
    id: word,
    status: word,
    customerId: word,
    tenantId: word,
    amount,
    price: fc.record({ total: amount }),
    currency: fc.constant('EUR'),
  }),
)
const object = (types: readonly string[]): fc.Arbitrary<Facts['objects'][string]> =>
  fc.option(
    fc
      .record({ type: fc.constantFrom(...types), key: word, value })
      .chain((base) =>
        fc
          .record({ owner: word, tenant: word, creator: word, state: word }, { requiredKeys: [] })
          .map((more) => ({ ...base, ...more })),
      ),
  )

function situation(charter: Charter): fc.Arbitrary<{ facts: Facts; call: Call }> {
  const types = [...charter.objects.keys()]
  const ids = [...charter.operations.values()].flatMap((each) =>
    each.uses.flatMap((use) => use.constraints.map((c) => c.id)),
  )
  const operations = [...charter.operations.keys()]
  const partial = <T>(keys: readonly string[], each: fc.Arbitrary<T>): fc.Arbitrary<Record<string, T>> =>
    fc.dictionary(fc.constantFrom(...keys), each, { maxKeys: 40 })
  const at = fc.integer({ min: 0, max: 1000 })
  return fc.record({
    facts: fc.record({
      objects: partial(['object', 'parent', 'coupon', 'account'], object(types)),
      counters: partial(ids, fc.record({ count: fc.nat(3), sum: fc.oneof(fc.nat(500), fc.constantFrom('1.50', 'x')) })),
      history: partial(
        ids,
        fc.array(fc.record({ operation: fc.constantFrom(...operations), principal: word, at }), { maxLength: 3 }),
      ),
      grants: partial(
        [...charter.approvals.keys()],
        fc.array(fc.record({ by: principal, at, value }), { maxLength: 3 }),
      ),
    }),
    call: fc.record({
      operation: fc.oneof(fc.constantFrom(...operations), fc.string()),
      principal,
      at,
      request: fc.record(
        {
          path: fc.constant({ id: 'o1' }),
          query: fc.dictionary(word, json),
          header: fc.dictionary(fc.string(), json),
          body: fc.oneof(json, fc.record({ amount, coupon: word, quantity: amount })),
        },
        { requiredKeys: [] },
      ),
    }),
  })
}

const charters = { shop, bank }

/** Situations in which much is right: the order and the payment are there, nothing was used, and one thing may be odd. */
const nearly = fc.record({
  operation: fc.constantFrom(
    'shop.getOrder',
    'shop.shipOrder',
    'shop.refundOrder',
    'shop.cancelOrder',
    'shop.editOrder',
    'shop.redeem',
    'shop.health',
  ),
  principal: fc.constantFrom<Principal>(
    { id: 'ann', roles: ['customer'], tenant: 't1' },
    { id: 'clara', claims: { groups: ['clerk'], shop: 't1' } },
    { id: 'mia', roles: ['manager'], tenant: 't1' },
    {},
  ),
  status: fc.constantFrom('placed', 'paid'),
  body: fc.constantFrom({}, { amount: 5 }, { amount: 500 }, { coupon: 'c1' }, { note: 'hi' }, { status: 'paid' }),
  count: fc.nat(1),
  granted: fc.boolean(),
})
const nearlyRight: fc.Arbitrary<{ facts: Facts; call: Call }> = nearly.map(
  ({ operation, principal: who, status, body, count, granted }) => {
    const value = { id: 'o1', customerId: 'ann', tenantId: 't1', status, currency: 'EUR', price: { total: '900' } }
    const order = { type: 'order', key: 'o1', owner: 'ann', tenant: 't1', creator: 'bob', state: status, value }
    const ids = [...shop.operations.values()].flatMap((each) =>
      each.uses.flatMap((use) => use.constraints.map((c) => c.id)),
    )
    const grant = { by: { id: 'mia', roles: ['manager'], tenant: 't1' }, at: 0, value }
    return {
      facts: {
        objects: {
          object: order,
          coupon: { type: 'coupon', key: 'c1', owner: 'ann', state: 'open', value: { id: 'c1', minimum: 1 } },
        },
        counters: Object.fromEntries(ids.map((id) => [id, { count, sum: 0 }])),
        history: Object.fromEntries(ids.map((id) => [id, []])),
        grants: { 'large-refund': granted ? [grant] : [] },
      },
      call: { operation, principal: who, at: 1, request: { path: { id: 'o1' }, body } },
    }
  },
)
/** The charter by name, so that a counterexample can be read. */
const either = fc.oneof(
  nearlyRight.map((each) => ({ ...each, of: 'shop' as const })),
  situation(shop).map((each) => ({ ...each, of: 'shop' as const })),
  situation(bank).map((each) => ({ ...each, of: 'bank' as const })),
)
const goesThrough = (effect: string): boolean => effect === 'allow' || effect === 'modify'

/** The charter with some constraints of one operation taken out. */
function without(charter: Charter, id: string, drop: (constraint: Constraint) => boolean): Charter {
  const operation = charter.operations.get(id)
  if (operation === undefined) return charter
  const uses = operation.uses.map((use) => {
    const constraints = use.constraints.filter((each) => !drop(each))
    // The last `by` is the permission itself, not a demand on top of it.
    const kept = { ...use, constraints }
    return isPermitted(use) && !isPermitted(kept) ? use : kept
  })
  const operations = new Map<string, Operation>([...charter.operations, [id, { ...operation, uses }]])
  return { ...charter, operations }
}

describe('decide', () => {
  it('is total, and deterministic, also from stored facts', () => {
    fc.assert(
      fc.property(either, ({ of, facts, call }) => {
        const charter = charters[of]
        const decision = decide(charter, facts, call)
        assert.ok(['allow', 'modify', 'deny', 'ask'].includes(decision.effect))
        assert.equal(decision.reasons.length === 0, goesThrough(decision.effect))
        assert.deepEqual(decide(charter, facts, call), decision)
        assert.deepEqual(decide(charter, JSON.parse(JSON.stringify(facts)), call), decision)
        neededFacts(charter, call, facts.objects)
      }),
      { numRuns: 400 },
    )
  })

  it('is tried on calls of every outcome', () => {
    const effects = fc
      .sample(nearlyRight, { numRuns: 3000, seed: 1 })
      .map(({ facts, call }) => decide(shop, facts, call).effect)
    assert.deepEqual([...new Set(effects)].sort(), ['allow', 'ask', 'deny', 'modify'])
  })

  it('never lets a demand more allow more', () => {
    let denied = 0
    fc.assert(
      fc.property(either, fc.nat(30), ({ of, facts, call }, nth) => {
        const charter = charters[of]
        const fewer = without(charter, call.operation, (each) => each.id.length % 7 === nth % 7)
        if (goesThrough(decide(fewer, facts, call).effect)) return
        denied += 1
        assert.ok(!goesThrough(decide(charter, facts, call).effect))
      }),
      { numRuns: 400 },
    )
    assert.ok(denied > 0)
  })

  it('never allows more when less is known', () => {
    fc.assert(
      fc.property(
        either,
        fc.constantFrom<'objects' | 'counters' | 'history' | 'grants'>('objects', 'counters', 'history', 'grants'),
        fc.nat(40),
        ({ of, facts, call }, part, nth) => {
          const charter = charters[of]
          const names = Object.keys(facts[part])
          const gone = names[nth % Math.max(1, names.length)]
          const less = {
            ...facts,
            [part]: Object.fromEntries(Object.entries(facts[part]).filter(([name]) => name !== gone)),
          }
          if (goesThrough(decide(charter, less, call).effect))
            assert.ok(goesThrough(decide(charter, facts, call).effect))
        },
      ),
      { numRuns: 400 },
    )
  })

  it('agrees with the reasons of each use', () => {
    fc.assert(
      fc.property(either, ({ of, facts, call }) => {
        const charter = charters[of]
        const uses = charter.operations.get(call.operation)?.uses ?? []
        const satisfied = uses.find((use) => evaluateUse(charter, use, facts, call).length === 0)
        const decision = decide(charter, facts, call)
        assert.equal(goesThrough(decision.effect), satisfied !== undefined)
        if (satisfied !== undefined) assert.equal(decision.use, satisfied.id)
      }),
      { numRuns: 200 },
    )
  })

  it('permits nothing that says not who may', () => {
    const open = without(shop, 'shop.health', () => false)
    const health = open.operations.get('shop.health')
    assert.ok(health)
    const bare = {
      ...open,
      operations: new Map([
        ['shop.health', { ...health, uses: health.uses.map((use) => ({ ...use, constraints: [] })) }],
      ]),
    }
    const decision = decide(bare, noFacts, { operation: 'shop.health', principal: { id: 'ann' }, request: {}, at: 0 })
    assert.deepEqual([decision.effect, decision.reasons[0]?.constraint], ['deny', 'not-permitted'])
  })

  it('knows nothing of an object of another type than the use speaks of', () => {
    const object = { type: 'coupon', key: 'o1', owner: 'ann', tenant: 't1', state: 'placed', value: {} }
    const call: Call = { operation: 'shop.getOrder', principal: { id: 'ann' }, request: { path: { id: 'o1' } }, at: 0 }
    assert.deepEqual(
      decide(shop, { ...noFacts, objects: { object } }, call).reasons.map((each) => each.outcome),
      ['unknown'],
    )
    assert.equal(decide(shop, { ...noFacts, objects: { object: { ...object, type: 'order' } } }, call).effect, 'modify')
  })

  it('is not deceived by names of Object.prototype', () => {
    for (const operation of ['constructor', '__proto__', 'toString']) {
      assert.equal(decide(shop, noFacts, { operation, principal: {}, request: {}, at: 0 }).effect, 'deny')
    }
    const paid = { id: 'o1', customerId: 'ann', tenantId: 't1', status: 'placed', currency: 'EUR' }
    const facts = {
      ...noFacts,
      objects: { object: { type: 'order', key: 'o1', owner: 'ann', state: 'placed', value: paid } },
      counters: { 'order.pay.once': { count: 0, sum: 0 } },
    }
    const call: Call = {
      operation: 'shop.payOrder',
      principal: { id: 'ann' },
      request: { header: { 'Idempotency-Key': 'k' }, body: JSON.parse('{"currency":"EUR","__proto__":{"amount":0}}') },
      at: 0,
    }
    assert.deepEqual(
      decide(shop, facts, call).reasons.map((each) => [each.constraint, each.outcome]),
      [['order.pay.when', 'unknown']],
    )
  })
})

describe('neededFacts', () => {
  it('lists what a guard must look up, and nothing else', () => {
    const call: Call = { operation: 'shop.payOrder', principal: { id: 'ann' }, request: { path: { id: 'o1' } }, at: 0 }
    assert.deepEqual(neededFacts(shop, call), {
      objects: [{ slot: 'object', type: 'order', optional: false, key: 'o1' }],
      counters: [{ constraint: 'order.pay.once', scope: '["order/o1"]' }],
      history: [],
      grants: [],
    })
    const health: Call = { operation: 'shop.health', principal: {}, request: {}, at: 0 }
    assert.deepEqual(neededFacts(shop, health).counters, [
      { constraint: 'shop.health.rate', scope: '["nobody"]', withinMs: 60_000 },
    ])
  })

  it('knows more once the object is known', () => {
    const call: Call = {
      operation: 'bank.closePayment',
      principal: { id: 'mo' },
      request: { path: { id: 'p1' } },
      at: 0,
    }
    const scope = (objects: Facts['objects']): string | undefined => neededFacts(bank, call, objects).counters[0]?.scope
    assert.equal(scope({}), undefined)
    assert.equal(scope({ object: { type: 'payment', key: 'p1', value: { accountId: 'a1' } } }), '["account/a1"]')
  })

  it('is enough: facts reduced to it give the same decision', () => {
    fc.assert(
      fc.property(either, ({ of, facts, call }) => {
        const charter = charters[of]
        const needed = neededFacts(charter, call, facts.objects)
        const keep = <T>(map: Readonly<Record<string, T>>, names: readonly string[]): Record<string, T> =>
          Object.fromEntries(Object.entries(map).filter(([name]) => names.includes(name)))
        const reduced: Facts = {
          objects: keep(
            facts.objects,
            needed.objects.map((each) => each.slot),
          ),
          counters: keep(
            facts.counters,
            needed.counters.map((each) => each.constraint),
          ),
          history: keep(
            facts.history,
            needed.history.map((each) => each.constraint),
          ),
          grants: keep(
            facts.grants,
            needed.grants.map((each) => each.approval),
          ),
        }
        assert.deepEqual(decide(charter, reduced, call), decide(charter, facts, call))
      }),
      { numRuns: 400 },
    )
  })
})
