/** The listening sockets: HTTP/1.1 in the clear, HTTP/1.1 and HTTP/2 under TLS. */
import { createServer as createHttp, type Server as HttpServer } from 'node:http'
import { createSecureServer, type Http2SecureServer, type ServerHttp2Session } from 'node:http2'
import { createServer as createHttps, type Server as HttpsServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { newId } from '../../guard/id.ts'
import { problemOf, refuse } from '../../guard/refusal.ts'
import type { Arriving, Reply } from './reply.ts'

/** Certificates as PEM text. */
export interface TlsConfig {
  readonly cert: string
  readonly key: string
  /** Authorities whose client certificates are believed; without it, none is asked for. */
  readonly clientCa?: string
  /** Whether a client may come without a certificate; `required` by default when there is a `clientCa`. */
  readonly clientCertificate?: 'required' | 'optional'
  /** HTTP/2 beside HTTP/1.1; on by default. */
  readonly http2?: boolean
}

export interface ListenConfig {
  readonly host: string
  /** 0 takes any free port. */
  readonly port: number
  readonly tls?: TlsConfig
}

export interface Handlers {
  readonly headerBytes: number
  onRequest(arriving: Arriving, reply: Reply): void
  onUpgrade(arriving: Arriving, socket: Socket, head: Buffer): void
}

export interface Listener {
  readonly address: { readonly host: string; readonly port: number; readonly url: string }
  /** New connections get these certificates. */
  setTls(tls: TlsConfig): void
  /** Accepts nothing new; resolves when every connection has ended, after `graceMs` by force. */
  close(graceMs: number): Promise<void>
}

type AnyServer = HttpServer | HttpsServer | Http2SecureServer

/** A client that sends its request slower than this is let go of. */
const headersMs = 15_000
const requestMs = 5 * 60_000
const keepAliveMs = 30_000

/** @throws when the port is taken or the certificate is none. */
export async function openListener(config: ListenConfig, handlers: Handlers): Promise<Listener> {
  const sockets = new Set<Socket>()
  const busy = new Set<Socket>()
  let closing = false
  const server = makeServer(config.tls, {
    ...handlers,
    onRequest: (arriving, reply) => {
      const { socket } = arriving
      if (arriving.httpVersion !== '2.0') {
        busy.add(socket)
        reply.once('close', () => {
          busy.delete(socket)
          if (closing) socket.destroySoon()
        })
      }
      handlers.onRequest(arriving, reply)
    },
  })
  const sessions = new Set<ServerHttp2Session>()
  server.on(config.tls === undefined ? 'connection' : 'secureConnection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  server.on('session', (session: ServerHttp2Session) => {
    sessions.add(session)
    session.once('close', () => sessions.delete(session))
  })
  server.on('clientError', refuseBytes)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(config.port, config.host, () => {
      server.off('error', reject)
      resolve()
    })
  })
  return {
    address: addressOf(server, config),
    setTls: (tls) => {
      if ('setSecureContext' in server) server.setSecureContext(secureOptions(tls))
    },
    close: (graceMs) =>
      new Promise((resolve) => {
        closing = true
        const force = setTimeout(() => {
          for (const session of sessions) session.destroy()
          for (const socket of sockets) socket.destroy()
        }, graceMs)
        server.close(() => {
          clearTimeout(force)
          resolve()
        })
        for (const session of sessions) session.close()
        for (const socket of sockets) if (!busy.has(socket) && !speaksHttp2(socket)) socket.destroySoon()
      }),
  }
}

function speaksHttp2(socket: Socket): boolean {
  return 'alpnProtocol' in socket && socket.alpnProtocol === 'h2'
}

function makeServer(tls: TlsConfig | undefined, handlers: Handlers): AnyServer {
  const options = {
    maxHeaderSize: handlers.headerBytes,
    headersTimeout: headersMs,
    requestTimeout: requestMs,
    keepAliveTimeout: keepAliveMs,
    // A refused request is answered by us; the parser's own answer has no problem details.
    requireHostHeader: false,
    joinDuplicateHeaders: false,
    insecureHTTPParser: false,
  }
  const server =
    tls === undefined
      ? createHttp(options)
      : tls.http2 === false
        ? createHttps({ ...options, ...secureOptions(tls) })
        : createSecureServer({ ...options, ...secureOptions(tls), allowHTTP1: true })
  // Headers beyond a count would be left out without a word.
  if ('maxHeadersCount' in server) server.maxHeadersCount = 0
  server.on('request', handlers.onRequest)
  server.on('checkContinue', handlers.onRequest)
  server.on('checkExpectation', handlers.onRequest)
  server.on('upgrade', handlers.onUpgrade)
  server.on('connect', (_arriving: unknown, socket: Socket) => refuseBytes(new Error('connect'), socket))
  return server
}

function secureOptions(tls: TlsConfig): {
  cert: string
  key: string
  minVersion: 'TLSv1.2'
  ca?: string
  requestCert: boolean
  rejectUnauthorized: boolean
} {
  const { cert, key, clientCa, clientCertificate = 'required' } = tls
  return {
    cert,
    key,
    minVersion: 'TLSv1.2',
    ...(clientCa === undefined ? {} : { ca: clientCa }),
    requestCert: clientCa !== undefined,
    rejectUnauthorized: clientCa !== undefined && clientCertificate === 'required',
  }
}

function addressOf(server: AnyServer, { host, tls }: ListenConfig): Listener['address'] {
  const address: AddressInfo | string | null = server.address()
  if (address === null || typeof address === 'string') throw new TypeError('a TCP address was expected')
  const name = host.includes(':') ? `[${host}]` : host
  return { host, port: address.port, url: `${tls === undefined ? 'http' : 'https'}://${name}:${address.port}` }
}

/** What the parser could not read is answered and hung up on. */
function refuseBytes(error: Error, socket: Socket): void {
  if (!socket.writable) {
    socket.destroy()
    return
  }
  const tooLarge = 'code' in error && error.code === 'HPE_HEADER_OVERFLOW'
  const late = 'code' in error && error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
  const status = late ? 408 : tooLarge ? 431 : 400
  const call = newId(Date.now())
  const problem = JSON.stringify(problemOf({ ...refuse('malformed', 'it is no HTTP request'), status }, call))
  const reason = late ? 'Request Timeout' : tooLarge ? 'Request Header Fields Too Large' : 'Bad Request'
  socket.end(
    `HTTP/1.1 ${status} ${reason}\r\nContent-Type: application/problem+json\r\nContent-Length: ${problem.length}\r\nLockstep-Call: ${call}\r\nConnection: close\r\n\r\n${problem}`,
  )
}
