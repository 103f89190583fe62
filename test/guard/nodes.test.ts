// Nodes that share a store: who is alive, whatever the clocks say, and who must not send any more.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Incoming } from '../../src/guard/call.ts'
import { createGuard, type Guard } from '../../src/guard/guard.ts'
import { openSqliteStore } from '../../src/store/sqlite/open.ts'
import { Lines, user, Wallets, walletCharter } from './wallet.ts'

const spend: Incoming = {
  operation: 'api.spend',
  principal: user('ann'),
  request: { path: { id: 'w' }, body: { amount: 50 } },
}
const hour = 60 * 60_000
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

async function onStage(
  silentMs: number,
  play: (api: Wallets, node: (ahead?: number) => Promise<Guard>) => Promise<void>,
) {
  const api = new Wallets()
  api.add('w', { owner: 'ann', state: 'open', limit: 100 })
  const [store, guards] = [openSqliteStore(':memory:'), [] as Guard[]]
  try {
    await play(api, async (ahead = 0) => {
      const now = (): number => Date.now() + ahead
      const options = { version: 'v1', journal: new Lines(), truth: api, store, now, limits: { silentMs, busyMs: 50 } }
      const guard = await createGuard(walletCharter(), options)
      guards.push(guard)
      return guard
    })
  } finally {
    for (const guard of guards) await guard.close()
    await store.close()
  }
}

const send = (guard: Guard, api: Wallets): ReturnType<Guard['call']> =>
  guard.call(spend, (call) => api.run(spend.operation, spend.request, call))

test('a node is alive as long as it says so, however wrong its clock is', () =>
  onStage(900, async (api, node) => {
    const [behind, ahead] = [await node(-hour), await node(hour)]
    let go = (): void => undefined
    const sent = new Promise<void>((resolve) => {
      go = resolve
    })
    const first = behind.call(spend, async (call) => {
      await sent
      return api.run(spend.operation, spend.request, call)
    })
    await pause(1500)
    assert.deepEqual(await ahead.doubts.list(), [])
    assert.equal((await send(ahead, api)).kind, 'refused')
    go()
    assert.equal((await first).kind, 'answered')
    assert.equal((await send(ahead, api)).kind, 'answered')
  }))

test('a node that stood still sends nothing of what others may have taken for theirs', () =>
  onStage(300, async (api, node) => {
    const guard = await node()
    guard.doubts.stop()
    await pause(400)
    const result = await send(guard, api)
    assert.ok(result.kind === 'refused')
    assert.equal(result.refusal.code, 'unavailable')
    assert.equal(api.effects.length, 0)
  }))

test('nor once it is heard again, where it took its objects before it stood still', () =>
  onStage(300, async (api, node) => {
    const guard = await node()
    const { latency } = api
    let go = (): void => undefined
    const looked = new Promise<void>((resolve) => {
      go = resolve
    })
    api.latency = () => looked
    const sent = send(guard, api)
    await guard.doubts.stop()
    await pause(400)
    await guard.doubts.start()
    api.latency = latency
    go()
    const result = await sent
    assert.ok(result.kind === 'refused')
    assert.equal(result.refusal.code, 'unavailable')
    assert.equal(api.effects.length, 0)
    assert.equal((await send(guard, api)).kind, 'answered')
  }))

test('what a node that is gone took and did not send is free, and what it reserved is in doubt', () =>
  onStage(900, async (api, node) => {
    const gone = await node()
    const { latency } = api
    const never = new Promise<never>(() => undefined)
    api.latency = () => never
    void send(gone, api)
    await pause(20)
    api.latency = latency
    api.add('v', { owner: 'ann', state: 'open', limit: 100 })
    void gone.call({ ...spend, request: { ...spend.request, path: { id: 'v' } } }, () => never)
    await pause(50)
    gone.doubts.stop()
    const next = await node()
    await pause(1700)
    assert.equal((await send(next, api)).kind, 'answered')
    assert.equal((await next.doubts.list()).length, 1)
  }))
