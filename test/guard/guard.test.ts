import assert from 'node:assert/strict'
import { afterEach, describe, it } from 'node:test'
import type { Incoming, Outcome } from '../../src/guard/call.ts'
import { createGuard, type Guard, type GuardOptions } from '../../src/guard/guard.ts'
import type { HoldState, Store } from '../../src/guard/store.ts'
import { openSqliteStore } from '../../src/store/sqlite/open.ts'
import { approve } from './approve.ts'
import { answered, boss, Lines, user, Wallets, walletCharter } from './wallet.ts'

interface World {
  readonly api: Wallets
  readonly lines: Lines
  readonly guard: Guard
  readonly store: Store
  send(incoming: Incoming): ReturnType<Guard['call']>
}

const open: World[] = []

async function world(options: Partial<GuardOptions> = {}): Promise<World> {
  const api = new Wallets()
  api.add('w', { owner: 'ann', state: 'open', limit: 100 })
  api.add('s', { state: 'free' })
  const lines = new Lines()
  const store = options.store ?? openSqliteStore(':memory:')
  const guard = await createGuard(walletCharter(), { version: 'v1', journal: lines, truth: api, ...options, store })
  const send = (incoming: Incoming): ReturnType<Guard['call']> =>
    guard.call(incoming, (call) => api.run(incoming.operation, incoming.request, call))
  const made = { api, lines, guard, store, send }
  open.push(made)
  return made
}

afterEach(async () => {
  for (const { guard, store } of open.splice(0)) {
    await guard.close().catch(() => undefined)
    await store.close()
  }
})

const spend = (amount: number, more: Partial<Incoming> = {}): Incoming => ({
  operation: 'api.spend',
  principal: user('ann'),
  request: { path: { id: 'w' }, body: { amount } },
  ...more,
})

const codeOf = (result: Awaited<ReturnType<Guard['call']>>): string | number =>
  result.kind === 'refused'
    ? result.refusal.code
    : result.kind === 'answered'
      ? result.answer.status
      : result.outcome.kind

describe('one call', () => {
  it('is let through when the charter allows it, and refused otherwise without reaching the API', async () => {
    const { api, send } = await world()
    assert.equal(codeOf(await send(spend(40))), 200)
    assert.equal(codeOf(await send(spend(-1))), 'denied')
    assert.equal(codeOf(await send(spend(10, { principal: user('bob') }))), 'denied')
    assert.equal(codeOf(await send(spend(10, { operation: 'api.nothing' }))), 'denied')
    assert.equal(codeOf(await send(spend(61))), 'denied')
    assert.equal(codeOf(await send(spend(60))), 200)
    assert.deepEqual(
      api.effects.map((each) => each.amount),
      [40, 60],
    )
  })

  it('gives back what it reserved when the API refuses', async () => {
    const { guard, send } = await world()
    const refused = await guard.call(spend(100), async () => answered(409, { error: 'no' }))
    assert.equal(codeOf(refused), 409)
    assert.equal(codeOf(await send(spend(100))), 200)
    assert.equal(codeOf(await send(spend(1))), 'denied')
  })

  it('is not sent when it cannot be put on the record', async () => {
    const { api, lines, send } = await world()
    lines.fail = true
    assert.equal(codeOf(await send(spend(100))), 'unavailable')
    assert.equal(api.effects.length, 0)
    lines.fail = false
    assert.equal(codeOf(await send(spend(100))), 200)
  })

  it('shows an object only to those who may read it', async () => {
    const { send } = await world()
    const view = (id: string): Incoming => ({
      operation: 'api.get',
      principal: user(id),
      request: { path: { id: 'w' } },
    })
    const get = (incoming: Incoming): ReturnType<Guard['call']> => send(incoming)
    assert.equal(codeOf(await get(view('ann'))), 200)
    assert.equal(codeOf(await get(view('bob'))), 'denied')
  })
})

