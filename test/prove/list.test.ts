// Rules over whole lists, texts and members that may be absent: arguments are found that keep them, and that break one and nothing else.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Expression, parseCel } from '../../src/cel/parse-cel.ts'
import type { CallRequest, Charter, ConstraintId, Use } from '../../src/charter/charter.ts'
import { callVariables } from '../../src/charter/linker.ts'
import { useById } from '../../src/prove/plan/graph.ts'
import { knobsOf } from '../../src/prove/plan/knob.ts'
import { type Problem, solve, variants } from '../../src/prove/plan/solve.ts'
import { charterFrom } from '../decide/charters.ts'

const item = `{ type: object, required: [sku, quantity], properties: { sku: { type: string, enum: [tea, pot, cup] }, quantity: { type: integer, examples: [1] }, note: { type: string, examples: [soon] } } }`

function charterWith(rules: Readonly<Record<ConstraintId, string>>): Charter {
  const when = Object.entries(rules).map(([name, rule]) => `{ name: ${name}, rule: ${JSON.stringify(rule)} }`)
  return charterFrom(`
lockstep: 1
name: baskets
sources:
  - name: api
    type: inline
    operations:
      get: { method: GET, path: '/orders/{id}', response: { id: uuid, role: string } }
      order:
        method: POST
        path: /orders
        response: { id: uuid }
        body:
          type: object
          properties:
            items: { type: array, items: ${item} }
            tags: { type: array, items: { type: string } }
            title: { type: string }
            discount: { type: integer, examples: [5] }
            address: { type: object, properties: { city: { type: string } } }
actors: { buyer: {} }
objects:
  order:
    read: api.get
    fields: { credit: { type: integer } }
    transitions:
      place: { on: api.order, by: buyer, when: [${when.join(', ')}] }
operations:
  api.get: { by: signed-in }
`)
}

function rule(source: string): Expression {
  const parsed = parseCel(source, callVariables)
  assert.ok(parsed.ok, source)
  return parsed.expression
}

/** The search a run makes, over rules that must hold, each named. */
function problem(rules: Readonly<Record<ConstraintId, string>>, start: CallRequest, target?: ConstraintId): Problem {
  const charter = charterWith(rules)
  const use: Use | undefined = useById(charter, 'order.place')
  assert.ok(use)
  const parsed = Object.entries(rules).map(([id, source]) => ({ id, expression: rule(source) }))
  const scopeFor = (request: CallRequest) => ({ request: request.body, body: request.body })
  return {
    start,
    knobs: (now) =>
      parsed.flatMap(({ expression }) => knobsOf({ charter, members: [] }, use, expression, now, scopeFor)),
    judge: (now) => ({
      broken: parsed.flatMap(({ id, expression }) => (expression.evaluate(scopeFor(now)) === true ? [] : [id])),
      unmet: 0,
      soft: 0,
    }),
    tolerated: new Set(),
    ...(target === undefined ? {} : { target }),
  }
}

const positive = 'request.items.all(i, i.quantity > 0)'
const apart = 'request.items.all(i, request.items.exists_one(j, j.sku == i.sku))'
const few = 'size(request.items) <= 2'
const some = 'size(request.items) >= 1'
const basket = (...items: readonly object[]): CallRequest => ({ body: { items } })
const tea = { sku: 'tea', quantity: 1 }
const pot = { sku: 'pot', quantity: 2 }

interface Case {
  readonly name: string
  readonly rules: Readonly<Record<ConstraintId, string>>
  readonly start: CallRequest
}

