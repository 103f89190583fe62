import assert from 'node:assert/strict'
import type { Charter } from '../../src/charter/charter.ts'
import { linkCharter } from '../../src/charter/link.ts'
import { parseCharter } from '../../src/charter/parse.ts'

/** A charter with a demand of nearly every kind. */
export const text = `
lockstep: 1
name: till
sources:
  - name: api
    type: inline
    operations:
      open: { method: POST, path: /orders, body: { amount: money, shop: string }, response: { id: string } }
      get: { method: GET, path: "/orders/{id}" }
      pay: { method: POST, path: "/orders/{id}/pay", body: { amount: money } }
      refund: { method: POST, path: "/orders/{id}/refund", body: { amount: money } }
      ping: { method: POST, path: /ping }
actors: { user: {}, boss: {}, clerk: { when: "'clerk' in claims.jobs" } }
objects:
  order:
    owner: /owner
    tenant: /tenant
    state: /state
    read: api.get
    states: [open, paid, refunded]
    fields:
      margin: { seen-by: [boss], set-by: nobody }
    transitions:
      open: { on: api.open, to: open, by: user, when: request.amount > 0 }
      pay: { on: api.pay, from: open, to: paid, by: owner, when: request.amount == object.amount }
      refund:
        on: api.refund
        from: [paid]
        to: refunded
        by: [owner, boss]
        when: request.amount <= 100
        limit: { sum: request.amount, at-most: 500, per: principal, within: 24h }
        approval: large
      view: { on: api.get, by: owner }
operations:
  api.ping: { by: user }
approvals:
  large: { needed-when: request.amount > 50, by: boss, not: requester, quorum: 2 }
rules:
  - { rate: api.ping, at-most: 5 per 1m, per: principal }
`

export function charterOf(written: string): Charter {
  const { charter: parsed, diagnostics } = parseCharter([{ file: 'till.yaml', text: written }])
  assert.ok(parsed, JSON.stringify(diagnostics))
  const linked = linkCharter(parsed, new Map())
  const errors = linked.diagnostics.filter((each) => each.severity === 'error')
  assert.deepEqual(errors, [])
  return linked.charter
}
