// What never becomes a call is on the record all the same, and what cannot be put there is not passed on.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { request } from 'undici'
import type { GuardEvent } from '../../../src/guard/journal.ts'
import { journalOf } from '../../../src/guard/ledger-journal.ts'
import type { Identifier } from '../../../src/identity/identity.ts'
import { openLedger } from '../../../src/ledger/ledger.ts'
import { all, entryOf } from '../../ledger/setting.ts'
import { type Api, exchangeBytes, notesCharter, openApi } from './api.ts'
import { openGuarded } from './stage.ts'

const folder = mkdtempSync(join(tmpdir(), 'lockstep-record-'))
let api: Api
before(async () => {
  api = await openApi()
})
after(async () => {
  await api.close()
  rmSync(folder, { recursive: true })
})

/** Knows eve, and that everybody else lies. */
const strict: Identifier = {
  identify: async ({ headers }) =>
    headers['authorization'] === undefined
      ? { ok: true, principal: { id: 'eve' } }
      : { ok: false, code: 'expired', why: 'the token has expired', challenge: 'Bearer error="invalid_token"' },
  close: async () => undefined,
}

async function ask(
  undescribed: 'allow' | 'deny',
  requests: readonly string[],
): Promise<{ readonly answers: readonly string[]; readonly events: readonly GuardEvent[] }> {
  const guarded = await openGuarded(notesCharter(undescribed), {
    upstreams: { api: { url: api.url } },
    identifier: strict,
  })
  const answers: string[] = []
  for (const each of requests)
    answers.push(await exchangeBytes(guarded.url, `${each}\r\nHost: a\r\nConnection: close\r\n\r\n`))
  await guarded.close()
  return { answers, events: guarded.events.filter((each) => each.kind === 'undescribed' || each.kind === 'sign-in') }
}

function callIn(answer: string | undefined): string | undefined {
  return /\r\nlockstep-call: ([0-9a-f-]{36})\r\n/i.exec(answer ?? '')?.[1]
}

test('a request that no description has, refused', async () => {
  const { answers, events } = await ask('deny', ['GET /v1/elsewhere?token=s3 HTTP/1.1'])
  assert.match(answers[0] ?? '', /^HTTP\/1\.1 404 /)
  const [event] = events
  assert.ok(event?.kind === 'undescribed')
  const { call, method, path, passed } = event
  assert.deepEqual(
    { call, method, path, passed },
    { call: callIn(answers[0]), method: 'GET', path: '/v1/elsewhere', passed: false },
  )
  assert.equal(JSON.stringify(event).includes('s3'), false)
})

test('a request that no description has, passed on, with who asked', async () => {
  const { answers, events } = await ask('allow', ['DELETE /v1/elsewhere HTTP/1.1'])
  assert.match(answers[0] ?? '', /^HTTP\/1\.1 200 /)
  const [event] = events
  assert.ok(event?.kind === 'undescribed' && event.passed)
  assert.equal(event.principal?.id, 'eve')
  assert.equal(event.call, callIn(answers[0]))
})

test('credentials that are refused, without them', async () => {
  const upgrade = 'GET /v1/socket HTTP/1.1\r\nAuthorization: Bearer s3\r\nConnection: Upgrade\r\nUpgrade: websocket'
  const { answers, events } = await ask('deny', ['GET /v1/notes HTTP/1.1\r\nAuthorization: Bearer s3', upgrade])
  for (const answer of answers) assert.match(answer, /^HTTP\/1\.1 401 /)
  assert.deepEqual(
    events.map((each) => (each.kind === 'sign-in' ? [each.call, each.accepted, each.why] : [])),
    answers.map((each) => [callIn(each), false, 'the token has expired']),
  )
  assert.equal(JSON.stringify(events).includes('s3'), false)
})

test('bytes that are no request leave no record', async () => {
  const { events } = await ask('allow', ['GET /v1//notes HTTP/1.1', 'nonsense'])
  assert.deepEqual(events, [])
})

test('in a ledger they are a decision and a sign-in; when it cannot be written, nothing is passed on', async () => {
  const ledger = await openLedger({
    storage: { type: 'sqlite', file: join(folder, 'log.db'), keys: join(folder, 'keys.db') },
    signingKey: join(folder, 'key'),
    origin: 'test/record',
    node: 'one',
    version: '1',
  })
  const guarded = await openGuarded(notesCharter('allow'), {
    upstreams: { api: { url: api.url } },
    identifier: strict,
    journal: journalOf(ledger),
  })
  await (await request(`${guarded.url}/v1/elsewhere`)).body.dump()
  await (await request(`${guarded.url}/v1/notes`, { headers: { authorization: 'Bearer s3' } })).body.dump()
  const entries = (await all(ledger)).map(entryOf)
  const decision = entries.find((each) => each.kind === 'decision')
  assert.ok(decision?.kind === 'decision')
  assert.deepEqual([decision.operation, decision.effect, decision.principal.id], ['undescribed', 'allow', 'eve'])
  assert.equal(JSON.stringify(decision).includes('elsewhere'), false, 'paths may name people: they are sealed')
  assert.equal(entries.find((each) => each.kind === 'sign-in')?.effect, 'refused')
  const before = api.seen.length
  await ledger.close()
  const late = await request(`${guarded.url}/v1/elsewhere`)
  await late.body.dump()
  assert.equal(late.statusCode, 503)
  assert.equal(api.seen.length, before)
  await guarded.close().catch(() => undefined)
})
