import type { Failure } from './exchange.ts'
import { toFailure, wireFailure } from './failure.ts'

/** The end of an exchange's patience: its own time-out or the cancelling of the whole run, whichever comes first. */
export interface Deadline {
  readonly signal: AbortSignal
  /** Names a failure, telling an error the deadline caused from one of the wire. */
  explain(error: unknown): Failure
  /** Must be called when the exchange is over, or the timer keeps the process alive. */
  stop(): void
}

/** Starts a deadline; when it passes, `signal` aborts. */
export function startDeadline(timeoutMs: number, cancel: AbortSignal | undefined): Deadline {
  const timeout = new AbortController()
  const timer = setTimeout(() => timeout.abort(), timeoutMs)
  const signal = cancel === undefined ? timeout.signal : AbortSignal.any([cancel, timeout.signal])
  return {
    signal,
    explain: (error) => {
      if (cancel?.aborted) return wireFailure('cancelled')
      return timeout.signal.aborted ? wireFailure('timeout', `${timeoutMs} ms`) : toFailure(error)
    },
    stop: () => clearTimeout(timer),
  }
}
