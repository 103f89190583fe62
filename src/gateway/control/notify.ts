/** Tells other systems what happened: CloudEvents 1.0 as JSON, signed as Standard Webhooks. */
import { newId } from '../../guard/id.ts'
import type { GuardEvent, Journal } from '../../guard/journal.ts'
import { parseSecret, signMessage } from './signature.ts'

/** Who is told. */
export interface NotifyTarget {
  readonly url: string
  /** `whsec_` and base64 of at least 24 bytes. */
  readonly secret: string
}

export interface NotifyOptions {
  readonly targets: readonly NotifyTarget[]
  /** The `source` of the events, a URI that names this guard. */
  readonly source: string
  /** Learns of messages that were given up, and why; never of what they said. */
  readonly onLost?: (url: string, why: string) => void
  readonly fetch?: typeof fetch
  /** Waits between tries, in milliseconds; as many tries and one. */
  readonly retryMs?: readonly number[]
}

export interface Notifier {
  /** Tells of new holds, answers, standing grants and switches once they are on the record. */
  telling(journal: Journal): Journal
  /** Gives what waits a last try. What is then still untold is lost: nothing is kept across restarts. */
  close(): Promise<void>
}

const usualRetries = [1000, 5000, 30_000, 120_000, 600_000]
const maxWaiting = 1000
const timeoutMs = 10_000

interface Message {
  readonly id: string
  readonly body: string
}

/**
 * Makes a notifier. Each target is told in order, as often as it takes within the retries; one that is slow holds up no other.
 *
 * @throws {TypeError} when a secret is too short or an address is none.
 */
export function makeNotifier(options: NotifyOptions): Notifier {
  const queues = options.targets.map((target) => new Queue(target, options))
  return {
    telling: (journal) => ({
      async append(event) {
        const appended = await journal.append(event)
        const message = messageOf(event, options.source)
        if (message !== undefined) for (const queue of queues) queue.add(message)
        return appended
      },
    }),
    close: async () => {
      await Promise.all(queues.map((queue) => queue.close()))
    },
  }
}

function messageOf(event: GuardEvent, source: string): Message | undefined {
  const told = tellable(event)
  if (told === undefined) return undefined
  const id = newId(event.at)
  const [type, subject, data] = told
  const time = new Date(event.at).toISOString()
  const cloud = { specversion: '1.0', id, source, type, subject, time, datacontenttype: 'application/json', data }
  return { id, body: JSON.stringify(cloud) }
}

/** What others need to act: never the arguments, which they fetch with their own credential. */
function tellable(event: GuardEvent): readonly [type: string, subject: string, data: unknown] | undefined {
  if (event.kind === 'hold') {
    const { hold, operation, principal, approvals, expires } = event
    return [
      `dev.lockstep.hold.${event.state}`,
      hold,
      { operation, principal, approvals, expires: new Date(expires).toISOString() },
    ]
  }
  if (event.kind === 'approval') {
    const { approval, by, why, verdict, hold } = event
    return [`dev.lockstep.approval.${verdict}`, hold ?? approval, { approval, by, why }]
  }
  if (event.kind === 'switch') {
    const { of, name, by, why } = event.switch
    return [`dev.lockstep.switch.${event.on ? 'on' : 'off'}`, `${of}/${name}`, { by, why }]
  }
  return undefined
}

class Queue {
  readonly #url: string
  readonly #key: Buffer
  readonly #options: NotifyOptions
  readonly #waiting: Message[] = []
  readonly #closing = new AbortController()
  #running: Promise<void> | undefined

  constructor({ url, secret }: NotifyTarget, options: NotifyOptions) {
    if (!/^https?:$/.test(URL.parse(url)?.protocol ?? '')) throw new TypeError('whom to tell has no HTTP address')
    this.#url = url
    this.#key = parseSecret(secret)
    this.#options = options
  }

  add(message: Message): void {
    if (this.#waiting.length >= maxWaiting) {
      this.#options.onLost?.(this.#url, 'too many messages wait')
      return
    }
    this.#waiting.push(message)
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined
    })
  }

  async close(): Promise<void> {
    this.#closing.abort()
    await this.#running
  }

  async #run(): Promise<void> {
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      const why = await this.#tell(next)
      if (why !== undefined) this.#options.onLost?.(this.#url, why)
    }
  }

  /** @returns why it was given up; undefined when it was told. */
  async #tell(message: Message): Promise<string | undefined> {
    const waits = this.#options.retryMs ?? usualRetries
    for (let tried = 0; ; tried += 1) {
      const why = await this.#send(message)
      const wait = waits[tried]
      if (why === undefined || wait === undefined || this.#closing.signal.aborted) return why
      await this.#pause(wait)
    }
  }

  async #send({ id, body }: Message): Promise<string | undefined> {
    try {
      const response = await (this.#options.fetch ?? fetch)(this.#url, {
        method: 'POST',
        headers: { 'content-type': 'application/cloudevents+json', ...signMessage(this.#key, id, Date.now(), body) },
        body,
        redirect: 'error',
        signal: AbortSignal.timeout(timeoutMs),
      })
      await response.body?.cancel()
      return response.ok ? undefined : `it answered ${response.status}`
    } catch {
      return 'it cannot be reached'
    }
  }

  #pause(ms: number): Promise<void> {
    const { signal } = this.#closing
    return new Promise((resolve) => {
      if (signal.aborted) {
        resolve()
        return
      }
      const done = (): void => {
        clearTimeout(timer)
        signal.removeEventListener('abort', done)
        resolve()
      }
      const timer = setTimeout(done, ms)
      timer.unref()
      signal.addEventListener('abort', done)
    })
  }
}
