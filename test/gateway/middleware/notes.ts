// One small application in three frameworks, and the charter that guards it: whatever holds is the guard's doing.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import express from 'express'
import fastify from 'fastify'
import { Hono } from 'hono'
import { streamSSE } from 'hono/streaming'
import type { Charter } from '../../../src/charter/charter.ts'
import { guardExpress } from '../../../src/gateway/middleware/express.ts'
import { guardFastify } from '../../../src/gateway/middleware/fastify.ts'
import { guardHono } from '../../../src/gateway/middleware/hono.ts'
import { truthOf } from '../../../src/gateway/middleware/truth.ts'
import { createGuard, type Guard } from '../../../src/guard/guard.ts'
import { openSqliteStore } from '../../../src/store/sqlite/open.ts'
import { Lines } from '../../guard/wallet.ts'
import { charterOf, people } from '../control/api.ts'

export const notesCharter = (): Charter =>
  charterOf(`
lockstep: 1
name: notes
sources:
  - name: api
    type: inline
    operations:
      get: { method: GET, path: "/notes/{id}" }
      list: { method: GET, path: /notes }
      spend: { method: POST, path: "/notes/{id}/spend", body: { amount: 1 } }
      fail: { method: POST, path: "/notes/{id}/fail" }
      slow: { method: POST, path: "/notes/{id}/slow" }
      events: { method: GET, path: /events }
      say: { method: POST, path: /say, body: { text: hello } }
actors: { user: {}, boss: {} }
objects:
  note:
    owner: /owner
    state: /state
    read: api.get
    states: [open]
    fields:
      secret: { seen-by: [boss] }
    transitions:
      spend:
        on: api.spend
        from: open
        by: owner
        when: request.amount > 0
        limit: { sum: request.amount, at-most: object.limit, per: object }
        idempotency: $request.header.Idempotency-Key
      fail: { on: api.fail, from: open, by: owner }
      slow: { on: api.slow, from: open, by: owner }
      view: { on: api.get, by: [owner, boss] }
operations:
  api.list: { by: signed-in, lists: note, items: /notes }
  api.events: { by: user }
  api.say: { by: user }
`)

/** What the application keeps, and what reached it. */
export class Notes {
  readonly all = new Map<string, Record<string, unknown>>([
    ['n', { id: 'n', owner: 'ann', state: 'open', limit: 100, secret: 's3cret' }],
    ['m', { id: 'm', owner: 'bob', state: 'open', limit: 100, secret: 's3cret' }],
  ])
  readonly seen: { what: string; body?: unknown; text?: string }[] = []
}

export interface World {
  readonly notes: Notes
  readonly guard: Guard
  readonly lines: Lines
  readonly url: string
  close(): Promise<void>
}

type Start = (guard: Guard, notes: Notes) => Promise<{ port: number; close(): Promise<void> }>

const options = { identifier: people, limits: { responseBytes: 200_000, bodyBytes: 10_000 } }
const big = 'x'.repeat(300_000)

const startExpress: Start = async (guard, notes) => {
  const app = express()
  const api = express.Router()
  app.use(guardExpress(guard, options))
  app.use(express.json())
  api.get('/notes/:id', (request, response) => {
    const note = notes.all.get(request.params.id)
    if (note === undefined) response.status(404).json({ error: 'none' })
    else response.set('set-cookie', ['a=1', 'b=2']).json(note)
  })
  api.get('/notes', (_request, response) => void response.json({ notes: [...notes.all.values()] }))
  api.post('/notes/:id/spend', (request, response) => {
    notes.seen.push({ what: 'spend', body: request.body, text: String(Reflect.get(request, 'rawBody')) })
    response.json({ ok: true })
  })
  api.post('/say', (_request, response) => void response.type('json').send(`{"big":"${big}"}`))
  api.post('/notes/:id/fail', () => {
    throw new Error('it broke')
  })
  api.post('/notes/:id/slow', () => notes.seen.push({ what: 'slow' }))
  api.get('/events', (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    let count = 0
    const timer = setInterval(() => {
      response.write(`data: ${count}\n\n`)
      count += 1
      if (count === 3) {
        clearInterval(timer)
        response.end()
      }
    }, 20)
    response.once('close', () => clearInterval(timer))
  })
  app.use('/', api)
  // Express has handlers of errors with four parameters.
  app.use((_error: unknown, _request: express.Request, response: express.Response, _next: express.NextFunction) => {
    response.status(500).json({ error: 'failed' })
  })
  const server = createServer(app)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { port: portOf(server.address()), close: () => new Promise((resolve) => server.close(() => resolve())) }
}

