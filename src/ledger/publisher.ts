import type { Place } from './place.ts'

/** How one place is doing. `size` entries are covered by what it has of this run; `failing` when the last attempt failed. */
export interface PlaceStatus {
  readonly place: string
  readonly size: number
  readonly at?: number
  readonly failing?: { readonly message: string; readonly since: number; readonly attempts: number }
}

const firstDelayMs = 500
const longestDelayMs = 60_000

/**
 * Brings checkpoints to one place, one at a time. While the place fails, only the newest waits: it covers what the others covered.
 * Failing is never the caller's trouble: it is retried, and shows in `status`.
 */
export class Publisher {
  readonly #place: Place
  readonly #now: () => number
  #next: { readonly size: number; readonly note: string } | undefined
  #status: PlaceStatus
  #running: Promise<void> | undefined
  #timer: NodeJS.Timeout | undefined
  #closed = false

  constructor(place: Place, now: () => number) {
    this.#place = place
    this.#now = now
    this.#status = { place: place.name, size: 0 }
  }

  get status(): PlaceStatus {
    return this.#status
  }

  publish(size: number, note: string): void {
    this.#next = { size, note }
    this.#try()
  }

  /** Tries once more what is not out yet, then stops. */
  async close(): Promise<void> {
    await this.#running
    this.#closed = true
    this.#try()
    await this.#running
  }

  #try(): void {
    if (this.#running !== undefined || this.#next === undefined) return
    clearTimeout(this.#timer)
    this.#running = this.#attempt().finally(() => {
      this.#running = undefined
      if (this.#next !== undefined && !this.#closed) this.#later()
    })
  }

  async #attempt(): Promise<void> {
    const attempt = this.#next
    if (attempt === undefined) return
    try {
      await this.#place.publish(attempt.note)
      this.#status = { place: this.#place.name, size: attempt.size, at: this.#now() }
      if (this.#next === attempt) this.#next = undefined
    } catch (error) {
      const { since, attempts } = this.#status.failing ?? { since: this.#now(), attempts: 0 }
      const message = error instanceof Error ? error.message : String(error)
      this.#status = { ...this.#status, failing: { message, since, attempts: attempts + 1 } }
    }
  }

  #later(): void {
    const attempts = this.#status.failing?.attempts ?? 0
    const delay = attempts === 0 ? 0 : Math.min(longestDelayMs, firstDelayMs * 2 ** Math.min(attempts - 1, 10))
    this.#timer = setTimeout(() => this.#try(), delay)
    this.#timer.unref()
  }
}
