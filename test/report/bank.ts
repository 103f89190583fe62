/** A bank as reports know it: its charter, and what was sent to it, with secrets in it that no report may show. */
import assert from 'node:assert/strict'
import type { Charter } from '../../src/charter/charter.ts'
import { hasErrors } from '../../src/charter/diagnostic.ts'
import { linkCharter } from '../../src/charter/link.ts'
import { parseCharter } from '../../src/charter/parse.ts'
import type { Sent } from '../../src/prove/finding.ts'

export const charterText = `lockstep: 1
name: bank
sources:
  - name: bank
    type: inline
    operations:
      createTransfer: { method: POST, path: /transfers, body: { amount: money, currency: string, note: string }, response: { id: uuid, ownerId: string, status: string, amount: money, note: string } }
      getTransfer: { method: GET, path: '/transfers/{id}', response: { id: uuid, ownerId: string, status: string, amount: money, note: string } }
      submitTransfer: { method: POST, path: '/transfers/{id}/submit' }
      approveTransfer: { method: POST, path: '/transfers/{id}/approve' }
      executeTransfer: { method: POST, path: '/transfers/{id}/execute' }
      createVoucher: { method: POST, path: /vouchers, response: { id: integer, used: boolean } }
      redeemVoucher: { method: POST, path: '/vouchers/{id}/redeem' }
      getAccount: { method: GET, path: '/accounts/{id}', response: { id: string, balance: money } }
actors:
  customer: {}
  clerk: {}
objects:
  transfer:
    owner: /ownerId
    state: /status
    read: bank.getTransfer
    states: [draft, submitted, approved, executed]
    final: [executed]
    transitions:
      create: { on: bank.createTransfer, to: draft, by: customer, when: request.amount > 0 }
      submit: { on: bank.submitTransfer, from: draft, to: submitted, by: owner }
      approve: { on: bank.approveTransfer, from: submitted, to: approved, by: clerk }
      execute: { on: bank.executeTransfer, from: approved, to: executed, by: owner, when: object.amount <= 5000 }
  voucher:
    transitions:
      create: { on: bank.createVoucher, by: clerk }
      redeem: { on: bank.redeemVoucher, by: customer, once: true }
operations:
  bank.getTransfer: { by: [owner, clerk] }
  bank.getAccount: { by: signed-in }
`

export const charter: Charter = linked(charterText)

export function linked(text: string): Charter {
  const parsed = parseCharter([{ file: 'charter.yaml', text }])
  assert.ok(parsed.charter !== undefined, JSON.stringify(parsed.diagnostics))
  const { charter: found, diagnostics } = linkCharter(parsed.charter, new Map())
  assert.ok(!hasErrors(diagnostics), JSON.stringify(diagnostics))
  return found
}

const origin = 'http://127.0.0.1:8080'
export const transferId = '6f9619ff-8b86-4d11-b42d-00c04fc964ff'
/** Planted: none of these may be in any report. */
export const planted: readonly string[] = [
  'token-alice',
  'token-bob',
  'token-dana',
  'hunter2-hunter2',
  'cookie-crumb-77',
  'session-tok-9',
]

interface Told {
  readonly body?: unknown
  readonly answer: unknown
  readonly status?: number
  readonly captures?: Sent['captures']
  readonly times?: number
}

export function sent(
  as: string,
  purpose: Sent['purpose'],
  [use, operation, call]: readonly [string, string, string],
  told: Told,
): Sent {
  const [method = '', path = ''] = call.split(' ')
  const { body, answer, status = 200, captures = [], times } = told
  return {
    use,
    operation: `bank.${operation}`,
    as,
    purpose,
    captures,
    ...(times === undefined ? {} : { times }),
    exchange: {
      request: {
        method,
        url: `${origin}${path}`,
        headers: {
          accept: 'application/json',
          authorization: `Bearer token-${as}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json', 'idempotency-key': `key-of-${as}-1` }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      },
      response: {
        status,
        headers: { 'content-type': 'application/json', 'set-cookie': 'sid=cookie-crumb-77; HttpOnly' },
        body: JSON.stringify(answer),
        json: answer,
        ms: 12,
      },
    },
  }
}

export const transfer = (status: string): object => ({
  id: transferId,
  ownerId: 'alice',
  status,
  amount: 4000,
  note: 'rent "March" & <b>more</b> $(id) `x`',
})
export const created = sent('alice', 'setup', ['transfer.create', 'createTransfer', 'POST /transfers'], {
  body: { amount: 4000, currency: 'EUR', note: 'rent "March" & <b>more</b> $(id) `x`', password: 'hunter2-hunter2' },
  answer: { ...transfer('draft'), access_token: 'session-tok-9' },
  status: 201,
  captures: [{ name: 'transfer-1', value: transferId, from: '$response.body#/id' }],
})
export const look = (status: string): Sent =>
  sent('dana', 'observe', ['bank.getTransfer', 'getTransfer', `GET /transfers/${transferId}`], {
    answer: transfer(status),
  })
export const account = (balance: number): Sent =>
  sent('dana', 'observe', ['bank.getAccount', 'getAccount', 'GET /accounts/7'], { answer: { id: '7', balance } })
