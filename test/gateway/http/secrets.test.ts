// Secrets of a real vault on their way through the gateway: where they go, and what comes back of them.
import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { request } from 'undici'
import { linkCharter } from '../../../src/charter/link.ts'
import { parseCharter } from '../../../src/charter/parse.ts'
import { approve } from '../../guard/approve.ts'
import { type Bench, openBench, scope } from '../../vault/bench.ts'
import { type Api, exchangeBytes, notesCharter, openApi } from './api.ts'
import { type Guarded, named, openGuarded } from './stage.ts'

const key = 'planted-key-42"+/x'
const places: Readonly<Record<string, readonly string[]>> = {
  key: ['api.* as header:X-Key'],
  'in-query': ['api.listNotes as query:token'],
  'in-body': ['api.createNote as body:/auth/key', 'api.sendFile as body:/key'],
}
const kept = (name: string): string => (name === 'key' ? key : `value-of-${name}`)

let bench: Bench
let api: Api
let guarded: Guarded
let respond: (key: string) => { readonly body: Buffer | string; readonly headers?: Record<string, string> }
before(async () => {
  bench = await openBench()
  for (const [name, scopes] of Object.entries(places))
    await bench.keeper().set(name, { value: kept(name), scopes: scopes.map(scope) }, 'olga')
  api = await openApi((incoming, response) => {
    const given = String(incoming.headers['x-key'] ?? 'none')
    const { body, headers = {} } = respond(given)
    response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(body)
  })
  guarded = await openGuarded(notesCharter('allow'), {
    upstreams: { api: { url: `${api.url}/v1` } },
    identifier: named,
    vault: await bench.injector(),
    limits: { responseBytes: 100_000 },
  })
})
after(async () => {
  await guarded.close()
  await api.close()
  await bench.close()
})
beforeEach(() => {
  api.seen.length = 0
  respond = (given) => ({ body: JSON.stringify({ id: 'n1', owner: 'bob', text: `you sent ${given}` }) })
})

interface Got {
  readonly status: number
  readonly text: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
}
const ask = async (line: string, body?: string, headers: Record<string, string> = {}): Promise<Got> => {
  const [method = 'GET', path = '/'] = line.split(' ')
  const answer = await request(`${guarded.url}/v1${path}`, {
    method,
    headers: { 'x-user': 'bob', ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body }),
  })
  return { status: answer.statusCode, text: await answer.body.text(), headers: answer.headers }
}
const headerOf = (index: number, name: string): readonly string[] => {
  const { headers = [] } = api.seen[index] ?? {}
  return headers.filter((_, at) => at % 2 === 1 && headers[at - 1]?.toLowerCase() === name)
}

test('what a caller writes where a secret belongs is replaced, and what comes back says its name', async () => {
  const { status, text } = await ask('GET /notes/latest', undefined, { 'x-key': 'of the caller' })
  assert.deepEqual([status, JSON.parse(text).text], [200, 'you sent [secret key]'])
  assert.deepEqual(headerOf(0, 'x-key'), [key])
})

test('a secret goes into the query, beside what the caller asked', async () => {
  assert.equal((await ask('GET /notes?limit=5&token=mine')).status, 200)
  assert.equal(api.seen[0]?.url, '/v1/notes?limit=5&token=value-of-in-query')
})

test('a secret goes into the body, and every other number stays as it was written', async () => {
  const created = await ask('POST /notes', '{"amount": 10.10, "big": 12345678901234567890.5}')
  assert.equal(created.status, 200)
  const sent = api.seen.find(({ method }) => method === 'POST')?.body.toString() ?? ''
  assert.match(sent, /"big":12345678901234567890\.5/)
  assert.deepEqual(JSON.parse(sent).auth, { key: 'value-of-in-body' })
})

test('where it cannot be placed, nothing is sent', async () => {
  const refused = await ask('POST /files', 'bytes', { 'content-type': 'application/octet-stream' })
  assert.deepEqual([refused.status, JSON.parse(refused.text).code], [503, 'unavailable'])
  assert.deepEqual(api.seen, [])
})