const breakable: readonly Case[] = [
  { name: 'every element', rules: { positive, apart, few, some }, start: basket(tea, pot) },
  { name: 'every element of a list of one', rules: { positive, apart, few, some }, start: basket(tea) },
  { name: 'some element', rules: { a: "request.items.exists(i, i.sku == 'tea')", few }, start: basket(tea, tea) },
  { name: 'one element only', rules: { a: "request.items.exists_one(i, i.sku == 'tea')", few }, start: basket(tea) },
  {
    name: 'filtered elements',
    rules: { a: "request.items.filter(i, i.sku == 'tea').all(i, i.quantity <= 3)", positive },
    start: basket(tea, pot),
  },
  {
    name: 'a sum over elements',
    rules: { a: 'sum(request.items.map(i, i.quantity)) <= 5', few },
    start: basket(tea, pot),
  },
  {
    name: 'elements by what else they hold',
    rules: { a: 'request.items.all(i, has(i.note))', positive },
    start: basket({ ...tea, note: 'soon' }),
  },
  {
    name: 'elements that are texts',
    rules: { a: "request.tags.all(t, t in ['red', 'blue'])", b: 'size(request.tags) > 0' },
    start: { body: { tags: ['red', 'blue'] } },
  },
  { name: 'the length of a text', rules: { a: 'size(request.title) <= 20' }, start: { body: { title: 'short' } } },
  { name: 'a member that must be left out', rules: { a: '!has(request.discount)' }, start: { body: { items: [] } } },
  { name: 'a member that must be there', rules: { a: 'has(request.discount)' }, start: { body: { discount: 5 } } },
  {
    name: 'a member within another',
    rules: { a: 'has(request.address.city)' },
    start: { body: { address: { city: 'Rome' } } },
  },
  { name: 'a member no schema has, of the object', rules: { a: '!has(request.role)' }, start: { body: {} } },
  { name: 'a member no schema has, a field', rules: { a: '!has(request.credit)' }, start: { body: {} } },
  {
    name: 'a member that is limited when it is there',
    rules: { a: '!has(request.discount) || request.discount <= 10' },
    start: { body: {} },
  },
]

describe('arguments that break one rule', () => {
  for (const { name, rules, start } of breakable)
    for (const target of Object.keys(rules))
      it(`over ${name}: ${target}`, () => {
        const found = solve(problem(rules, start, target))
        assert.deepEqual([found.distance, found.broken], [0, [target]], JSON.stringify(found.request.body))
      })
})

describe('arguments that keep all rules', () => {
  const starts: readonly (readonly [string, CallRequest])[] = [
    ['nothing', { body: {} }],
    ['an empty list', basket()],
    ['a list that is too long', basket(tea, pot, { sku: 'cup', quantity: 1 })],
    ['the same twice', basket(tea, tea)],
    ['a bad element at the end', basket(tea, { ...pot, quantity: -1 })],
  ]
  for (const [name, start] of starts)
    it(`are found from ${name}`, () => {
      const found = solve(problem({ positive, apart, few, some }, start))
      assert.deepEqual([found.distance, found.broken], [0, []], JSON.stringify(found.request.body))
    })
})

describe('variants over lists', () => {
  const bodies = (target: ConstraintId, start: CallRequest): string[] =>
    variants(problem({ positive, apart, few, some }, start, target), 8).map((each) => JSON.stringify(each.body))

  it('break the first element, the last, one more and all', () => {
    const found = bodies('positive', basket(tea, pot))
    const bad = (text: string): boolean[] => [...text.matchAll(/"quantity":(-?\d+)/g)].map(([, n]) => Number(n) <= 0)
    const patterns = new Set(found.map((text) => bad(text).join()))
    for (const wanted of ['true,false', 'false,true', 'true,true']) assert.ok(patterns.has(wanted), found.join('\n'))
    assert.ok(bodies('positive', basket(tea)).some((text) => bad(text).join() === 'false,true'))
  })

  it('hold the same element twice', () => {
    const found = bodies('apart', basket(tea))
    assert.ok(found.includes(JSON.stringify({ items: [tea, tea] })), found.join('\n'))
  })

  it('hold one element too many, all told apart', () => {
    const found = bodies('few', basket(tea))
    assert.ok(found.some((text) => text.match(/sku/g)?.length === 3 && /tea.*(pot.*cup|cup.*pot)/.test(text)))
  })

  it('say that leaving out and the empty list are different', () => {
    const found = variants(problem({ some: 'has(request.items) && size(request.items) > 0' }, basket(tea), 'some'), 8)
    const seen = found.map((each) => JSON.stringify(each.body))
    assert.ok(seen.includes('{}') && seen.includes('{"items":[]}'), seen.join('\n'))
  })
})
