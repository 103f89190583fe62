import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseCel } from '../../src/cel/parse-cel.ts'
import { CelError, isCelError, kindOf } from '../../src/cel/value.ts'

const NAMES = ['a', 'b'] as const

function evaluate(source: string, scope: Readonly<Record<string, unknown>>): unknown {
  const parsed = parseCel(source, NAMES)
  assert.ok(parsed.ok, JSON.stringify(parsed))
  const result = parsed.expression.evaluate(scope)
  return isCelError(result) ? result.code : result
}

for (const field of ['constructor', 'toString', 'hasOwnProperty', '__proto__', 'valueOf']) {
  test(`${field} is a missing key unless it is an own one`, () => {
    for (const value of [{}, JSON.parse('{}'), Object.create(null)]) {
      assert.equal(evaluate(`a['${field}']`, { a: value }), 'no-such-key')
      assert.equal(evaluate(`'${field}' in a`, { a: value }), false)
      assert.equal(evaluate(`a[?'${field}'].hasValue()`, { a: value }), false)
    }
    assert.equal(evaluate(`a['${field}']`, { a: JSON.parse(`{"${field}": 1}`) }), 1)
    assert.equal(evaluate(`{'${field}': 1} == a`, { a: JSON.parse(`{"${field}": 1}`) }), true)
    assert.equal(evaluate(`{'${field}': 1} == a`, { a: {} }), false)
  })
}

test('inherited members are invisible, also of the scope and of arrays', () => {
  assert.equal(evaluate('a.role', { a: Object.create({ role: 'admin' }) }), 'no-overload')
  assert.equal(evaluate('a.length', { a: [1] }), 'no-overload')
  assert.equal(evaluate('a.length', { a: 'text' }), 'no-overload')
  assert.equal(evaluate('a', Object.create({ a: 1 })), 'no-such-variable')
  Object.defineProperty(Object.prototype, 'role', { value: 'admin', configurable: true, writable: true })
  try {
    assert.equal(evaluate("a.role == 'admin'", { a: {} }), 'no-such-key')
    assert.equal(evaluate('has(a.role)', { a: {} }), false)
    assert.equal(evaluate("{'role': 'admin'} == a", { a: { x: 1 } }), false)
  } finally {
    Reflect.deleteProperty(Object.prototype, 'role')
  }
})

const TRAP = new Proxy(
  {},
  {
    getPrototypeOf: () => {
      throw new TypeError('trap')
    },
  },
)
const GETTER = {
  get x(): never {
    throw new Error('getter')
  },
}
const GARBAGE = [
  undefined,
  Symbol('s'),
  () => 1,
  10n,
  new Date(0),
  new Map(),
  Number.NaN,
  Number.POSITIVE_INFINITY,
  TRAP,
  GETTER,
  { x: undefined },
  [undefined],
]
const SOURCES = [
  'a.x',
  'a == b',
  'a < b',
  'a + b',
  'a in b',
  'a.all(x, x == 1)',
  'size(a)',
  '-a',
  'a[b]',
  'string(a)',
  'type(a)',
  '[a, b]',
  "{'k': a}",
  '!a',
  'a ? 1 : 2',
  'a && b',
  'a.?x.orValue(b)',
  'round(a, b)',
  'a.matches(b)',
  'sum(a)',
  'timestamp(a)',
  'a',
]

test('garbage in the scope gives an error or a value, never an exception', () => {
  for (const source of SOURCES) {
    const parsed = parseCel(source, NAMES)
    assert.ok(parsed.ok, source)
    for (const a of GARBAGE) {
      for (const b of [...GARBAGE, 1, 'x', {}, []]) {
        const result = parsed.expression.evaluate({ a, b })
        assert.ok(isCelError(result) || kindOf(result) !== undefined, source)
      }
    }
  }
})

test('numbers that are not finite never compare', () => {
  for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
    for (const op of ['<', '<=', '>', '>=', '==', '!=']) assert.equal(evaluate(`a ${op} 1`, { a: bad }), 'out-of-range')
  }
})

test('work is bounded', () => {
  const list = Array.from({ length: 2000 }, (_, index) => index)
  assert.equal(evaluate('a.all(x, a.all(y, true))', { a: list }), 'too-complex')
  assert.equal(evaluate('decimal(b) > a', { a: 1, b: '1e9999' }), 'bad-conversion')
  assert.equal(evaluate('a.matches(b)', { a: 'x'.repeat(4097), b: 'x' }), 'too-complex')
  assert.equal(evaluate('a.matches(b)', { a: 'x', b: '((((x{1000}){1000}){1000}){1000})' }), 'bad-pattern')
  assert.equal(evaluate('a.matches(b)', { a: 'x', b: '((((){1000}){1000}){1000})*' }), true)
  const deep = nestedLists(5000)
  assert.equal(evaluate('a == b', { a: deep, b: nestedLists(5000) }), 'too-complex')
})

function nestedLists(depth: number): unknown {
  return JSON.parse(`${'['.repeat(depth)}${']'.repeat(depth)}`)
}

test('any text is parsed or diagnosed within its bounds', () => {
  const fragment = fc.constantFrom(
    'a',
    'b',
    '.',
    '(',
    ')',
    '[',
    ']',
    '?',
    ':',
    '&&',
    '!',
    '-',
    "'",
    '"',
    '1',
    '.5',
    'in',
    'has',
    'all',
    ',',
    '{',
    '}',
    ' ',
    '\\',
    'é',
    'r"',
  )
  const text = fc.oneof(
    fc.string(),
    fc.array(fragment, { maxLength: 12 }).map((parts) => parts.join('')),
  )
  fc.assert(
    fc.property(text, (source) => {
      const parsed = parseCel(source, NAMES)
      if (parsed.ok) return
      assert.ok(parsed.diagnostics.length > 0)
      for (const { offset, length } of parsed.diagnostics)
        assert.ok(offset >= 0 && length >= 0 && offset + length <= source.length)
    }),
    { numRuns: 1500 },
  )
})

test('an error is told from a value by isCelError', () => {
  assert.ok(isCelError(new CelError('no-value', '')))
  assert.ok(!isCelError({ code: 'no-value', message: '' }))
})
