// A no holds for the same values however they are written; what says anything else is another question.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Principal } from '../../src/charter/charter.ts'
import { createGuard } from '../../src/guard/guard.ts'
import { openSqliteStore } from '../../src/store/sqlite/open.ts'
import { charterOf } from '../gateway/control/api.ts'

const charter = charterOf(`
lockstep: 1
name: payments
sources:
  - name: api
    type: inline
    operations:
      pay: { method: POST, path: /payments, body: { account?: string, to?: any, amount?: any, note?: string, link?: url, phone?: any } }
      move: { method: POST, path: /moves, body: { account?: string } }
actors: { clerk: {}, boss: {} }
operations:
  api.pay: { by: clerk, approval: second }
  api.move: { by: clerk, approval: second }
approvals: { second: { by: boss, not: requester } }
`)

const clerk = (id: string): Principal => ({ id, kind: 'user', roles: ['clerk'] })
const boss: Principal = { id: 'bea', kind: 'user', roles: ['boss'] }

const refused = {
  account: 'AT611904300234573201',
  to: 'eve@evil.example',
  amount: 9000,
  link: 'https://evil.example/Pay',
  phone: '+41 44 668 18 00',
}
const same: readonly object[] = [
  refused,
  { ...refused, account: 'AT61 1904 3002 3457 3201' },
  { ...refused, account: 'at61 1904 3002 3457 3201 ' },
  { ...refused, account: 'AT61-1904-3002-3457-3201' },
  { ...refused, account: 'AT6119043\u200b00234573201' },
  { ...refused, account: 'ＡＴ611904300234573201' },
  { ...refused, to: 'Eve@Evil.example' },
  { ...refused, to: ['eve@evil.example'] },
  { ...refused, to: 'mailto:eve@evil.example' },
  { ...refused, link: 'https://evil.example/pay' },
  { ...refused, phone: '0041446681800' },
  { ...refused, phone: 41446681800 },
  { ...refused, amount: '9000' },
  { ...refused, amount: '9000.00' },
  { ...refused, amount: 9e3 },
]
const anew: readonly object[] = [
  { ...refused, account: 'AT611904300234573202' },
  { ...refused, to: 'eva@evil.example' },
  { ...refused, to: ['eve@evil.example', 'bob@corp.example'] },
  { ...refused, amount: 900 },
  { ...refused, link: 'https://evil.example/Pay?2' },
  { ...refused, note: 'as agreed' },
  { ...refused, phone: '+41 44 668 18 01' },
  { account: refused.account },
]

async function open() {
  const store = openSqliteStore(':memory:')
  const clock = { now: 1_800_000_000_000 }
  const journal = { append: async () => undefined }
  const guard = await createGuard(charter, { version: 'v', store, journal, now: () => clock.now })
  const ask = async (body: object, by = clerk('ann'), operation = 'api.pay') => {
    const result = await guard.call({ operation, principal: by, request: { body } }, async () => ({
      kind: 'answered',
      answer: { status: 200, body: {} },
    }))
    return result.kind === 'refused' ? result.refusal : undefined
  }
  const first = await ask(refused)
  await guard.approvals.answer(first?.hold?.reference ?? '', boss, { verdict: 'refuse', why: 'a fraud' })
  const close = async (): Promise<void> => {
    await guard.close()
    await store.close()
  }
  return { ask, clock, close }
}

describe('what was refused and is asked again', () => {
  for (const body of same)
    it(`stays refused: ${JSON.stringify(body)}`, async () => {
      const { ask, close } = await open()
      const again = await ask(body)
      assert.deepEqual([again?.code, again?.hold], ['approval-refused', undefined])
      assert.match(again?.detail ?? '', /a fraud/)
      await close()
    })
  for (const body of anew)
    it(`is another question: ${JSON.stringify(body)}`, async () => {
      const { ask, close } = await open()
      assert.equal((await ask(body))?.code, 'approval-needed')
      await close()
    })
  it('is another question of somebody else, for another operation, and once it is over', async () => {
    const { ask, clock, close } = await open()
    const other = { ...refused, account: 'AT61 1904 3002 3457 3201' }
    assert.equal((await ask(other, clerk('bob')))?.code, 'approval-needed')
    assert.equal((await ask(other, clerk('ann'), 'api.move'))?.code, 'approval-needed')
    clock.now += 365 * 86_400_000
    assert.equal((await ask(other))?.code, 'approval-needed')
    await close()
  })
})
