// `tenant: creator` means the tenant of whoever made it, where the object itself shows neither.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Asked, proveSmall } from './small-api.ts'

const charter = `
lockstep: 1
name: runs
sources:
  - name: shop
    type: inline
    operations:
      begin: { method: POST, path: /runs, response: { id: string, status: string } }
      getRun: { method: GET, path: '/runs/{runId}', response: { id: string, status: string } }
      pay: { method: POST, path: '/runs/{runId}/pay' }
actors: { clerk: {}, payer: {} }
objects:
  run:
    tenant: creator
    read: shop.getRun
    state: /status
    states: [open, paid]
    transitions:
      begin: { on: shop.begin, to: open, by: clerk }
      pay: { on: shop.pay, from: open, to: paid, by: payer }
operations:
  shop.getRun: { by: [clerk, payer] }
`

const tenants: Readonly<Record<string, string>> = { nell: 'north', nora: 'north', sid: 'south', sue: 'south' }

for (const flawed of [false, true])
  test(`runs are paid within the tenant of who began them (${flawed ? 'flawed' : 'sound'})`, async () => {
    const runs = new Map<string, { id: string; tenant: string; status: string }>()
    const answer = ({ who = '', method, path: [, id = ''] }: Asked): readonly [number, unknown?] => {
      const tenant = tenants[who]
      if (tenant === undefined) return [401]
      const run = runs.get(id)
      const isClerk = who === 'nell' || who === 'sid'
      if (id === '' && !isClerk) return [403]
      if (id === '') {
        const made = { id: `run-${runs.size + 1}`, tenant, status: 'open' }
        runs.set(made.id, made)
        return [201, { id: made.id, status: made.status }]
      }
      if (run === undefined || (run.tenant !== tenant && !(flawed && method === 'POST'))) return [404]
      if (method === 'POST') {
        if (isClerk) return [403]
        if (run.status !== 'open') return [409]
        run.status = 'paid'
      }
      return [200, { id, status: run.status }]
    }
    const { findings, cells } = await proveSmall({
      charter,
      people: { nell: 'clerk', nora: 'payer', sid: 'clerk', sue: 'payer' },
      principals: { nell: ', tenant: north', nora: ', tenant: north', sid: ', tenant: south', sue: ', tenant: south' },
      answer,
    })
    assert.deepEqual(
      findings.map((each) => `${each.class} ${each.constraint}`),
      flawed ? ['cross-tenant run.pay.by'] : [],
    )
    const paying = cells.filter(({ constraint }) => constraint === 'run.pay.by')
    assert.ok(paying.some(({ verdict }) => verdict === (flawed ? 'proven' : 'held')))
  })
