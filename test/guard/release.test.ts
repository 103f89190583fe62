// What may be seen of listed objects depends on each of them.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { Principal } from '../../src/charter/charter.ts'
import { noFacts } from '../../src/constraint/facts.ts'
import { decide } from '../../src/decide/decide.ts'
import { carryOut } from '../../src/guard/release.ts'
import { charterFrom } from '../decide/charters.ts'

test('a field is left in listed objects that are in a state in which it may be seen', () => {
  const charter = charterFrom(readFileSync(new URL('../../cases/charters/exams.yaml', import.meta.url), 'utf8'))
  const principal = { id: 'sam', roles: ['student'] }
  const call = { operation: 'exams.listExams', principal, request: {}, at: 0 }
  const exam = (id: string, status: string) => ({ id, studentId: 'sam', status, grade: 2 })
  const { obligations } = decide(charter, noFacts, call)
  const shown = carryOut({ charter, call, objects: {} }, obligations, {
    items: [
      exam('e1', 'graded'),
      exam('e2', 'published'),
      { id: 'e3', studentId: 'sue', status: 'published', grade: 1 },
    ],
  })
  const { grade: _, ...hidden } = exam('e1', 'graded')
  assert.deepEqual(shown, { body: { items: [hidden, exam('e2', 'published')] } })
})

test('where the charter names who sees an object in lists, being allowed to list shows nobody another one', () => {
  const charter = charterFrom(`
lockstep: 1
name: bills
sources: [{ name: api, type: inline, operations: { list: { method: GET, path: /bills, response: { bills: array } } } }]
actors: { clerk: {} }
objects:
  bill: { owner: /ownerId, tenant: /shop, list: api.list, seen-by: [owner, clerk] }
operations:
  api.list: { by: signed-in, lists: bill, items: /bills }
`)
  const bills = [
    { id: '1', ownerId: 'ann', shop: 'north' },
    { id: '2', ownerId: 'bob', shop: 'north' },
    { id: '3', ownerId: 'bob', shop: 'south' },
    { id: '4', shop: 'north' },
  ]
  const shownTo = (principal: Principal): unknown => {
    const call = { operation: 'api.list', principal, request: {}, at: 0 }
    const { obligations } = decide(charter, noFacts, call)
    const shown = carryOut({ charter, call, objects: {} }, obligations, { bills })
    assert.ok('body' in shown)
    return (shown.body as { bills: { id: string }[] }).bills.map(({ id }) => id)
  }
  assert.deepEqual(shownTo({ id: 'ann' }), ['1'])
  assert.deepEqual(shownTo({ id: 'bob', tenant: 'north' }), ['2', '3'])
  assert.deepEqual(shownTo({ id: 'cleo', tenant: 'north', roles: ['clerk'] }), ['1', '2', '4'])
})
