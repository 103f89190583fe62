/** A server of tools whose calls get the secrets that belong to them, and whose answers are passed on without any value. */
import type { Charter } from '../../charter/charter.ts'
import { VaultError } from '../../vault/error.ts'
import { scrubberFor } from '../../vault/handed.ts'
import type { Asking, Injector, Scrubber } from '../../vault/injector.ts'
import { askingFor } from '../http/secrets.ts'
import { type Message, withArguments } from './message.ts'
import type { SseEvent } from './sse.ts'
import type { Exchange, McpUpstream, Sink } from './upstream.ts'

export interface SealedOptions {
  readonly vault: Injector
  readonly charter: () => Charter
  /** What an operator should know; never with a value in it. */
  readonly onFail: (why: string) => void
}

/**
 * Stands before a server. Headers of the call, and arguments of a tool, get what is scoped to `SOURCE.TOOL`; any other message what is
 * scoped to the whole source. Nothing is sent when a secret that belongs into it cannot be had.
 */
export function sealedUpstream(upstream: McpUpstream, options: SealedOptions): McpUpstream {
  const { vault, charter, onFail } = options
  const { source } = upstream
  return {
    source,
    send: (exchange, sink, signal) => {
      const asking = askingFor(charter(), { source, ...exchange.whose, ...operationOf(source, exchange.message) })
      armed(vault, asking, exchange).then(
        (sent) => {
          const scrubber = vault.watches(source) ? vault.scrubber() : undefined
          const shown =
            scrubber === undefined ? sink : cleaning(sink, scrubber, () => vault.returned(asking, scrubber.found))
          upstream.send(sent, shown, signal)
        },
        (error: unknown) => {
          onFail(error instanceof VaultError ? error.message : 'a secret could not be put into a call')
          sink.fail({ sent: false, why: 'secret', timedOut: false })
        },
      )
    },
    close: () => upstream.close(),
  }
}

function operationOf(source: string, message: Message | null): { readonly operation?: string } {
  if (message?.kind !== 'request' || message.method !== 'tools/call') return {}
  const { name } = message.params
  return typeof name === 'string' ? { operation: `${source}.${name}` } : {}
}

async function armed(vault: Injector, asking: Asking, exchange: Exchange): Promise<Exchange> {
  const { headers, message } = exchange
  const given = message?.kind === 'request' ? message.params['arguments'] : undefined
  const injected = await vault.inject(asking, {
    headers: Object.entries(headers).flat(),
    body: () => given,
    ...(message === null ? {} : { text: message.bytes }),
  })
  if (injected.used.length === 0) return exchange
  return {
    ...exchange,
    headers: recordOf(injected.headers),
    message: 'body' in injected && message?.kind === 'request' ? withArguments(message, injected.body) : message,
  }
}

function recordOf(flat: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(flat.flatMap((name, at) => (at % 2 === 0 ? [[name, flat[at + 1] ?? '']] : [])))
}

/** Passes on what has none of the credentials in it that a server was handed: by headers, or by the variables of its process. */
export function without(handed: Readonly<Record<string, string>>, sink: Sink): Sink {
  const scrubber = scrubberFor(handed)
  return scrubber === undefined ? sink : cleaning(sink, scrubber, () => undefined)
}

/** Passes on what has no value in it. */
function cleaning(sink: Sink, scrubber: Scrubber, tell: () => void): Sink {
  const told = (): void => {
    if (scrubber.found.size > 0) tell()
  }
  return {
    head: (head) => {
      const headers = Object.fromEntries(
        Object.entries(head.headers).map(([name, value]) => [name, scrubber.text(value ?? '')]),
      )
      sink.head({ ...head, headers })
    },
    whole: (bytes) => sink.whole(scrubber.bytes(bytes)),
    event: (event) => sink.event(cleanEvent(event, scrubber)),
    end: () => {
      told()
      sink.end()
    },
    fail: (failure) => {
      told()
      sink.fail(failure)
    },
  }
}

/** The data is a JSON text, which may stand on several lines of the block: what is found in it alone is found all the same. */
function cleanEvent(event: SseEvent, scrubber: Scrubber): SseEvent {
  const { block, data } = event
  const cleaned = data === undefined ? undefined : scrubber.text(data)
  if (data !== undefined && cleaned !== undefined && cleaned !== data) {
    const others = block
      .toString('utf8')
      .split(/\r\n|\r|\n/)
      .filter((line) => line !== '' && !/^data(?::|$)/.test(line))
    const lines = [...others, ...cleaned.split('\n').map((line) => `data: ${line}`)]
    return { block: scrubber.bytes(Buffer.from(`${lines.join('\n')}\n\n`)), data: cleaned }
  }
  const whole = scrubber.bytes(block)
  return whole === block ? event : { ...event, block: whole }
}

/** The variables for a program that is a server: those of its configuration, and those of the vault. @throws {VaultError} */
export async function environmentOf(
  vault: Injector | undefined,
  source: string,
  configured: Readonly<Record<string, string>>,
): Promise<Readonly<Record<string, string>>> {
  return vault === undefined ? configured : { ...configured, ...(await vault.environment({ source })) }
}
