// Every endpoint, tried by everybody: exactly those who have its power get through. Made from the table of endpoints, so that a new one is tried by itself.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import type { Endpoint, powers } from '../../src/api/endpoint.ts'
import { endpoints } from '../../src/api/endpoints.ts'
import { type Shown, show } from '../console/shown.ts'
import { clientSecret, type Idp, openIdp, rolesByGroup } from './idp.ts'
import { signInAs, type Visit, visit } from './visit.ts'

type Through = 'through' | 'not signed in' | 'not allowed'

/** What each may, written down once more: not taken from the code. */
const mayOf: Readonly<Record<string, readonly (typeof powers)[number][]>> = {
  vera: ['view'],
  audra: ['view', 'read'],
  anna: ['view', 'approve'],
  olga: ['view', 'read', 'operate'],
  adam: ['view', 'read', 'operate', 'administer'],
  both: ['view', 'read', 'approve', 'operate'],
}

const table: readonly (readonly [string, Endpoint])[] = Object.entries(endpoints)
const folder = mkdtempSync(join(tmpdir(), 'lockstep-matrix-'))
const sectionOf = (roles: string, more = ''): string =>
  `{ port: 0, ${more} sign-in: { oidc: { issuer: "${idp.issuer}", client-id: lockstep, client-secret: "\${env:OIDC}", principal: { roles: /groups }, roles: ${roles} } } }`
let idp: Idp
let shown: Shown
/** Somebody whose role was taken away since, and the console that knows. */
let removed: { readonly shown: Shown; readonly visitor: Visit }
let expired: { readonly shown: Shown; readonly visitor: Visit }

before(async () => {
  idp = await openIdp()
  const env = { OIDC: clientSecret }
  const earlier = await show(sectionOf(rolesByGroup), { env, folder })
  await idp.serve(earlier.url)
  const { cookie } = await signInAs(earlier.url, 'anna')
  const name = cookie('__Host-lockstep') ?? ''
  await earlier.close()
  const later = await show(sectionOf('{ viewer: [readers] }'), { env, folder })
  removed = { shown: later, visitor: visit(later.url) }
  removed.visitor.put('__Host-lockstep', name)
  const brief = await show(sectionOf(rolesByGroup, 'session: { idle: 400ms, longest: 400ms },'), { env })
  await idp.serve(brief.url)
  const visitor = await signInAs(brief.url, 'adam')
  assert.equal((await visitor.ask('GET', '/api/session')).status, 200)
  await new Promise((resolve) => setTimeout(resolve, 500))
  expired = { shown: brief, visitor: { ...visitor } }
  shown = await show(sectionOf(rolesByGroup), { env })
  await idp.serve(shown.url)
})
after(async () => {
  for (const each of [shown, removed?.shown, expired?.shown]) await each?.close()
  idp?.close()
  rmSync(folder, { recursive: true })
})

test('it covers every power', () => {
  const named = new Set(table.map(([, { needs }]) => needs))
  assert.ok(named.has('view') && named.has('operate') && named.has('nobody') && named.has('anybody'))
  assert.ok(table.length > 10)
})

for (const [who, visitor, console] of [
  ['nobody', () => visit(shown.url), () => shown],
  ['an expired session', () => expired.visitor, () => expired.shown],
  ['a session whose role was taken away', () => removed.visitor, () => removed.shown],
  ['a made-up session', () => madeUp(), () => shown],
] as const)
  describe(who, () => {
    for (const [name, { needs }] of table)
      test(`${name}: ${needs === 'nobody' ? 'through' : 'not signed in'}`, async () => {
        assert.equal(await tryIt(name, visitor(), console().url), needs === 'nobody' ? 'through' : 'not signed in')
      })
  })

for (const [who, may] of Object.entries(mayOf))
  describe(`${who}, who may ${may.join(', ')}`, () => {
    for (const [name, { needs }] of table) {
      const has = needs === 'nobody' || needs === 'anybody' || may.includes(needs)
      test(`${name}: ${has ? 'through' : 'not allowed'}`, async () => {
        const visitor = await signedIn(who, name)
        assert.equal(await tryIt(name, visitor, shown.url), has ? 'through' : 'not allowed')
      })
    }
  })

