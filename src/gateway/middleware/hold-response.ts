/** Keeps back what an application writes on a `node:http` response until it was judged. */
import { Buffer } from 'node:buffer'
import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'

/** What is shown in place of what was written. */
export type Shown =
  | { readonly kind: 'pass' }
  | { readonly kind: 'changed'; readonly headers: OutgoingHttpHeaders; readonly body: Buffer }
  /** Writes something else on the response, which is as new. */
  | { readonly kind: 'instead'; write(response: ServerResponse): void }

export interface HoldOptions {
  /** More than this is judged by its status alone. */
  readonly maxBytes: number
  /** Called once, when all was written; without bytes when there are too many. Never rejects. */
  judge(status: number, headers: OutgoingHttpHeaders, bytes: Buffer | undefined): Promise<Shown>
  /** Called instead when the client is gone before that. */
  onGone(): void
}

type Done = (error?: Error | null) => void

/**
 * Takes over `writeHead`, `write`, `end` and `flushHeaders` of a response until its answer was judged.
 *
 * To the application the response looks sent as soon as it was written. What is in the application's own memory is not counted in
 * `writableLength` meanwhile.
 */
export function holdResponse(response: ServerResponse, options: HoldOptions): void {
  const chunks: Buffer[] = []
  let size = 0
  let state: 'open' | 'judging' | 'done' = 'open'
  let ended = false
  let headWritten = false

  const keep = (chunk: unknown, encoding: unknown): void => {
    const bytes = bytesOf(chunk, encoding)
    if (bytes === undefined) return
    chunks.push(bytes)
    size += bytes.length
  }
  const conclude = (): void => {
    if (state !== 'open') return
    state = 'judging'
    const bytes = size > options.maxBytes ? undefined : Buffer.concat(chunks)
    const headers = { ...response.getHeaders() }
    void options.judge(response.statusCode, headers, bytes).then((shown) => {
      state = 'done'
      response.off('close', onClose)
      if (response.destroyed) return
      restore(response)
      show(response, shown, { bytes: Buffer.concat(chunks), ended, headers })
      if (ended) return
      // Whoever is still writing must not write behind what was shown instead.
      if (shown.kind !== 'pass') Object.assign(response, { write: () => false, end: () => response })
      response.emit('drain')
    })
  }
  const onClose = (): void => {
    if (state !== 'open') return
    state = 'done'
    options.onGone()
  }
  response.once('close', onClose)
  const write = (chunk: unknown, encoding?: unknown, done?: unknown): boolean => {
    if (ended || state === 'done') return false
    headWritten = true
    keep(chunk, encoding)
    callBack(encoding, done)
    if (size > options.maxBytes) conclude()
    return size <= options.maxBytes
  }
  const end = (chunk?: unknown, encoding?: unknown, done?: unknown): ServerResponse => {
    if (ended || state === 'done') return response
    headWritten = true
    keep(chunk, encoding)
    ended = true
    if (typeof chunk === 'function') callBack(chunk, undefined)
    else callBack(encoding, done)
    conclude()
    return response
  }
  const writeHead = (status: number, reason?: unknown, headers?: unknown): ServerResponse => {
    if (headWritten) return response
    headWritten = true
    response.statusCode = status
    if (typeof reason === 'string') response.statusMessage = reason
    setHeaders(response, typeof reason === 'string' ? headers : (headers ?? reason))
    return response
  }
  Object.assign(response, { write, end, writeHead, flushHeaders: () => undefined })
  Object.defineProperties(response, {
    headersSent: { configurable: true, get: () => headWritten },
    writableEnded: { configurable: true, get: () => ended },
  })
}

const taken = ['write', 'end', 'writeHead', 'flushHeaders', 'headersSent', 'writableEnded']

function restore(response: ServerResponse): void {
  for (const name of taken) Reflect.deleteProperty(response, name)
}

interface Written {
  readonly bytes: Buffer
  readonly ended: boolean
  readonly headers: OutgoingHttpHeaders
}

function show(response: ServerResponse, shown: Shown, { bytes, ended, headers }: Written): void {
  if (shown.kind === 'pass') {
    if (!ended) response.write(bytes)
    else if (bytes.length === 0) response.end()
    else response.end(bytes)
    return
  }
  const { statusCode } = response
  for (const name of Object.keys(headers)) response.removeHeader(name)
  response.statusMessage = ''
  if (shown.kind === 'instead') shown.write(response)
  else {
    response.writeHead(statusCode, shown.headers)
    response.end(shown.body)
  }
}

function bytesOf(chunk: unknown, encoding: unknown): Buffer | undefined {
  if (typeof chunk === 'string') return Buffer.from(chunk, isEncoding(encoding) ? encoding : 'utf8')
  return chunk instanceof Uint8Array ? Buffer.from(chunk) : undefined
}

function isEncoding(value: unknown): value is BufferEncoding {
  return typeof value === 'string' && Buffer.isEncoding(value)
}

function callBack(...candidates: readonly unknown[]): void {
  const done = candidates.find((each): each is Done => typeof each === 'function')
  if (done !== undefined) process.nextTick(done)
}

/** In any of the forms `writeHead` takes. */
function setHeaders(response: ServerResponse, headers: unknown): void {
  if (Array.isArray(headers)) {
    const flat: readonly unknown[] = headers.flat(1)
    for (let index = 0; index + 1 < flat.length; index += 2)
      response.appendHeader(String(flat[index]), textsOf(flat[index + 1]))
  } else if (typeof headers === 'object' && headers !== null) {
    for (const [name, value] of Object.entries(headers))
      if (value !== undefined) response.setHeader(name, textsOf(value))
  }
}

function textsOf(value: unknown): string | string[] {
  return Array.isArray(value) ? value.map(String) : String(value)
}
