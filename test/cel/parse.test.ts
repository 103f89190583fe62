import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CelType } from '../../src/cel/check.ts'
import { evaluateNode } from '../../src/cel/compile.ts'
import { parseCel } from '../../src/cel/parse-cel.ts'
import { printCel } from '../../src/cel/print.ts'
import { comparisons } from '../../src/cel/traverse.ts'
import type { Kind } from '../../src/cel/value.ts'

const VARIABLES: Readonly<Record<string, CelType>> = {
  request: { fields: { amount: 'number', currency: 'string', items: 'list', extra: 'any' } },
  object: 'map',
  n: 'number',
}

type Found = readonly [offset: number, length: number, message: string, help?: string]

const FAULTS: readonly (readonly [source: string, ...found: Found[]])[] = [
  ['reqest.amount > 1', [0, 6, 'unknown name reqest', 'did you mean request?']],
  ['n > zzzzzzzzz', [4, 9, 'unknown name zzzzzzzzz', 'known here: request, object, n']],
  [
    'request.amont > 1 && requets',
    [8, 5, 'unknown field amont', 'did you mean amount?'],
    [21, 7, 'unknown name requets', 'did you mean request?'],
  ],
  ['has(request.curency)', [12, 7, 'unknown field curency', 'did you mean currency?']],
  [
    "request.amount == '5'",
    [0, 21, '== does not work on number and string', 'text is not converted by itself; write decimal(…)'],
  ],
  ["'a' < 1", [0, 7, '< does not work on string and number', 'text is not converted by itself; write decimal(…)']],
  ['!n', [1, 1, '! needs a bool, not a number']],
  ["request.currency.startWith('E')", [0, 31, 'unknown function startWith', 'did you mean startsWith?']],
  ['startsWith(request.currency)', [0, 28, 'startsWith is a method', 'write x.startsWith(…)']],
  ['n.abs()', [0, 7, 'abs is a function', 'write abs(…)']],
  ['size(n)', [0, 7, 'size does not take number', 'it takes (string) or (list) or (map)']],
  ["timestamp('2026-02-30T00:00:00Z')", [0, 33, 'not an RFC 3339 date and time']],
  ["request.currency.matches('(a')", [25, 4, 'missing )']],
  ["request.currency.matches('(a)\\\\1')", [25, 8, 'backreferences are not supported']],
  ["request.currency.matches('a(?=b)')", [25, 8, 'lookaround and inner flags are not supported']],
  ['n.all(x, x)', [0, 1, 'all needs a list or map, not a number']],
  ['request.items.all(x, y)', [21, 1, 'unknown name y', 'known here: request, object, n, x']],
  ['{1: 2}', [1, 1, 'a map key needs a string, not a number']],
  ["b'x'", [0, 4, 'bytes are not supported']],
  ['n >', [3, 0, 'unexpected token: EOF']],
  ['n @ 1', [2, 1, 'unexpected character: @']],
  ['cel.bind(x, 1, x)', [0, 17, 'bind() is not supported']],
  ['has(n)', [0, 6, 'has() takes one field', 'write has(request.field)']],
  ['!'.repeat(9000), [0, 9000, 'nested too deep']],
  ['n'.repeat(10_001), [10_000, 1, 'longer than 10000 characters']],
]

for (const [source, ...found] of FAULTS) {
  test(`refuses ${source.slice(0, 60)}`, () => {
    const parsed = parseCel(source, VARIABLES)
    assert.ok(!parsed.ok)
    const diagnostics = parsed.diagnostics.map((d) => [
      d.offset,
      d.length,
      d.message,
      ...(d.help === undefined ? [] : [d.help]),
    ])
    assert.deepEqual(diagnostics, found)
  })
}

const KINDS: readonly (readonly [source: string, kind: Kind])[] = [
  ['n > 1 && object.a', 'bool'],
  ['object.a', 'any'],
  ['n + 1', 'number'],
  ['object.a + object.b', 'any'],
  ["true ? 'a' : 'b'", 'string'],
  ['request.items.map(x, x)', 'list'],
]

for (const [source, kind] of KINDS) {
  test(`${source} is of kind ${kind}`, () => {
    const parsed = parseCel(source, VARIABLES)
    assert.ok(parsed.ok, JSON.stringify(parsed))
    assert.equal(parsed.expression.kind, kind)
  })
}

test('reads every path once, without the variables of macros', () => {
  const source = "a.b.c > a['d'] && a.b.c == x[0].y && a.items.all(x, x.price < has(a.limit.high) ? x : b)"
  const parsed = parseCel(source, ['a', 'b', 'x'])
  assert.ok(parsed.ok, JSON.stringify(parsed))
  const reads = parsed.expression.reads.map((path) => path.join('.'))
  assert.deepEqual(reads, ['a.b.c', 'a.d', 'x', 'a.items', 'a.limit.high', 'b'])
})

test('gives comparisons whose sides can be evaluated by themselves', () => {
  const parsed = parseCel("request.amount <= object.total - 1 && request.currency in ['EUR']", ['request', 'object'])
  assert.ok(parsed.ok)
  const found = comparisons(parsed.expression)
  assert.deepEqual(
    found.map((node) => [printCel(node.left), node.op, printCel(node.right)]),
    [
      ['request.amount', '<=', 'object.total - 1'],
      ['request.currency', 'in', "['EUR']"],
    ],
  )
  const [first] = found
  assert.ok(first)
  assert.equal(evaluateNode(first.right, { object: { total: 5.5 } }), 4.5)
})

test('a node keeps its place in the source', () => {
  const source = 'n + (request.amount * 2) > 3'
  const parsed = parseCel(source, VARIABLES)
  assert.ok(parsed.ok)
  const [node] = comparisons(parsed.expression)
  assert.ok(node)
  assert.deepEqual([source.slice(node.left.start, node.left.end), node.right.start], ['n + (request.amount * 2', 27])
})