/** Who sees what calls carried: on the record, among what waits, and among what is in doubt. Written down once more, too. */
const seesOf: Readonly<Record<string, readonly ('record' | 'question' | 'doubt')[]>> = {
  vera: [],
  audra: ['record', 'question', 'doubt'],
  anna: ['question'],
  olga: ['record', 'question', 'doubt'],
  adam: ['record', 'question', 'doubt'],
  both: ['record', 'question', 'doubt'],
}

describe('what calls carried', () => {
  // In no name, and in no reason.
  const carried = '777'
  before(async () => {
    await shown.call('ann', '/pay', { amount: Number(carried) })
    await shown.call('ann', '/pay', { amount: 13 })
  })
  for (const [who, sees] of Object.entries(seesOf))
    test(`${who}: ${sees.length === 0 ? 'nothing' : sees.join(', ')}`, async () => {
      const visitor = await signInAs(shown.url, who)
      const read = async (path: string): Promise<Record<string, unknown>> =>
        (await (await visitor.ask('GET', path)).json()) as Record<string, unknown>
      const { questions } = (await read('/api/approvals')) as { questions: { reference: string }[] }
      const question = [questions, await read(`/api/approvals/${questions[0]?.reference}`)]
      const doubts = await read('/api/doubts')
      const size = Number((await read('/api/ledger'))['size'])
      const entries = await Promise.all([...Array(size).keys()].map((index) => read(`/api/ledger/entries/${index}`)))
      const calls = await Promise.all(callsIn(entries).map((call) => onceRead(visitor, `/api/calls/${call}`)))
      const has = (given: unknown, text: string): boolean => JSON.stringify(given).includes(text)
      const found = [
        ...(has(entries, '"content"') && has(entries, carried) ? ['record'] : []),
        ...(has(question, `"text":"${carried}"`) ? ['question'] : []),
        ...(has(doubts, '13}') ? ['doubt'] : []),
      ]
      assert.deepEqual(found, sees)
      assert.equal(has(calls, '"content"'), sees.includes('record'))
      assert.equal(has(entries, '"withheld"') && has(calls, '"withheld"'), !sees.includes('record'))
    })
})

/** What is on the record is shown a moment later. */
async function onceRead(visitor: Visit, path: string): Promise<unknown> {
  for (let tries = 0; tries < 500; tries += 1) {
    const answer = await visitor.ask('GET', path)
    if (answer.status !== 404) return answer.json()
    await pause(20)
  }
  throw new Error(`${path} is not there`)
}

function callsIn(entries: readonly Record<string, unknown>[]): readonly string[] {
  const calls = entries.map(({ text }) => (JSON.parse(String(text)) as { call?: string }).call)
  return [...new Set(calls.flatMap((call) => call ?? []))]
}

const known = new Map<string, Promise<Visit>>()

/** One session each; whatever has to do with the session itself gets one of its own. */
function signedIn(who: string, name: string): Promise<Visit> {
  const key = name.includes('/api/session') ? `${who} ${name}` : who
  const visitor = known.get(key) ?? signInAs(shown.url, who)
  known.set(key, visitor)
  return visitor
}

function madeUp(): Visit {
  const visitor = visit(shown.url)
  visitor.put('__Host-lockstep', 'A'.repeat(43))
  return visitor
}

/** With arguments that mean nothing: what comes of it is no matter, only whether it is let through to be looked at. */
async function tryIt(name: string, visitor: Visit, origin: string): Promise<Through> {
  const [method = '', template = ''] = name.split(' ')
  const path = template.replaceAll(/\{[^}]+\}/g, 'x')
  const takes = table.some(([each, { body }]) => each === name && body !== undefined)
  const answer = await visitor.ask(method, path, takes ? { body: {}, headers: { origin } } : {})
  const type = answer.headers.get('content-type') ?? ''
  // Streams of news do not end.
  const text = type.startsWith('text/event-stream') ? '' : await answer.text()
  if (type.startsWith('text/event-stream')) await answer.body?.cancel()
  if (answer.status === 401 && text.includes(':unauthenticated') && text.includes('sign in first'))
    return 'not signed in'
  if (answer.status === 403 && text.includes(':not-allowed') && text.includes('needs the power')) return 'not allowed'
  assert.ok(answer.status < 500, `${name}: ${answer.status} ${text}`)
  return 'through'
}
