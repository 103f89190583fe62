import { Unreached } from '../../prove/run/unreached.ts'
import type { Exchange, Failure, HttpRequest } from '../../prove/transport/exchange.ts'
import type { Transport } from '../../prove/transport/transport.ts'

/** What one run may spend before it must end. */
export interface Allowance {
  readonly maxRequests: number
  /** Of these requests, how many are kept for clean-up. */
  readonly kept: number
  readonly maxDurationMs: number
}

/** A transport that can be stopped between two requests, so that a run ends early with a verdict on nothing it could not finish. */
export interface Brake {
  readonly transport: Transport
  /** From now on a request that may not be sent ends what is being tried instead of counting as an answer. */
  arm(): void
  /** Lets nothing more through, for a reason that the reports will give; the first reason counts. */
  stop(reason: string): void
  /** Why nothing is let through any more. */
  stopped(): string | undefined
  /** Lets requests through again: for clean-up alone. */
  release(): void
  /** Whether anything ever answered. */
  answered(): boolean
}

/** So many refused connections in a row mean that nothing is there. */
const mostSilences = 3

/**
 * Puts a brake before a transport.
 *
 * The transport's own time limit must be longer than the allowance's, so that something is left for clean-up.
 */
export function openBrake(inner: Transport, allowance: Allowance): Brake {
  const state: State = { reason: undefined, armed: false, released: false, silences: 0, answered: false }
  const guarded = async <T extends Exchange | Exchange[]>(
    requests: readonly HttpRequest[],
    send: () => Promise<T>,
    refuse: (failure: Failure) => T,
  ): Promise<T> => {
    if (state.released) return send()
    state.reason ??= overdrawn(inner, allowance, requests.length)
    if (state.reason === undefined) {
      const sent = await send()
      for (const exchange of [sent].flat()) note(state, exchange)
      return sent
    }
    if (state.armed) throw new Unreached(state.reason)
    return refuse({ code: 'cancelled', message: `not sent: ${state.reason}` })
  }
  return {
    transport: {
      send: (request) =>
        guarded(
          [request],
          () => inner.send(request),
          (failure) => ({ request, failure }),
        ),
      race: (requests) =>
        guarded(
          requests,
          () => inner.race(requests),
          (failure) => requests.map((request) => ({ request, failure })),
        ),
      used: () => inner.used(),
      close: () => inner.close(),
    },
    arm: () => {
      state.armed = true
    },
    stop: (reason) => {
      state.reason ??= reason
    },
    stopped: () => state.reason,
    release: () => {
      state.released = true
    },
    answered: () => state.answered,
  }
}

interface State {
  reason: string | undefined
  armed: boolean
  released: boolean
  silences: number
  answered: boolean
}

function overdrawn(
  inner: Transport,
  { maxRequests, kept, maxDurationMs }: Allowance,
  count: number,
): string | undefined {
  const used = inner.used()
  if (used.requests + count > maxRequests - kept) return `the budget of ${maxRequests} requests is used up`
  if (used.ms >= maxDurationMs) return `the time limit of ${Math.round(maxDurationMs / 6000) / 10} minutes is over`
  return undefined
}

function note(state: State, { request, response, failure }: Exchange): void {
  if (response !== undefined) Object.assign(state, { silences: 0, answered: true })
  if (failure === undefined) return
  const look = ['GET', 'HEAD'].includes(request.method) || request.headers['mcp-method'] !== undefined
  // A look that got no answer must not pass for one that saw no change.
  if (failure.code !== 'unreachable') {
    if (look && state.armed)
      throw new Unreached(`${request.method} ${new URL(request.url).pathname}: ${failure.message}`)
    return
  }
  state.silences += 1
  const stopped = state.answered ? 'stopped answering' : 'does not answer'
  if (state.silences >= mostSilences && state.armed)
    state.reason ??= `${new URL(request.url).origin} ${stopped}: ${failure.message}`
  if (state.armed) throw new Unreached(failure.message)
}
