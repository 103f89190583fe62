// A rule over what the caller is, as found by who calls: somebody tries it of whom it is false, with things of their own.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Outcome } from '../../src/prove/finding.ts'
import { type Asked, proveSmall } from './small-api.ts'

const charter = `
lockstep: 1
name: wallets
sources:
  - name: shop
    type: inline
    operations:
      getMe: { method: GET, path: /me, response: { id: string, tax: string, balance: integer } }
      addBank: { method: POST, path: /banks, response: { id: string, holder_id: string, status: string } }
      getBank: { method: GET, path: '/banks/{id}', response: { id: string, holder_id: string, status: string } }
      checkBank: { method: POST, path: '/banks/{id}/check' }
      draw: { method: POST, path: /draws, body: { amount: integer, into: string }, response: { id: string, holder_id: string, amount: integer } }
      getDraw: { method: GET, path: '/draws/{id}', response: { id: string, holder_id: string, amount: integer } }
actors: { user: {}, clerk: {} }
objects:
  me:
    owner: /id
    read: shop.getMe
    transitions:
      draw:
        on: shop.draw
        by: { actor: user, party: owner }
        key: $principal.id
        when:
          - { name: tax, rule: object.tax == 'known', says: only with a tax number }
          - { name: enough, rule: request.amount > 0 && request.amount <= object.balance }
        example: { body: { amount: 10 } }
  bank:
    owner: /holder_id
    state: /status
    read: shop.getBank
    states: [new, checked]
    final: checked
    transitions:
      add: { on: shop.addBank, to: new, by: user }
      check: { on: shop.checkBank, from: new, to: checked, by: clerk }
  draw:
    owner: /holder_id
    read: shop.getDraw
    transitions:
      make: { on: shop.draw, by: user, refs: { bank: { object: bank, key: $request.body#/into, by: owner, in: checked } } }
operations:
  shop.getMe: { by: user, object: me, key: $principal.id }
  shop.getBank: { by: [owner, clerk] }
  shop.getDraw: { by: [owner, clerk] }
`

type Row = Record<string, unknown> & { id: string }

/** Balances, of which only those whose tax number is known may draw, into a bank account of theirs that was checked. */
function openWallets(isForgotten: boolean): (asked: Asked) => readonly [number, unknown?] {
  const rows = new Map<string, Row>()
  for (const [id, tax] of [
    ['una', 'known'],
    ['uma', 'asked'],
  ] as const)
    rows.set(id, { id, tax, balance: 1000 })
  const make = (row: Omit<Row, 'id'>) => {
    const made = { ...row, id: `r-${rows.size}` }
    rows.set(made.id, made)
    return [201, made] as const
  }
  const draw = (me: Row, { amount, into }: Asked['body']): readonly [number, unknown?] => {
    const bank = rows.get(String(into))
    if (bank === undefined || bank['holder_id'] !== me.id || bank['status'] !== 'checked')
      return [422, { error: 'bank' }]
    if (me['tax'] !== 'known' && !isForgotten) return [409, { error: 'tax' }]
    if (!(Number(amount) > 0) || Number(amount) > Number(me['balance'])) return [422, { error: 'amount' }]
    me['balance'] = Number(me['balance']) - Number(amount)
    return make({ holder_id: me.id, amount })
  }
  return ({ who, method, path: [kind, id, verb], body }) => {
    if (who === undefined) return [401]
    const me = rows.get(who)
    if (kind === 'me') return me === undefined ? [404] : [200, me]
    if (id === undefined) {
      if (me === undefined) return [403]
      return kind === 'banks' ? make({ holder_id: who, status: 'new' }) : draw(me, body)
    }
    const row = rows.get(id)
    if (row === undefined || (me !== undefined && row['holder_id'] !== who)) return [404]
    if (method === 'GET') return [200, row]
    if (me !== undefined || verb !== 'check') return [403]
    if (row['status'] !== 'new') return [409]
    row['status'] = 'checked'
    return [200, row]
  }
}

const prove = (isForgotten: boolean): Promise<Outcome> =>
  proveSmall({
    charter,
    people: { una: 'user', uma: 'user', cleo: 'clerk' },
    answer: openWallets(isForgotten),
    only: ['shop.draw'],
  })

describe('rules over what is found by who calls', () => {
  test('are broken by somebody of whom they are false, with what the other move of the call needs', async () => {
    const [broken, sound] = [await prove(true), await prove(false)]
    const [finding, ...others] = broken.findings
    assert.deepEqual([finding?.constraint, others], ['me.draw.when.tax', []])
    assert.deepEqual(sound.findings, [])
    const cell = sound.cells.find(({ tactic }) => tactic === 'object-facts')
    assert.deepEqual([cell?.verdict, cell?.why], ['held', '409 tax'])
  })
})
