// Systems that change by themselves, show things late, count what others do and use keys again: nothing of that is a finding.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Habit, habits, type Lapse, openBank, restlessCharter } from './restless-server.ts'
import { proveSmall } from './small-api.ts'

const people = { mia: 'member', max: 'member', cleo: 'clerk' }

async function findingsOf(has: readonly Habit[], seed: string, lapse?: Lapse, only?: string): Promise<string[]> {
  const { answer, stop } = openBank(new Set(has), lapse)
  const some = only === undefined ? {} : { only: [only] }
  try {
    const { findings } = await proveSmall({ charter: restlessCharter, people, answer, seed, ...some })
    return findings.map(({ constraint }) => constraint)
  } finally {
    stop()
  }
}

const sound: readonly (readonly [string, readonly Habit[]])[] = [
  ['1', ['drift']],
  ['4', ['lag']],
  ['2', habits],
]
for (const [seed, has] of sound)
  test(`sound, with ${has.join(', ')}`, async () => assert.deepEqual(await findingsOf(has, seed), []))

const flawed: readonly (readonly [Lapse, string, string, readonly Habit[]])[] = [
  ['pays-for-others', 'shop.pay', 'order.pay.by', ['drift', 'interest', 'crowd', 'job', 'reuse', 'shuffle']],
  ['withdraws-frozen', 'shop.withdraw', 'account.withdraw.from', ['crowd', 'job', 'reuse', 'shuffle']],
]
for (const [lapse, only, constraint, has] of flawed)
  test(`${lapse}, with ${has.join(', ')}`, async () =>
    assert.deepEqual(await findingsOf(has, '1', lapse, only), [constraint]))
