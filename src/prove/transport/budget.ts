import type { Failure } from './exchange.ts'

/** Bounds of everything one transport sends, with the clock they are measured by. */
export interface BudgetOptions {
  readonly maxRequests: number
  readonly maxDurationMs: number
  /** Smallest gap between the starts of two requests; a race of n counts as n. */
  readonly paceMs: number
  readonly signal?: AbortSignal | undefined
  readonly now: () => number
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>
}

/** Counts requests and time, and hands out the moments at which requests may start. */
export interface Budget {
  /** Takes `count` requests, all or none, and waits for their turn; a failure when they may not be sent. */
  take(count: number): Promise<Failure | undefined>
  used(): { requests: number; ms: number }
}

/** Opens a budget; its duration counts from now on. */
export function createBudget(options: BudgetOptions): Budget {
  const { maxRequests, maxDurationMs, paceMs, signal, now, sleep } = options
  const openedAt = now()
  let requests = 0
  let nextStart = openedAt

  const refusal = (count: number): Failure | undefined => {
    if (signal?.aborted) return cancelled
    if (requests + count > maxRequests) return spent(`the budget of ${maxRequests} requests is used up`)
    if (now() - openedAt >= maxDurationMs) return spent(`the time limit of ${maxDurationMs} ms is over`)
    return undefined
  }

  return {
    async take(count) {
      const refused = refusal(count)
      if (refused !== undefined) return refused
      requests += count
      const start = Math.max(now(), nextStart)
      nextStart = start + count * paceMs
      const waitMs = start - now()
      if (waitMs > 0) await waitUnlessCancelled(sleep(waitMs, signal), signal)
      return signal?.aborted ? cancelled : undefined
    },
    used: () => ({ requests, ms: now() - openedAt }),
  }
}

const cancelled: Failure = { code: 'cancelled', message: 'not sent: the run was cancelled' }

function spent(reason: string): Failure {
  return { code: 'budget', message: `not sent: ${reason}` }
}

/** A sleep that rejects because of its signal ends like any other; rejections for other reasons are the caller's to see. */
async function waitUnlessCancelled(waiting: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  try {
    await waiting
  } catch (error) {
    if (!signal?.aborted) throw error
  }
}
