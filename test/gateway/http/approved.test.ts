// A call that waits for somebody and is then sent by the gateway itself: the very bytes, with the credentials of its caller.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { request } from 'undici'
import { linkCharter } from '../../../src/charter/link.ts'
import { parseCharter } from '../../../src/charter/parse.ts'
import { approve } from '../../guard/approve.ts'
import { type Api, openApi } from './api.ts'
import { type Guarded, named, openGuarded } from './stage.ts'

const text = `
lockstep: 1
name: orders
sources:
  - name: api
    type: inline
    operations:
      send: { method: POST, path: /gifts, body: { amount: 1 }, response: { id: g1 } }
actors: { clerk: {}, boss: {} }
operations:
  api.send: { by: clerk, approval: yes-please }
approvals:
  yes-please: { by: boss, not: requester }
`
let api: Api
let guarded: Guarded
before(async () => {
  const { charter } = parseCharter([{ file: 'orders.yaml', text }])
  assert.ok(charter)
  api = await openApi((_, response) => {
    response.writeHead(201, { 'content-type': 'application/json' }).end('{"id":"g1"}')
  })
  guarded = await openGuarded(linkCharter(charter, new Map()).charter, {
    upstreams: { api: { url: api.url } },
    identifier: named,
    sendsApproved: true,
  })
})
after(async () => {
  await guarded.close()
  await api.close()
})

const body = '{ "amount" : 1.50, "for":"é" }'
const ask = async (hold?: string): Promise<{ status: number; body: Record<string, unknown> }> => {
  const headers = { 'content-type': 'application/json', 'x-user': 'clerk', ...(hold ? { 'lockstep-hold': hold } : {}) }
  const answer = await request(`${guarded.url}/gifts`, { method: 'POST', headers, body })
  const parsed: unknown = await answer.body.json()
  return { status: answer.statusCode, body: Object(parsed) }
}

test('is sent when it is approved, and its answer waits for the caller', async () => {
  const first = await ask()
  assert.equal(first.status, 403)
  const { reference, sentBy } = Object(first.body['approval'])
  assert.equal(sentBy, 'guard')
  assert.equal(api.seen.length, 0)
  assert.ok((await approve(guarded.guard, reference, { id: 'boss', roles: ['boss'] })).ok)
  for (let turn = 0; turn < 200 && api.seen.length === 0; turn += 1) await pause(5)
  const [sent] = api.seen
  assert.equal(sent?.body.toString('utf8'), body)
  assert.ok(sent.headers.includes('clerk'), 'the credentials of the caller')
  let again = await ask(reference)
  for (let turn = 0; turn < 100 && again.body['code'] === 'repeat-in-flight'; turn += 1) again = await ask(reference)
  assert.deepEqual(again, { status: 201, body: { id: 'g1' } })
  assert.equal(api.seen.length, 1)
})
