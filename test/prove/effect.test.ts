import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { ObjectFact } from '../../src/charter/charter.ts'
import {
  changesBetween,
  disclosedBy,
  effectOf,
  markOf,
  type Sights,
  signatureOf,
  timesOver,
} from '../../src/prove/oracle/effect.ts'
import { invariantsBroken } from '../../src/prove/oracle/invariant.ts'
import { charterFrom } from '../decide/charters.ts'

const charter = charterFrom(`
lockstep: 1
name: accounts
sources:
  - name: api
    type: inline
    operations:
      get: { method: GET, path: '/accounts/{id}' }
      move: { method: POST, path: /moves, body: { amount: money } }
objects:
  account:
    owner: /ownerId
    state: /status
    read: api.get
    states: [open, closed]
    volatile: [/seenBy]
    fields:
      balance: { type: money }
      code: {}
operations:
  api.get: { by: owner }
  api.move: { by: signed-in }
invariants:
  - { never-negative: account.balance }
  - { conserved: account.balance }
  - { unique: account.code }
  - { at-most: 1, object: account, per: owner, in: open }
`)
const type = charter.objects.get('account')
assert.ok(type)
const types = new Map([['account', type] as const])

function account(value: Readonly<Record<string, unknown>>, key = 'a1'): ObjectFact {
  const { status = 'open', ownerId = `owner of ${key}` } = value
  return { type: 'account', key, value: { id: key, ...value }, state: String(status), owner: String(ownerId) }
}
const sight = (fact: ObjectFact | null | undefined): Sights => new Map([['account', fact]])
const seen = (...facts: readonly ObjectFact[]): Sights => new Map(facts.map((fact) => [fact.key, fact]))
const between = (before: ObjectFact | null | undefined, after: ObjectFact | null | undefined) =>
  changesBetween(sight(before), sight(after), types).map(({ pointer, before: one, after: other }) => [
    pointer,
    one,
    other,
  ])

describe('changes between two looks', () => {
  const table: readonly (readonly [string, ReturnType<typeof between>, ReturnType<typeof between>])[] = [
    ['a number', between(account({ balance: 5 }), account({ balance: 7 })), [['/balance', 5, 7]]],
    ['a member that came', between(account({}), account({ note: 'x' })), [['/note', undefined, 'x']]],
    ['what is volatile', between(account({ seenBy: 1 }), account({ seenBy: 2 })), []],
    ['a record of when', between(account({ at: '2030-01-01T00:00:00Z' }), account({ at: '2031-01-01T00:00:00Z' })), []],
    ['an object that is gone', between(account({}), null), [['exists', true, false]]],
    ['an object that is new', between(null, account({})), [['exists', false, true]]],
    ['what nobody could see', between(undefined, account({})), []],
    [
      'a list that grew',
      between(account({ notes: ['a'] }), account({ notes: ['a', 'b'] })),
      [
        ['/notes/length', 1, 2],
        ['/notes/1', undefined, 'b'],
      ],
    ],
  ]
  for (const [name, found, expected] of table) it(`tell ${name}`, () => assert.deepEqual(found, expected))

  it('name the state apart from where it is written', () => {
    assert.deepEqual(between(account({ status: 'open' }), account({ status: 'closed' }))[0], [
      'state',
      'open',
      'closed',
    ])
  })

  it('are none between a look and itself', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        assert.deepEqual(between(account(value), account(structuredClone(value))), [])
      }),
      { numRuns: 100 },
    )
  })
})

