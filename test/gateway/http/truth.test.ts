// Looking at objects through their API: whose eyes see what, and when nothing can be told.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { httpTruth, type Reader } from '../../../src/gateway/http/truth.ts'
import { type Api, notesCharter, openApi } from './api.ts'

const charter = notesCharter()
let api: Api
before(async () => {
  api = await openApi((incoming, response, { url }) => {
    const who = String(incoming.headers['x-user'])
    const key = url.replace('/v1/notes/', '')
    const status = /^\d+$/.test(who) ? Number(who) : 200
    if (who === 'slow') return
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(
      who === 'liar' ? '{"id":"another"}' : JSON.stringify({ note: { id: decodeURIComponent(key), by: who } }),
    )
  })
})
after(() => api.close())

const as =
  (user: string): Reader =>
  () => ({ 'x-user': user })
const own = { credentials: { 'x-user': 'caller' }, request: {} }

async function seen(key: string, readers: readonly string[], look = {}): Promise<unknown> {
  const truth = httpTruth({
    charter: () => charter,
    upstreams: { api: { url: api.url } },
    readers: { api: readers.map(as) },
    timeoutMs: 150,
  })
  const value = await truth.read({ type: 'note', key }, { request: {}, ...look })
  await truth.close()
  return value
}

const sights: readonly (readonly [name: string, readers: readonly string[], look: object, expected: unknown])[] = [
  ['the first reader who sees it', ['ann', 'eve'], own, { id: 'n1', by: 'ann' }],
  ['the next when the first may not', ['403', 'eve'], own, { id: 'n1', by: 'eve' }],
  ['the next when to the first there is none', ['404', 'eve'], own, { id: 'n1', by: 'eve' }],
  ['the caller last', ['403', '404'], own, { id: 'n1', by: 'caller' }],
  ['no such object: everybody says so', ['404', '410'], {}, null],
  ['one who may not look cannot tell', ['404', '403'], {}, undefined],
  ['an API in trouble tells nothing', ['500'], {}, undefined],
  ['an answer about another object tells nothing', ['liar'], {}, undefined],
  ['a redirect tells nothing', ['302'], {}, undefined],
  ['no answer in time tells nothing', ['slow'], {}, undefined],
  ['nobody to look', [], {}, undefined],
]
for (const [name, readers, look, expected] of sights) {
  test(name, async () => assert.deepEqual(await seen('n1', readers, look), expected))
}

test('keys are written into the path so that they stay keys', async () => {
  assert.deepEqual(await seen('../a b/ü?x', ['ann']), { id: '../a b/ü?x', by: 'ann' })
})

test('what is asked for at once for one call is asked once; later it is asked again', async () => {
  const truth = httpTruth({
    charter: () => charter,
    upstreams: { api: { url: api.url } },
    readers: { api: [as('ann')] },
  })
  const [call, other] = [{ request: {} }, { request: {} }]
  const before = api.seen.length
  await Promise.all([1, 2, 3].map(() => truth.read({ type: 'note', key: 'n1' }, call)))
  assert.equal(api.seen.length, before + 1)
  await truth.read({ type: 'note', key: 'n1' }, call)
  await truth.read({ type: 'note', key: 'n1' }, other)
  assert.equal(api.seen.length, before + 3)
  await truth.close()
})

test('a reader whose secret cannot be had fails the look, not the guard', async () => {
  const truth = httpTruth({
    charter: () => charter,
    upstreams: { api: { url: api.url } },
    readers: { api: [() => Promise.reject(new Error('no secret'))] },
  })
  assert.equal(await truth.read({ type: 'note', key: 'n1' }, { request: {} }), undefined)
  assert.equal(await truth.read({ type: 'unknown', key: 'n1' }, { request: {} }), undefined)
  await pause(0)
  await truth.close()
})
