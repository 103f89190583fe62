// Calls that the guard was sending itself when its node died: said to be what they are by the next node that looks.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Incoming, Outcome } from '../../src/guard/call.ts'
import { createGuard, type Guard } from '../../src/guard/guard.ts'
import type { HoldState, Store } from '../../src/guard/store.ts'
import { openSqliteStore } from '../../src/store/sqlite/open.ts'
import { approve } from './approve.ts'
import { boss, Lines, user, Wallets, walletCharter } from './wallet.ts'

/** Each of two approvers is shown the object, and it is looked at again when they answer. */
const looksOfApprovers = 4

const never = new Promise<never>(() => undefined)
const payout: Incoming = {
  operation: 'api.payout',
  principal: user('ann'),
  request: { path: { id: 'w' }, body: { amount: 50 } },
}

interface Stage {
  readonly api: Wallets
  readonly store: Store
  readonly lines: Lines
  node(): Promise<Guard>
  close(): Promise<void>
}

function openStage(): Stage {
  const api = new Wallets()
  api.add('w', { owner: 'ann', state: 'open', limit: 100 })
  const [store, lines, guards] = [openSqliteStore(':memory:'), new Lines(), [] as Guard[]]
  return {
    api,
    store,
    lines,
    node: async () => {
      const options = { version: 'v1', journal: lines, truth: api, store, limits: { silentMs: 900 } }
      const guard = await createGuard(walletCharter(), options)
      guards.push(guard)
      return guard
    },
    close: async () => {
      for (const guard of guards) await guard.close()
      await store.close()
    },
  }
}

/** Asks, has it approved, and leaves the node for dead while it sends. */
async function dieSending(stage: Stage, later: (call: string) => Promise<Outcome>): Promise<string> {
  const guard = await stage.node()
  const asked = await guard.call({ ...payout, later }, () => assert.fail('it was not approved'))
  assert.ok(asked.kind === 'refused' && asked.refusal.hold !== undefined)
  const { reference } = asked.refusal.hold
  for (const by of ['b1', 'b2']) await approve(guard, reference, boss(by))
  await stateOf(guard, reference, ['executing', 'executed'])
  guard.doubts.stop()
  return reference
}

async function stateOf(guard: Guard, reference: string, wanted: readonly HoldState[]): Promise<HoldState> {
  for (let turn = 0; turn < 800; turn += 1) {
    const state = (await guard.approvals.get(reference))?.state
    if (state !== undefined && wanted.includes(state)) return state
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  throw new Error('it never came')
}

const codeOf = (result: Awaited<ReturnType<Guard['call']>>): string =>
  result.kind === 'refused' ? result.refusal.code : result.kind

test('what it had not sent can be repeated by its caller', async () => {
  const stage = openStage()
  const { latency } = stage.api
  try {
    // The approved call never gets past the look at its object.
    let looks = 0
    stage.api.latency = () => {
      looks += 1
      return looks <= 1 + looksOfApprovers ? latency() : never
    }
    const reference = await dieSending(stage, () => assert.fail('it was not sent'))
    while (looks < 2 + looksOfApprovers) await new Promise((resolve) => setImmediate(resolve))
    stage.api.latency = latency
    const next = await stage.node()
    await stateOf(next, reference, ['granted'])
    const again = await next.call({ ...payout, hold: reference }, (call) =>
      stage.api.run(payout.operation, payout.request, call),
    )
    assert.equal(codeOf(again), 'answered')
    assert.equal(stage.api.effects.length, 1)
    assert.deepEqual(
      stage.lines.of('hold').map((each) => each.state),
      ['pending', 'executing', 'granted'],
    )
  } finally {
    await stage.close()
  }
})

test('what it may have sent is of unknown outcome, until somebody says that it did not happen', async () => {
  const stage = openStage()
  try {
    const reference = await dieSending(stage, () => never)
    const next = await stage.node()
    await stateOf(next, reference, ['executed'])
    const { result } = (await next.approvals.get(reference)) ?? {}
    assert.equal(result?.kind, 'unknown')
    const back = (): ReturnType<Guard['call']> =>
      next.call({ ...payout, hold: reference }, (call) => stage.api.run(payout.operation, payout.request, call))
    assert.equal(codeOf(await back()), 'outcome-unknown')
    assert.equal(await next.doubts.settle(result?.call ?? '', 'released', 'olga', 'seen'), true)
    assert.equal(codeOf(await back()), 'answered')
    assert.equal(codeOf(await next.call(payout, () => assert.fail('one approval, one call'))), 'approval-needed')
    assert.equal(stage.api.effects.length, 1)
  } finally {
    await stage.close()
  }
})

test('what it is still bringing to an end is left alone', async () => {
  const stage = openStage()
  const { latency } = stage.api
  let go = (): void => undefined
  const looked = new Promise<void>((resolve) => {
    go = resolve
  })
  try {
    const guard = await stage.node()
    const later = (call: string): Promise<Outcome> => stage.api.run(payout.operation, payout.request, call)
    const asked = await guard.call({ ...payout, later }, () => assert.fail('it was not approved'))
    assert.ok(asked.kind === 'refused' && asked.refusal.hold !== undefined)
    const { reference } = asked.refusal.hold
    // The store knows nothing of the approved call while it looks at its object.
    let looks = 0
    stage.api.latency = () => {
      looks += 1
      return looks <= looksOfApprovers ? latency() : looked
    }
    for (const by of ['b1', 'b2']) await approve(guard, reference, boss(by))
    await stateOf(guard, reference, ['executing'])
    // It looks every two seconds.
    await new Promise((resolve) => setTimeout(resolve, 2700))
    assert.equal((await guard.approvals.get(reference))?.state, 'executing')
    stage.api.latency = latency
    go()
    await stateOf(guard, reference, ['executed'])
    assert.equal((await guard.approvals.get(reference))?.result?.kind, 'answered')
  } finally {
    go()
    await stage.close()
  }
})
