// What a call names by a key must be there: the guard looks once, and where nobody can look it does not.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { createGuard } from '../../src/guard/guard.ts'
import { openSqliteStore } from '../../src/store/sqlite/open.ts'
import { charterFrom } from '../decide/charters.ts'
import { answered, Lines } from './wallet.ts'

const charter = charterFrom(readFileSync('cases/charters/guests.yaml', 'utf8'))
const principal = { id: 'ann', roles: ['clerk'], tenant: 'h1' }
const there = { id: 's-1', house: 'h1', blocked: false, status: 'ok' }

const cases: readonly (readonly [
  name: string,
  operation: string,
  body: object,
  what: string,
  looks: readonly string[],
])[] = [
  ['one that is there', 'desk.order', { supplierId: 's-1', amount: 5 }, 'ok', ['s-1']],
  ['one that is not', 'desk.order', { supplierId: 's-9', amount: 5 }, 'denied', ['s-9']],
  ['one of which nobody can tell', 'desk.order', { supplierId: 'lost', amount: 5 }, 'denied', ['lost']],
  ['one whose name is written otherwise', 'desk.order', { supplierId: 'S-1', amount: 5 }, 'denied', ['S-1']],
  ['none', 'desk.order', { amount: 5 }, 'denied', []],
  ['a list of one', 'desk.order', { supplierId: ['s-1'], amount: 5 }, 'denied', []],
  ['none where none has to be', 'desk.remind', {}, 'ok', []],
  ['a list where none has to be', 'desk.remind', { supplierId: ['s-9'] }, 'denied', []],
  ['one that a rule reads, too', 'desk.pay', { supplierId: 's-1', amount: 50 }, 'ok', ['s-1']],
  ['one whose tenant is asked for, too', 'desk.rate', { supplierId: 's-1', by: 'ann' }, 'ok', ['s-1']],
  ['one at which nobody can look', 'desk.enlist', { artistId: 'a-9' }, 'ok', []],
]
for (const [name, operation, body, what, looks] of cases)
  test(name, async () => {
    const seen: string[] = []
    const guard = await createGuard(charter, {
      version: '1',
      store: openSqliteStore(':memory:'),
      journal: new Lines(),
      truth: {
        read: async ({ key }) => {
          seen.push(key)
          return key.toLowerCase() === 's-1' ? there : key === 'lost' ? undefined : null
        },
      },
    })
    const result = await guard.call({ operation, principal, request: { body } }, async () => answered(200, {}))
    assert.equal(result.kind === 'refused' ? result.refusal.code : 'ok', what)
    assert.deepEqual([...new Set(seen)], looks)
  })
