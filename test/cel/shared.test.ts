import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { makeView, type Scope } from '../../src/cel/closure.ts'
import { compileWith, evaluateNode } from '../../src/cel/compile.ts'
import { parseCel } from '../../src/cel/parse-cel.ts'
import { Slots } from '../../src/cel/slots.ts'

const path = fc.constantFrom('n', 'a.n', 'a.x.y', 'a.x', 's', 'gone', 'a.gone')
const literal = fc.constantFrom('0', '1', '-3', '2.5', '1e308', "''", "'x'", 'true', 'false', 'null')
const operator = fc.constantFrom('==', '!=', '<', '<=', '>', '>=')
/** One comparison each, so that alone no path is read twice; a macro may give its variable the name of a real one. */
const rule = fc.oneof(
  { weight: 5, arbitrary: fc.tuple(path, operator, literal).map((parts) => parts.join(' ')) },
  { weight: 1, arbitrary: fc.tuple(operator, literal).map(([op, right]) => `xs.exists(a, a.n ${op} ${right})`) },
  { weight: 1, arbitrary: fc.tuple(path, operator, literal).map((parts) => `xs.all(n, ${parts.join(' ')})`) },
)
const value = fc.oneof(
  fc.integer({ min: -3, max: 3 }),
  fc.constantFrom<unknown>(0.5, 2.5, -0, Number.NaN, Number.POSITIVE_INFINITY, 1e308, '', 'x', true, false, null),
)
const scope: fc.Arbitrary<Scope> = fc.record(
  {
    n: value,
    s: value,
    a: fc.record({ n: value, x: fc.oneof(value, fc.record({ y: value })) }, { requiredKeys: [] }),
    xs: fc.array(fc.oneof(value, fc.record({ n: value })), { maxLength: 3 }),
  },
  { requiredKeys: [] },
)

function astOf(source: string): Parameters<typeof evaluateNode>[0] {
  const parsed = parseCel(source, ['n', 's', 'a', 'xs', 'gone'])
  assert.ok(parsed.ok, source)
  return parsed.expression.ast
}

/** The parser refuses what can never work, as an order between a text and a flag. */
const rules = fc.array(
  rule.filter((source) => parseCel(source, ['n', 's', 'a', 'xs', 'gone']).ok),
  { minLength: 2, maxLength: 8 },
)

test('expressions that share what they read give what each gives alone, in any order and again', () => {
  fc.assert(
    fc.property(rules, fc.array(scope, { minLength: 1, maxLength: 3 }), (sources, scopes) => {
      const slots = new Slots()
      const nodes = sources.map(astOf)
      const shared = nodes.map((node) => compileWith(slots, node))
      for (const each of scopes) {
        const view = makeView(each, slots.size)
        const alone = nodes.map((node) => evaluateNode(node, each))
        assert.deepEqual(
          shared.map((evaluate) => evaluate(view)),
          alone,
        )
        assert.deepEqual(shared.map((evaluate) => evaluate(view)).toReversed(), alone.toReversed())
      }
    }),
    { numRuns: 600 },
  )
})

test('what was not read yet is not asked of the prototype', () => {
  Object.defineProperty(Object.prototype, '0', { value: 'admin', configurable: true, writable: true })
  try {
    assert.equal(evaluateNode(astOf("a.n == 'admin'"), { a: { n: 'clerk' } }), false)
    assert.equal(evaluateNode(astOf("gone == 'admin'"), {}) === true, false)
  } finally {
    Reflect.deleteProperty(Object.prototype, '0')
  }
})

test('a sign before a text is an error, however often it stands there', () => {
  const result = evaluateNode(astOf('-(-(a.n)) in xs'), { a: { n: 'x' }, xs: ['x'] })
  assert.ok(typeof result === 'object' && result !== null && 'code' in result && result.code === 'no-overload')
})
