// An MCP server is proven like an API: its tools are operations, in the present revision of the protocol and in those with sessions.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Outcome } from '../../src/prove/finding.ts'
import { type Flaw, proveDesk } from './tool-desk.ts'

const found = ({ findings }: Outcome): string[] =>
  findings.map(({ class: name, operation }) => `${name} ${operation}`).sort()

for (const era of ['plain', 'greeted'] as const) {
  test(`a sound server, ${era}`, async () => {
    const outcome = await proveDesk(era, undefined)
    assert.deepEqual(found(outcome), [])
    const held = outcome.cells.filter(({ verdict }) => verdict === 'held').map(({ constraint }) => constraint)
    for (const id of ['order.refund.from', 'order.pay.by', 'order.refund.delegation', 'order.pay.delegation'])
      assert.ok(
        held.includes(id),
        `${id}: ${JSON.stringify(outcome.cells.filter(({ constraint }) => constraint === id))}`,
      )
  })
}

const flaws: readonly (readonly [Exclude<Flaw, undefined>, readonly string[]])[] = [
  ['state', ['step-skipped shop.refund_order']],
  ['order', ['step-skipped shop.refund_order']],
  ['owner', ['bola-write shop.pay_order']],
  ['agent-outside', ['tool-outside-workflow shop.get_order']],
  ['agent-of-other', ['delegation-exceeded shop.pay_order']],
]
for (const [flaw, wanted] of flaws) {
  test(`a server that does not check ${flaw}`, async () => {
    const all = found(await proveDesk('plain', flaw))
    for (const each of wanted) assert.ok(all.includes(each), `${each} is not among ${all.join(', ')}`)
  })
}

test('tools called in a forbidden order are a finding of that rule', async () => {
  const { findings } = await proveDesk('plain', 'order')
  assert.deepEqual(
    findings.map(({ constraint, operation }) => `${constraint} ${operation}`),
    ['rules.1 shop.refund_order'],
  )
})
