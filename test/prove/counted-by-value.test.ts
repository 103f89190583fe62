// What is counted for each value that the request has in a place, as hours in each week: checked, decided and proven.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { describeConstraint } from '../../src/constraint/kinds.ts'
import { decide } from '../../src/decide/decide.ts'
import { createGuard } from '../../src/guard/guard.ts'
import { factsFor } from '../../src/session/fold.ts'
import { openSqliteStore } from '../../src/store/sqlite/open.ts'
import { analyse } from '../charter/fixture.ts'
import { answered } from '../guard/wallet.ts'
import { type Asked, proveSmall } from './small-api.ts'

const charter = (place = '$request.body#/week') => `
lockstep: 1
name: hours
sources:
  - name: shop
    type: inline
    operations:
      open: { method: POST, path: /contracts, response: { id: string, worker: string, cap: integer } }
      getContract: { method: GET, path: '/contracts/{contractId}', response: { id: string, worker: string, cap: integer, sheets: 'object[]' } }
      log: { method: POST, path: '/contracts/{contractId}/hours', body: { week: string, hours: integer } }
actors: { worker: {} }
objects:
  contract:
    owner: /worker
    read: shop.getContract
    transitions:
      open: { on: shop.open, by: worker }
      log:
        on: shop.log
        by: owner
        when: request.hours > 0
        limit: { sum: request.hours, at-most: object.cap, per: [object, ${place}] }
operations:
  shop.getContract: { by: owner }
`

type Sheet = { week: unknown; hours: number }

/** The flaw looks at each sheet alone. */
function hours(isFlawed: boolean): (asked: Asked) => readonly [number, unknown?] {
  const rows = new Map<string, { id: string; worker: string; cap: number; sheets: Sheet[] }>()
  return ({ who, method, body, path: [, id = '', action] }) => {
    if (who === undefined) return [401]
    if (id === '') {
      const row = { id: `c-${rows.size}`, worker: who, cap: 40, sheets: [] }
      rows.set(row.id, row)
      return [201, row]
    }
    const row = rows.get(id)
    if (row === undefined || row.worker !== who) return [404]
    if (method === 'GET' || action === undefined) return [200, row]
    const { week, hours } = body
    if (typeof hours !== 'number' || hours <= 0) return [422]
    const before = row.sheets.filter((each) => each.week === week).reduce((sum, each) => sum + each.hours, 0)
    if ((isFlawed ? 0 : before) + hours > row.cap) return [422, { error: 'over the cap of the week' }]
    row.sheets.push({ week, hours })
    return [201, row]
  }
}

for (const isFlawed of [true, false])
  test(`${isFlawed ? 'finds' : 'tries and does not find'} more than the cap in one week`, async () => {
    const { findings, cells } = await proveSmall({
      charter: charter(),
      people: { wim: 'worker', wes: 'worker' },
      answer: hours(isFlawed),
      only: ['shop.log'],
    })
    assert.deepEqual(
      findings.map(({ constraint }) => constraint),
      isFlawed ? ['contract.log.limit'] : [],
    )
    const verdicts = cells.filter(({ constraint }) => constraint === 'contract.log.limit').map(({ verdict }) => verdict)
    assert.ok(isFlawed || verdicts.every((each) => each === 'held'), verdicts.join())
  })

test('each value is counted by itself, and a call without one is not counted', () => {
  const { charter: known, diagnostics } = analyse(charter())
  assert.ok(known !== undefined, JSON.stringify(diagnostics))
  const object = { type: 'contract', key: 'c', owner: 'wim', value: { id: 'c', worker: 'wim', cap: 40 } }
  const call = (at: number, body: unknown) => ({
    operation: 'shop.log',
    principal: { id: 'wim', roles: ['worker'] },
    request: { path: { contractId: 'c' }, body },
    at,
  })
  const past = [{ ...call(1, { week: 'w1', hours: 30 }), objects: { object } }]
  const says = (body: unknown) => {
    const next = call(2, body)
    return decide(known, factsFor(known, next, { object }, past), next).effect
  }
  assert.deepEqual(
    [{ week: 'w1', hours: 10 }, { week: 'w1', hours: 11 }, { week: 'w2', hours: 11 }, { hours: 1 }].map(says),
    ['allow', 'deny', 'allow', 'deny'],
  )
  const limit = known.operations.get('shop.log')?.uses[0]?.constraints.find(({ kind }) => kind === 'limit')
  assert.match(limit === undefined ? '' : describeConstraint(limit, known), /for each object and `week`/)
})

test('one value is counted once, however it is written, and what is not what the description says cannot be counted', () => {
  const object = { type: 'contract', key: 'c', owner: 'wim', value: { id: 'c', worker: 'wim', cap: 40 } }
  const says = (word: string, before: unknown, week: unknown): string => {
    const { charter: typed } = analyse(charter().replace('body: { week: string,', `body: { week: ${word},`))
    assert.ok(typed !== undefined)
    const call = (at: number, value: unknown) => ({
      operation: 'shop.log',
      principal: { id: 'wim', roles: ['worker'] },
      request: { path: { contractId: 'c' }, body: { week: value, hours: 30 } },
      at,
    })
    const next = call(2, week)
    return decide(typed, factsFor(typed, next, { object }, [{ ...call(1, before), objects: { object } }]), next).effect
  }
  assert.equal(says('date', '2026-12-01', '2026-12-02'), 'allow')
  for (const [word, before, week] of [
    ['date', '2026-12-01', '2026-12-01'],
    ['date', '2026-12-01', '01.12.2026'],
    ['date', '2026-12-01', '2026-12-01T00:00:00Z'],
    ['integer', 7, '7.0'],
    ['integer', 7, 'week 7'],
    ['time', '2026-12-01T10:00:00Z', '2026-12-01T11:00:00+01:00'],
    ['string', 'W7', ' w7'],
    ['string', 'W-7', 'W\u20117'],
    ['string', 'W-7', 'Ｗ-\u200b7'],
  ] as const)
    assert.equal(says(word, before, week), 'deny', `${word} ${week}`)
})

test('the guard counts each value by itself, together with what came before', async (t) => {
  const { charter: known } = analyse(charter())
  assert.ok(known !== undefined)
  const store = openSqliteStore(':memory:')
  const contract = { id: 'c', worker: 'wim', cap: 40 }
  const guard = await createGuard(known, {
    version: '1',
    journal: { append: async () => undefined },
    truth: { read: async () => contract },
    store,
  })
  t.after(() => store.close())
  t.after(() => guard.close())
  const log = async (week: string, hours: number) => {
    const request = { path: { contractId: 'c' }, body: { week, hours } }
    const principal = { id: 'wim', roles: ['worker'] }
    const call = { operation: 'shop.log', principal, request }
    const made = await guard.call(call, async () => answered(201, contract))
    return made.kind
  }
  assert.deepEqual(
    [await log('w1', 30), await log('w1', 11), await log('w2', 11), await log('w1', 10)],
    ['answered', 'refused', 'answered', 'answered'],
  )
})

test('a place that the request has not is said', () => {
  const { diagnostics } = analyse(charter('$request.body#/month'))
  assert.deepEqual(
    diagnostics.filter(({ severity }) => severity === 'error').map(({ code }) => code),
    ['unknown-place'],
  )
})
