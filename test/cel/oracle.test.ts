import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type CelInput, isCelError as isBufError, run } from '@bufbuild/cel'
import { Environment } from '@marcbachmann/cel-js'
import fc from 'fast-check'
import { parseCel } from '../../src/cel/parse-cel.ts'
import { isCelError } from '../../src/cel/value.ts'
import { expressionText, jsonScope } from './arbitrary.ts'

const NAMES = ['a', 'n', 's', 'xs'] as const
const ERROR = 'error'

function ours(source: string, scope: Record<string, unknown>): unknown {
  const parsed = parseCel(source, NAMES)
  if (!parsed.ok) return ERROR
  const result = parsed.expression.evaluate(scope)
  return isCelError(result) ? ERROR : result
}

function bufbuild(source: string, scope: Record<string, CelInput>): unknown {
  try {
    const result = run(source, scope)
    return isBufError(result) ? ERROR : plain(result)
  } catch {
    return ERROR
  }
}

const ENVIRONMENT = new Environment({ unlistedVariablesAreDyn: true, homogeneousAggregateLiterals: false })

function marcbachmann(source: string, scope: Record<string, unknown>): unknown {
  try {
    return plain(ENVIRONMENT.evaluate(source, scope))
  } catch {
    return ERROR
  }
}

function plain(value: unknown): unknown {
  return typeof value === 'bigint' ? Number(value) : value
}

test('agrees with @bufbuild/cel where numbers are doubles', () => {
  fc.assert(
    fc.property(expressionText('shared'), jsonScope, (source, scope) => {
      assert.equal(ours(source, scope), bufbuild(source, scope))
    }),
    { numRuns: 400 },
  )
})

test('agrees with @marcbachmann/cel-js where numbers are doubles', () => {
  fc.assert(
    fc.property(expressionText('shared'), jsonScope, (source, scope) => {
      assert.equal(ours(source, scope), marcbachmann(source, scope))
    }),
    { numRuns: 400 },
  )
})

const integerText: fc.Arbitrary<string> = fc.letrec<{ int: string }>((tie) => ({
  int: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.integer({ min: 0, max: 50 }).map(String),
    fc
      .tuple(tie('int'), fc.constantFrom('+', '-', '*', '/', '%'), tie('int'))
      .map(([l, op, r]) => `(${l}) ${op} (${r})`),
    tie('int').map((x) => `-(${x})`),
    tie('int').map((x) => `size([${x}])`),
  ),
})).int

test('integer arithmetic agrees with both, division and remainder included', () => {
  fc.assert(
    fc.property(integerText, (source) => {
      const result = ours(source, {})
      assert.equal(result, bufbuild(source, {}))
      assert.equal(result, marcbachmann(source, {}))
    }),
    { numRuns: 400 },
  )
})
