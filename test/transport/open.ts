import type { AddressInfo, Server } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { HttpRequest } from '../../src/prove/transport/exchange.ts'
import { openTransport, type Transport, type TransportOptions } from '../../src/prove/transport/transport.ts'

/** A transport with generous limits that may talk to this machine only. */
export function openLocal(changes: Partial<TransportOptions> = {}): Transport {
  return openTransport({
    allowHosts: ['127.0.0.1'],
    maxRequests: 10_000,
    maxDurationMs: 60_000,
    paceMs: 0,
    timeoutMs: 2000,
    maxBodyBytes: 100_000,
    now: () => performance.now(),
    sleep: (ms, signal) => delay(ms, undefined, signal === undefined ? {} : { signal }),
    ...changes,
  })
}

/** Listens on a free port of the loopback address and returns `host:port`. */
export async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

export function get(url: string): HttpRequest {
  return { method: 'GET', url, headers: {} }
}

export function post(url: string, body: unknown): HttpRequest {
  return { method: 'POST', url, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }
}
