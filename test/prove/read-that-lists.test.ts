// The reading of an object that lists others as well shows the object: its own fields are protected in it, too.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Outcome } from '../../src/prove/finding.ts'
import { type Asked, proveSmall } from './small-api.ts'

const charter = `
lockstep: 1
name: claims
sources:
  - name: shop
    type: inline
    operations:
      file: { method: POST, path: /claims, body: { text: string }, response: { id: string, user_id: string } }
      getClaim: { method: GET, path: '/claims/{claimId}', response: { id: string, user_id: string, risk: string, notes: 'object[]' } }
      note: { method: POST, path: '/claims/{claimId}/notes', body: { text: string }, response: { id: string, claim_id: string } }
actors: { user: {}, clerk: {} }
objects:
  claim:
    owner: /user_id
    read: shop.getClaim
    fields: { risk: { seen-by: clerk } }
    transitions: { file: { on: shop.file, by: user } }
  note:
    parent: { object: claim, key: /claim_id }
    owner: parent
    list: shop.getClaim
    transitions: { add: { on: shop.note, by: user, refs: { claim: { object: claim, key: $request.path.claimId, by: owner } } } }
operations:
  shop.getClaim: { by: [owner, clerk], object: claim, lists: note, items: /notes }
`

type Row = Record<string, unknown> & { id: string }

function claims(isShown: boolean): (asked: Asked) => readonly [number, unknown?] {
  const rows = new Map<string, Row>()
  const put = (row: Omit<Row, 'id'>) => {
    const made = { ...row, id: `row-${rows.size}` }
    rows.set(made.id, made)
    return [201, made] as const
  }
  return ({ who, method, path: [, id], body }) => {
    if (who === undefined) return [401]
    const isClerk = who.startsWith('c')
    if (id === undefined) return isClerk ? [403] : put({ user_id: who, text: body['text'] })
    const claim = rows.get(id)
    if (claim === undefined || (!isClerk && claim['user_id'] !== who)) return [404]
    if (method === 'POST') return isClerk ? [403] : put({ claim_id: id, text: body['text'], risk: 'none' })
    const notes = [...rows.values()].filter((row) => row['claim_id'] === id)
    return [200, { ...claim, notes, ...(isClerk || isShown ? { risk: `high-${id}` } : {}) }]
  }
}

const prove = (isShown: boolean): Promise<Outcome> =>
  proveSmall({
    charter,
    people: { una: 'user', uma: 'user', cleo: 'clerk' },
    answer: claims(isShown),
    only: ['shop.getClaim'],
  })

describe('a reading that lists others', () => {
  test('shows what its reader may not see', async () => {
    const { findings } = await prove(true)
    assert.deepEqual(
      findings.map((each) => [each.class, each.constraint]),
      [['bopla-read', 'claim.risk.seen-by']],
    )
  })
  test('does not, whatever what it lists says', async () => {
    const { findings, cells } = await prove(false)
    assert.deepEqual(findings, [])
    assert.ok(cells.some(({ constraint }) => constraint === 'claim.risk.seen-by'))
  })
})
