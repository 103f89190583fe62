// The same cases through real Express, Fastify and Hono: refused before the handler, answers filtered, outcomes settled.
import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import express from 'express'
import { guardExpress } from '../../../src/gateway/middleware/express.ts'
import { frameworks, openWorld, type World } from './notes.ts'

const asAnn = { authorization: 'Bearer person-ann' }
const asBoss = { authorization: 'Bearer person-boss:eve' }
const json = { 'content-type': 'application/json' }

for (const [name, start] of Object.entries(frameworks)) {
  describe(name, () => {
    let world: World
    before(async () => {
      world = await openWorld(start)
    })
    after(() => world.close())

    const send = (path: string, init: RequestInit = {}): Promise<Response> => fetch(`${world.url}${path}`, init)
    const spend = (body: string, headers: Record<string, string> = {}): Promise<Response> =>
      send('/notes/n/spend', { method: 'POST', body, headers: { ...json, ...asAnn, ...headers } })
    const codeOf = async (response: Response): Promise<unknown> => Reflect.get(Object(await response.json()), 'code')
    const until = async (ok: () => boolean): Promise<void> => {
      for (let tries = 0; tries < 100 && !ok(); tries += 1) await pause(10)
    }

    it('gives the handler what was judged, and settles what it answers', async () => {
      const response = await spend('{"amount":10.50, "note":"ü"}')
      assert.equal(response.status, 200)
      assert.deepEqual(await response.json(), { ok: true })
      const { body, text } = world.notes.seen.at(-1) ?? {}
      assert.deepEqual(body, { amount: 10.5, note: 'ü' })
      if (text !== undefined) assert.equal(text, '{"amount":10.50, "note":"ü"}')
      const call = response.headers.get('lockstep-call')
      await until(() => world.lines.of('outcome').some((each) => each.call === call))
      const outcome = world.lines.of('outcome').find((each) => each.call === call)
      assert.equal(outcome?.effect, 'effective')
    })

    it('refuses before the handler', async () => {
      const seen = world.notes.seen.length
      const over = await spend('{"amount":1000}')
      assert.equal(over.status, 403)
      assert.match(over.headers.get('content-type') ?? '', /problem\+json/)
      assert.equal(await codeOf(over), 'denied')
      assert.equal(await codeOf(await spend('{"amount":1,"amount":2}')), 'malformed')
      assert.equal(await codeOf(await spend('{"amount":1', {})), 'malformed')
      assert.equal(await codeOf(await spend(`{"amount":1,"pad":"${'x'.repeat(20_000)}"}`)), 'too-large')
      const unknown = await spend('{"amount":1}', { authorization: 'Bearer nobody' })
      assert.equal(unknown.status, 401)
      assert.equal(unknown.headers.get('www-authenticate'), 'Bearer')
      assert.equal(await codeOf(await send('/notes/n', { headers: { authorization: 'Bearer person-bob' } })), 'denied')
      assert.equal(await codeOf(await send('/other', { headers: asAnn })), 'undescribed')
      assert.equal(await codeOf(await send('/Notes/n', { headers: asAnn })), 'malformed')
      assert.equal(world.notes.seen.length, seen)
    })

    it('takes out of answers what must not be seen', async () => {
      const own = await send('/notes/n', { headers: asAnn })
      assert.equal(own.status, 200)
      const text = await own.text()
      assert.ok(!text.includes('s3cret'), text)
      assert.equal(Reflect.get(Object(JSON.parse(text)), 'owner'), 'ann')
      assert.equal(own.headers.get('content-length'), String(Buffer.byteLength(text)))
      assert.equal(own.headers.get('cache-control'), 'private, no-store')
      assert.equal(own.headers.get('etag'), null)
      assert.deepEqual(own.headers.getSetCookie(), ['a=1', 'b=2'])
      assert.match(await (await send('/notes/n', { headers: asBoss })).text(), /s3cret/)
      const list = Reflect.get(Object(await (await send('/notes', { headers: asAnn })).json()), 'notes')
      assert.deepEqual(list, [{ id: 'n', owner: 'ann', state: 'open', limit: 100 }])
    })

    it('judges a HEAD as its GET', async () => {
      const head = (headers: Record<string, string>): Promise<Response> => send('/notes/n', { method: 'HEAD', headers })
      assert.equal((await head({ authorization: 'Bearer person-bob' })).status, name === 'hono' ? 403 : 502)
      assert.equal((await head(asAnn)).status, name === 'hono' ? 200 : 502)
    })

    it('lets events through as they come', async () => {
      const response = await send('/events', { headers: asAnn })
      const parts: number[] = []
      for await (const _ of response.body ?? []) parts.push(performance.now())
      assert.ok(parts.length >= 2, 'it came in one piece')
      assert.equal((await send('/events')).status, 401)
    })

    it('says of a handler that throws what its answer says, and answers a repeat itself', async () => {
      const response = await send('/notes/m/fail', { method: 'POST', headers: { authorization: 'Bearer person-bob' } })
      assert.equal(response.status, 500)
      const call = response.headers.get('lockstep-call')
      await until(() => world.lines.of('outcome').some((each) => each.call === call))
      assert.equal(world.lines.of('outcome').find((each) => each.call === call)?.status, 500)
      await world.guard.doubts.settle(call ?? '', 'released', 'test', 'it threw')
      const first = await spend('{"amount":1}', { 'idempotency-key': 'k1' })
      const again = await spend('{"amount":1}', { 'idempotency-key': 'k1' })
      assert.deepEqual([first.status, again.status], [200, 200])
      assert.equal(again.headers.get('idempotency-replayed'), 'true')
      assert.equal(await again.text(), await first.text())
    })

    it('passes on what is too long to look into when nothing must be taken out', async () => {
      const response = await send('/say', { method: 'POST', body: '{"text":"go"}', headers: { ...json, ...asAnn } })
      assert.equal(response.status, 200)
      assert.equal((await response.text()).length, 300_010)
    })

    it('does not know what became of a call whose client went', async () => {
      const { port } = new URL(world.url)
      const socket = connect(Number(port), '127.0.0.1')
      socket.write(
        'POST /notes/n/slow HTTP/1.1\r\nhost: x\r\nauthorization: Bearer person-ann\r\ncontent-length: 0\r\n\r\n',
      )
      await until(() => world.notes.seen.some((each) => each.what === 'slow'))
      socket.destroy()
      await until(() =>
        world.lines.of('outcome').some((each) => each.effect === 'in-doubt' && each.status === undefined),
      )
      const [doubt] = await world.guard.doubts.list()
      assert.ok(doubt, 'it is not in doubt')
      assert.equal(doubt.operation, 'api.slow')
      assert.equal(await codeOf(await spend('{"amount":1}')), 'outcome-unknown')
    })
  })
}

describe('a guard in the wrong place', () => {
  it('judges no body that something else has read', async () => {
    const app = express()
    app.use(express.json())
    const world = await openWorld(async (guard) => {
      app.use(guardExpress(guard, { principal: () => ({ id: 'ann', roles: ['user'] }) }))
      app.use((_request, response) => void response.json({ reached: true }))
      const server = app.listen(0, '127.0.0.1')
      await new Promise((resolve) => server.once('listening', resolve))
      const address = server.address()
      return {
        port: typeof address === 'object' ? (address?.port ?? 0) : 0,
        close: () => new Promise((resolve) => server.close(() => resolve())),
      }
    })
    try {
      const headers = { 'content-type': 'application/json' }
      const response = await fetch(`${world.url}/notes/n/spend`, { method: 'POST', body: '{"amount":1}', headers })
      assert.equal(response.status, 503)
      assert.match(await response.text(), /before whatever parses bodies/)
    } finally {
      await world.close()
    }
  })
})