describe('many calls at once', () => {
  it('never overrun a limit', async () => {
    const { api, send } = await world()
    const results = await Promise.all(Array.from({ length: 50 }, () => send(spend(7))))
    assert.equal(results.filter((each) => codeOf(each) === 200).length, 14)
    assert.equal(api.effects.length, 14)
  })

  it('use a single use once, and sell a seat once', async () => {
    const { api, send } = await world()
    const bonus: Incoming = { operation: 'api.bonus', principal: user('ann'), request: { path: { id: 'w' } } }
    const buy = (id: string): Incoming => ({
      operation: 'api.buy',
      principal: user(id),
      request: { body: { wallet: 'w', seat: 's' } },
    })
    await Promise.all(Array.from({ length: 25 }, (_, index) => [send(bonus), send(buy(`u${index}`))]).flat())
    assert.equal(api.effects.filter((each) => each.operation === 'api.bonus').length, 1)
    assert.equal(api.effects.filter((each) => each.operation === 'api.buy').length, 1)
  })

  it('keep a pace', async () => {
    const { api, send } = await world()
    const ping: Incoming = { operation: 'api.ping', principal: user('ann'), request: {} }
    await Promise.all(Array.from({ length: 20 }, () => send(ping)))
    assert.equal(api.effects.length, 5)
  })
})

describe('the same idempotency key', () => {
  const keyed = (amount: number): Incoming => ({
    operation: 'api.spend',
    principal: user('ann'),
    request: { path: { id: 'w' }, header: { 'Idempotency-Key': 'one' }, body: { amount } },
  })

  it('has one effect and one answer', async () => {
    const { api, send } = await world()
    const results = await Promise.all(Array.from({ length: 10 }, () => send(keyed(60))))
    assert.equal(api.effects.length, 1)
    assert.ok(results.some((each) => codeOf(each) === 200))
    assert.equal(codeOf(await send(keyed(60))), 200)
    assert.equal(codeOf(await send(keyed(61))), 'repeat-differs')
    assert.equal(api.effects.length, 1)
  })

  it('continues a call of unknown outcome', async () => {
    const { api, guard, send } = await world()
    await guard.call(keyed(60), async () => ({ kind: 'unknown', why: 'time-out' }))
    assert.equal(codeOf(await send(spend(1))), 'outcome-unknown')
    assert.equal(codeOf(await send(keyed(60))), 200)
    assert.equal(codeOf(await send(spend(41))), 'denied')
    assert.equal(codeOf(await send(spend(40))), 200)
    assert.equal(api.effects.length, 2)
  })
})

describe('the same idempotency key after an operator settled the call', () => {
  it('gets the answer of the API and counts nothing twice', async () => {
    const { guard, send } = await world()
    const keyed: Incoming = spend(60, {
      request: { path: { id: 'w' }, header: { 'Idempotency-Key': 'two' }, body: { amount: 60 } },
    })
    await guard.call(keyed, async () => ({ kind: 'unknown', why: 'time-out' }))
    const [doubt] = await guard.doubts.list()
    assert.ok(doubt)
    await guard.doubts.settle(doubt.id, 'effective', 'olga', 'the bank said so')
    assert.equal(codeOf(await send(keyed)), 200)
    assert.equal(codeOf(await send(keyed)), 200)
    assert.equal(codeOf(await send(spend(41))), 'denied')
    assert.equal(codeOf(await send(spend(40))), 200)
  })
})

describe('a call of unknown outcome', () => {
  it('keeps the object until the truth shows that it happened', async () => {
    const { api, guard, send } = await world()
    await guard.call(spend(60), async (call) => {
      await api.run('api.spend', spend(60).request, call)
      return { kind: 'unknown', why: 'time-out' }
    })
    assert.equal(codeOf(await send(spend(41))), 'denied')
    assert.equal(codeOf(await send(spend(40))), 200)
  })

  it('or until an operator says that it did not', async () => {
    const { guard, send, lines } = await world()
    await guard.call(spend(60), async () => ({ kind: 'unknown', why: 'time-out' }))
    const [doubt] = await guard.doubts.list()
    assert.ok(doubt)
    assert.equal(codeOf(await send(spend(1))), 'outcome-unknown')
    assert.equal(await guard.doubts.settle(doubt.id, 'released', 'olga', 'the bank said so'), true)
    assert.equal(codeOf(await send(spend(100))), 200)
    assert.equal(lines.of('settled').length, 1)
  })
})

