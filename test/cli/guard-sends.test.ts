// A guard that sends approved calls itself, as approvers see it.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { call, guardText, openTill, type Running, run, startGuard, type Till } from './guard-stage.ts'

let till: Till
let guard: Running
before(async () => {
  till = await openTill()
  till.write('guard.yaml', `${guardText(till.url)}approvals: { send: true }\n`)
  guard = await startGuard(till.path('guard.yaml'))
})
after(async () => {
  if (guard.process.exitCode === null) guard.process.kill('SIGKILL')
  till.close()
})

test('approve says that the guard sends it, and what became of it', async () => {
  const ways = [
    { way: ['--guard', till.path('guard.yaml'), '--as', 'bea', '--roles', 'boss'], as: {} },
    { way: ['--url', guard.control], as: { LOCKSTEP_TOKEN: 'bea' } },
  ]
  for (const { way, as } of ways) {
    const { body } = await call(guard.url, 'ann', 'POST /orders', { amount: 500 })
    const id = String(body['id'])
    await call(guard.url, 'ann', `POST /orders/${id}/pay`, { amount: 500 })
    const asked = await call(guard.url, 'ann', `POST /orders/${id}/refund`, { amount: 400 })
    const reference = /"reference":"([^"]+)"/.exec(JSON.stringify(asked.body))?.[1] ?? ''
    assert.match((await run(['approve', ...way], as)).out, new RegExp(`^${reference} {2}api\\.refund by ann\n`))
    const { digest } = JSON.parse((await run(['approve', reference, '--json', ...way], as)).out)
    assert.deepEqual(await run(['approve', reference, '--shown', digest, ...way], as), {
      code: 0,
      out: 'approved: the guard sends it, and keeps the answer for its caller\n',
      error: '',
    })
    const list = ['approve', '--list', '--state', 'executed', ...way]
    const deadline = Date.now() + 5000
    for (;;) {
      const { out } = await run(list, as)
      if (out.includes(reference) || Date.now() > deadline) {
        assert.match(out, new RegExp(`^${reference} [\\s\\S]*?\\n {2}is +executed: answered with 200 as call \\S+\\n`))
        break
      }
    }
    assert.equal(till.effects.at(-1), `refund ${id} 400`)
    assert.equal((await run(['approve', ...way], as)).out, 'nothing waits\n')
    assert.equal((await run(['approve', '--state', 'refused', ...way], as)).out, 'nothing is refused\n')
  }
})