describe('the effect of an abuse', () => {
  const rightful = changesBetween(
    sight(account({ status: 'open', balance: 10 })),
    sight(account({ status: 'closed', balance: 7 })),
    types,
  )
  const signature = signatureOf(rightful, false)
  const abuse = (value: Readonly<Record<string, unknown>>) =>
    changesBetween(sight(account({ status: 'open', balance: 10 })), sight(account(value)), types)

  it('is only what the rightful call changes as well', () => {
    assert.deepEqual(effectOf(abuse({ status: 'open', balance: 10, note: 'x' }), signature, []), [])
    assert.deepEqual(effectOf(abuse({ status: 'open', balance: 9 }), signature, []).map(markOf), ['account|/balance'])
  })

  it('is no arrival in a state the use does not lead to', () => {
    const elsewhere = effectOf(abuse({ status: 'refused', balance: 10 }), signature, ['closed'])
    assert.equal(
      elsewhere.some((change) => change.pointer === 'state'),
      false,
    )
  })

  it('is counted by the numbers that move with it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), (times) => {
        const changes = abuse({ status: 'closed', balance: 10 - 3 * times })
        assert.equal(timesOver(changes, signature), times)
      }),
    )
    assert.equal(timesOver([], signature), 0)
  })
})

describe('what an answer discloses', () => {
  const fact = account({ iban: 'DE02120300000000202051', balance: 1200, ok: true }, 'acc-77')
  const answers: readonly (readonly [string, unknown, readonly string[]])[] = [
    ['the object itself', fact.value, ['/iban', '/balance']],
    ['a wrapper around it', { data: { id: 'acc-77', iban: 'DE02120300000000202051' } }, ['/iban']],
    ['its key alone', { error: 'no access to', id: 'acc-77' }, []],
    ['values without the key', { iban: 'DE02120300000000202051' }, []],
    ['what is too common to tell', { id: 'acc-77', ok: true }, []],
    ['no answer', undefined, []],
  ]
  for (const [name, answer, expected] of answers)
    it(`by ${name}: ${expected.join(', ') || 'nothing'}`, () => assert.deepEqual(disclosedBy(answer, fact), expected))
})

describe('broken invariants', () => {
  const kindOf = new Map(charter.invariants.map((invariant) => [invariant.id, invariant.kind]))
  const broken = (before: Sights, after: Sights) =>
    invariantsBroken(charter, 'api.move', before, after).map((each) => kindOf.get(each.id))
  const [a, b] = [account({ balance: 5 }, 'a'), account({ balance: 5 }, 'b')]

  const table: readonly (readonly [string, Sights, Sights, readonly string[]])[] = [
    ['money moved', seen(a, b), seen(account({ balance: 2 }, 'a'), account({ balance: 8 }, 'b')), []],
    ['money made', seen(a, b), seen(a, account({ balance: 8 }, 'b')), ['conserved']],
    [
      'an overdraft',
      seen(a, b),
      seen(account({ balance: -1 }, 'a'), account({ balance: 11 }, 'b')),
      ['never-negative'],
    ],
    [
      'the same code twice',
      seen(a, b),
      seen(account({ balance: 5, code: 'x' }, 'a'), account({ balance: 5, code: 'x' }, 'b')),
      ['unique'],
    ],
    [
      'a second one of an owner',
      seen(account({ balance: 5, ownerId: 'o' }, 'a')),
      seen(account({ balance: 5, ownerId: 'o' }, 'a'), account({ balance: 0, ownerId: 'o' }, 'b')),
      ['at-most'],
    ],
    [
      'an overdraft that was there before',
      seen(account({ balance: -1 }, 'a')),
      seen(account({ balance: -1 }, 'a')),
      [],
    ],
  ]
  for (const [name, before, after, expected] of table)
    it(`after ${name}: ${expected.join(', ') || 'none'}`, () => assert.deepEqual(broken(before, after), expected))

  it('are never blamed on a transfer that adds up', () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.nat(1000), fc.nat(1000), (one, other, wanted) => {
        const moved = Math.min(one, wanted)
        const before = seen(account({ balance: one }, 'a'), account({ balance: other }, 'b'))
        const after = seen(account({ balance: one - moved }, 'a'), account({ balance: other + moved }, 'b'))
        assert.deepEqual(broken(before, after), [])
      }),
    )
  })
})
