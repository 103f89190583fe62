/** The process of one session: one client, whose messages it gets as they came. */
import { Answering } from './answering.ts'
import { type Child, startChild } from './child.ts'
import { keyOfId, type Message, type RequestMessage } from './message.ts'
import { codes, errorBytes } from './rpc-error.ts'
import type { StdioUpstreamOptions } from './stdio-upstream.ts'
import type { Sink } from './upstream.ts'

interface Pending {
  readonly answering: Answering
  readonly progressToken: unknown
}

export class SessionProcess {
  readonly #child: Child
  readonly #pending = new Map<string, Pending>()
  #listening: Answering | undefined
  #ended = false
  used: number = performance.now()

  constructor(
    { command, environment, maxBytes }: Pick<StdioUpstreamOptions, 'command' | 'environment' | 'maxBytes'>,
    onEnd: () => void,
  ) {
    this.#child = startChild(command, environment, maxBytes, {
      onMessage: (message) => this.#take(message),
      onEnd: (why) => {
        this.#ended = true
        for (const { answering } of this.#pending.values()) answering.fail({ sent: true, why, timedOut: false })
        this.#pending.clear()
        this.#listening?.end()
        onEnd()
      },
    })
  }

  request(message: RequestMessage, sink: Sink, headers: Readonly<Record<string, string>>): void {
    const answering = new Answering(sink, headers)
    if (this.#ended) {
      answering.fail({ sent: false, why: 'EXIT', timedOut: false })
      return
    }
    const meta = message.params['_meta']
    const progressToken =
      typeof meta === 'object' && meta !== null && 'progressToken' in meta ? meta.progressToken : undefined
    this.#pending.set(keyOfId(message.id), { answering, progressToken })
    this.tell(message)
  }

  /** A notification, or an answer of the client. */
  tell(message: Message): void {
    this.used = performance.now()
    this.#child.write(message.bytes)
    if (message.kind === 'notification' && message.method === 'notifications/cancelled') this.#giveUp(message.params)
  }

  /** Nothing answers to what was cancelled; what came of it nobody knows. */
  #giveUp({ requestId }: Readonly<Record<string, unknown>>): void {
    if (typeof requestId !== 'string' && typeof requestId !== 'number') return
    const key = keyOfId(requestId)
    const found = this.#pending.get(key)
    this.#pending.delete(key)
    found?.answering.fail({ sent: true, why: 'cancelled', timedOut: false })
  }

  /** The stream of what it says without being asked. */
  listen(sink: Sink, signal: AbortSignal): void {
    this.#listening?.end()
    const listening = new Answering(sink, {})
    listening.stream()
    this.#listening = listening
    signal.addEventListener('abort', () => {
      if (this.#listening === listening) this.#listening = undefined
      listening.end()
    })
  }

  #take(message: Message): void {
    this.used = performance.now()
    if (message.kind === 'response') {
      const key = message.id === null ? '' : keyOfId(message.id)
      const found = this.#pending.get(key)
      this.#pending.delete(key)
      found?.answering.finish(message.bytes)
      return
    }
    const to = this.#placeFor(message)
    if (to !== undefined) to.add(message.bytes)
    else if (message.kind === 'request')
      this.#child.write(errorBytes(message.id, { code: codes.internal, message: 'the client does not listen' }))
  }

  /** On a pipe nothing says which request a message belongs to but a progress token: the one that was sent last is meant. */
  #placeFor(message: Exclude<Message, { kind: 'response' }>): Answering | undefined {
    const all = [...this.#pending.values()]
    if (message.method === 'notifications/progress') {
      const token = message.params['progressToken']
      return all.find(({ progressToken }) => progressToken === token)?.answering
    }
    if (message.method.endsWith('list_changed') || message.method === 'notifications/resources/updated')
      return this.#listening ?? all.at(-1)?.answering
    return all.at(-1)?.answering ?? this.#listening
  }

  end(): void {
    this.#child.end()
  }
}
