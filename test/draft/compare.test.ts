import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseCharter } from '../../src/charter/parse.ts'
import type { RawCharter } from '../../src/charter/schema.ts'
import { type Comparison, compareCharters, shareRight } from '../../src/draft/compare.ts'

function charter(text: string): RawCharter {
  const { charter: parsed, diagnostics } = parseCharter([{ file: 'c.yaml', text: `lockstep: 1\n${text}` }])
  assert.ok(parsed, JSON.stringify(diagnostics))
  return parsed.raw
}

const final = charter(`
objects:
  order:
    owner: /customerId
    state: /status
    read: shop.getOrder
    states: [placed, paid]
    fields: { total: { set-by: nobody } }
    transitions:
      pay: { on: shop.pay, from: placed, to: paid, by: [owner, clerk], refs: { card: { object: order, key: $request.body#/card, by: owner } } }
operations: { shop.getOrder: { by: [clerk, owner] } }
`)

function scoresAgainst(text: string): Comparison {
  return compareCharters(charter(text), final)
}

test('a charter is all right against itself', () => {
  const { total, differences } = compareCharters(final, final)
  assert.deepEqual({ ...total, right: 0 }, { right: 0, wrong: 0, missing: 0, extra: 0 })
  assert.ok(total.right > 10)
  assert.deepEqual(differences, [])
  assert.equal(shareRight(total), 1)
})

test('nothing drafted is all missing', () => {
  const { total } = scoresAgainst('')
  assert.equal(total.right, 0)
  assert.equal(shareRight(total), 0)
})

test('names of objects, transitions and sources do not matter, nor the order of lists', () => {
  const { total } = scoresAgainst(
    `
objects:
  Bestellung:
    owner: /customerId
    state: /status
    read: api.getOrder
    states: [paid, placed]
    fields: { total: { set-by: [nobody] } }
    transitions:
      bezahlen: { on: [api.pay], from: [placed], to: [paid], by: [clerk, owner], refs: { x: { object: Bestellung, key: $request.body#/card, by: owner } } }
operations: { api.getOrder: { by: [owner, clerk] } }
`.replace('[nobody]', 'nobody'),
  )
  assert.deepEqual({ ...total, right: 0 }, { right: 0, wrong: 0, missing: 0, extra: 0 })
})

test('each difference is counted where it is', () => {
  const { kinds, differences } = scoresAgainst(`
objects:
  order:
    owner: /userId
    state: /status
    read: shop.getOrder
    states: [placed, paid, lost]
    transitions:
      pay: { on: shop.pay, from: placed, to: paid, by: owner }
operations: { shop.getOrder: { by: [clerk, owner] } }
`)
  assert.deepEqual(kinds.get('owner'), { right: 0, wrong: 1, missing: 0, extra: 0 })
  assert.deepEqual(kinds.get('states'), { right: 2, wrong: 0, missing: 0, extra: 1 })
  assert.deepEqual(kinds.get('by'), { right: 1, wrong: 1, missing: 0, extra: 0 })
  assert.deepEqual(kinds.get('field.set-by'), { right: 0, wrong: 0, missing: 1, extra: 0 })
  assert.deepEqual(kinds.get('refs'), { right: 0, wrong: 0, missing: 1, extra: 0 })
  assert.deepEqual(differences[0], { kind: 'owner', where: '<getOrder>', drafted: '/userId', final: '/customerId' })
})

test('two ways to use an operation are the people of both', () => {
  const two = charter(`
operations: {}
objects: { order: { read: shop.getOrder, transitions: { a: { on: shop.x, to: s, by: owner }, b: { on: shop.x, to: s, by: partner } } } }
`)
  const one = charter(`
objects: { order: { read: shop.getOrder, transitions: { a: { on: shop.x, to: s, by: [partner, owner] } } } }
`)
  assert.deepEqual(compareCharters(one, two).differences, [])
})
