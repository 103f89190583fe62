// Whatever a person types: diagnostics with a position inside the file, never an exception.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { analyse, fixture } from './fixture.ts'

const shop = fixture('shop.yaml')
const lines = shop.split('\n')

function assertSound(text: string): void {
  const { charter, diagnostics } = analyse(text)
  assert.ok(
    charter !== undefined || diagnostics.some((each) => each.severity === 'error'),
    'neither a charter nor an error',
  )
  const last = text.split('\n').length
  for (const each of diagnostics) {
    assert.ok(each.line >= 1 && each.line <= last && each.column >= 1, `${each.code} at ${each.line}:${each.column}`)
    assert.match(each.code, /^[a-z]+(-[a-z]+)*$/)
    assert.doesNotMatch(each.message, /undefined|\[object|NaN/)
  }
}

test('the unchanged charter has no error', () => {
  const { diagnostics } = analyse(shop)
  assert.deepEqual(
    diagnostics.filter((each) => each.severity === 'error'),
    [],
  )
})

test('cut off after any line', () => {
  for (let end = 0; end < lines.length; end++) assertSound(lines.slice(0, end).join('\n'))
})

test('cut off anywhere', () => {
  fc.assert(
    fc.property(fc.nat(shop.length), (end) => assertSound(shop.slice(0, end))),
    { numRuns: 60 },
  )
})

test('any line left out', () => {
  for (const index of lines.keys()) assertSound(lines.filter((_, at) => at !== index).join('\n'))
})

const junk = fc.constantFrom(
  '',
  '~',
  '[]',
  '{}',
  '0',
  '-1',
  'true',
  "''",
  '[[]]',
  'nobody',
  'owner',
  '$request.body#/',
  '&a [*a]',
  '__proto__',
  'constructor',
  '1e999',
  '&&',
  '🙂',
)

test('any word replaced by something else', () => {
  const words = [...shop.matchAll(/[A-Za-z][\w./-]*/g)]
  const place = fc.constantFrom(...words)
  fc.assert(
    fc.property(place, junk, ({ index, 0: word }, replacement) => {
      assertSound(shop.slice(0, index) + replacement + shop.slice(index + word.length))
    }),
    { numRuns: 250 },
  )
})

test('any words swapped', () => {
  const words = [...shop.matchAll(/[A-Za-z][\w./-]*/g)]
  fc.assert(
    fc.property(fc.constantFrom(...words), fc.constantFrom(...words), ({ index, 0: word }, { 0: other }) => {
      assertSound(shop.slice(0, index) + other + shop.slice(index + word.length))
    }),
    { numRuns: 250 },
  )
})

test('anything at all', () => {
  fc.assert(fc.property(fc.string(), assertSound), { numRuns: 100 })
  fc.assert(fc.property(fc.json(), assertSound), { numRuns: 100 })
})
