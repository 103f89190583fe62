// A call that moves what its object points to: that is a way to the states it leads to, and a demand on where it starts.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Outcome } from '../../src/prove/finding.ts'
import { type Asked, proveSmall } from './small-api.ts'

const charter = `
lockstep: 1
name: loans
sources:
  - name: api
    type: inline
    operations:
      apply: { method: POST, path: /loans, response: { id: string, borrowerId: string, status: string } }
      getLoan: { method: GET, path: '/loans/{loanId}', response: { id: string, borrowerId: string, status: string } }
      request: { method: POST, path: '/loans/{loanId}/payouts', response: { id: string, loanId: string, status: string } }
      getPayout: { method: GET, path: '/payouts/{payoutId}', response: { id: string, loanId: string, status: string } }
      execute: { method: POST, path: '/payouts/{payoutId}/execute', response: { id: string, status: string } }
      quote: { method: POST, path: '/loans/{loanId}/quotes', response: { id: string, loanId: string, status: string } }
      settle: { method: POST, path: '/quotes/{quoteId}/settle' }
      remind: { method: POST, path: '/loans/{loanId}/remind' }
actors: { borrower: {}, cashier: {}, clerk: {} }
objects:
  loan:
    owner: /borrowerId
    state: /status
    read: api.getLoan
    states: [pending, active, settled]
    final: settled
    transitions:
      apply: { on: api.apply, to: pending, by: borrower }
      pay-out: { on: api.execute, from: pending, to: active, key: $object#/loanId }
      remind: { on: api.remind, from: active, by: clerk }
      settle: { on: api.settle, from: active, to: settled, by: owner, key: $object#/loanId }
  payout:
    state: /status
    read: api.getPayout
    states: [requested, executed]
    final: executed
    transitions:
      request: { on: api.request, to: requested, by: cashier, refs: { loan: { object: loan, key: $request.path.loanId, in: pending } } }
      execute: { on: api.execute, from: requested, to: executed, by: cashier }
  quote:
    state: /status
    owner: creator
    states: [open, used]
    final: used
    transitions:
      make: { on: api.quote, to: open, by: borrower, refs: { loan: { object: loan, key: $request.path.loanId, in: active } } }
      use: { on: api.settle, from: open, to: used, by: owner, key: $request.path.quoteId }
operations:
  api.getLoan: { by: [owner, cashier, clerk] }
  api.getPayout: { by: cashier }
`

type Flaw = 'late' | 'early' | 'any-loan' | 'settle-any' | 'quote-again' | 'anybody-reminds'
type Row = Record<string, unknown> & { id: string; status: string }

function openBank(flaw: Flaw | undefined): (asked: Asked) => readonly [number, unknown?] {
  const tables: Record<string, Map<string, Row>> = { loans: new Map(), payouts: new Map(), quotes: new Map() }
  const add = (table: string, row: Omit<Row, 'id'>): readonly [number, Row] => {
    const id = `${table}-${(tables[table]?.size ?? 0) + 100}`
    const made = { ...row, id } as Row
    tables[table]?.set(id, made)
    return [201, made]
  }
  return ({ who, method, path: [kind = '', id, action] }) => {
    if (who === undefined) return [401]
    const staff = who.startsWith('c')
    if (id === undefined) return staff ? [403] : add('loans', { borrowerId: who, status: 'pending', reminders: 0 })
    const row = tables[kind]?.get(id)
    const loan = kind === 'loans' ? row : tables['loans']?.get(String(row?.['loanId']))
    if (row === undefined || loan === undefined || (!staff && loan['borrowerId'] !== who)) return [404]
    if (method === 'GET') return kind === 'payouts' && !staff ? [403] : [200, row]
    if (action === 'payouts' && loan.status !== 'pending' && flaw !== 'late') return [409, { error: 'not pending' }]
    if (action === 'payouts') return who === 'cal' ? add('payouts', { loanId: id, status: 'requested' }) : [403]
    const early: readonly unknown[] = ['early', 'settle-any', 'quote-again']
    if (action === 'quotes' && loan.status !== 'active' && !early.includes(flaw)) return [409, { error: 'not active' }]
    if (action === 'quotes') return staff ? [403] : add('quotes', { loanId: id, status: 'open' })
    if (action === 'remind') {
      if (who !== 'cleo' && flaw !== 'anybody-reminds') return [403]
      if (loan.status !== 'active') return [409, { error: 'not active' }]
      loan['reminders'] = Number(loan['reminders']) + 1
      return [200]
    }
    if (action === 'execute') {
      if (who !== 'cal') return [403]
      if (row.status !== 'requested') return [409, { error: 'executed' }]
      if (loan.status !== 'pending' && flaw !== 'any-loan') return [409, { error: 'not pending' }]
      row.status = 'executed'
      loan.status = 'active'
      return [200, row]
    }
    if (staff) return [403]
    if (row.status === 'used' && flaw !== 'quote-again') return [409, { error: 'used' }]
    if (loan.status !== 'active' && !early.includes(flaw)) return [409, { error: 'not active' }]
    row.status = 'used'
    loan.status = 'settled'
    loan['settlements'] = Number(loan['settlements'] ?? 0) + 1
    return [200]
  }
}

const prove = (flaw: Flaw | undefined, ...only: string[]): Promise<Outcome> =>
  proveSmall({
    charter,
    people: { una: 'borrower', ugo: 'borrower', cal: 'cashier', cleo: 'clerk' },
    answer: openBank(flaw),
    only,
  })

describe('a call that moves what its object points to', { concurrency: 2 }, () => {
  const cases = [
    { flaw: 'early', of: 'api.settle', seen: 'loan.settle.from' },
    { flaw: 'late', of: 'api.request', seen: 'payout.request.loan.in' },
    { flaw: 'any-loan', of: 'api.execute', seen: 'loan.pay-out.from' },
    { flaw: 'settle-any', of: 'api.settle', seen: 'loan.settle.from' },
    { flaw: 'quote-again', of: 'api.settle', seen: 'quote.use.from' },
    { flaw: 'anybody-reminds', of: 'api.remind', seen: 'loan.remind.by' },
  ] as const
  for (const { flaw, of, seen } of cases)
    test(`${flaw} breaks ${seen}`, async () => {
      const { findings } = await prove(flaw, of)
      assert.ok(
        findings.some(({ constraint }) => constraint === seen),
        JSON.stringify(findings.map((each) => each.constraint)),
      )
    })

  test('all is tried and holds in the sound one', async () => {
    const { findings, cells } = await prove(undefined, 'api.request', 'api.execute', 'api.settle', 'api.remind')
    assert.deepEqual(findings, [])
    const open = cells.filter(({ verdict }) => verdict === 'not-reached')
    assert.deepEqual(
      open.map(({ constraint, why }) => [constraint, why]),
      [
        ['loan.remind.from', 'one after the other it may be repeated as well, so there is no limit to overrun'],
        ['payout.request.loan.in', 'one after the other it may be repeated as well, so there is no limit to overrun'],
        ['loan.settle.by', 'the object itself names it, no argument does'],
        [
          'loan.settle.from',
          '`quote.make` as una was refused: 409 not active; without that step: no step has made quote-1: `quote.make` was left out',
        ],
      ],
    )
  })
})
