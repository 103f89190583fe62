// Sentences leave nothing out, pictures overlap nothing.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { loadCharter } from '../../src/charter/load.ts'
import { explainCharter } from '../../src/explain/explanation.ts'
import { layOut } from '../../src/explain/layout.ts'
import { layOutWorkflow } from '../../src/explain/layout-workflow.ts'
import { type Arrow, type Lifecycle, lifecyclesOf, start } from '../../src/explain/lifecycle.ts'
import { printMermaid, printWorkflowMermaid } from '../../src/explain/mermaid.ts'
import type { Box } from '../../src/explain/place.ts'
import { printSvg } from '../../src/explain/svg.ts'
import { printWorkflowSvg } from '../../src/explain/svg-workflow.ts'
import { drawLifecycle, drawWorkflow, printExplanation } from '../../src/explain/text.ts'
import { type DrawnWorkflow, workflowsOf } from '../../src/explain/workflow.ts'
import { wrapName, wrapText } from '../../src/explain/wrap.ts'
import { analyse, fixture } from '../charter/fixture.ts'

const { charter } = analyse(fixture('shop.yaml'))
assert.ok(charter)
const explanation = explainCharter(charter)
const lifecycles = lifecyclesOf(charter)
const drawings = { lifecycles, workflows: workflowsOf(charter) }

test('every constraint of every use is told', () => {
  const told = new Set<string>(
    explanation.sections
      .flatMap(({ fields, uses }) => [...fields, ...uses.flatMap((use) => use.rules)])
      .map((each) => each.constraint),
  )
  const uses = [...charter.operations.values()].flatMap((operation) => operation.uses)
  const left = uses.flatMap((use) => use.constraints).filter((each) => !told.has(each.id))
  // The first `by` and `from` are a part of the sentence that begins the use.
  assert.deepEqual([...new Set(left.map((each) => each.kind))].toSorted(), ['by', 'from'])
})

test('the owner’s words are kept', () => {
  assert.match(printExplanation(explanation, drawings), /- an order is paid in euro/)
})

test('no line is wider than 80 columns', () => {
  const wide = printExplanation(explanation, drawings)
    .split('\n')
    .filter((line) => [...line].length > 80)
  assert.deepEqual(wide, [])
})

test('the lifecycle as lines', () => {
  assert.equal(
    lifecycles.map((each) => drawLifecycle(each)).join('\n'),
    `    ●         ─── create ──▶ placed     a customer
    placed    ─┬─ pay ─────▶ paid       the owner
               └─ cancel ──▶ cancelled  the owner or a clerk
    paid      ─┬─ ship ────▶ shipped    a clerk
               ├─ refund ──▶ refunded   a clerk
               └─ cancel ──▶ cancelled  the owner or a clerk
    shipped   ─── refund ──▶ refunded   a clerk
    refunded  ── stays
    cancelled ── stays`,
  )
})

