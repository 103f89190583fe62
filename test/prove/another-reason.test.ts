// A refusal for another reason than the one in question shows nothing: there must be room for a second call, and nothing else against who calls.
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import type { Outcome } from '../../src/prove/finding.ts'
import { type Asked, proveSmall } from './small-api.ts'

const charter = `
lockstep: 1
name: debts
sources:
  - name: bank
    type: inline
    operations:
      borrow: { method: POST, path: /debts, response: { id: string, member: string, owed: integer, status: string } }
      getDebt: { method: GET, path: '/debts/{debtId}', response: { id: string, member: string, owed: integer, status: string } }
      freeze: { method: POST, path: '/debts/{debtId}/freeze', response: { id: string, status: string } }
      pay: { method: POST, path: '/debts/{debtId}/payments', body: { amount: integer }, response: { id: string, owed: integer } }
      plan: { method: POST, path: '/debts/{debtId}/payouts', response: { id: string, debt: string, by: string, status: string } }
      getPayout: { method: GET, path: '/payouts/{payoutId}', response: { id: string, debt: string, by: string, status: string } }
      send: { method: POST, path: '/payouts/{payoutId}/send', response: { id: string, debt: string, by: string, status: string } }
actors: { member: {}, clerk: {}, boss: {} }
objects:
  debt:
    owner: /member
    read: bank.getDebt
    state: /status
    states: [open, frozen]
    final: frozen
    fields: { owed: { type: money } }
    transitions:
      borrow: { on: bank.borrow, to: open, by: member }
      freeze: { on: bank.freeze, from: open, to: frozen, by: owner }
      pay:
        on: bank.pay
        from: open
        by: owner
        when: request.amount > 0 && request.amount <= object.owed
        idempotency: $request.header.Idempotency-Key
        example: { body: { amount: 100 } }
  payout:
    parties: { planner: /by }
    read: bank.getPayout
    state: /status
    states: [planned, sent]
    final: sent
    transitions:
      plan: { on: bank.plan, to: planned, by: [clerk, boss], refs: { debt: { object: debt, key: $request.path.debtId, in: open } } }
      send:
        on: bank.send
        from: planned
        to: sent
        by: boss
        not: planner
        once: true
        refs: { debt: { object: debt, key: $object#/debt, in: open } }
operations:
  bank.getDebt: { by: [owner, clerk, boss] }
  bank.getPayout: { by: [clerk, boss] }
`

type Flaw = 'key-forgotten' | 'sent-at-once' | 'sent-by-clerks'
type Answered = readonly [status: number, body?: unknown]

function bank(flaw: Flaw | undefined): (asked: Asked) => Promise<Answered> {
  const debts: { id: string; member: string; owed: number; paid: number; sent: number; status: string }[] = []
  const payouts: { id: string; debt: string; by: string; status: string }[] = []
  const keys = new Map<string, unknown>()
  return async ({ who, method, path, body, headers }) => {
    const [kind, id, action] = path
    if (who === undefined) return [401]
    const staff = ['clara', 'carl', 'bea', 'bob'].includes(who)
    if (kind === 'debts' && method === 'POST' && id === undefined) {
      if (staff) return [403]
      const debt = { id: `d-${debts.length}`, member: who, owed: 100, paid: 0, sent: 0, status: 'open' }
      debts.push(debt)
      return [201, debt]
    }
    const payout = payouts.find((each) => each.id === id)
    const debt = debts.find((each) => each.id === (kind === 'payouts' ? payout?.debt : id))
    if (debt === undefined || (!staff && who !== debt.member)) return [404]
    if (kind === 'debts' && method === 'GET') return [200, debt]
    if (kind === 'payouts' && method === 'GET') return staff ? [200, payout] : [403]
    if (action === 'payouts') {
      if (!staff) return [403]
      if (debt.status !== 'open') return [409]
      const made = { id: `p-${payouts.length}`, debt: debt.id, by: who, status: 'planned' }
      payouts.push(made)
      return [201, made]
    }
    if (action === 'send') {
      if (!(flaw === 'sent-by-clerks' ? staff : who.startsWith('b')) || who === 'ben') return [403]
      if (payout?.by === who) return [403, { title: 'your own' }]
      if (payout?.status !== 'planned') return [409, { title: 'sent' }]
      // The flaw asks for neither the state of the debt nor, once it has waited, for that of the payout.
      if (flaw !== 'sent-at-once' && debt.status !== 'open') return [409, { title: 'frozen' }]
      if (flaw === 'sent-at-once') await delay(20)
      payout.status = 'sent'
      debt.sent += 1
      return [200, payout]
    }
    if (who !== debt.member || debt.status !== 'open') return [403]
    if (action === 'freeze') {
      debt.status = 'frozen'
      return [200, debt]
    }
    const { amount } = body
    const key = headers['idempotency-key']
    const known = `${debt.id} ${String(key)}`
    if (key !== undefined && flaw !== 'key-forgotten' && keys.has(known)) return [200, keys.get(known)]
    if (typeof amount !== 'number' || !Number.isInteger(amount) || amount <= 0) return [422]
    if (amount > debt.owed) return [409, { title: 'more than is owed' }]
    debt.owed -= amount
    debt.paid += amount
    keys.set(known, { ...debt })
    return [200, debt]
  }
}

function prove(flaw?: Flaw): Promise<Outcome> {
  return proveSmall({
    charter,
    people: { ann: 'member', ben: 'member', clara: 'clerk', carl: 'clerk', bea: 'boss', bob: 'boss' },
    answer: bank(flaw),
    only: ['bank.pay', 'bank.send'],
  })
}

const found = ({ findings }: Outcome): string[] =>
  findings.map((each) => `${each.class} at ${each.operation}`).toSorted()

const expected: readonly (readonly [Flaw | undefined, readonly string[]])[] = [
  [undefined, []],
  ['key-forgotten', ['idempotency-missing at bank.pay']],
  ['sent-by-clerks', ['bfla at bank.send']],
  ['sent-at-once', ['race at bank.send', 'use-after-end at bank.send']],
]

for (const [flaw, findings] of expected)
  it(`finds ${findings.join(' and ') || 'nothing'} with ${flaw ?? 'no flaw'}`, async () => {
    assert.deepEqual(found(await prove(flaw)), findings)
  })
