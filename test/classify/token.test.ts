import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { classesIn } from '../../src/classify/classes.ts'
import { detectors } from '../../src/classify/detect/detectors.ts'
import type { Labels } from '../../src/classify/labels.ts'
import { restoreTokens, type TokenEntry, tokenBook, tokenise } from '../../src/classify/token.ts'

const email = detectors.get('email')
assert.ok(email !== undefined)
const labels: Labels = {
  classes: ['public', 'personal'],
  places: [{ class: 'personal', by: 'n', operation: 'a.b', at: ['n'] }],
  patterns: [{ class: 'personal', detector: email }],
}
const find = (value: unknown) => classesIn(labels, value, { operation: 'a.b', side: 'arguments' })
const draw = (): string => randomBytes(12).toString('hex')
const all = (): boolean => true

test('tokens go out, values come back', () => {
  const book = tokenBook()
  const value = { to: ['ana@example.com', 'bo@example.com'], text: 'ana@example.com wrote', n: 12345, k: true }
  const { value: out, entries } = tokenise(value, find(value), { book, draw })
  assert.ok(!JSON.stringify(out).includes('ana@'))
  assert.ok(!JSON.stringify(out).includes('12345'))
  assert.equal(entries.length, 3)
  const { to, text } = out as typeof value
  assert.equal(text, `${to[0]} wrote`)
  assert.deepEqual(restoreTokens(out, book, all), value)
  assert.deepEqual(restoreTokens(out, tokenBook(JSON.parse(JSON.stringify(entries)) as TokenEntry[]), all), value)
})

test('nothing comes back for who may not see the class, nor out of another run', () => {
  const book = tokenBook()
  const { value: out } = tokenise({ to: 'ana@example.com' }, find({ to: 'ana@example.com' }), { book, draw })
  assert.deepEqual(
    restoreTokens(out, book, (name) => name !== 'personal'),
    out,
  )
  assert.deepEqual(restoreTokens(out, tokenBook(), all), out)
  assert.deepEqual(restoreTokens('⟦personal:0000000000000000⟧', book, all), '⟦personal:0000000000000000⟧')
})

for (const [format, shape] of [
  ['email', /^t-[0-9a-f]+@token\.invalid$/],
  ['uuid', /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/],
  ['uri', /^https:\/\/token\.invalid\//],
  ['phone', /^\+999\d{11}$/],
] as const) {
  test(`a token that looks as asked for: ${format}`, () => {
    const book = tokenBook()
    const value = { to: 'ana@example.com' }
    const { value: out } = tokenise(value, find(value), { book, draw, formatOf: () => format })
    assert.match((out as typeof value).to, shape)
    assert.deepEqual(restoreTokens(out, book, all), value)
    assert.deepEqual(restoreTokens({ text: `for ${(out as typeof value).to}, please` }, book, all), {
      text: 'for ana@example.com, please',
    })
  })
}

test('property: restoring undoes tokenising, whatever stands around', () => {
  const text = fc.oneof(
    fc.string(),
    fc.emailAddress(),
    fc.tuple(fc.string(), fc.emailAddress(), fc.string()).map((each) => each.join(' ')),
  )
  const value = fc.object({
    key: fc.string().filter((each) => each !== '__proto__'),
    values: [text, fc.integer(), fc.boolean(), fc.constant(null)],
    maxDepth: 3,
  })
  fc.assert(
    fc.property(value, (each) => {
      const book = tokenBook()
      const { value: out } = tokenise(each, find(each), { book, draw })
      assert.deepEqual(
        find(out).filter(({ by }) => by === 'email'),
        [],
      )
      assert.deepEqual(restoreTokens(out, book, all), each)
    }),
    { numRuns: 200 },
  )
})
