// An API that lets in whoever was let in once: what came to its end is refused by the guard.
import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import type { Principal } from '../../src/charter/charter.ts'
import { createGuard, type Guard } from '../../src/guard/guard.ts'
import { openSqliteStore } from '../../src/store/sqlite/open.ts'
import { charterFrom } from '../decide/charters.ts'
import { answered, Lines } from './wallet.ts'

const text = `
lockstep: 1
name: keys
sources:
  - name: api
    type: inline
    operations:
      makeKey: { method: POST, path: /keys, response: { id: string, secret: string } }
      getKey: { method: GET, path: '/keys/{keyId}', response: { id: string, state: string } }
      revokeKey: { method: DELETE, path: '/keys/{keyId}' }
      signOut: { method: POST, path: /sign-out }
      list: { method: GET, path: /things }
      register: { method: POST, path: /people, response: { id: string, token: string } }
      verify: { method: POST, path: '/people/{personId}/verify' }
      getPerson: { method: GET, path: '/people/{personId}', response: { id: string, state: string } }
actors: { user: {} }
objects:
  key:
    owner: creator
    state: /state
    read: api.getKey
    states: [active, revoked]
    final: revoked
    transitions:
      make: { on: api.makeKey, to: active, by: user }
      revoke: { on: api.revokeKey, key: $request.path.keyId, from: active, to: revoked, by: owner }
  person:
    owner: /id
    state: /state
    read: api.getPerson
    states: [new, verified]
    final: verified
    transitions:
      register: { on: api.register, to: new, by: anyone }
      verify: { on: api.verify, from: new, to: verified, by: owner }
operations:
  api.getPerson: { by: owner }
  api.getKey: { by: owner }
  api.signOut: { by: signed-in, ends: session }
  api.list: { by: signed-in, safe: true }
`

const ann: Principal = { id: 'ann', roles: ['user'] }
const secret = 'pk_live_0123456789abcdef'
const token = 'Bearer eyJhbGciOi.eyJzdWIiOiJhbm4ifQ.c2lnbmF0dXJl'
type Shown = Readonly<Record<string, string>>

const open: Guard[] = []
afterEach(async () => {
  for (const guard of open.splice(0)) await guard.close()
})

async function start(): Promise<{
  readonly call: (operation: string, shown: Shown, answer?: unknown, status?: number) => Promise<string | number>
  readonly lines: Lines
}> {
  const lines = new Lines()
  const read = async ({ type }: { type: string }): Promise<unknown> =>
    type === 'key' ? { id: 'k1', state: 'active' } : { id: 'ann', state: 'new' }
  const store = openSqliteStore(':memory:')
  const guard = await createGuard(charterFrom(text), { version: '1', store, journal: lines, truth: { read } })
  open.push(guard)
  return {
    lines,
    call: async (operation, credentials, answer = {}, status = 200) => {
      const request = { path: { keyId: 'k1', personId: 'ann' } }
      const incoming = { operation: `api.${operation}`, principal: ann, request, credentials }
      const result = await guard.call(incoming, async () => answered(status, answer))
      return result.kind === 'refused' ? result.refusal.code : result.kind === 'answered' ? result.answer.status : '?'
    },
  }
}

test('a key that was revoked lets nobody in, however it is carried', async () => {
  const { call, lines } = await start()
  const ways: Shown[] = [
    { 'x-api-key': secret },
    { authorization: `Bearer ${secret}` },
    { cookie: `a=b; key=${secret}` },
  ]
  assert.equal(await call('makeKey', { authorization: token }, { id: 'k1', secret, state: 'active' }), 200)
  for (const shown of ways) assert.equal(await call('list', shown), 200)
  assert.equal(await call('revokeKey', { authorization: token }, { id: 'k1', state: 'revoked' }, 500), 500)
  for (const shown of ways) assert.equal(await call('list', shown), 200)
  assert.equal(await call('revokeKey', { authorization: token }, { id: 'k1', state: 'revoked' }), 200)
  for (const shown of ways) assert.equal(await call('list', shown), 'unauthenticated')
  assert.equal(await call('list', { authorization: token }), 200)
  const about = JSON.stringify(lines.of('decision').map(({ reasons, objects }) => ({ reasons, objects })))
  assert.ok(!about.includes(secret))
})

test('what a registration tells goes on letting in when the person came to a final state', async () => {
  const { call } = await start()
  const shown = { authorization: `Bearer ${secret}` }
  assert.equal(await call('register', {}, { id: 'ann', token: secret, state: 'new' }), 200)
  assert.equal(await call('verify', shown, { id: 'ann', state: 'verified' }), 200)
  assert.equal(await call('list', shown), 200)
})

test('a token is worth nothing after its session was ended; passwords and cookies say who calls after it as well', async () => {
  const { call } = await start()
  const password = { authorization: 'Basic YW5uOmEgbG9uZyBwYXNzd29yZA==' }
  const cookie = { cookie: 'device=0123456789abcdef0123' }
  assert.equal(await call('signOut', { authorization: token }, {}, 409), 409)
  assert.equal(await call('list', { authorization: token }), 200)
  for (const shown of [{ authorization: token, ...cookie }, password]) assert.equal(await call('signOut', shown), 200)
  assert.equal(await call('list', { authorization: token }), 'unauthenticated')
  assert.equal(await call('signOut', { authorization: token }), 'unauthenticated')
  for (const shown of [password, cookie, { authorization: `${token}x` }]) assert.equal(await call('list', shown), 200)
})
