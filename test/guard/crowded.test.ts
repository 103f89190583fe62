// Somebody who asks without end pushes nobody else's question out of the list of those who answer.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Principal } from '../../src/charter/charter.ts'
import { createGuard } from '../../src/guard/guard.ts'
import { openSqliteStore } from '../../src/store/sqlite/open.ts'
import { charterOf } from '../gateway/control/api.ts'
import { answered, Lines } from './wallet.ts'

const charter = charterOf(`
lockstep: 1
name: mail
sources: [{ name: api, type: inline, operations: { mail: { method: POST, path: /mails, body: { text: string } } } }]
actors: { clerk: {}, head: {}, bot: { kind: agent, acts-for: clerk } }
operations: { api.mail: { by: clerk, approval: second } }
approvals: { second: { by: head, not: requester } }
`)

test('of one caller the last questions wait, of everybody else all', async () => {
  const store = openSqliteStore(':memory:')
  const lines = new Lines()
  const guard = await createGuard(charter, { version: 'v1', store, journal: lines })
  const clerk = (id: string): Principal => ({ id, kind: 'user', roles: ['clerk'] })
  const bot: Principal = { id: 'bot', kind: 'agent', roles: ['bot'], chain: [clerk('ann')] }
  const ask = async (principal: Principal, text: string): Promise<string> => {
    const call = { operation: 'api.mail', principal, request: { body: { text } } }
    const result = await guard.call(call, async () => answered(200, {}))
    return result.kind === 'refused' ? (result.refusal.hold?.reference ?? '') : result.kind
  }
  try {
    const others = [await ask(clerk('ben'), 'a'), await ask({ ...bot, chain: [clerk('ben')] }, 'b')]
    const own: string[] = []
    for (let number = 0; number < 420; number += 1) own.push(await ask(bot, String(number)))
    const waiting = (await guard.approvals.list()).map(({ reference }) => reference)
    assert.equal(waiting.length, 202)
    for (const each of [...others, own.at(-1) ?? '', own.at(-200) ?? '']) assert.ok(waiting.includes(each))
    assert.equal((await guard.approvals.get(own[0] ?? ''))?.state, 'cancelled')
    assert.equal(await ask(bot, '419'), own.at(-1))
    assert.equal(lines.of('hold').filter(({ state }) => state === 'cancelled').length, 220)
  } finally {
    await guard.close()
    await store.close()
  }
})
