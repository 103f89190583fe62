// A guarded `fetch` against a real server: what is refused never leaves, what leaves is settled.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { after, before, describe, it } from 'node:test'
import { type GuardedFetch, guardFetch } from '../../../src/gateway/middleware/fetch.ts'
import { truthOf } from '../../../src/gateway/middleware/truth.ts'
import { createGuard, type Guard } from '../../../src/guard/guard.ts'
import { openSqliteStore } from '../../../src/store/sqlite/open.ts'
import { Lines, user } from '../../guard/wallet.ts'
import { Notes, notesCharter } from './notes.ts'

describe('a guarded fetch', () => {
  const notes = new Notes()
  const lines = new Lines()
  const store = openSqliteStore(':memory:')
  const bodies: string[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      bodies.push(`${request.method} ${request.url} ${Buffer.concat(chunks)}`)
      if (request.url === '/v1/notes/n/fail') request.socket.destroy()
      else if (request.url === '/v1/say') response.writeHead(302, { location: 'http://elsewhere.example/' }).end()
      else
        response
          .writeHead(200, { 'content-type': 'application/json', etag: '"e"' })
          .end(JSON.stringify(notes.all.get('n')))
    })
  })
  let guard: Guard
  let send: GuardedFetch
  let url = ''
  before(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const bound = server.address()
    url = `http://127.0.0.1:${typeof bound === 'object' ? bound?.port : 0}/v1`
    const truth = truthOf((_type, key) => notes.all.get(key))
    guard = await createGuard(notesCharter(), { version: 'v1', journal: lines, truth, store })
    send = guardFetch(guard, fetch, { upstreams: { api: url }, principal: user('ann') })
  })
  after(async () => {
    server.close()
    await guard.close()
    await store.close()
  })
  const spend = (body: string, to = 'spend'): Promise<Response> =>
    send(`${url}/notes/n/${to}`, { method: 'POST', body, headers: { 'content-type': 'application/json' } })
  const codeOf = async (response: Response): Promise<unknown> => Reflect.get(Object(await response.json()), 'code')

  it('sends what may go, as it is, and takes out what must not be seen', async () => {
    const response = await spend('{"amount": 10.50}')
    assert.equal(response.status, 200)
    assert.equal(bodies.at(-1), 'POST /v1/notes/n/spend {"amount": 10.50}')
    const view = await send(`${url}/notes/n`)
    assert.deepEqual(await view.json(), { id: 'n', owner: 'ann', state: 'open', limit: 100 })
    assert.equal(view.headers.get('etag'), null)
    assert.equal(lines.of('outcome')[0]?.effect, 'effective')
  })

  it('sends nothing that is refused, nor to places the charter does not know', async () => {
    const sent = bodies.length
    assert.equal(await codeOf(await spend('{"amount":1000}')), 'denied')
    assert.equal(await codeOf(await spend('{"amount":1,"amount":2}')), 'malformed')
    assert.equal(await codeOf(await send(`${url}/other`)), 'undescribed')
    assert.equal(await codeOf(await send('http://127.0.0.1:1/v1/notes/n')), 'undescribed')
    assert.equal(await codeOf(await send(`${new URL(url).origin}/v10/notes/n`)), 'undescribed')
    assert.equal(bodies.length, sent)
  })

  it('follows no redirect, and knows what it does not know', async () => {
    const said = await send(`${url}/say`, {
      method: 'POST',
      body: '{"text":"x"}',
      headers: { 'content-type': 'application/json' },
    })
    assert.equal(said.status, 302)
    await assert.rejects(send(`${url}/notes/n/fail`, { method: 'POST' }), TypeError)
    assert.equal(lines.of('outcome').at(-1)?.effect, 'in-doubt')
    assert.equal(await codeOf(await spend('{"amount":1}')), 'outcome-unknown')
  })

  it('gives back what never left', async () => {
    const fresh = await createGuard(notesCharter(), {
      version: 'v1',
      journal: lines,
      truth: truthOf((_type, key) => notes.all.get(key)),
      store: openSqliteStore(':memory:'),
    })
    const gone = createServer()
    await new Promise<void>((resolve) => gone.listen(0, '127.0.0.1', resolve))
    const bound = gone.address()
    const api = `http://127.0.0.1:${typeof bound === 'object' ? bound?.port : 0}`
    await new Promise((resolve) => gone.close(resolve))
    const closed = guardFetch(fresh, fetch, { upstreams: { api }, principal: user('ann') })
    const to = `${api}/notes/n/spend`
    await assert.rejects(
      closed(to, { method: 'POST', body: '{"amount":90}', headers: { 'content-type': 'application/json' } }),
    )
    assert.equal((await fresh.doubts.list()).length, 0)
    await fresh.close()
  })
})
