import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'

/** What a target does with a request instead of answering it; `honest` answers as the description says. */
export type Mischief = (visit: Visit, honest: () => void) => void

/** A request to the target. */
export interface Visit {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** How many requests there were before this one. */
  readonly count: number
  /** Whether it is a request to sign in. */
  readonly signsIn: boolean
}

/** A running target. */
export interface Target {
  readonly url: string
  readonly asked: () => number
  readonly close: () => Promise<void>
}

interface Note {
  readonly id: string
  readonly ownerId: string
  status: 'open' | 'closed'
}

/** A little API of notes that keeps its rules wherever the mischief leaves the answer to it. */
export async function openTarget(mischief: Mischief): Promise<Target> {
  const notes = new Map<string, Note>()
  let count = 0
  const server = createServer(async (request, response) => {
    // A client that leaves in the middle is part of the game.
    request.on('error', () => undefined)
    response.on('error', () => undefined)
    const visit: Visit = { request, response, count: count++, signsIn: request.url === '/login' }
    await text(request).catch(() => '')
    mischief(visit, () => answer(visit, notes))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    asked: () => count,
    close: () => {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

function answer({ request, response }: Visit, notes: Map<string, Note>): void {
  const [status, body] = honestly(request, notes)
  sendJson(response, status, body)
}

function honestly({ url = '', headers }: IncomingMessage, notes: Map<string, Note>): readonly [number, unknown] {
  const [, collection = '', id = '', verb] = url.split('/')
  const caller = /^Bearer (\w+)/.exec(headers.authorization ?? '')?.[1]
  if (caller === undefined) return [401, { error: 'who are you?' }]
  if (collection === 'login') return [200, { token: caller }]
  if (id === '') return [201, addNote(notes, caller)]
  const note = notes.get(id)
  if (note?.ownerId !== caller) return [404, { error: 'there is no such note' }]
  if (verb === 'close' && note.status === 'closed') return [409, { error: 'it is closed' }]
  if (verb === 'close') note.status = 'closed'
  return [200, note]
}

function addNote(notes: Map<string, Note>, ownerId: string): Note {
  const note: Note = { id: `note-${notes.size + 1}`, ownerId, status: 'open' }
  notes.set(note.id, note)
  return note
}

/** Answers with JSON. */
export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

/** Sends so many megabytes, as fast as they are taken; stops when nobody takes them. */
export function sendMegabytes(response: ServerResponse, megabytes: number): void {
  const piece = Buffer.alloc(1_000_000, 'x')
  let left = megabytes
  const more = (): void => {
    while (left > 0 && !response.destroyed) {
      left -= 1
      if (!response.write(piece)) return void response.once('drain', more)
    }
    response.end('"')
  }
  response.writeHead(200, { 'content-type': 'application/json' })
  response.write('"')
  more()
}

/** So many megabytes of nothing, packed. */
export function packedMegabytes(megabytes: number): Buffer {
  return gzipSync(Buffer.alloc(megabytes * 1_000_000, ' '))
}
