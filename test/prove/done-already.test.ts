// A rule keeps out whoever stands in a list of an object already: the same person does again what put them there.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Outcome } from '../../src/prove/finding.ts'
import { type Asked, proveSmall } from './small-api.ts'

const charter = `
lockstep: 1
name: notices
sources:
  - name: shop
    type: inline
    operations:
      ask: { method: POST, path: /notices, body: { copies: integer }, response: { id: string, user: string, copies: integer, approvals: 'string[]', readers: 'string[]', status: string } }
      getNotice: { method: GET, path: '/notices/{noticeId}', response: { id: string, user: string, approvals: 'string[]', readers: 'string[]', status: string } }
      look: { method: POST, path: '/notices/{noticeId}/look' }
      approve: { method: POST, path: '/notices/{noticeId}/approve' }
      print: { method: POST, path: '/notices/{noticeId}/print' }
actors: { user: {}, clerk: {} }
objects:
  notice:
    owner: /user
    state: /status
    read: shop.getNotice
    states: [asked, looked, approved, printed]
    final: printed
    transitions:
      ask: { on: shop.ask, to: asked, by: user, when: request.copies > 0, example: { body: { copies: 30 } } }
      look: { on: shop.look, from: asked, to: looked, by: clerk }
      approve:
        on: shop.approve
        from: looked
        to: [looked, approved]
        by: clerk
        when: { rule: '!object.approvals.exists(a, a == principal.id)', says: the second approval is somebody else's }
      print:
        on: shop.print
        from: approved
        to: printed
        by: clerk
        when: { rule: 'object.readers.all(r, r != principal.id)', says: who looked does not print }
operations:
  shop.getNotice: { by: [owner, clerk] }
`

type Row = { id: string; user: string; copies: number; approvals: string[]; readers: string[]; status: string }
type Flaw = 'approved twice' | 'printed by whoever looked'

/** Notices that a clerk approves, of many copies two, and another one prints; who did what before may be forgotten. */
function notices(flaw: Flaw | undefined): (asked: Asked) => readonly [number, unknown?] {
  const rows = new Map<string, Row>()
  const after = { look: 'asked', approve: 'looked', print: 'approved' } as const
  return ({ who, method, path: [, id, verb], body }) => {
    if (who === undefined) return [401]
    const isClerk = who.startsWith('c')
    if (id === undefined) {
      const copies = Number(body['copies'])
      if (isClerk || !(copies > 0)) return [isClerk ? 403 : 422]
      const made: Row = { id: `row-${rows.size}`, user: who, copies, approvals: [], readers: [], status: 'asked' }
      rows.set(made.id, made)
      return [201, made]
    }
    const row = rows.get(id)
    if (row === undefined || (!isClerk && row.user !== who)) return [404]
    if (method === 'GET') return [200, row]
    if (!isClerk) return [403]
    if (row.status !== after[verb as keyof typeof after]) return [409]
    if (verb === 'look') return [200, Object.assign(row, { readers: [who], status: 'looked' })]
    if (verb === 'print' && row.readers.includes(who) && flaw !== 'printed by whoever looked') return [403]
    if (verb === 'print') return [200, Object.assign(row, { status: 'printed' })]
    if (row.approvals.includes(who) && flaw !== 'approved twice') return [409]
    row.approvals.push(who)
    if (row.approvals.length >= (row.copies > 100 ? 2 : 1)) row.status = 'approved'
    return [200, row]
  }
}

const prove = (flaw?: Flaw): Promise<Outcome> =>
  proveSmall({
    charter,
    people: { una: 'user', uma: 'user', cid: 'clerk', cleo: 'clerk', cora: 'clerk', cara: 'clerk' },
    answer: notices(flaw),
    only: ['shop.approve', 'shop.print'],
  })

describe('whoever did something already', () => {
  for (const [flaw, constraint] of [
    ['approved twice', 'notice.approve.when'],
    ['printed by whoever looked', 'notice.print.when'],
  ] as const)
    test(`does it again (${flaw})`, async () => {
      const { findings } = await prove(flaw)
      const found = findings.map((each) => `${each.class} ${each.constraint}`)
      assert.deepEqual(found, [`separation-of-duties ${constraint}`])
    })
  test('is refused', async () => {
    const { findings, cells } = await prove()
    const rules = cells.filter(({ constraint }) => constraint.endsWith('.when'))
    assert.deepEqual(findings, [])
    assert.deepEqual([...new Set(rules.map(({ constraint, verdict }) => `${constraint} ${verdict}`))].toSorted(), [
      'notice.approve.when held',
      'notice.print.when held',
    ])
  })
})
