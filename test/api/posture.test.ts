// The posture over the console's API: every sign of trouble shows, and nothing does when there is none.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { rank } from '../../src/api/area/posture/risk.ts'
import { verdictOf } from '../../src/api/area/posture/verdict.ts'
import { analyse } from '../charter/fixture.ts'
import { ordersApi, ordersCharter } from '../console/orders.ts'
import { type Shown, show } from '../console/shown.ts'
import { type SignedIn, signedIn } from './signed-in.ts'

let shown: Shown
let read: SignedIn['read']
before(async () => {
  shown = await show('{ port: 0 }', { charter: ordersCharter, api: ordersApi() })
  ;({ read } = await signedIn(await shown.link()))
})
after(() => shown?.close())

test('while all is well it says so; what happens shows within a second', async () => {
  assert.equal((await read('/api/posture')).verdict.says, 'Nothing needs you: no calls in the last hour.')
  await shown.call('ann', '/orders', { amount: 10 })
  await shown.call('max', '/orders/o1/ship', {})
  const { verdict, hour, ledger } = await read('/api/posture', (posture) => posture.hour.refused === 1)
  assert.deepEqual(verdict, { says: 'Nothing needs you: 2 calls in the last hour, 1 refused.', needs: [] })
  assert.deepEqual([hour.allowed, hour.refused, hour.asked, hour.minutes.length], [1, 1, 0, 60])
  assert.equal(hour.minutes.at(-1).refused + hour.minutes.at(-2).refused, 1)
  assert.ok(ledger.size >= 4 && ledger.behind === 0 && ledger.failing === undefined)
})

test('what waits for somebody, what is off and what went astray need somebody', async () => {
  await shown.call('ann', '/orders', { amount: 500 })
  await shown.call('ann', '/orders/o2/pay', {})
  assert.equal((await shown.call('max', '/orders/o2/refund', { amount: 400 })).status, 403)
  await shown.call('ann', '/orders', { amount: 13 })
  await shown.call('ann', '/orders/o3/pay', {})
  await shown.call('ann', '/nothing', {})
  await shown.serving.core.guard.switches.off({ of: 'tenant', name: 'n', by: 'op', why: 'a test', at: Date.now() })
  const posture = await read('/api/posture', ({ day }) => day.astray === 1 && day.undescribed.refused === 1)
  assert.deepEqual(
    posture.verdict.needs.map(({ says, to }: { says: string; to: string }) => [says, to]),
    [
      ['Look at 1 object that went where nothing intends it', '/ledger?rule=astray'],
      ['Answer 1 call that waits for an approval', '/approvals'],
    ],
  )
  assert.equal(posture.verdict.says, '2 things need you.')
  assert.deepEqual([posture.approvals.n, posture.switches, posture.doubts.n], [1, 1, 0])
  assert.ok(posture.approvals.oldest <= posture.at)
  assert.deepEqual(
    posture.workflows.map(({ name, mode }: { name: string; mode: string }) => [name, mode]),
    [['selling', 'enforce']],
  )
})

const quiet = {
  severe: 0,
  slight: 0,
  unguarded: 0,
  observed: 0,
  refused: 0,
  calls: 0,
  approvals: 0,
  doubts: 0,
  toolsHeld: 0,
  toolsNoted: 0,
  astray: 0,
  undescribed: 0,
}
const well = { ...quiet, placesFailing: 0, charterRefused: false, ledgerFailing: false }

test('every sign that is worth somebody’s while is one thing to do, with a place where', () => {
  const signs = Object.keys(well).filter((name) => name !== 'refused' && name !== 'calls')
  for (const name of signs) {
    const value = typeof well[name as keyof typeof well] === 'boolean' ? true : 1
    const { says, needs } = verdictOf({ ...well, [name]: value })
    assert.deepEqual([needs.length, needs[0]?.to.startsWith('/')], [1, true], name)
    assert.match(says, /^1 (thing needs you|flaw of the API is proven and not mended; the guard)/, name)
  }
})

test('of proven flaws it says first whether the guard refuses them', () => {
  const said = (severe: number, slight: number, unguarded: number): string =>
    verdictOf({ ...well, severe, slight, unguarded }).says
  assert.equal(said(3, 1, 0), '4 flaws of the API are proven and not mended; the guard in front refuses them all.')
  assert.equal(said(1, 0, 2), '3 flaws of the API are proven and not mended; the guard refuses 1 of them.')
  assert.equal(said(0, 0, 1), '1 flaw of the API is proven and not mended; the guard does not refuse it.')
})

const desk = analyse(ordersCharter).charter

test('who reads what anybody may write and moves amounts is risky; who was only refused has reached nothing', () => {
  assert.ok(desk)
  const seen = (name: string, beside: string, effect: string, n = 1) => ({ name, beside, effect, n, first: 1, last: 2 })
  const ranked = rank(desk, [
    seen('reader', 'shop.look', 'allow'),
    seen('both', 'shop.look', 'allow'),
    seen('both', 'shop.refund', 'modify', 3),
    seen('stopped', 'shop.look', 'allow'),
    seen('stopped', 'shop.refund', 'deny', 40),
  ])
  assert.deepEqual(
    ranked.map(({ name, level, refused }) => [name, level, refused]),
    [
      ['both', 'high', 0],
      ['stopped', 'some', 40],
      ['reader', 'some', 0],
    ],
  )
  assert.deepEqual(ranked[0]?.risks, [
    { says: 'moves amounts', of: ['shop.refund'] },
    { says: 'does what needs an approval', of: ['shop.refund'] },
    { says: 'reads what anybody may have written', of: ['shop.look'] },
  ])
  assert.deepEqual(ranked[1]?.risks.at(-1), { says: '40 of 41 calls refused', of: ['shop.refund'] })
})