const startFastify: Start = async (guard, notes) => {
  const app = fastify({ forceCloseConnections: true })
  await app.register(guardFastify(guard, options))
  const idOf = (params: unknown): string => String(Reflect.get(Object(params), 'id'))
  app.get('/notes/:id', async (request, reply) => {
    const note = notes.all.get(idOf(request.params))
    if (note === undefined) return reply.code(404).send({ error: 'none' })
    reply.header('set-cookie', ['a=1', 'b=2'])
    return note
  })
  app.get('/notes', async () => ({ notes: [...notes.all.values()] }))
  app.post('/notes/:id/spend', (request, reply) => {
    notes.seen.push({ what: 'spend', body: request.body })
    reply.send({ ok: true })
  })
  app.post('/say', (_request, reply) => reply.type('application/json').send(`{"big":"${big}"}`))
  app.post('/notes/:id/fail', async () => {
    throw new Error('it broke')
  })
  app.post('/notes/:id/slow', () => {
    notes.seen.push({ what: 'slow' })
    return new Promise(() => undefined)
  })
  app.get('/events', (_request, reply) => {
    reply.raw.writeHead(200, { 'content-type': 'text/event-stream' })
    let count = 0
    const timer = setInterval(() => {
      reply.raw.write(`data: ${count}\n\n`)
      count += 1
      if (count === 3) {
        clearInterval(timer)
        reply.raw.end()
      }
    }, 20)
    reply.hijack()
  })
  await app.listen({ port: 0, host: '127.0.0.1' })
  return { port: portOf(app.server.address()), close: () => app.close() }
}

const startHono: Start = async (guard, notes) => {
  const app = new Hono()
  app.use(guardHono(guard, options))
  app.onError((_error, context) => context.json({ error: 'failed' }, 500))
  app.get('/notes/:id', (context) => {
    const note = notes.all.get(context.req.param('id'))
    context.header('set-cookie', 'a=1', { append: true })
    context.header('set-cookie', 'b=2', { append: true })
    return note === undefined ? context.json({ error: 'none' }, 404) : context.json(note)
  })
  app.get('/notes', (context) => context.json({ notes: [...notes.all.values()] }))
  app.post('/notes/:id/spend', async (context) => {
    const text = await context.req.text()
    notes.seen.push({ what: 'spend', body: JSON.parse(text), text })
    return context.json({ ok: true })
  })
  app.post('/say', (context) => context.body(`{"big":"${big}"}`, 200, { 'content-type': 'application/json' }))
  app.post('/notes/:id/fail', () => {
    throw new Error('it broke')
  })
  app.post('/notes/:id/slow', async (context) => {
    notes.seen.push({ what: 'slow' })
    await new Promise((resolve) => context.req.raw.signal.addEventListener('abort', resolve))
    return context.json({ ok: true })
  })
  app.get('/events', (context) =>
    streamSSE(context, async (stream) => {
      for (let count = 0; count < 3; count += 1) {
        await stream.writeSSE({ data: String(count) })
        await stream.sleep(20)
      }
    }),
  )
  const server = await new Promise<ReturnType<typeof serve>>((resolve) => {
    const made = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, () => resolve(made))
  })
  return { port: portOf(server.address()), close: () => new Promise((resolve) => server.close(() => resolve())) }
}

export const frameworks: Readonly<Record<string, Start>> = {
  express: startExpress,
  fastify: startFastify,
  hono: startHono,
}

function portOf(address: AddressInfo | string | null): number {
  return typeof address === 'object' && address !== null ? address.port : 0
}

export async function openWorld(start: Start): Promise<World> {
  const notes = new Notes()
  const lines = new Lines()
  const store = openSqliteStore(':memory:')
  const truth = truthOf((type, key) => (type === 'note' ? structuredClone(notes.all.get(key)) : undefined))
  const guard = await createGuard(notesCharter(), { version: 'v1', journal: lines, truth, store })
  const { port, close } = await start(guard, notes)
  return {
    notes,
    guard,
    lines,
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      await close()
      await guard.close()
      await store.close()
    },
  }
}
