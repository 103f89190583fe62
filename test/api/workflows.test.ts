// Workflows over the console's API: drawn as `explain` draws them, with what runs really did, and tried.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { printWorkflowSvg } from '../../src/explain/svg-workflow.ts'
import { workflowsOf } from '../../src/explain/workflow.ts'
import { type DeskConsole, showDesk } from '../console/desk.ts'
import { type SignedIn, signedIn } from './signed-in.ts'

let desk: DeskConsole
let read: SignedIn['read']
before(async () => {
  desk = await showDesk(['viewer'])
  ;({ read } = await signedIn(await desk.link()))
})
after(() => desk?.close())

test('the browser draws the steps and lines of `lockstep explain`', async () => {
  const { workflows } = await read('/api/workflows')
  assert.deepEqual(
    workflows.map(({ name }: { name: string }) => name),
    ['support', 'upkeep'],
  )
  const { picture, says, uses, rules } = await read('/api/workflows/support')
  const [drawn] = workflowsOf(desk.serving.core.guard.charter())
  assert.ok(drawn)
  const svg = printWorkflowSvg(drawn)
  for (const { path, head } of picture.orders) assert.ok(svg.includes(`d="${path}"`) && svg.includes(`d="${head}"`))
  for (const { operation, lines } of picture.steps)
    assert.ok(svg.includes(operation) && lines.every(({ text }: { text: string }) => svg.includes(text)))
  assert.ok(says.some((each: { says: string }) => each.says === 'At most 25 calls per run.'))
  assert.ok(uses.some(({ operation }: { operation: string }) => operation === 'desk.issue_refund'))
  assert.deepEqual(
    rules.map(({ constraint }: { constraint: string }) => constraint),
    ['rules.look-first', 'rules.verify-first'],
  )
  await assert.rejects(read('/api/workflows/nothing'), /404/)
})

test('calls count at their steps, their order and what it refused at its line, and what is no step beside them', async () => {
  await desk.askRefund(120)
  const run = { id: 'run-hasty', workflow: 'support', agent: 'desk-bot', purpose: 'give 5.00 of o-9001 back for t-1' }
  const hasty = { ticket_id: 't-1', order_id: 'o-9001', amount: 5, account: 'DE89370400440532013000' }
  assert.equal((await desk.call(run, 'issue_refund', hasty)).kind, 'refused', 'nobody looked at the order')
  const { steps, orders, outside } = await read('/api/workflows/support/traffic?span=1h', (found) => {
    const refund = found.steps.find(({ operation }: { operation: string }) => operation === 'desk.issue_refund')
    return refund?.refused === 1
  })
  assert.deepEqual(
    [...steps].sort((one, other) => one.operation.localeCompare(other.operation)),
    [
      { operation: 'desk.get_order', allowed: 1, refused: 0, asked: 0 },
      { operation: 'desk.issue_refund', allowed: 0, refused: 1, asked: 1 },
    ],
  )
  assert.deepEqual(
    orders.filter(({ followed, refused }: { followed: number; refused: number }) => followed + refused > 0),
    [{ from: 'desk.get_order', to: 'desk.issue_refund', followed: 0, refused: 1 }],
  )
  assert.deepEqual(outside, [])
})

test('a step that comes after another in one run counts on their line; another run does not', async () => {
  const run = (id: string) => ({ id, workflow: 'support', agent: 'desk-bot', purpose: 'close t-1' })
  const ticket = { ticket_id: 't-1' }
  assert.equal((await desk.call(run('run-1'), 'list_tickets', {})).kind, 'answered')
  assert.equal((await desk.call(run('run-1'), 'get_ticket', ticket)).kind, 'answered')
  assert.equal((await desk.call(run('run-2'), 'get_ticket', ticket)).kind, 'answered', 'its user said which')
  const { orders } = await read('/api/workflows/support/traffic?span=1h', ({ looked }) => looked === 6)
  assert.deepEqual(
    orders.filter(({ followed }: { followed: number }) => followed > 0),
    [{ from: 'desk.list_tickets', to: 'desk.get_ticket', followed: 1, refused: 0 }],
  )
})

test('what a run tried that is no part of its workflow stands below the drawing', async () => {
  const run = { id: 'run-3', workflow: 'support', agent: 'desk-bot', purpose: 'tidy up' }
  assert.equal((await desk.call(run, 'list_tickets', {})).kind, 'answered')
  assert.equal((await desk.call(run, 'purge_tickets', {})).kind, 'refused')
  const { picture } = await read('/api/workflows/support')
  const { outside } = await read('/api/workflows/support/traffic', (found) => found.outside.length === 1)
  const [{ operation, refused, y, height }] = outside
  assert.deepEqual([operation, refused], ['desk.purge_tickets', 1])
  assert.ok(y - height / 2 >= picture.height, 'it covers nothing')
})
