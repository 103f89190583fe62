/** The process that serves all stateless requests: their ids and tokens are exchanged for ones that are unique in it. */
import { isRecord } from '../../wire/to-http.ts'
import { Answering } from './answering.ts'
import { type Child, startChild } from './child.ts'
import { exchangeAt } from './json-span.ts'
import { type Message, metaOf, type RequestMessage } from './message.ts'
import type { StdioUpstreamOptions } from './stdio-upstream.ts'
import type { Sink } from './upstream.ts'

interface Pending {
  readonly answering: Answering
  /** As JSON text. */
  readonly id: string
  readonly token: string | undefined
}

const subscription = 'io.modelcontextprotocol/subscriptionId'
const progressPath = ['params', '_meta', 'progressToken']

export class SharedProcess {
  readonly #child: Child
  readonly #pending = new Map<number, Pending>()
  /** Who asked until now; two are as many as any. */
  readonly #owners = new Set<string>()
  #next = 0
  ended = false
  /** The revisions it said it speaks; undefined until it was asked. */
  supported: readonly unknown[] | undefined

  constructor({ command, environment, maxBytes }: Pick<StdioUpstreamOptions, 'command' | 'environment' | 'maxBytes'>) {
    this.#child = startChild(command, environment, maxBytes, {
      onMessage: (message) => this.#take(message),
      onEnd: (why) => {
        this.ended = true
        for (const { answering } of this.#pending.values()) answering.fail({ sent: true, why, timedOut: false })
        this.#pending.clear()
      },
    })
  }

  /** @param owner - Whose request it is; undefined for one of our own, and where there is only one client. */
  send(message: RequestMessage, sink: Sink, signal: AbortSignal, owner: string | undefined): void {
    if (owner !== undefined && this.#owners.size < 2) this.#owners.add(owner)
    this.#next += 1
    const own = this.#next
    const given = metaOf(message)['progressToken']
    const token = given === undefined ? undefined : JSON.stringify(given)
    const text = exchangeAt(message.bytes.toString('utf8'), ['id'], String(own))
    const answering = new Answering(sink, {})
    this.#pending.set(own, { answering, token, id: JSON.stringify(message.id) })
    this.#child.write(Buffer.from(token === undefined ? text : exchangeAt(text, progressPath, String(own))))
    signal.addEventListener('abort', () => {
      if (!this.#pending.delete(own)) return
      const params = { requestId: own, reason: 'the client went away' }
      this.#child.write(Buffer.from(JSON.stringify({ jsonrpc: '2.0', method: 'notifications/cancelled', params })))
      answering.fail({ sent: true, why: 'CLIENT_GONE', timedOut: false })
    })
  }

  #take(message: Message): void {
    if (message.kind === 'response') {
      const own = Number(message.id)
      const found = this.#pending.get(own)
      if (found === undefined) return
      this.#pending.delete(own)
      if (isRecord(message.result) && Array.isArray(message.result['supportedVersions']))
        this.supported = message.result['supportedVersions']
      const code = isRecord(message.error) ? message.error['code'] : undefined
      const text = exchangeAt(restore(message, found), ['id'], found.id)
      found.answering.finish(Buffer.from(text), code)
    } else if (message.kind === 'notification') {
      const found = this.#meant(message)
      if (found !== undefined) found.answering.add(Buffer.from(restore(message, found)))
    }
  }

  /** Which request a notification belongs to. SECURITY: where that cannot be told, nobody is shown it: it may be another's. */
  #meant(message: Exclude<Message, { kind: 'response' }>): Pending | undefined {
    const listened = metaOf(message)[subscription]
    if (listened !== undefined) return this.#pending.get(Number(listened))
    const token = message.params['progressToken']
    if (message.method === 'notifications/progress') return this.#pending.get(Number(token))
    const [only] = this.#pending.values()
    // It may be late, of a request that was answered: so it is shown only where all were of one caller.
    return this.#pending.size === 1 && this.#owners.size < 2 ? only : undefined
  }

  end(): void {
    this.#child.end()
  }
}

/** The ids of the client instead of ours. */
function restore({ bytes }: Message, { id, token }: Pending): string {
  let text = bytes.toString('utf8')
  if (text.includes(subscription))
    for (const outer of ['params', 'result']) text = exchangeAt(text, [outer, '_meta', subscription], id)
  return token === undefined ? text : exchangeAt(text, ['params', 'progressToken'], token)
}
