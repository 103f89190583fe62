// Whose an idempotency key is.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Principal } from '../../src/charter/charter.ts'
import { repeatKeyOf } from '../../src/guard/repeat.ts'
import { user, walletCharter } from './wallet.ts'

const keyFor = (principal: Principal): string | undefined =>
  repeatKeyOf(walletCharter(), {
    operation: 'api.spend',
    principal,
    request: { path: { id: 'w1' }, header: { 'Idempotency-Key': 'k' }, body: { amount: 1 } },
    at: 0,
  })?.key

test('the key of an agent is another one for each person it works for', () => {
  const bot = (person: string): Principal => ({ id: 'bot', kind: 'agent', chain: [user(person)] })
  assert.notEqual(keyFor(bot('ann')), undefined)
  assert.equal(keyFor(bot('ann')), keyFor(bot('ann')))
  assert.notEqual(keyFor(bot('ann')), keyFor(bot('ben')))
  assert.notEqual(keyFor(bot('ann')), keyFor({ id: 'bot', kind: 'agent' }))
})

test('two callers of one id, of other tenants or kinds, have keys of their own', () => {
  const who = (more: Partial<Principal>): Principal => ({ id: '7', kind: 'user', tenant: 'north', ...more })
  assert.equal(keyFor(who({})), keyFor(who({ roles: ['clerk'] })))
  assert.notEqual(keyFor(who({})), keyFor(who({ tenant: 'south' })))
  assert.notEqual(keyFor(who({})), keyFor(who({ kind: 'partner' })))
})
