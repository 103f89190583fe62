// What is not on the record must not happen.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Incoming } from '../../src/guard/call.ts'
import { createGuard } from '../../src/guard/guard.ts'
import { openSqliteStore } from '../../src/store/sqlite/open.ts'
import { Lines, user, Wallets, walletCharter } from './wallet.ts'

const request = { path: { id: 'w' }, header: { 'Idempotency-Key': 'one' }, body: { amount: 60 } }
const spend: Incoming = { operation: 'api.spend', principal: user('ann'), request }

for (const [what, between] of [
  ['is new', 'nothing'],
  ['continues one of unknown outcome', 'unknown'],
  ['comes again after the first was settled', 'settled'],
] as const)
  test(`a call that ${what} is not sent while nothing can be put on the record`, async (t) => {
    const api = new Wallets()
    api.add('w', { owner: 'ann', state: 'open', limit: 100 })
    const lines = new Lines()
    const store = openSqliteStore(':memory:')
    const guard = await createGuard(walletCharter(), { version: 'v1', journal: lines, truth: api, store })
    t.after(async () => {
      await guard.close().catch(() => undefined)
      await store.close()
    })
    if (between !== 'nothing') await guard.call(spend, async () => ({ kind: 'unknown', why: 'time-out' }))
    const [doubt] = await guard.doubts.list()
    if (between === 'settled') await guard.doubts.settle(doubt?.id ?? '', 'effective', 'olga', 'asked')
    lines.fail = true
    const result = await guard.call(spend, () => assert.fail('it was sent'))
    assert.ok(result.kind === 'refused' && result.refusal.code === 'unavailable')
    lines.fail = false
    const sent = await guard.call(spend, (call) => {
      assert.ok(lines.of('decision').some((each) => each.call === call && each.effect === 'allow'))
      return api.run(spend.operation, request, call)
    })
    assert.equal(sent.kind, 'answered')
    assert.equal(api.effects.length, 1)
  })
