import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'

/** One record of the notes server. */
export interface Note {
  readonly id: string
  readonly ownerId: string
  title: string
  status: 'open' | 'closed'
}

/** A request to the notes server, understood: which note it names and who sends it. */
export interface Visit {
  readonly kind: 'create' | 'read' | 'close' | 'me'
  readonly caller: string
  readonly note: Note | undefined
  readonly notes: Map<string, Note>
  /** How many requests there were before this one. */
  readonly count: number
  readonly body: unknown
}

/** What is answered; a header `location` is sent as it is, a string body without being made JSON. */
export interface Answer {
  readonly status: number
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** Answers in place of the honest server, or leaves it to that by giving nothing. */
export type Oddity = (visit: Visit, honest: () => Answer) => Answer | Promise<Answer | undefined> | undefined

/** A running notes server. */
export interface OddServer {
  readonly url: string
  readonly asked: () => number
  readonly close: () => Promise<void>
}

/** A little API that keeps its rules (a note is read and closed by its owner, and closed once) as far as the oddity lets it. */
export async function openOddServer(oddity: Oddity): Promise<OddServer> {
  const notes = new Map<string, Note>()
  let count = 0
  const server = createServer(async (request, response) => {
    const visit = { ...(await visitOf(request, notes)), count: count++ }
    const answer = (await oddity(visit, () => honestly(visit))) ?? honestly(visit)
    if (!response.destroyed) write(response, answer)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`
  const close = (): Promise<void> => {
    server.closeAllConnections()
    return new Promise((resolve) => server.close(() => resolve()))
  }
  return { url, asked: () => count, close }
}

async function visitOf(request: IncomingMessage, notes: Map<string, Note>): Promise<Omit<Visit, 'count'>> {
  const [, collection = '', id = '', verb] = (request.url ?? '').split('/')
  const caller = /^Bearer (\w+)/.exec(request.headers.authorization ?? '')?.[1] ?? 'nobody'
  const said = await text(request)
  const body: unknown = said === '' ? undefined : JSON.parse(said)
  const kind = collection === 'me' ? 'me' : verb === 'close' ? 'close' : id === '' ? 'create' : 'read'
  return { kind, caller, note: notes.get(id), notes, body }
}

function honestly({ kind, caller, note, notes, body }: Visit): Answer {
  if (caller === 'nobody') return { status: 401 }
  if (kind === 'me') return { status: 200, body: { id: caller } }
  if (kind === 'create') return { status: 201, body: addNote(notes, caller, body) }
  if (note?.ownerId !== caller) return { status: 404, body: { error: 'there is no such note' } }
  return kind === 'read' ? { status: 200, body: note } : closeNote(note)
}

/** Keeps a new open note of somebody. */
export function addNote(notes: Map<string, Note>, ownerId: string, body: unknown): Note {
  const title = typeof body === 'object' && body !== null && 'title' in body ? String(body.title) : ''
  const note: Note = { id: randomUUID(), ownerId, title, status: 'open' }
  notes.set(note.id, note)
  return note
}

/** Closes a note that is open, whoever asks. */
export function closeNote(note: Note): Answer {
  if (note.status === 'closed') return { status: 409, body: { error: 'it is closed' } }
  note.status = 'closed'
  return { status: 200, body: note }
}

function write(response: ServerResponse, { status, body, headers }: Answer): void {
  const isText = typeof body === 'string'
  response.writeHead(status, { 'content-type': isText ? 'text/html' : 'application/json', ...headers })
  response.end(body === undefined ? undefined : isText ? body : JSON.stringify(body))
}
