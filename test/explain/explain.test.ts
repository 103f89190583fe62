// Sentences leave nothing out, pictures overlap nothing.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { explainCharter } from '../../src/explain/explanation.ts'
import { type Box, layOut } from '../../src/explain/layout.ts'
import { type Arrow, type Lifecycle, lifecyclesOf, start } from '../../src/explain/lifecycle.ts'
import { printMermaid } from '../../src/explain/mermaid.ts'
import { printSvg } from '../../src/explain/svg.ts'
import { drawLifecycle, printExplanation } from '../../src/explain/text.ts'
import { wrapText } from '../../src/explain/wrap.ts'
import { analyse, fixture } from '../charter/fixture.ts'

const { charter } = analyse(fixture('shop.yaml'))
assert.ok(charter)
const explanation = explainCharter(charter)
const lifecycles = lifecyclesOf(charter)

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
  assert.match(printExplanation(explanation, lifecycles), /- an order is paid in euro/)
})

test('no line is wider than 80 columns', () => {
  const wide = printExplanation(explanation, lifecycles)
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
