import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { Call, ObjectFact, Principal } from '../../src/charter/charter.ts'
import { readObject } from '../../src/charter/object-fact.ts'
import { getPointer } from '../../src/charter/pointer.ts'
import { decide } from '../../src/decide/decide.ts'
import { askFor } from '../../src/guard/facts.ts'
import { factsFor } from '../../src/session/fold.ts'
import type { PastCall } from '../../src/session/past-call.ts'
import { charterFrom } from '../decide/charters.ts'

const charter = charterFrom(`
lockstep: 1
name: wallet
sources:
  - name: api
    type: inline
    operations:
      get: { method: GET, path: '/wallets/{id}' }
      spend: { method: POST, path: '/wallets/{id}/spend', body: { amount: money } }
      spendByPhone: { method: POST, path: '/wallets/{id}/phone', body: { amount: money } }
      close: { method: POST, path: '/wallets/{id}/close' }
      closeByPhone: { method: POST, path: '/wallets/{id}/close-phone' }
      visit: { method: POST, path: /visits }
actors:
  teller: { tenant: claims.branch }
objects:
  wallet:
    key: /id
    state: { when: { expired: "now > timestamp(object.until)", open: "true" } }
    read: api.get
    states: [open, expired]
    transitions:
      spend:
        on: [api.spend, api.spendByPhone]
        from: open
        by: signed-in
        limit: { sum: request.amount, at-most: 1, per: object, within: 1h }
      close: { on: [api.close, api.closeByPhone], by: signed-in, once: true }
operations:
  api.get: { by: signed-in }
  api.visit: { by: [teller, signed-in], limit: { at-most: 2, per: tenant } }
`)

const ann: Principal = { id: 'ann', tenant: 'home' }
const wallet = (key = 'w1', at = 0): ObjectFact => {
  const type = charter.objects.get('wallet')
  assert.ok(type)
  return readObject(type, { id: key, until: '2030-01-01T00:00:00Z' }, { now: at })
}
const hour = 3_600_000

function call(operation: string, at: number, body: unknown = {}, key = 'w1', principal = ann): Call {
  return { operation, principal, at, request: { path: { id: key }, body } }
}
function past(operation: string, at: number, body: unknown = {}, key = 'w1', principal = ann): PastCall {
  const use = operation.includes('visit') ? undefined : [...(charter.operations.get(operation)?.uses ?? [])][0]?.id
  return {
    ...call(operation, at, body, key, principal),
    objects: { object: wallet(key) },
    ...(use === undefined ? {} : { use }),
  }
}
const effect = (next: Call, before: readonly PastCall[]): string =>
  decide(charter, factsFor(charter, next, { object: wallet() }, before), next).effect

