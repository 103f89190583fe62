import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseCel } from '../../src/cel/parse-cel.ts'
import { printCel } from '../../src/cel/print.ts'
import { expressionText } from './arbitrary.ts'

const NAMES = ['a', 'n', 's', 'xs'] as const

/** The tree as text without source ranges. */
function shape(source: string): string {
  const parsed = parseCel(source, NAMES)
  assert.ok(parsed.ok, `${source}: ${JSON.stringify(parsed)}`)
  return JSON.stringify(parsed.expression.ast, (key, value: unknown) =>
    key === 'start' || key === 'end' ? undefined : value,
  )
}

function reprint(source: string): string {
  const parsed = parseCel(source, NAMES)
  assert.ok(parsed.ok, `${source}: ${JSON.stringify(parsed)}`)
  return printCel(parsed.expression.ast)
}

test('parse after print is the identity', () => {
  fc.assert(
    fc.property(expressionText('ours'), (source) => {
      assert.equal(shape(reprint(source)), shape(source))
    }),
    { numRuns: 500 },
  )
})

test('any string literal survives', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const source = reprint(`s == ${JSON.stringify(text)}`)
      assert.equal(shape(source), shape(`s == ${JSON.stringify(text)}`))
    }),
    { numRuns: 500 },
  )
})

const PRINTED: readonly (readonly [source: string, printed: string])[] = [
  ['(n) - (n - 1)', 'n - (n - 1)'],
  ['(n - n) - 1', 'n - n - 1'],
  ['n / (n / 2) * 3', 'n / (n / 2) * 3'],
  ['(n > 1) == (s == "x")', "n > 1 == (s == 'x')"],
  ['(a.x || a.y) && !(a.z && a.x)', '(a.x || a.y) && !(a.z && a.x)'],
  ['(a.x ? n : 1) > 2', '(a.x ? n : 1) > 2'],
  ['(a.x ? a.y : a.z) ? 1 : 2', '(a.x ? a.y : a.z) ? 1 : 2'],
  ['a.x ? 1 : (a.y ? 2 : 3)', 'a.x ? 1 : a.y ? 2 : 3'],
  ['- -n', '--n'],
  ["(s + 'x').contains('y')", "(s + 'x').contains('y')"],
  ['a.?b[?0].orValue(1.50)', 'a.?b[?0].orValue(1.5)'],
  ['has(a.b) && 2.0 == 0x10', 'has(a.b) && 2.0 == 16'],
  ['9007199254740993.25 > 1e25', '9007199254740993.25 > 10000000000000000000000000.0'],
  ["{'a': [1, 2u]}.all(k, k == 'a')", "{'a': [1, 2]}.all(k, k == 'a')"],
  ['xs.map(v, v > 1, v * 2)', 'xs.map(v, v > 1, v * 2)'],
  ['type(n) == google.protobuf.Duration', 'type(n) == google.protobuf.Duration'],
]

for (const [source, printed] of PRINTED) {
  test(`prints ${source}`, () => {
    assert.equal(reprint(source), printed)
    assert.equal(shape(printed), shape(source))
  })
}
