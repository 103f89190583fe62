// HTTP/2: odd requests by a real client, and frames with bytes changed.
import { type ClientHttp2Session, connect, type OutgoingHttpHeaders } from 'node:http2'
import { connect as connectTls } from 'node:tls'
import { bits, mutate } from './fuzz-shapes.ts'

/** What came back: a status, or `none`; `stray` when it was the answer of another request. */
export type Came = { readonly status: string; readonly stray: boolean }

const paths = ['/v1/notes?limit=5&tag=a', '/v1/notes/n{n}', '/v1/notes', '/v1/boxes/b{n}', '/v1/events', '/v1/forms']
const methods = ['GET', 'HEAD', 'PUT', 'POST', 'DELETE', 'OPTIONS', 'PATCH', 'CONNECT', 'get', 'TRACE']
const bodies = ['{"amount":5}', '{"amount":5,"amount":500}', 'amount=1&text=a', '', '{"Amount":1}', 'x'.repeat(20_000)]
const types = ['application/json', 'application/x-www-form-urlencoded', 'application/octet-stream', 'text/plain']

/** A client with one connection that is opened again when it breaks. */
export class OddClient {
  readonly #url: string
  #session: ClientHttp2Session | undefined

  constructor(port: number) {
    this.#url = `https://127.0.0.1:${port}`
  }

  ask(name: string, random: () => number): Promise<Came> {
    const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(random() * list.length)]
    const plain = (pick(paths) ?? '').replace('{n}', String(Math.floor(random() * 500)))
    const method = pick(methods) ?? 'GET'
    const body = pick(bodies) ?? ''
    const headers: OutgoingHttpHeaders = {
      ':method': method,
      ':path': random() < 0.5 ? plain : mutate(plain, random),
      'x-user': 'bob',
      'x-fuzz': name,
      ...(random() < 0.8 ? { 'content-type': pick(types) } : {}),
      ...(random() < 0.1 ? { 'content-length': Math.floor(random() * 40) } : {}),
      ...(random() < 0.1 ? { host: 'other.test' } : {}),
      ...(random() < 0.1 ? { [`x-${pick(bits) ?? ''}`]: pick(bits) } : {}),
      ...(random() < 0.1 ? { 'x-http-method-override': 'DELETE' } : {}),
      ...(random() < 0.05 ? { te: 'gzip' } : {}),
      ...(random() < 0.05 ? { 'transfer-encoding': 'chunked' } : {}),
    }
    return new Promise((resolve) => {
      let came: Came = { status: 'none', stray: false }
      const done = (): void => {
        clearTimeout(timer)
        resolve(came)
      }
      const timer = setTimeout(() => stream?.close(8), 250)
      let stream: ReturnType<ClientHttp2Session['request']> | undefined
      try {
        const bodiless = method === 'GET' && random() < 0.8
        stream = this.#open().request(headers, { endStream: bodiless })
        stream.on('response', (answered) => {
          const echo = answered['x-fuzz']
          came = { status: String(answered[':status']), stray: echo !== undefined && echo !== name }
        })
        stream.on('error', () => undefined)
        stream.on('close', done)
        stream.resume()
        if (bodiless) return
        if (random() < 0.7) stream.end(random() < 0.5 ? body : Buffer.from(mutate(body, random), 'latin1'))
        else stream.write(body)
        if (random() < 0.1) stream.close(Math.floor(random() * 14))
      } catch {
        // The client itself would not send this.
        done()
      }
    })
  }

  #open(): ClientHttp2Session {
    if (this.#session === undefined || this.#session.destroyed || this.#session.closed) {
      this.#session = connect(this.#url, { rejectUnauthorized: false })
      this.#session.on('error', () => undefined)
    }
    return this.#session
  }

  close(): void {
    this.#session?.destroy()
  }
}

function frame(type: number, flags: number, stream: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(9)
  head.writeUIntBE(payload.length, 0, 3)
  head.writeUInt8(type, 3)
  head.writeUInt8(flags, 4)
  head.writeUInt32BE(stream, 5)
  return Buffer.concat([head, payload])
}

/** Literal header fields without indexing (RFC 7541 section 6.2.2). */
function fields(pairs: readonly (readonly [string, string])[]): Buffer {
  const text = (each: string): Buffer => Buffer.concat([Buffer.from([each.length & 0x7f]), Buffer.from(each, 'latin1')])
  return Buffer.concat(pairs.flatMap(([name, value]) => [Buffer.from([0]), text(name), text(value)]))
}

/** A preface and a few frames, then bytes and whole frames changed, doubled, left out. */
export function oddFrames(name: string, random: () => number): Buffer {
  const number = Math.floor(random() * 500)
  const head = fields([
    [':method', random() < 0.5 ? 'PUT' : 'POST'],
    [':scheme', 'https'],
    [':path', random() < 0.5 ? `/v1/notes/n${number}` : '/v1/notes'],
    [':authority', 'notes.test'],
    ['x-user', 'bob'],
    ['x-fuzz', name],
    ['content-type', 'application/json'],
  ])
  const cut = Math.floor(random() * head.length)
  const frames = [
    frame(4, 0, 0, Buffer.alloc(0)),
    ...(random() < 0.5
      ? [frame(1, 4, 1, head)]
      : [frame(1, 0, 1, head.subarray(0, cut)), frame(9, 4, 1, head.subarray(cut))]),
    frame(0, 0, 1, Buffer.from('{"amo')),
    frame(0, 1, 1, Buffer.from('unt":5}')),
    frame(8, 0, 0, Buffer.from([0, 0, 1, 0])),
    frame(6, 0, 0, Buffer.alloc(8)),
    frame(3, 0, 1, Buffer.from([0, 0, 0, 8])),
    frame(2, 0, 1, Buffer.alloc(5)),
  ].filter(() => random() < 0.85)
  if (random() < 0.3) frames.push(frames[Math.floor(random() * frames.length)] ?? Buffer.alloc(0))
  const bytes = Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), ...frames])
  for (let round = Math.floor(random() * 4); round > 0; round -= 1)
    bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256)
  return bytes
}

/** Sends bytes under TLS as HTTP/2 and waits a moment. */
export function sendFrames(port: number, bytes: Buffer): Promise<Came> {
  return new Promise((resolve) => {
    const socket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false, ALPNProtocols: ['h2'] })
    let size = 0
    const done = (): void => {
      socket.destroy()
      resolve({ status: size > 0 ? 'frames' : 'none', stray: false })
    }
    socket.setTimeout(250, done)
    socket.on('data', (chunk) => {
      size += chunk.length
    })
    socket.on('error', done).on('close', done)
    socket.write(bytes)
  })
}
