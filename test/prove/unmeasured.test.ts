// A rule that measures by what something has become cannot be met while it is not that yet: the state is tried all the same.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Outcome } from '../../src/prove/finding.ts'
import { type Asked, proveSmall } from './small-api.ts'

const charter = `
lockstep: 1
name: bills
sources:
  - name: shop
    type: inline
    operations:
      open: { method: POST, path: /jobs, body: { title: string }, response: { id: string, worker_id: string, worth: integer, status: string } }
      getJob: { method: GET, path: '/jobs/{jobId}', response: { id: string, worker_id: string, worth: integer, status: string } }
      finish: { method: POST, path: '/jobs/{jobId}/finish' }
      bill: { method: POST, path: /bills, body: { job_id: string, amount: integer }, response: { id: string, job_id: string, amount: integer } }
      getBill: { method: GET, path: '/bills/{billId}', response: { id: string, job_id: string, amount: integer } }
actors: { worker: {} }
objects:
  job:
    owner: /worker_id
    state: /status
    read: shop.getJob
    states: [open, done]
    final: done
    transitions:
      open: { on: shop.open, to: open, by: worker }
      finish: { on: shop.finish, from: open, to: done, by: owner }
  bill:
    parent: { object: job, key: /job_id }
    owner: parent
    read: shop.getBill
    transitions:
      make:
        on: shop.bill
        by: worker
        refs: { job: { object: job, key: $request.body#/job_id, by: owner, in: done } }
        when: { rule: request.amount > 0 && request.amount <= job.worth - 1, says: no more is billed than it is worth }
operations:
  shop.getJob: { by: owner }
  shop.getBill: { by: owner }
`

type Row = Record<string, unknown> & { id: string }

/** Jobs that are worth something once they are done; whether they are may be forgotten where they are billed. */
function bills(isForgotten: boolean): (asked: Asked) => readonly [number, unknown?] {
  const rows = new Map<string, Row>()
  const put = (row: Omit<Row, 'id'>) => {
    const made = { ...row, id: `row-${rows.size}` }
    rows.set(made.id, made)
    return [201, made] as const
  }
  return ({ who, method, path: [kind, id], body }) => {
    if (who === undefined) return [401]
    if (id === undefined && kind === 'jobs') return put({ worker_id: who, worth: null, status: 'open' })
    const job = rows.get(String(id === undefined ? body['job_id'] : (rows.get(id)?.['job_id'] ?? id)))
    if (job?.['worker_id'] !== who) return [404]
    if (id !== undefined && method === 'GET') return [200, rows.get(id)]
    if (id !== undefined)
      return job['status'] === 'open' ? [200, Object.assign(job, { status: 'done', worth: 50 })] : [409]
    if (job['status'] !== 'done' && !isForgotten) return [409]
    const amount = Number(body['amount'])
    return amount > 0 && (job['worth'] === null || amount < Number(job['worth'])) ? put(body) : [422]
  }
}

const prove = (isForgotten: boolean): Promise<Outcome> =>
  proveSmall({ charter, people: { wim: 'worker', wes: 'worker' }, answer: bills(isForgotten), only: ['shop.bill'] })

describe('what is measured by what is not there yet', () => {
  test('is found where the state is not looked at', async () => {
    const { findings } = await prove(true)
    assert.deepEqual(
      findings.map((each) => each.constraint),
      ['bill.make.job.in'],
    )
  })
  test('is held where it is', async () => {
    const { findings, cells } = await prove(false)
    assert.deepEqual(findings, [])
    assert.ok(cells.some(({ tactic, verdict }) => tactic === 'from-state.open.job' && verdict === 'held'))
  })
})