const payout = (amount: number): Incoming => ({
  operation: 'api.payout',
  principal: user('ann'),
  request: { path: { id: 'w' }, body: { amount } },
})

describe('an approval', () => {
  it('is asked once, given by different entitled people, and used up', async () => {
    const { api, guard, send } = await world()
    assert.equal(codeOf(await send(payout(5))), 200)
    const first = await send(payout(50))
    const again = await send(payout(50))
    assert.ok(first.kind === 'refused' && again.kind === 'refused')
    const reference = first.refusal.hold?.reference ?? ''
    assert.equal(again.refusal.hold?.reference, reference)
    assert.equal((await approve(guard, reference, user('bob'))).ok, false)
    assert.equal((await approve(guard, reference, { ...boss('ann'), roles: ['boss', 'user'] })).ok, false)
    assert.deepEqual(await approve(guard, reference, boss('b1')), { ok: true, state: 'pending' })
    assert.equal((await approve(guard, reference, boss('b1'))).ok, false)
    assert.equal(codeOf(await send(payout(50))), 'approval-needed')
    assert.deepEqual(await approve(guard, reference, boss('b2')), { ok: true, state: 'granted' })
    assert.equal(codeOf(await send(payout(51))), 'approval-needed')
    const results = await Promise.all(Array.from({ length: 10 }, () => send(payout(50))))
    assert.equal(results.filter((each) => codeOf(each) === 200).length, 1)
    assert.equal(api.effects.length, 2)
  })

  it('that is refused stays refused', async () => {
    const { guard, send } = await world()
    const first = await send(payout(50))
    assert.ok(first.kind === 'refused')
    await guard.approvals.answer(first.refusal.hold?.reference ?? '', boss('b1'), { verdict: 'refuse', why: 'no' })
    assert.equal(codeOf(await send(payout(50))), 'approval-refused')
  })

  it('may stand for a class of calls, as far as the charter says', async () => {
    const { api, guard, send } = await world()
    const bound = { operation: 'api.payout', principal: 'ann', atMost: 30, uses: 2, expires: Date.now() + 60_000 }
    assert.ok('problem' in (await guard.approvals.stand('four-eyes', user('ann'), bound)))
    assert.ok('problem' in (await guard.approvals.stand('four-eyes', boss('b1'), { ...bound, uses: 6 })))
    for (const by of ['b1', 'b2']) assert.ok('grant' in (await guard.approvals.stand('four-eyes', boss(by), bound)))
    assert.equal(codeOf(await send(payout(31))), 'approval-needed')
    const results = await Promise.all(Array.from({ length: 5 }, () => send(payout(30))))
    assert.equal(results.filter((each) => codeOf(each) === 200).length, 2)
    assert.equal(api.effects.length, 2)
  })

  it('can be waited for by the call itself', async () => {
    const { guard, send } = await world({ limits: { waitMs: 5000 } })
    const waiting = send(payout(50))
    for (;;) {
      const [question] = await guard.approvals.list()
      if (question === undefined) {
        await new Promise((resolve) => setTimeout(resolve, 5))
        continue
      }
      for (const by of ['b1', 'b2']) await approve(guard, question.reference, boss(by))
      break
    }
    assert.equal(codeOf(await waiting), 200)
  })
})

