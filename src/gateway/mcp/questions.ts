/** Requests of a server's own, on their way to a client: decided, and answered by us where the client may not be asked. */
import type { Asking, Judge } from './judge.ts'
import { messageOf, type RequestMessage } from './message.ts'
import type { Exchange, McpUpstream, Sink } from './upstream.ts'

/** @returns what a stream of a server's messages does with its requests. */
export function questionsTo(
  { upstream, judge }: { readonly upstream: McpUpstream; readonly judge: Judge },
  asking: Asking,
  headers: Exchange['headers'],
): (message: RequestMessage) => Promise<Buffer | undefined> {
  return async (message) => {
    const becomes = await judge.asked(asking, message)
    if ('ask' in becomes) return becomes.ask
    const { tell } = becomes
    const answer = messageOf(JSON.parse(tell.toString('utf8')), tell)
    if (answer === undefined) return undefined
    const own = { accept: 'application/json, text/event-stream', 'content-type': 'application/json' }
    const { 'last-event-id': _, ...kept } = headers
    // The server waits for it, whether or not the client still does.
    const never = new AbortController().signal
    upstream.send({ method: 'POST', era: 'legacy', headers: { ...kept, ...own }, message: answer }, silent, never)
    return undefined
  }
}

/** Whoever is told something says nothing back that anybody needs. */
export const silent: Sink = {
  head: () => undefined,
  whole: () => undefined,
  event: () => undefined,
  end: () => undefined,
  fail: () => undefined,
}
