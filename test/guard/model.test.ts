// Whatever order calls, looks, answers and losses come in: the effects the API saw are allowed one after the other.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Call, CallRequest, ObjectFact } from '../../src/charter/charter.ts'
import { readObject } from '../../src/charter/object-fact.ts'
import { decide } from '../../src/decide/decide.ts'
import type { Incoming, Outcome } from '../../src/guard/call.ts'
import { createGuard } from '../../src/guard/guard.ts'
import { factsFor } from '../../src/session/fold.ts'
import type { PastCall } from '../../src/session/past-call.ts'
import { openSqliteStore } from '../../src/store/sqlite/open.ts'
import { Lines, user, Wallets, walletCharter } from './wallet.ts'

const charter = walletCharter()

const calls: fc.Arbitrary<Incoming> = fc.oneof(
  fc
    .record({
      id: fc.constantFrom('w1', 'w2'),
      amount: fc.integer({ min: -1, max: 60 }),
      who: fc.constantFrom('ann', 'bob'),
    })
    .map(({ id, amount, who }) => ({
      operation: 'api.spend',
      principal: user(who),
      request: { path: { id }, body: { amount } },
    })),
  fc
    .constantFrom('w1', 'w2')
    .map((id) => ({ operation: 'api.bonus', principal: user('ann'), request: { path: { id } } })),
  fc
    .constantFrom('w1', 'w2')
    .map((id) => ({ operation: 'api.lock', principal: user('ann'), request: { path: { id } } })),
  fc
    .constantFrom('ann', 'bob')
    .map((who) => ({ operation: 'api.buy', principal: user(who), request: { body: { seat: 's1' } } })),
  fc.constantFrom('ann', 'bob').map((who) => ({ operation: 'api.ping', principal: user(who), request: {} })),
)

/** What happens to a call on its way. */
const fates = fc.constantFrom('answered', 'answered', 'answered', 'lost on the way', 'answer lost', 'refused')

interface Seen {
  readonly call: Call
  readonly object: ObjectFact | undefined
}

test('effects are allowed one after the other', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(fc.tuple(calls, fates), { minLength: 2, maxLength: 14 }),
      async (scheduler, plan) => {
        const api = new Wallets()
        for (const id of ['w1', 'w2']) api.add(id, { owner: 'ann', state: 'open', limit: 100 })
        api.add('s1', { state: 'free' })
        api.latency = () => scheduler.schedule(Promise.resolve())
        const store = openSqliteStore(':memory:')
        const lines = new Lines()
        const guard = await createGuard(charter, {
          version: 'v1',
          store,
          journal: lines,
          truth: api,
          limits: { busyMs: 2000 },
        })
        const seen: Seen[] = []
        const forward = async (incoming: Incoming, fate: string, id: string): Promise<Outcome> => {
          await api.latency()
          if (fate === 'lost on the way') return { kind: 'unknown', why: fate }
          if (fate === 'refused') return { kind: 'answered', answer: { status: 409, body: {} } }
          const object = snapshot(api, incoming.request)
          const outcome = await api.run(incoming.operation, incoming.request, id)
          const decided = lines.of('decision').find((each) => each.call === id)
          assert.ok(decided)
          seen.push({ call: { ...incoming, at: decided.at }, object })
          await api.latency()
          return fate === 'answer lost' ? { kind: 'unknown', why: fate } : outcome
        }
        const all = Promise.all(
          plan.map(([incoming, fate]) => guard.call(incoming, (id) => forward(incoming, fate, id))),
        )
        await scheduler.waitFor(all)
        guard.doubts.stop()
        await store.close()
        replay(seen)
      },
    ),
    { numRuns: Number(process.env['RUNS'] ?? 60), endOnFailure: false },
  )
})

function snapshot(api: Wallets, { path, body }: CallRequest): ObjectFact | undefined {
  const seat = typeof body === 'object' && body !== null && 'seat' in body ? String(body.seat) : undefined
  const key = seat ?? String(path?.['id'] ?? '')
  const value = structuredClone(api.objects.get(key))
  const type = charter.objects.get(seat === undefined ? 'wallet' : 'seat')
  return value === undefined || type === undefined ? undefined : readObject(type, value, { now: 0 })
}

function replay(seen: readonly Seen[]): void {
  const past: PastCall[] = []
  for (const { call, object } of seen) {
    const objects = object === undefined ? {} : { object }
    const decision = decide(charter, factsFor(charter, call, objects, past), call)
    assert.equal(
      decision.effect,
      'allow',
      `${call.operation} ${JSON.stringify(call.request)}: ${JSON.stringify(decision.reasons)}`,
    )
    past.push({ ...call, objects, ...(decision.use === undefined ? {} : { use: decision.use }) })
  }
}
