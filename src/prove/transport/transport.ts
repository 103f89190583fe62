import { rootCertificates } from 'node:tls'
import { createBudget } from './budget.ts'
import type { Exchange, Failure, HttpRequest } from './exchange.ts'
import { withTools } from './mcp.ts'
import { type Entrant, maxRaceWidth, runRace } from './race.ts'
import { createScope, type Target } from './scope.ts'
import { openSender, type WireOptions } from './send.ts'

/** Where a transport may go, how much it may send, and the clock it lives by. */
export interface TransportOptions extends WireOptions {
  /** `host` (every port) or `host:port`, exact names; everything else is refused before any look-up or socket. */
  readonly allowHosts: readonly string[]
  readonly maxRequests: number
  readonly maxDurationMs: number
  /** Smallest gap between the starts of two requests. */
  readonly paceMs: number
  /** Must end early, resolving or rejecting, when its signal aborts. */
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>
  /** HTTP/2 without TLS and without asking (prior knowledge). TLS targets are asked by ALPN in any case, in races only. */
  readonly h2c?: boolean
}

/**
 * The only way a proof reaches its target.
 *
 * Nothing is thrown for what may happen on a wire: every outcome is an `Exchange`. No redirect is followed, nothing is retried. Calls of
 * MCP tools come back as their results.
 */
export interface Transport {
  send(request: HttpRequest): Promise<Exchange>
  /** Sends up to 50 requests that become complete at the same moment; answers in the order of the requests. */
  race(requests: readonly HttpRequest[]): Promise<Exchange[]>
  /** Requests that were let through so far, and milliseconds since opening. */
  used(): { requests: number; ms: number }
  /** Drops all connections; exchanges still under way fail. */
  close(): Promise<void>
}

/** Opens a transport; its time limit starts now. Throws a `TypeError` for limits that are no numbers of at least zero. */
export function openTransport(options: TransportOptions): Transport {
  checkLimits(options)
  const inScope = createScope(options.allowHosts)
  const budget = createBudget(options)
  const trusted = options.ca === undefined ? undefined : [...rootCertificates, ...options.ca]
  const sender = openSender(options, trusted)
  const h2c = options.h2c ?? false
  const run = (entrants: readonly Entrant[]): Promise<Exchange[]> => runRace(entrants, { ...options, h2c, trusted })

  return withTools({
    async send(request) {
      const target = inScope(request.url)
      if (isFailure(target)) return { request, failure: target }
      const refused = await budget.take(1)
      if (refused !== undefined) return { request, failure: refused }
      if (!h2c || target.secure) return sender.send(request, target)
      const [exchange] = await run([{ request, target }])
      if (exchange === undefined) throw new TypeError('a race of one has one outcome')
      return exchange
    },
    async race(requests) {
      if (requests.length > maxRaceWidth) throw new TypeError(`a race has at most ${maxRaceWidth} requests`)
      const targets = requests.map((request) => inScope(request.url))
      const entrants = requests.flatMap((request, index) => toEntrant(request, targets[index]))
      const refused = entrants.length === 0 ? undefined : await budget.take(entrants.length)
      const outcomes = refused === undefined ? await run(entrants) : []
      return requests.map((request, index) => {
        const target = targets[index]
        if (isFailure(target)) return { request, failure: target }
        const outcome = outcomes.shift()
        return (
          outcome ?? { request, failure: refused ?? { code: 'reset', message: 'the race ended without an answer' } }
        )
      })
    },
    used: () => budget.used(),
    close: () => sender.close(),
  })
}

function toEntrant(request: HttpRequest, target: Target | Failure | undefined): Entrant[] {
  return target === undefined || isFailure(target) ? [] : [{ request, target }]
}

function isFailure(value: Target | Failure | undefined): value is Failure {
  return value !== undefined && 'code' in value
}

function checkLimits(options: TransportOptions): void {
  const { maxRequests, maxDurationMs, paceMs, timeoutMs, maxBodyBytes } = options
  for (const [name, limit] of Object.entries({ maxRequests, maxDurationMs, paceMs, timeoutMs, maxBodyBytes })) {
    if (Number.isNaN(limit) || limit < 0) throw new TypeError(`${name} must be a number of at least zero`)
  }
}
