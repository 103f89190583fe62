// A guard that is killed between the record and its messages: after the next start every one arrives, signed, under one id.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { receiver, secret, until } from '../api/notice-stage.ts'
import { env, guardText, openTill, type Running, startGuard } from './guard-stage.ts'

const count = 30

test('messages survive SIGKILL of the guard and of the receiver', async () => {
  const till = await openTill()
  let guard: Running | undefined
  // The first time a message of the middle comes, whoever sent it dies before it learns that it arrived.
  let killed = false
  const there = await receiver(({ body }) => {
    if (killed || body['subject'] !== `agent/bot-${count / 2}`) return 204
    killed = true
    guard?.process.kill('SIGKILL')
    return 0
  })
  till.write('hook.secret', secret)
  const notify = `  notify: [{ url: "${there.url}", secret: "\${file:hook.secret}" }]\n`
  till.write('guard.yaml', guardText(till.url).replace('control:\n', `control:\n${notify}`))
  try {
    guard = await startGuard(till.path('guard.yaml'))
    const { control, process } = guard
    const done: string[] = []
    for (let at = 0; at < count; at += 1) {
      const name = `bot-${at}`
      const put = await fetch(`${control}/v1/switches/agent/${name}`, {
        method: 'PUT',
        headers: { authorization: `Bearer ${env.OPS_TOKEN}`, 'content-type': 'application/json' },
        body: JSON.stringify({ why: 'a test' }),
      }).catch(() => undefined)
      if (put?.ok === true) done.push(`agent/${name}`)
    }
    if (process.exitCode === null && process.signalCode === null) await once(process, 'exit')
    assert.equal(process.signalCode, 'SIGKILL')
    const before = there.heard.length
    assert.ok(before < done.length, `${before} of ${done.length} were told before`)
    guard = await startGuard(till.path('guard.yaml'))
    const told = (): Set<unknown> => new Set(there.heard.map(({ body }) => body['subject']))
    await until(() => done.every((each) => told().has(each)), 'every message')
    const bySubject = new Map<unknown, Set<unknown>>()
    for (const { id, body } of there.heard) {
      assert.ok(id !== undefined, 'signed')
      bySubject.set(body['subject'], (bySubject.get(body['subject']) ?? new Set()).add(id))
    }
    assert.ok([...bySubject.values()].every((ids) => ids.size === 1))
    assert.equal(new Set(there.heard.map(({ id }) => id)).size, bySubject.size)
    assert.equal(await guard.stop(), 0)
  } finally {
    guard?.process.kill('SIGKILL')
    await there.close()
    till.close()
  }
})
