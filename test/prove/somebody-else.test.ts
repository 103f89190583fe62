// Who gets something is changed to somebody who is there: an API that looks people up would refuse anybody made up.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Outcome } from '../../src/prove/finding.ts'
import { type Asked, proveSmall } from './small-api.ts'

const charter = `
lockstep: 1
name: errands
sources:
  - name: shop
    type: inline
    operations:
      post: { method: POST, path: /errands, body: { title: string }, response: { id: string, asker_id: string, runner_id: string, status: string } }
      getErrand: { method: GET, path: '/errands/{errandId}', response: { id: string, asker_id: string, runner_id: string, paid_to: string, status: string, title: string } }
      take: { method: POST, path: '/errands/{errandId}/take' }
      edit: { method: PATCH, path: '/errands/{errandId}', body: { title: string } }
      pay: { method: POST, path: '/errands/{errandId}/pay', body: { payee_id?: string } }
actors: { asker: {}, runner: {} }
objects:
  errand:
    owner: /asker_id
    parties: { runner: /runner_id }
    state: /status
    read: shop.getErrand
    states: [open, taken, paid]
    final: paid
    fields:
      runner_id: { set-by: nobody }
    transitions:
      post: { on: shop.post, to: open, by: asker }
      take: { on: shop.take, from: open, to: taken, by: runner }
      edit: { on: shop.edit, from: taken, by: owner }
      pay:
        on: shop.pay
        from: taken
        to: paid
        by: owner
        when: { name: payee, rule: '!has(request.payee_id) || request.payee_id == object.runner_id', says: who ran is paid }
operations:
  shop.getErrand: { by: [asker, runner] }
`

type Flaw = 'payee' | 'runner'
type Row = Record<string, unknown> & { id: string }

const people = { ann: 'asker', abe: 'asker', rob: 'runner', ray: 'runner' }

/** Errands, of which the runner and the payee must be runners that are there. */
function openErrands(flaw: Flaw | undefined): (asked: Asked) => readonly [number, unknown?] {
  const rows = new Map<string, Row>()
  const isRunner = (id: unknown) => id === 'rob' || id === 'ray'
  const edit = (row: Row, { title, runner_id: runner }: Asked['body']): readonly [number, unknown?] => {
    if (row['status'] !== 'taken') return [409]
    if (typeof title === 'string') row['title'] = title
    if (flaw !== 'runner' || runner === undefined) return [200, row]
    if (!isRunner(runner)) return [404, { error: 'no such runner' }]
    row['runner_id'] = runner
    return [200, row]
  }
  const pay = (row: Row, payee: unknown = row['runner_id']): readonly [number, unknown?] => {
    if (row['status'] !== 'taken') return [409]
    if (!isRunner(payee)) return [404, { error: 'no such runner' }]
    if (payee !== row['runner_id'] && flaw !== 'payee') return [422, { error: 'not the runner' }]
    Object.assign(row, { paid_to: payee, status: 'paid' })
    return [200, row]
  }
  return ({ who, method, path: [, id, verb], body }) => {
    if (who === undefined) return [401]
    if (id === undefined) {
      if (isRunner(who)) return [403]
      const row = { id: `e-${rows.size}`, asker_id: who, runner_id: '', paid_to: '', status: 'open', title: 'errand' }
      rows.set(row.id, row)
      return [201, row]
    }
    const row = rows.get(id)
    if (row === undefined) return [404]
    if (method === 'GET') return [200, row]
    if (verb === 'take') {
      if (!isRunner(who)) return [403]
      if (row['status'] !== 'open') return [409]
      Object.assign(row, { runner_id: who, status: 'taken' })
      return [200, row]
    }
    if (row['asker_id'] !== who) return [403]
    return method === 'PATCH' ? edit(row, body) : pay(row, body['payee_id'])
  }
}

const prove = (flaw: Flaw | undefined): Promise<Outcome> =>
  proveSmall({ charter, people, answer: openErrands(flaw), only: ['shop.pay', 'shop.edit'] })

describe('somebody else in the place of somebody', () => {
  const cases = [
    { flaw: 'payee', constraint: 'errand.pay.when.payee' },
    { flaw: 'runner', constraint: 'errand.runner_id.set-by' },
  ] as const
  for (const { flaw, constraint } of cases)
    test(`${constraint} is proven with a runner who is there`, async () => {
      const [finding, ...others] = (await prove(flaw)).findings
      assert.deepEqual([finding?.constraint, others], [constraint, []])
    })
  test('nothing is found where both are looked at', async () => {
    assert.deepEqual((await prove(undefined)).findings, [])
  })
})
