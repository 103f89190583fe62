// What replaying adds up to where one of the two charters only observes.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Verdict } from '../../src/simulate/replay.ts'
import { tally } from '../../src/simulate/tally.ts'

type Mode = Verdict['mode']
type Effect = Verdict['recorded']['effect']

/** A call that was refused or allowed, and would be again. */
async function shiftsOf(effect: Effect, then: Mode, now: Mode): Promise<readonly string[]> {
  const reasons = [{ constraint: 'order.open.when', kind: 'when', outcome: 'broken', says: 'no' }] as const
  const verdict: Verdict = {
    recorded: {
      kind: 'decision',
      call: 'c1',
      at: 0,
      operation: 'api.open',
      effect,
      mode: then,
      reasons,
      obligations: [],
      switchedOff: false,
      content: { unreadable: 'not-kept' },
    },
    after: { effect, decision: { effect, reasons, obligations: [] }, lacks: [] },
    mode: now,
  }
  const { shifts, same } = await tally(verdictsOf(verdict))
  assert.equal(shifts.length + same, 1)
  return shifts.map(({ direction, before, after }) => `${direction}: ${before} → ${after}`)
}

async function* verdictsOf(verdict: Verdict): AsyncGenerator<Verdict> {
  yield verdict
}

test('what was let through because it was only observed would be refused once it is enforced', async () => {
  assert.deepEqual(await shiftsOf('deny', 'observe', 'enforce'), ['tighter: allow → deny'])
  assert.deepEqual(await shiftsOf('ask', 'observe', 'enforce'), ['tighter: allow → ask'])
  assert.deepEqual(await shiftsOf('allow', 'observe', 'enforce'), [])
})

test('what was refused would go through once it is only observed', async () => {
  assert.deepEqual(await shiftsOf('deny', 'enforce', 'observe'), ['looser: deny → allow'])
})

test('while both only observe, what they would say of a call counts', async () => {
  assert.deepEqual(await shiftsOf('deny', 'observe', 'observe'), [])
})
