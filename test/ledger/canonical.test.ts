// The one text of a value is that of the library, however it was come by.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import canonicalize from 'canonicalize'
import fc from 'fast-check'
import { canonicalText } from '../../src/ledger/canonical.ts'

const names = ['b', 'a', '10', '9', '__proto__', 'toJSON', 'é', '\u{1f600}', '\ufb33', '\\ud800', '-1', '']
const values = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    fc.constantFrom<unknown>(null, true, 0, -0, 1e21, 1e-7, 0.1, 'text', '\\ud800', '"\u2028\n', [], {}),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.string({ unit: 'binary' }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.uniqueArray(fc.tuple(fc.constantFrom(...names), tie('value')), { selector: ([name]) => name }).map(members),
  ),
}))

function members(pairs: readonly (readonly [string, unknown])[]): unknown {
  return JSON.parse(`{${pairs.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join()}}`)
}

test('is what the library makes of any JSON', () => {
  fc.assert(
    fc.property(values.value, (value) => {
      assert.equal(canonicalText(value), canonicalize(value))
    }),
    { numRuns: 2000 },
  )
})

test('is what the library makes of what JSON leaves out or writes in its own way', () => {
  const odd = {
    b: undefined,
    a: [undefined, new Date(0)],
    c: { toJSON: () => 'kept' },
    d: Object.create(null),
  }
  assert.equal(canonicalText(odd), canonicalize(odd))
  let deep: unknown = { z: 1, a: 2 }
  for (let depth = 0; depth < 5000; depth += 1) deep = [deep]
  assert.equal(canonicalText(deep), canonicalize(deep))
})

const cycle: { self?: unknown } = {}
cycle.self = cycle
for (const [what, value] of [
  ['half a surrogate pair', { a: '\ud800' }],
  ['half a surrogate pair in a name', { '\udfff': 1 }],
  ['a number that is not finite', [Number.NaN]],
  ['infinity', { a: Number.POSITIVE_INFINITY }],
  ['a cycle', cycle],
  ['no JSON', undefined],
  ['an integer without end', { a: 1n }],
] as const)
  test(`refuses ${what}`, () => {
    assert.throws(() => canonicalText(value))
  })