test('Mermaid: names that are no identifiers get one', () => {
  const arrow: Arrow = { from: 'in-review', to: 'end', name: 'a:b;c', who: 'x', marks: [], uses: [] }
  const text = printMermaid({ object: 'o', states: ['in-review', 'end'], final: ['end'], arrows: [arrow] })
  assert.match(text, /state "in-review" as s0_in_review/)
  assert.match(text, /s0_in_review --> s1_end: a#colon;b,c \(x\)/)
})

const name = fc.stringMatching(/^[a-z]{1,14}$/)
const graph = fc.uniqueArray(name, { minLength: 1, maxLength: 9 }).chain((states) => {
  const state = fc.constantFrom(...states)
  const arrow = fc.record({
    from: fc.constantFrom(start, ...states),
    to: state,
    name,
    who: fc.constantFrom('a clerk', 'the owner or a manager'),
    marks: fc.constantFrom<Arrow['marks']>([], [{ kind: 'approval', text: 'needs a-large-refund' }]),
    uses: fc.constant([]),
  })
  return fc.record({
    object: name,
    states: fc.constant(states),
    final: fc.subarray(states),
    arrows: fc.array(arrow, { maxLength: 14 }),
  })
})

test('a workflow has its steps in the orders of rules, lifecycles and arguments, and the rest in any', async () => {
  const { charter: desk } = await loadCharter('examples/agents-support-desk/charter.yaml')
  assert.ok(desk)
  const [support] = workflowsOf(desk)
  assert.ok(support)
  assert.deepEqual(
    support.orders.filter(({ kind }) => kind !== 'value').map(({ from, to, kind, text }) => [from, to, kind, text]),
    [
      ['desk.get_order', 'desk.issue_refund', 'before', 'must come first'],
      ['desk.verify_customer', 'desk.change_account', 'before', 'must come first'],
      ['desk.reply_ticket', 'desk.close_ticket', 'state', 'ticket answered'],
      ['desk.propose_credit', 'desk.grant_credit', 'state', 'credit proposed'],
    ],
  )
  const refund = support.steps.find(({ operation }) => operation === 'desk.issue_refund')
  assert.deepEqual(
    [refund?.does, refund?.who, refund?.marks.map(({ text }) => text)],
    [
      ['order paid → paid or refunded', 'takes ticket_id, order_id, account and amount'],
      'a clerk',
      ['at most object.total', 'needs large-refund', 'needs confirm'],
    ],
  )
  const lines = drawWorkflow(support).map((line) => line.replaceAll(/\s+/g, ' ').trim())
  assert.ok(lines.includes('desk.verify_customer ─── must come first ──▶ desk.change_account'))
  assert.equal(lines.at(-1), 'in any order: desk.save_note, desk.read_notes, desk.send_email')
  assert.match(printWorkflowMermaid(support), /s5 == "must come first" ==> s6/)
  assert.deepEqual(overlapping(stepBoxes(support)), [])
})

function stepBoxes(workflow: DrawnWorkflow): [string, Box][] {
  const { steps, orders } = layOutWorkflow(workflow)
  return [
    ...steps.map((step): [string, Box] => [step.step.operation, step]),
    ...orders.map(({ label, orders: [first] }): [string, Box] => [`label of ${first?.from} to ${first?.to}`, label]),
  ]
}

test('rules of each kind are lines of their own; what is said of a workflow says all of it', () => {
  const { charter: many } = analyse(manyRules)
  assert.ok(many)
  const [first, second] = workflowsOf(many)
  assert.deepEqual(
    first?.orders.map(({ from, to, kind, text }) => [from, to, kind, text]),
    [
      ['a.one', 'a.two', 'after', 'must be followed'],
      ['a.two', 'a.three', 'never', 'never after it'],
      ['a.one', 'a.three', 'apart', 'by somebody else'],
    ],
  )
  assert.deepEqual(
    first?.steps.find(({ operation }) => operation === 'a.four')?.marks.map(({ text }) => text),
    ['at most 3 times'],
  )
  assert.deepEqual(
    first?.says.map(({ says }) => says),
    [
      'Run by bot for clerk.',
      'Owned by ops (workflow).',
      'Only observed: what would be refused is recorded and let through.',
      'At most 20 EUR money per run in 1h.',
      'A run that said which operations it needs is refused the others.',
      'Arguments and objects are kept as digests alone, for 30d.',
    ],
  )
  assert.deepEqual(
    second?.says.map(({ says }) => says),
    ['Run by no agent.'],
  )
  assert.ok(first && printWorkflowSvg(first).includes('never after it'))
})

const manyRules = `
lockstep: 1
name: many
sources:
  - name: a
    type: inline
    operations:
      one: { method: POST, path: /one, body: { money: 1 } }
      two: { method: POST, path: /two }
      three: { method: POST, path: /three }
      four: { method: POST, path: /four }
actors:
  clerk: {}
  bot: { kind: agent, workflow: first, acts-for: clerk }
operations:
  a.one: { by: clerk, spends: request.money }
  a.two: { by: clerk }
  a.three: { by: clerk }
  a.four: { by: clerk }
rules:
  - { response: [a.one, a.two], per: principal }
  - { not-succession: [a.two, a.three], per: principal }
  - { absence: a.four, more-than: 3, per: principal }
  - { separate: [a.one, a.three], per: tenant }
workflows:
  first:
    owners: { workflow: ops }
    operations: [a.one, a.two, a.three, a.four]
    mode: observe
    record: hash
    retain: 30d
    budget: [{ money: 20 EUR, per: run, within: 1h }]
  second: { operations: [a.one] }
`

test('states and labels never overlap, whatever the lifecycle', () => {
  fc.assert(
    fc.property(graph, (lifecycle: Lifecycle) => assert.deepEqual(overlaps(lifecycle), [])),
    { numRuns: 40 },
  )
})

function overlaps(lifecycle: Lifecycle): string[] {
  const placed = layOut(lifecycle)
  const boxes: [string, Box][] = [
    ...placed.states.map((state): [string, Box] => [state.name, state]),
    ...placed.arrows.map(({ label, arrows }): [string, Box] => [
      `label of ${arrows[0]?.from} to ${arrows[0]?.to}`,
      label,
    ]),
  ]
  return overlapping(boxes)
}

function overlapping(boxes: readonly [string, Box][]): string[] {
  return boxes.flatMap(([left, one], index) =>
    boxes.slice(index + 1).flatMap(([right, other]) => (meet(one, other) ? [`${left} and ${right}`] : [])),
  )
}

function meet(one: Box, other: Box): boolean {
  const apart = (distance: number, sizes: number): boolean => Math.abs(distance) >= sizes / 2 - 0.5
  return !apart(one.x - other.x, one.width + other.width) && !apart(one.y - other.y, one.height + other.height)
}

test('the picture is self-contained, and text in it is escaped', () => {
  const text = printSvg({ object: '<o>', states: ['a&b'], final: [], arrows: [] })
  assert.match(text, /a&amp;b/)
  assert.doesNotMatch(text, /<o>|href|url\(|<script/)
})

test('wrapping loses no word', () => {
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^[a-z]{1,20}$/)), fc.integer({ min: 10, max: 60 }), (words, width) => {
      const lines = wrapText(words.join(' '), width, '  ').split('\n')
      assert.deepEqual(
        lines.flatMap((line) => line.split(' ').filter((word) => word !== '')),
        words,
      )
      assert.ok(lines.every((line) => line.length <= width || line.trim().split(' ').length === 1))
    }),
  )
})

test('a name on several lines is the same name', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 2, max: 40 }), (name, width) => {
      const lines = wrapName(name, width)
      assert.equal(lines.join(''), name)
      assert.ok(lines.every((line) => [...line].length <= width))
    }),
  )
  assert.deepEqual(wrapName('returned-because-copies', 16), ['returned-', 'because-copies'])
  assert.deepEqual(wrapName('waitingForDocuments', 12), ['waitingFor', 'Documents'])
})