test('the guard looks with secrets too: also for those who have nothing to show', async () => {
  const { status } = await ask('PUT /notes/n1', '{"text":"new"}')
  assert.equal(status, 200)
  assert.deepEqual(
    api.seen.map(({ method, url }) => `${method} ${url}`),
    ['GET /v1/notes/n1', 'PUT /v1/notes/n1'],
  )
  assert.deepEqual([headerOf(0, 'x-key'), headerOf(1, 'x-key')], [[key], [key]])
  assert.ok(!JSON.stringify(guarded.events).includes('planted'))
})

test('a request that no description has gets what is for the whole source, and its answer is looked through', async () => {
  const { text } = await ask('GET /elsewhere')
  assert.match(text, /you sent \[secret key\]/)
  const { headers } = await ask('HEAD /elsewhere')
  assert.equal(headers['lockstep-call'] !== undefined, true)
})

test('an answer that is too long to be looked at whole is looked through as it comes', async () => {
  respond = (given) => ({
    body: `${'x'.repeat(120_000)}${given}${'y'.repeat(50_000)}`,
    headers: { 'content-length': '170018' },
  })
  const { status, text, headers } = await ask('GET /notes/latest')
  assert.deepEqual([status, headers['content-length']], [200, undefined])
  assert.equal(text, `${'x'.repeat(120_000)}[secret key]${'y'.repeat(50_000)}`)
})

test('an answer without any value goes back byte for byte', async () => {
  const body = Buffer.from('{ "a" : 1.50 ,\n"b":"\\u00e9" }')
  respond = () => ({ body, headers: { etag: '"7"' } })
  const { text, headers } = await ask('GET /notes/latest')
  assert.deepEqual([text, headers['etag'], headers['content-length']], [body.toString(), '"7"', String(body.length)])
})

test('a connection that nobody can look through is not opened', async () => {
  const lines = [
    'GET /v1/socket HTTP/1.1',
    'Host: x',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    'X-User: bob',
    '',
    '',
  ]
  assert.match(await exchangeBytes(guarded.url, lines.join('\r\n')), /^HTTP\/1\.1 403 /)
  assert.deepEqual(api.seen, [])
})

test('a call that is sent later, by the guard, has its secret then', async () => {
  const text = `
lockstep: 1
name: orders
sources: [{ name: api, type: inline, operations: { send: { method: POST, path: /gifts, body: { amount: 1 }, response: { id: g1 } } } }]
actors: { clerk: {}, boss: {} }
operations: { api.send: { by: clerk, approval: yes-please } }
approvals: { yes-please: { by: boss, not: requester } }
`
  const { charter } = parseCharter([{ file: 'orders.yaml', text }])
  assert.ok(charter)
  const orders = await openGuarded(linkCharter(charter, new Map()).charter, {
    upstreams: { api: { url: api.url } },
    identifier: named,
    sendsApproved: true,
    vault: await bench.injector(),
  })
  try {
    const send = async (hold?: string): Promise<Got> => {
      const headers = {
        'content-type': 'application/json',
        'x-user': 'clerk',
        ...(hold === undefined ? {} : { 'lockstep-hold': hold }),
      }
      const answer = await request(`${orders.url}/gifts`, { method: 'POST', headers, body: '{"amount":1}' })
      return { status: answer.statusCode, text: await answer.body.text(), headers: answer.headers }
    }
    const { reference } = JSON.parse((await send()).text).approval
    assert.ok((await approve(orders.guard, reference, { id: 'boss', roles: ['boss'] })).ok)
    for (let turn = 0; turn < 200 && api.seen.length === 0; turn += 1) await pause(5)
    assert.deepEqual(headerOf(0, 'x-key'), [key])
    let given = await send(reference)
    for (let turn = 0; turn < 100 && given.status === 409; turn += 1) given = await send(reference)
    assert.match(given.text, /you sent \[secret key\]/)
  } finally {
    await orders.close()
  }
})
