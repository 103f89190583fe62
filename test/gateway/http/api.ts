// A small described API that records what reaches it.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { connect as connectPlain, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { Charter } from '../../../src/charter/charter.ts'
import { linkCharter } from '../../../src/charter/link.ts'
import { parseCharter } from '../../../src/charter/parse.ts'
import { readDescription } from '../../../src/charter/source/read-description.ts'
import { listen } from '../../transport/open.ts'

const json = (schema: unknown): unknown => ({ required: true, content: { 'application/json': { schema } } })
const note = {
  type: 'object',
  properties: {
    id: { type: 'string' },
    text: { type: 'string' },
    amount: { type: 'number' },
    owner: { type: 'string' },
    tags: { type: 'array', items: { properties: { name: { type: 'string' } } } },
    labels: { type: 'object', additionalProperties: { properties: { colour: { type: 'string' } } } },
    reply: { $ref: '#/components/schemas/Note' },
  },
}
const ok = { '200': { description: 'fine', content: { 'application/json': { schema: note } } } }
const id = { in: 'path', name: 'id', required: true, schema: { type: 'string' } }

const document = {
  openapi: '3.1.0',
  info: { title: 'notes', version: '1' },
  servers: [{ url: 'http://127.0.0.1/v1' }],
  components: { schemas: { Note: note } },
  paths: {
    '/notes': {
      get: {
        operationId: 'listNotes',
        parameters: [
          { in: 'query', name: 'limit', schema: { type: 'integer' } },
          { in: 'query', name: 'tag', schema: { type: 'array', items: { type: 'string' } } },
          { in: 'header', name: 'X-Tag', schema: { type: 'string' } },
        ],
        responses: ok,
      },
      post: { operationId: 'createNote', requestBody: json(note), responses: ok },
    },
    '/notes/{id}': {
      get: { operationId: 'getNote', parameters: [id], responses: ok },
      put: { operationId: 'putNote', parameters: [id], requestBody: json(note), responses: ok },
      delete: { operationId: 'deleteNote', parameters: [id], responses: ok },
    },
    '/boxes/{id}': {
      get: { operationId: 'getBox', parameters: [id], responses: ok },
      put: {
        operationId: 'fillBox',
        parameters: [id],
        requestBody: { content: { 'application/octet-stream': {} } },
        responses: ok,
      },
    },
    '/notes/latest': { get: { operationId: 'latestNote', responses: ok } },
    '/forms': {
      post: {
        operationId: 'sendForm',
        requestBody: { content: { 'application/x-www-form-urlencoded': { schema: note } } },
        responses: ok,
      },
    },
    '/files': {
      post: {
        operationId: 'sendFile',
        requestBody: { content: { 'application/octet-stream': {}, 'multipart/form-data': {} } },
        responses: ok,
      },
    },
    '/events': { get: { operationId: 'events', responses: ok } },
    '/socket': { get: { operationId: 'socket', responses: ok } },
  },
}

/** `refused` operations are covered but nobody may use them. */
export function notesCharter(undescribed: 'allow' | 'deny' = 'deny'): Charter {
  const raw = {
    lockstep: 1,
    name: 'notes',
    sources: [{ name: 'api', url: './openapi.json' }],
    undescribed: { reads: undescribed, writes: undescribed },
    actors: { ann: {}, bob: {} },
    objects: {
      note: {
        owner: '/owner',
        read: 'api.getNote',
        fields: { amount: { type: 'money' }, secret: { 'set-by': 'nobody', 'seen-by': ['ann'] } },
        transitions: { put: { on: 'api.putNote', by: 'owner' } },
      },
      box: {
        owner: '/owner',
        read: 'api.getBox',
        state: '/text',
        transitions: { fill: { on: 'api.fillBox', by: 'owner', from: 'hello', to: 'full' } },
      },
    },
    operations: {
      'api.listNotes': { by: 'anyone', when: "!('limit' in query) || query.limit <= 10" },
      'api.createNote': { by: 'anyone', when: 'request.amount <= 100 && !(has(body.extra) && has(body.extra.rush))' },
      'api.getNote': { by: ['ann', 'owner'] },
      'api.getBox': { by: 'owner' },
      'api.latestNote': { by: 'anyone' },
      'api.sendForm': { by: 'anyone', when: 'request.amount <= 100' },
      'api.sendFile': { by: 'anyone' },
      'api.events': { by: 'anyone' },
      'api.socket': { by: 'anyone' },
    },
  }
  const parsed = parseCharter([{ file: 'notes.yaml', text: JSON.stringify(raw) }])
  if (parsed.charter === undefined) throw new Error(JSON.stringify(parsed.diagnostics))
  const { description } = readDescription('api', document, () => ({ file: 'openapi.json', line: 1, column: 1 }))
  if (description === undefined) throw new Error('no description')
  const { charter, diagnostics } = linkCharter(parsed.charter, new Map([['api', description]]))
  const errors = diagnostics.filter((each) => each.severity === 'error')
  if (errors.length > 0) throw new Error(JSON.stringify(errors))
  return charter
}

export interface Recorded {
  readonly method: string
  readonly url: string
  readonly headers: readonly string[]
  readonly body: Buffer
}

export interface Api {
  readonly url: string
  readonly server: Server
  readonly seen: Recorded[]
  close(): Promise<void>
}

export type Handle = (request: IncomingMessage, response: ServerResponse, recorded: Recorded) => void

/** Answers every request with a note, unless told otherwise; records each when its body is complete. */
export async function openApi(handle: Handle = answerNote): Promise<Api> {
  const seen: Recorded[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('error', () => undefined)
    request.on('end', () => {
      const { method = '', url = '', rawHeaders } = request
      const recorded = { method, url, headers: rawHeaders, body: Buffer.concat(chunks) }
      seen.push(recorded)
      handle(request, response, recorded)
    })
  })
  const host = await listen(server)
  return {
    url: `http://${host}`,
    server,
    seen,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

export const answerNote: Handle = (_request, response, { url }) => {
  const key = /\/(?:notes|boxes)\/([^/?]+)/.exec(url)?.[1] ?? 'n1'
  const body = JSON.stringify({ id: key, owner: 'bob', text: 'hello', secret: 's3' })
  response.writeHead(200, { 'content-type': 'application/json', etag: '"1"', 'content-length': body.length })
  response.end(body)
}

/** Sends bytes and gives what came back until the other side closes, or nothing more comes for a while. */
export function exchangeBytes(url: string, bytes: string | Buffer, quietMs = 300, ca?: string): Promise<string> {
  const { hostname, port, protocol } = new URL(url)
  return new Promise((resolve) => {
    const socket: Socket =
      protocol === 'https:'
        ? connectTls({ host: hostname, port: Number(port), ...(ca === undefined ? {} : { ca }) })
        : connectPlain({ host: hostname, port: Number(port) })
    let text = ''
    const done = (): void => {
      socket.destroy()
      resolve(text)
    }
    socket.setTimeout(quietMs, done)
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1')
      // One whole refusal is all that is waited for.
      if (/^HTTP\/1\.1 4\d\d[\s\S]*\r\n\r\n\{.*\}$/.test(text)) done()
    })
    socket.on('error', done)
    socket.on('close', done)
    socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes)
  })
}