describe('a call that the guard sends itself', () => {
  const until = async <T>(look: () => Promise<T | undefined>): Promise<T> => {
    for (let turn = 0; turn < 500; turn += 1) {
      const found = await look()
      if (found !== undefined) return found
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    throw new Error('it never came')
  }
  const held = async ({ api, guard }: World, outcome?: Outcome) => {
    const incoming = payout(50)
    const later = async (call: string): Promise<Outcome> => outcome ?? api.run('api.payout', incoming.request, call)
    const asked = await guard.call({ ...incoming, later }, () => assert.fail('it was not approved'))
    assert.ok(asked.kind === 'refused' && asked.refusal.hold?.sentBy === 'guard')
    const { reference } = asked.refusal.hold
    return { reference, back: { ...incoming, hold: reference } }
  }
  const approveBoth = async ({ guard }: World, reference: string): Promise<void> => {
    for (const by of ['b1', 'b2']) assert.ok((await approve(guard, reference, boss(by))).ok)
  }
  const stateOf = ({ guard }: World, reference: string, state: HoldState) =>
    until(async () => ((await guard.approvals.get(reference))?.state === state ? true : undefined))

  it('is sent once, when it is approved, and its caller gets the answer as often as they come back', async () => {
    const made = await world()
    const { reference, back } = await held(made)
    assert.equal(made.api.effects.length, 0)
    await approveBoth(made, reference)
    await stateOf(made, reference, 'executed')
    const answers = await Promise.all([made.send(back), made.send(back)])
    for (const answer of answers)
      assert.ok(answer.kind === 'answered' && answer.answer.text?.includes('"state":"open"'))
    assert.equal(made.api.effects.length, 1)
    assert.equal(codeOf(await made.send({ ...back, principal: user('bob') })), 'denied')
    const states = made.lines.of('hold').map((each) => each.state)
    assert.deepEqual(states, ['pending', 'executing', 'executed'])
  })

  it('is never sent when it is refused', async () => {
    const made = await world()
    const { reference, back } = await held(made)
    await made.guard.approvals.answer(reference, boss('b1'), { verdict: 'refuse', why: 'no' })
    assert.equal(codeOf(await made.send(back)), 'approval-refused')
    assert.equal(made.api.effects.length, 0)
  })

  it('stays approved when it did not get through, for its caller to repeat', async () => {
    for (const outcome of [{ kind: 'not-sent', why: 'down' }, answered(401, { error: 'expired' })] as const) {
      const made = await world()
      const { reference, back } = await held(made, outcome)
      await approveBoth(made, reference)
      await until(async () => ((await made.guard.approvals.get(reference))?.result === undefined ? undefined : true))
      assert.equal((await made.guard.approvals.get(reference))?.state, 'granted')
      assert.equal(codeOf(await made.send(back)), 200)
      assert.equal(made.api.effects.length, 1)
    }
  })

  it('is in doubt for its caller too, when nobody knows what became of it', async () => {
    const made = await world()
    const { reference, back } = await held(made, { kind: 'unknown', why: 'time-out' })
    await approveBoth(made, reference)
    await stateOf(made, reference, 'executed')
    assert.equal(codeOf(await made.send(back)), 'outcome-unknown')
  })
})

describe('what counts once', () => {
  it('counts once on all nodes, however many come at the same moment, until it is given back', async () => {
    const first = await world()
    const second = await world({ store: first.store })
    const nodes = [first.guard.replays, second.guard.replays]
    const firsts = await Promise.all(Array.from({ length: 20 }, (_, index) => nodes[index % 2]?.remember('proof')))
    assert.equal(firsts.filter(Boolean).length, 1)
    assert.equal(await nodes[1]?.remember('another'), true)
    await nodes[1]?.giveBack('proof')
    assert.equal(await nodes[0]?.remember('proof'), true)
    open.pop()
    await second.guard.close()
  })
})

describe('a switch', () => {
  it('stops whatever it names until it is turned back', async () => {
    const { guard, send, lines } = await world()
    for (const [of, name] of [
      ['principal', 'ann'],
      ['operation', 'api.spend'],
      ['object', 'wallet/w'],
    ] as const) {
      await guard.switches.off({ of, name, by: 'olga', why: 'test', at: Date.now() })
      assert.equal(codeOf(await send(spend(1))), 'switched-off', of)
      assert.equal((await guard.evaluate(spend(1))).refusal?.code, 'switched-off', of)
      assert.equal(await guard.switches.on(of, name, 'olga', 'over', Date.now()), true)
      assert.equal(codeOf(await send(spend(1))), 200, of)
    }
    assert.equal(lines.of('switch').length, 6)
  })
})
