// Idempotency keys are new for every call, and credentials that were good stay good: neither a replayed answer nor a dead token is a verdict.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Asked, proveSmall } from './small-api.ts'

const keyed = `
lockstep: 1
name: payouts
sources:
  - name: shop
    type: inline
    operations:
      create: { method: POST, path: /payouts, body: { amount: integer }, response: { id: string, ownerId: string, amount: integer } }
      getPayout: { method: GET, path: '/payouts/{payoutId}', response: { id: string, ownerId: string, amount: integer } }
actors: { clerk: {} }
objects:
  payout:
    owner: /ownerId
    read: shop.getPayout
    transitions:
      create:
        on: shop.create
        by: clerk
        idempotency: $request.header.idempotency-key
        limit: { sum: request.amount, at-most: 1000, per: principal }
        example: { header: { Idempotency-Key: demo-key-1 }, body: { amount: 400 } }
operations:
  shop.getPayout: { by: clerk }
`

/** Pays each key once; a flawed till looks at single amounts only. */
function openTill(flawed: boolean, keys: unknown[]): (asked: Asked) => readonly [number, unknown?] {
  const payouts = new Map<string, { id: string; ownerId: string; amount: number }>()
  const answered = new Map<unknown, { id: string; ownerId: string; amount: number }>()
  return ({ who, method, path: [, id = ''], body, headers }) => {
    if (who === undefined) return [401]
    if (method === 'GET') return payouts.has(id) ? [200, payouts.get(id)] : [404]
    const key = headers['idempotency-key']
    keys.push(key)
    const known = answered.get(key)
    const amount = Number(body['amount'])
    if (known !== undefined) return known.amount === amount ? [200, known] : [422, { error: 'another request' }]
    const paid = [...payouts.values()].reduce((sum, each) => sum + (flawed ? 0 : each.amount), 0)
    if (!(amount > 0) || paid + amount > 1000) return [422, { error: 'more than a day may' }]
    const made = { id: `payout-${payouts.size + 1}`, ownerId: who, amount }
    payouts.set(made.id, made)
    answered.set(key, made)
    return [201, made]
  }
}

for (const flawed of [true, false])
  test(`a limit is tried with new keys, whatever the example says (${flawed ? 'flawed' : 'sound'})`, async () => {
    const keys: unknown[] = []
    const { findings, cells } = await proveSmall({
      charter: keyed,
      people: { carl: 'clerk' },
      answer: openTill(flawed, keys),
      only: ['shop.create'],
    })
    assert.ok(!keys.includes('demo-key-1') && !keys.includes(undefined))
    const limits = findings.filter((finding) => finding.constraint === 'payout.create.limit')
    assert.equal(limits.length > 0, flawed)
    assert.ok(cells.every((cell) => !cell.why.includes('another request')))
    assert.equal(cells.find((cell) => cell.tactic === 'same-key')?.verdict, 'held')
  })

const doors = `
lockstep: 1
name: notes
sources:
  - name: shop
    type: inline
    operations:
      leave: { method: POST, path: /leave }
      create: { method: POST, path: /notes, body: { text: string }, response: { id: string, ownerId: string, text: string } }
      getNote: { method: GET, path: '/notes/{noteId}', response: { id: string, ownerId: string, text: string } }
      pin: { method: POST, path: '/notes/{noteId}/pin' }
actors: { member: {} }
objects:
  note:
    owner: /ownerId
    read: shop.getNote
    fields: { pins: { set-by: nobody } }
    transitions:
      create: { on: shop.create, by: member }
      pin: { on: shop.pin, by: owner, once: { per: object } }
operations:
  shop.leave: { by: signed-in }
  shop.getNote: { by: owner }
`

const members = ['ann', 'bob']
  .map(
    (name) => `
  ${name}:
    actor: member
    login: [ { request: POST /enter, body: { name: ${name} }, capture: { token: "$response.body#/token" } } ]
    principal: { id: ${name} }
    headers: { Authorization: "Bearer token-\${var:token}" }
`,
  )
  .join('')

/** Tokens end when their holder leaves; what is not allowed is answered with 401 as well. A flawed board counts pins that come at once. */
function openBoard(logins: { count: number }): (asked: Asked) => readonly [number, unknown?] {
  const notes = new Map<string, { id: string; ownerId: string; text: unknown; pins: number }>()
  const tokens = new Map<string, string>()
  return ({ who: token = '', method, path: [kind, id = ''], body }) => {
    if (kind === 'enter') {
      const made = `t${++logins.count}`
      tokens.set(made, String(body['name']))
      return [200, { token: made }]
    }
    const who = tokens.get(token)
    if (who === undefined) return [401, { error: 'sign in first' }]
    if (kind === 'leave') {
      tokens.delete(token)
      return [204]
    }
    if (id === '') {
      const note = { id: `note-${notes.size + 1}`, ownerId: who, text: body['text'], pins: 0 }
      notes.set(note.id, note)
      return [201, note]
    }
    const note = notes.get(id)
    if (note === undefined) return [404]
    if (note.ownerId !== who) return [401, { error: 'not yours' }]
    if (method === 'GET') return [200, note]
    if (note.pins > 0) return [409, { error: 'pinned already' }]
    note.pins++
    return [204]
  }
}

test('somebody who left signs in again, also where 401 is the word for forbidden', async () => {
  const logins = { count: 0 }
  const { findings, cells } = await proveSmall({
    charter: doors,
    people: {},
    identities: members,
    answer: openBoard(logins),
  })
  assert.deepEqual(findings, [])
  for (const { tactic, why } of cells.filter((cell) => cell.tactic !== 'as-other.not-signed-in'))
    assert.doesNotMatch(why, /sign in first/, tactic)
  assert.ok(cells.some((cell) => cell.operation === 'shop.pin' && cell.tactic === 'race' && cell.verdict === 'held'))
  assert.ok(logins.count < 30, `${logins.count} logins`)
})
