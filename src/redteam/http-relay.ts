/** An HTTP relay for MCP servers on loopback: requests go on as they are, and what comes back can be rewritten, event by event. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Server as NetServer } from 'node:net'
import { createParser } from 'eventsource-parser'
import { isRecord, parseJson } from './json-leaf.ts'
import type { Message } from './tape.ts'

/** What looks at messages on their way. `connection` tells clients apart as far as they let themselves be. */
export interface Onlooker {
  /** @returns an answer, when the message goes no further. */
  toServer(server: string, connection: string, message: Message): Message | undefined
  fromServer(server: string, connection: string, message: Message): Message
}

export interface HttpRelay {
  /** Where each server is to be reached instead. */
  readonly urls: Readonly<Record<string, string>>
  close(): Promise<void>
}

const maxBytes = 16 * 1024 * 1024
const notPassedOn = new Set([
  'host',
  'connection',
  'content-length',
  'accept-encoding',
  'transfer-encoding',
  'keep-alive',
])
const notPassedBack = new Set(['content-length', 'content-encoding', 'transfer-encoding', 'connection', 'keep-alive'])

/** The address of a server at this moment; undefined when there is none. */
export type TargetOf = (server: string) => string | undefined

/** Opens one for servers by name, on a free port of 127.0.0.1. */
export async function openHttpRelay(
  names: readonly string[],
  targetOf: TargetOf,
  onlooker: Onlooker,
  port = 0,
): Promise<HttpRelay> {
  const server = createServer((request, response) => {
    relay({ names, targetOf, onlooker }, request, response).catch(() => response.destroy())
  })
  const at = await listening(server, port)
  const urls = Object.fromEntries(names.map((name) => [name, `http://127.0.0.1:${at}/${encodeURIComponent(name)}`]))
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.closeAllConnections()
      server.close(() => resolve())
    })
  return { urls, close }
}

export async function listening(server: NetServer, port = 0): Promise<number> {
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new TypeError('a TCP address was expected')
  return address.port
}

interface Way {
  readonly names: readonly string[]
  readonly targetOf: TargetOf
  readonly onlooker: Onlooker
}

async function relay(
  { names, targetOf, onlooker }: Way,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  // With one server any path leads there: a guard may have its address with a path of its own.
  const asks = (request.url ?? '').split(/[/?]/)[1] ?? ''
  const name = names.length === 1 ? names[0] : names.find((each) => encodeURIComponent(each) === asks)
  if (name === undefined) return void response.writeHead(404).end()
  const target = targetOf(name)
  if (target === undefined) return void response.writeHead(404).end()
  const body = await readBody(request)
  const connection = String(request.headers['mcp-session-id'] ?? request.headers.authorization ?? '')
  const asked = parseJson(body)
  const instead = toServerAll(asked, (message) => onlooker.toServer(name, connection, message))
  if (instead !== undefined) return void answer(response, 200, {}, JSON.stringify(instead))
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  /** Of requests that no message answers: they were not carried out. */
  const unanswered = (why: string): void => {
    for (const { id } of [asked].flat().filter(isRecord))
      onlooker.fromServer(name, connection, { jsonrpc: '2.0', id, error: { code: -32000, message: why } })
  }
  const came = await fetch(target, {
    method: request.method ?? 'GET',
    headers: headersFor(request),
    ...(body === '' ? {} : { body }),
    redirect: 'manual',
    signal: gone.signal,
  }).catch((error: unknown) => {
    if (!gone.signal.aborted) unanswered('the server cannot be reached')
    throw error
  })
  const rewrite = (message: Message): Message => onlooker.fromServer(name, connection, message)
  await passBack(came, response, rewrite)
  if (came.status >= 400) unanswered(`the server answered with status ${came.status}`)
}

async function passBack(
  came: Response,
  response: ServerResponse,
  rewrite: (message: Message) => Message,
): Promise<void> {
  const headers = Object.fromEntries([...came.headers].filter(([name]) => !notPassedBack.has(name)))
  if ((came.headers.get('content-type') ?? '').startsWith('text/event-stream') && came.body !== null) {
    response.writeHead(came.status, headers)
    response.flushHeaders()
    await passEvents(came.body, response, rewrite)
    return
  }
  const text = await came.text()
  const shown = fromServerAll(parseJson(text), rewrite)
  answer(response, came.status, headers, shown === undefined ? text : JSON.stringify(shown))
}

/** One message or several at once (2025-03-26) on their way to a server. @returns what is answered instead, to the first that goes no further. */
export function toServerAll(asked: unknown, toServer: (message: Message) => Message | undefined): Message | undefined {
  return [asked]
    .flat()
    .filter(isRecord)
    .map(toServer)
    .find((each) => each !== undefined)
}

/** The same on their way back; undefined where there are none. */
export function fromServerAll(came: unknown, rewrite: (message: Message) => Message): unknown {
  if (Array.isArray(came)) return came.map((each: unknown) => (isRecord(each) ? rewrite(each) : each))
  return isRecord(came) ? rewrite(came) : undefined
}

async function passEvents(
  body: ReadableStream<Uint8Array>,
  response: ServerResponse,
  rewrite: (message: Message) => Message,
): Promise<void> {
  const parser = createParser({
    onEvent: ({ event, id, data }) => {
      const rewritten = fromServerAll(parseJson(data), rewrite)
      const shown = rewritten === undefined ? data : JSON.stringify(rewritten)
      const lines = [
        event === undefined ? [] : [`event: ${event}`],
        id === undefined ? [] : [`id: ${id}`],
        shown.split('\n').map((line) => `data: ${line}`),
      ]
      response.write(`${lines.flat().join('\n')}\n\n`)
    },
    onComment: (comment) => void response.write(`: ${comment}\n\n`),
    onRetry: (retry) => void response.write(`retry: ${retry}\n\n`),
  })
  const decoder = new TextDecoder()
  for await (const chunk of body) parser.feed(decoder.decode(chunk, { stream: true }))
  response.end()
}

function answer(
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
  text: string,
): void {
  const type = text === '' ? {} : { 'content-type': 'application/json' }
  response.writeHead(status, { ...type, ...headers })
  response.end(text)
}

function headersFor(request: IncomingMessage): [string, string][] {
  return Object.entries(request.headers).flatMap(([name, value]): [string, string][] =>
    value === undefined || notPassedOn.has(name) ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]],
  )
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk)
    size += bytes.length
    if (size > maxBytes) throw new RangeError('the message is too large')
    chunks.push(bytes)
  }
  return Buffer.concat(chunks).toString('utf8')
}
