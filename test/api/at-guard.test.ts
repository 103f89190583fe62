// What the guard makes of the calls a finding is about, and which lines make it refuse them.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { enforcing, excerptAt, standingAt } from '../../src/api/area/findings/at-guard.ts'
import { analyse } from '../charter/fixture.ts'

const charterOf = (workflows: string): string => `
lockstep: 1
name: shop
sources:
  - name: shop
    type: inline
    operations:
      pay: { method: POST, path: /pay, body: { amount: 1 } }
actors: { customer: {} }
operations:
  shop.pay:
    by: customer
    when:
      - name: positive
        rule: request.amount > 0
        says: an amount is above zero
workflows:${workflows}
`
const about = { operation: 'shop.pay', use: 'shop.pay', constraint: 'shop.pay.when.positive' }

function at(workflows: string) {
  const text = charterOf(workflows)
  const { charter, diagnostics } = analyse(text)
  assert.ok(charter, JSON.stringify(diagnostics))
  const [file = ''] = [...charter.workflows.values()].map(({ position }) => position.file)
  return { charter, files: { main: file, texts: new Map([[file, text]]) } }
}

test('what an enforced workflow demands is refused, with the lines that say so; nothing is to change', () => {
  const { charter, files } = at('\n  paying: { operations: [shop.pay] }')
  assert.equal(standingAt(charter, about), 'refuses')
  assert.deepEqual(enforcing(charter, about, files), [])
  const excerpt = excerptAt(charter, about, files)
  assert.match(excerpt?.text ?? '', /rule: request\.amount > 0\n *says: an amount is above zero$/)
})

test('what is only observed is refused once its mode is changed, wherever in the line that stands', () => {
  const { charter, files } = at(`
  paying:
    operations: [shop.pay]
    mode: 'observe' # for now
  more: { mode: observe, operations: [shop.pay] }`)
  assert.equal(standingAt(charter, about), 'observes')
  assert.deepEqual(
    enforcing(charter, about, files).map(({ before, after }) => [before, after]),
    [
      [`    mode: 'observe' # for now`, '    mode: enforce # for now'],
      ['  more: { mode: observe, operations: [shop.pay] }', '  more: { mode: enforce, operations: [shop.pay] }'],
    ],
  )
})

test('one workflow that enforces is enough', () => {
  const { charter } = at('\n  paying: { operations: [shop.pay] }\n  more: { mode: observe, operations: [shop.pay] }')
  assert.equal(standingAt(charter, about), 'refuses')
})

test('what the charter does not demand any more is let through', () => {
  const { charter, files } = at('\n  paying: { operations: [shop.pay] }')
  const gone = { ...about, constraint: 'shop.pay.when.currency' }
  assert.equal(standingAt(charter, gone), 'lets-through')
  assert.equal(excerptAt(charter, gone, files), undefined)
})
