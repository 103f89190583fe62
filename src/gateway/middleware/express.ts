/** The guard as middleware of Express 5, or of anything that calls `(request, response, next)` with those of `node:http`. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Guard } from '../../guard/guard.ts'
import { type Body, type Desk, type MiddlewareOptions, openDesk } from './desk.ts'
import { answerAtOnce, followAnswer } from './node-answer.ts'

/** What Express adds to a request that matters here. */
export type ExpressRequest = IncomingMessage & { readonly originalUrl?: string; body?: unknown; rawBody?: Buffer }

export type ExpressHandler = (
  request: ExpressRequest,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void

/**
 * Judges every request before the handlers that follow.
 *
 * Must stand before whatever parses bodies: it reads them itself, strictly, and leaves them in `request.body` (and their bytes in
 * `request.rawBody`). Bodies that are not judged, as those of uploads, are left unread.
 *
 * @throws {TypeError} when options do not say how callers are told.
 */
export function guardExpress(guard: Guard, options: MiddlewareOptions<ExpressRequest>): ExpressHandler {
  const desk = openDesk(guard, options)
  return (request, response, next) => {
    void serve(desk, request, response, next)
  }
}

async function serve(
  desk: Desk<ExpressRequest>,
  request: ExpressRequest,
  response: ServerResponse,
  next: (error?: unknown) => void,
): Promise<void> {
  try {
    if (await isAnswered(desk, request, response)) return
  } catch (error) {
    next(error)
    return
  }
  next()
}

async function isAnswered(
  desk: Desk<ExpressRequest>,
  request: ExpressRequest,
  response: ServerResponse,
): Promise<boolean> {
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  // A mounted application sees a shorter URL than the client asked for.
  const arriving = request.originalUrl === undefined ? request : atUrl(request, request.originalUrl)
  const judged = await desk.judge(arriving, request, gone.signal)
  if (answerAtOnce(judged, request, response)) return true
  if (judged.kind === 'go') {
    if (judged.body !== undefined) give(request, judged.body)
    followAnswer(judged, request, response, desk.limits.responseBytes)
  }
  return false
}

/** The same request under the URL the client asked for. */
function atUrl(request: ExpressRequest, url: string): IncomingMessage {
  if (request.url === url) return request
  return new Proxy(request, {
    get: (target, name) => {
      if (name === 'url') return url
      const value: unknown = Reflect.get(target, name)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

/** What the charter was asked about is what the handlers get: parsed from the same bytes. */
function give(request: ExpressRequest, { bytes, isForm }: Body): void {
  const text = bytes.toString('utf8')
  request.rawBody = bytes
  request.body = isForm ? formOf(text) : JSON.parse(text)
}

function formOf(text: string): Readonly<Record<string, string | readonly string[]>> {
  const form = new Map<string, string[]>()
  for (const [name, value] of new URLSearchParams(text)) {
    const values = form.get(name)
    if (values === undefined) form.set(name, [value])
    else values.push(value)
  }
  return Object.fromEntries([...form].map(([name, values]) => [name, values.length === 1 ? (values[0] ?? '') : values]))
}
