import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { type Expression, parseCel } from '../../src/cel/parse-cel.ts'
import type { CallRequest, ConstraintId } from '../../src/charter/charter.ts'
import { callVariables } from '../../src/charter/linker.ts'
import { useById } from '../../src/prove/plan/graph.ts'
import { type Knob, knobsOf } from '../../src/prove/plan/knob.ts'
import { type Problem, solve, variants } from '../../src/prove/plan/solve.ts'
import { charterFrom } from '../decide/charters.ts'

const charter = charterFrom(`
lockstep: 1
name: transfers
sources:
  - name: api
    type: inline
    operations:
      send: { method: POST, path: /transfers, body: { amount: number, fee: number, currency: string } }
operations:
  api.send: { by: signed-in }
`)
const use = useById(charter, charter.operations.get('api.send')?.uses[0]?.id ?? '')
assert.ok(use)

function rule(source: string): Expression {
  const parsed = parseCel(source, callVariables)
  assert.ok(parsed.ok, source)
  return parsed.expression
}

const scopeFor = (request: CallRequest) => ({ request: request.body, body: request.body })

function knobs(expression: Expression, request: CallRequest): Knob[] {
  assert.ok(use)
  return knobsOf({ charter, members: [] }, use, expression, request, scopeFor)
}

const request: CallRequest = { body: { amount: 10, fee: 1, currency: 'EUR' } }

/** A problem over rules that must hold, each named. */
function problem(rules: Readonly<Record<ConstraintId, string>>, target?: ConstraintId): Problem {
  const parsed = Object.entries(rules).map(([id, source]) => ({ id, expression: rule(source) }))
  return {
    start: request,
    knobs: (now) => parsed.flatMap(({ expression }) => knobs(expression, now)),
    judge: (now) => ({
      broken: parsed.flatMap(({ id, expression }) => (expression.evaluate(scopeFor(now)) === true ? [] : [id])),
      unmet: 0,
      soft: 0,
    }),
    tolerated: new Set(),
    ...(target === undefined ? {} : { target }),
  }
}

describe('knobs', () => {
  const boundaries: readonly (readonly [string, readonly unknown[]])[] = [
    ['request.amount <= 100', [99, 100, 101]],
    ['request.amount + request.fee <= 100', [98, 99, 100]],
    ['2 * request.amount < 50', [24, 25, 26]],
    ['request.amount >= 0', [-1, 0, 1]],
    ["request.currency == 'EUR'", ['EUR', 'USD']],
    ["request.currency in ['EUR', 'GBP']", ['EUR', 'GBP', 'none-of-these']],
  ]
  for (const [source, wanted] of boundaries)
    it(`lie around the boundary of ${source}`, () => {
      const values = knobs(rule(source), request)[0]?.values ?? []
      for (const value of wanted) assert.ok(values.includes(value), `${JSON.stringify(value)} of ${values.join(' ')}`)
    })

  it('are only what the request carries', () => {
    assert.deepEqual(knobs(rule('principal.id == "ann"'), request), [])
  })
})

describe('solve', () => {
  it('leaves a request that already fits as it is', () => {
    assert.deepEqual(solve(problem({ cap: 'request.amount <= 100' })).request, request)
  })

  it('breaks the target and nothing else', () => {
    const rules = {
      cap: 'request.amount <= 100',
      hard: 'request.amount <= 1000',
      coin: "request.currency == 'EUR'",
    }
    for (const target of ['cap', 'coin']) {
      const found = solve(problem(rules, target))
      assert.deepEqual([found.distance, found.broken], [0, [target]], target)
    }
  })

  it('says by its distance that two rules cannot be broken apart', () => {
    const twins = solve(problem({ one: 'request.amount <= 100', two: 'request.amount <= 100' }, 'one'))
    assert.ok(twins.distance >= 1)
  })

  it('breaks exactly one of two bounds, wherever they lie', () => {
    fc.assert(
      fc.property(fc.integer({ min: 20, max: 5000 }), fc.integer({ min: 20, max: 5000 }), (low, more) => {
        const rules = { low: `request.amount <= ${low}`, high: `request.amount <= ${low + more}` }
        const found = solve(problem(rules, 'low'))
        assert.deepEqual([found.distance, found.broken], [0, ['low']])
      }),
      { numRuns: 60 },
    )
  })

  it('gives variants that are all solutions and all different', () => {
    const posed = problem({ range: 'request.amount > 0 && request.amount <= 100' }, 'range')
    const found = variants(posed, 6)
    assert.ok(found.length > 1)
    assert.equal(new Set(found.map((each) => JSON.stringify(each))).size, found.length)
    for (const each of found) assert.deepEqual(posed.judge(each).broken, ['range'])
  })
})
