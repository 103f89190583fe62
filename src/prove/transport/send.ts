import { Agent } from 'undici'
import { startDeadline } from './deadline.ts'
import type { Exchange, HttpRequest } from './exchange.ts'
import { readResponse } from './response.ts'
import type { Target } from './scope.ts'

/** What every exchange of a transport has in common. */
export interface WireOptions {
  readonly timeoutMs: number
  readonly maxBodyBytes: number
  readonly signal?: AbortSignal | undefined
  readonly now: () => number
  /** Certificates trusted besides the well-known ones, in PEM. */
  readonly ca?: readonly string[] | undefined
}

/** Sends one request at a time or many side by side over kept-alive HTTP/1.1 connections. */
export interface Sender {
  send(request: HttpRequest, target: Target): Promise<Exchange>
  close(): Promise<void>
}

/**
 * Opens a sender. It follows no redirect, retries nothing, and asks for no compression: the transcript is what was sent.
 *
 * @param trusted - All certificate authorities to trust; undefined for node's own list.
 */
export function openSender(options: WireOptions, trusted: string[] | undefined): Sender {
  const agent = new Agent({
    allowH2: false,
    pipelining: 1,
    connections: 50,
    // Well below what servers use, because a connection closed as we write on it would be a reset of an unknown outcome.
    keepAliveTimeout: 1000,
    keepAliveMaxTimeout: 4000,
    connect: { timeout: options.timeoutMs, ...(trusted === undefined ? {} : { ca: trusted }) },
  })
  return {
    send: (request, target) => sendOne(agent, request, target, options),
    close: () => agent.destroy(),
  }
}

async function sendOne(agent: Agent, request: HttpRequest, target: Target, options: WireOptions): Promise<Exchange> {
  const deadline = startDeadline(options.timeoutMs, options.signal)
  const startedAt = options.now()
  try {
    const answer = await agent.request({
      origin: target.origin,
      path: target.path,
      method: request.method,
      headers: { ...request.headers },
      body: request.body ?? null,
      signal: deadline.signal,
    })
    const head = { status: answer.statusCode, headers: answer.headers }
    const response = await readResponse(head, answer.body, { ...options, startedAt })
    return { request, response }
  } catch (error) {
    return { request, failure: deadline.explain(error) }
  } finally {
    deadline.stop()
  }
}