describe('factsFor', () => {
  it('adds amounts exactly', () => {
    const dimes = Array.from({ length: 9 }, (_, index) => past('api.spend', index, { amount: 0.1 }))
    const next = call('api.spend', 100, { amount: 0.1 })
    assert.deepEqual(Object.values(factsFor(charter, next, { object: wallet() }, dimes).counters), [
      { count: 9, sum: 0.9 },
    ])
    assert.equal(effect(next, dimes), 'allow')
    assert.equal(effect(call('api.spend', 100, { amount: 0.11 }), dimes), 'deny')
  })

  it('counts one move by whichever operation makes it', () => {
    assert.equal(effect(call('api.close', 10), []), 'allow')
    assert.equal(effect(call('api.close', 10), [past('api.closeByPhone', 1)]), 'deny')
    assert.equal(effect(call('api.spend', 10, { amount: 0.5 }), [past('api.spendByPhone', 1, { amount: 0.6 })]), 'deny')
  })

  it('lets the window slide with the call', () => {
    const before = [past('api.spend', 0, { amount: 1 })]
    assert.equal(effect(call('api.spend', hour - 1, { amount: 1 }), before), 'deny')
    assert.equal(effect(call('api.spend', hour, { amount: 1 }), before), 'allow')
  })

  it('counts callers of one tenant together, with the tenant the actor says', () => {
    const teller = (id: string): Principal => ({ id, roles: ['teller'], claims: { branch: 'b1' }, tenant: 'other' })
    const visits = [past('api.visit', 1, {}, 'w1', teller('t1')), past('api.visit', 2, {}, 'w1', teller('t2'))]
    assert.equal(effect(call('api.visit', 3, {}, 'w1', teller('t3')), visits), 'deny')
    assert.equal(effect(call('api.visit', 3, {}, 'w1', { id: 'bob', tenant: 'other' }), visits), 'allow')
    const untold = factsFor(charter, call('api.visit', 3, {}, 'w1', { id: 'x' }), {}, visits)
    assert.deepEqual(untold.counters, {}, 'no tenant, no counter')
  })

  it('does not depend on the order in which calls are handed in', () => {
    const some = fc.array(
      fc.record({ at: fc.nat(1000), amount: fc.constantFrom(0.1, 0.2, 1), key: fc.constantFrom('w1', 'w2') }),
      { maxLength: 6 },
    )
    fc.assert(
      fc.property(some, (calls) => {
        const before = calls.map(({ at, amount, key }) => past('api.spend', at, { amount }, key))
        const next = call('api.spend', 2000, { amount: 0.1 })
        const facts = (list: readonly PastCall[]): unknown => factsFor(charter, next, { object: wallet() }, list)
        assert.deepEqual(facts(before.toReversed()), facts(before))
      }),
    )
  })

  it('never lets splitting pass a limit', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -5, max: 60 }), { maxLength: 12 }), (cents) => {
        const done: PastCall[] = []
        for (const [index, cent] of cents.entries()) {
          const amount = cent / 100
          if (effect(call('api.spend', index, { amount }), done) === 'allow')
            done.push(past('api.spend', index, { amount }))
        }
        const spent = done.reduce(
          (sum, each) => sum + Math.round(Number(getPointer(each.request.body, ['amount'])) * 100),
          0,
        )
        assert.ok(spent <= 100, `${spent}`)
      }),
    )
  })

  it('sees a state that depends on the time', () => {
    const late = Date.UTC(2031, 0)
    assert.equal(wallet('w1', late).state, 'expired')
    const next = call('api.spend', late, { amount: 0.1 })
    const { reasons } = decide(charter, factsFor(charter, next, { object: wallet('w1', late) }, []), next)
    assert.deepEqual(
      reasons.map((each) => each.says),
      ['it must be open: it is expired'],
    )
  })
})

describe('an operation that moves one object and makes another', () => {
  const issuing = charterFrom(`
lockstep: 1
name: vouchers
sources:
  - name: api
    type: inline
    operations:
      read: { method: GET, path: '/requests/{id}' }
      approve: { method: POST, path: '/requests/{id}/approve' }
      issue: { method: POST, path: '/requests/{id}/issue' }
objects:
  voucher:
    transitions:
      create: { on: api.issue, by: signed-in, key: $response.body#/voucherId }
  request:
    read: api.read
    transitions:
      approve: { on: api.approve, by: signed-in }
      issue: { on: api.issue, by: signed-in }
operations:
  api.read: { by: signed-in }
rules:
  - { separate: [api.approve, api.issue], per: object }
`)
  const ben: Principal = { id: 'ben' }
  const type = issuing.objects.get('request')
  assert.ok(type)
  const object = readObject(type, { id: 'r1' }, { now: 0 })
  const approved: PastCall = { ...call('api.approve', 1, {}, 'r1'), objects: { object } }
  const outcome = (principal: Principal) => {
    const issue = call('api.issue', 2, {}, 'r1', principal)
    return decide(issuing, factsFor(issuing, issue, { object }, [approved]), issue).effect
  }

  const noRows = { leases: [], objects: [], counters: [], histories: [], grants: [], calls: [], callsIn: [] }
  const rows = {
    ...noRows,
    repeats: [],
    holds: [],
    holdsBy: [],
    switches: [],
    runs: [],
    runsBy: [],
    nodes: [],
    marked: [],
    seen: [],
    kept: [],
    keptOf: [],
  }

  it('remembers what was done to the one that is moved', () => {
    assert.equal(outcome(ann), 'deny')
    assert.equal(outcome(ben), 'allow')
  })

  it('has the guard ask for it and know it', () => {
    const issue = call('api.issue', 2, {}, 'r1')
    const asking = askFor(issuing, issue, { object }, 'question')
    const histories = (asking.query.histories ?? []).map(() => [{ operation: 'api.approve', at: 1, principal: 'ann' }])
    const { facts } = asking.factsFrom({ ...rows, histories }, { object })
    assert.equal(decide(issuing, facts, issue).effect, 'deny')
  })
})
