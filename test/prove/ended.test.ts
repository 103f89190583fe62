// What somebody was let in with is used after its end: a session after signing out, a key after it was revoked.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Asked, proveSmall } from './small-api.ts'

const charter = `
lockstep: 1
name: doors
sources:
  - name: shop
    type: inline
    operations:
      leave: { method: POST, path: /leave }
      makeKey: { method: POST, path: /keys, response: { id: string, status: string, apiKey: string } }
      getKey: { method: GET, path: '/keys/{keyId}', response: { id: string, status: string } }
      revokeKey: { method: DELETE, path: '/keys/{keyId}' }
      listNews: { method: GET, path: /news, response: { items: 'object[]' } }
actors: { boss: {}, machine: { kind: partner } }
objects:
  key:
    read: shop.getKey
    state: /status
    states: [active, revoked]
    final: revoked
    transitions:
      make: { on: shop.makeKey, to: active, by: boss }
      revoke: { on: shop.revokeKey, from: active, to: revoked, by: boss }
operations:
  shop.leave: { by: signed-in, ends: session }
  shop.getKey: { by: boss }
  shop.listNews: { by: [boss, machine] }
`

const identities = `
  ann:
    actor: boss
    login: [ { request: POST /enter, body: { name: ann }, capture: { token: "$response.body#/token" } } ]
    principal: { id: ann }
    headers: { Authorization: "Bearer token-\${var:token}" }
`

type Flaw = 'session' | 'key' | undefined

function openOffice(flaw: Flaw): (asked: Asked) => readonly [number, unknown?] {
  const tokens = new Map<string, string>()
  const keys = new Map<string, { id: string; status: string; apiKey: string }>()
  let count = 0
  return ({ who: token = '', method, path: [kind, id = ''], body, headers }) => {
    if (kind === 'enter') {
      const made = `t${++count}`
      tokens.set(made, String(body['name']))
      return [200, { token: made }]
    }
    const who = tokens.get(token)
    const key = [...keys.values()].find(({ apiKey }) => apiKey === headers['x-api-key'])
    const works = key !== undefined && (key.status === 'active' || flaw === 'key')
    if (kind === 'news' && (who !== undefined || works)) return [200, { items: [{ id: 'n1', title: 'Open again' }] }]
    if (who === undefined) return [401, { error: 'sign in first' }]
    if (kind === 'leave') {
      if (flaw !== 'session') tokens.delete(token)
      return [204]
    }
    if (id === '') {
      const made = { id: `key-${keys.size + 1}`, status: 'active', apiKey: `very-secret-${++count}` }
      keys.set(made.id, made)
      return [201, made]
    }
    const found = keys.get(id)
    if (found === undefined) return [404]
    if (method === 'GET') return [200, { id, status: found.status }]
    if (found.status !== 'active') return [409]
    found.status = 'revoked'
    return [204]
  }
}

const lapses = { session: 'shop.leave', key: 'shop.revokeKey' } as const

for (const flaw of ['session', 'key', undefined] as const)
  test(`what lets in after its end: ${flaw ?? 'nothing'}`, async () => {
    const { findings, cells } = await proveSmall({ charter, people: {}, identities, answer: openOffice(flaw) })
    assert.deepEqual(
      findings.map((each) => `${each.class} ${each.operation}`),
      flaw === undefined ? [] : [`use-after-end ${lapses[flaw]}`],
    )
    const ended = cells.filter((cell) => cell.tactic.startsWith('ended.'))
    assert.deepEqual(ended.map((cell) => `${cell.operation} ${cell.verdict === 'not-reached'}`).toSorted(), [
      'shop.leave false',
      'shop.revokeKey false',
    ])
  })
