import { connect as connectNet, isIP, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { Target } from './scope.ts'

/** A socket ready for its first byte, and the protocol both sides agreed on. */
export interface Connection {
  readonly socket: Socket
  readonly protocol: 'http/1.1' | 'h2'
}

/** What may be agreed on, and for how long to try. */
export interface ConnectOptions {
  readonly protocols: readonly ('http/1.1' | 'h2')[]
  readonly trusted?: string[] | undefined
  readonly signal: AbortSignal
}

/** Opens one connection with TCP_NODELAY, so that no byte waits for another; throws the system's or OpenSSL's error. */
export function openConnection(target: Target, options: ConnectOptions): Promise<Connection> {
  return target.secure ? openTls(target, options) : openPlain(target, options)
}

async function openPlain(target: Target, options: ConnectOptions): Promise<Connection> {
  const socket = connectNet({ host: target.host, port: target.port, noDelay: true })
  await once(socket, 'connect', options.signal)
  return { socket, protocol: 'http/1.1' }
}

async function openTls(target: Target, { protocols, trusted, signal }: ConnectOptions): Promise<Connection> {
  const socket = connectTls({
    host: target.host,
    port: target.port,
    // RFC 6066 section 3: an address is no server name.
    servername: isIP(target.host) === 0 ? target.host : '',
    ALPNProtocols: [...protocols],
    ...(trusted === undefined ? {} : { ca: trusted }),
  })
  socket.setNoDelay(true)
  await once(socket, 'secureConnect', signal)
  return { socket, protocol: socket.alpnProtocol === 'h2' ? 'h2' : 'http/1.1' }
}

function once(socket: Socket, event: 'connect' | 'secureConnect', signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => {
      socket.destroy()
      reject(error)
    }
    const abort = (): void => fail(new Error('aborted'))
    if (signal.aborted) return abort()
    signal.addEventListener('abort', abort, { once: true })
    socket.once('error', fail)
    socket.once(event, () => {
      signal.removeEventListener('abort', abort)
      socket.off('error', fail)
      resolve()
    })
  })
}
