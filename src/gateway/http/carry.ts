/** Sending a call that may go, settling it, and giving back what may be shown. */
import type { Outcome, Release, Ruling } from '../../guard/call.ts'
import { refuse } from '../../guard/refusal.ts'
import { printLosslessJson } from '../../wire/lossless-json.ts'
import { readAnswer } from './answer.ts'
import type { Read, Surroundings } from './call.ts'
import type { Head } from './head.ts'
import { changedHeaders, flatHeaders, requestHeaders, responseHeaders } from './headers.ts'
import { refused } from './refused.ts'
import { type Reply, send, sendRefusal, takesInterim } from './reply.ts'
import type { Found } from './route.ts'
import { type AnswerHead, collect, type Failure, relay, type Sending } from './sending.ts'
import { pathAt, type Upstream } from './upstream.ts'

/** A call that may go. */
export interface Carried {
  readonly read: Read
  readonly found: Found
  readonly upstream: Upstream
  readonly ruling: Extract<Ruling, { kind: 'go' }>
}

/** Sends a call that may go, and settles it whatever becomes of it. */
export async function carry(around: Surroundings, carried: Carried, reply: Reply, signal: AbortSignal): Promise<void> {
  const { read, found, upstream, ruling } = carried
  const { call } = ruling
  const inspect = ruling.inspect || found.route.writes
  let sending: Sending
  try {
    sending = sendingOf(read, upstream, {
      basePath: found.route.shape.basePath,
      inspect,
      // Whoever could make the outcome unknown by hanging up could block objects at will.
      finish: found.route.writes,
    })
  } catch (error) {
    await ruling.settle({ kind: 'not-sent', why: 'no address' })
    throw error
  }
  if (inspect) await show(around, carried, sending, reply, signal)
  else {
    const settle = async (outcome: Outcome): Promise<void> => {
      await ruling.settle(outcome)
    }
    await stream(around, { call, upstream, sending, head: read.head }, reply, signal, settle)
  }
}

/** Sends a call whose caller has left. */
export async function sendAlone(
  around: Surroundings,
  { read, found, upstream }: Omit<Carried, 'ruling'>,
): Promise<Outcome> {
  const { basePath } = found.route.shape
  const sending = sendingOf(read, upstream, { basePath, inspect: true, finish: true })
  const collected = await collect(upstream, sending, around.limits.responseBytes, new AbortController().signal)
  if (collected.kind === 'failed') return outcomeOf(collected.failure)
  const { head } = collected
  if (collected.kind === 'whole')
    return { kind: 'answered', answer: await readAnswer(head, collected.bytes, around.limits.responseBytes) }
  collected.drop()
  return { kind: 'answered', answer: { status: head.status, headers: flatHeaders(head.headers) } }
}

export function sendingOf(
  read: Read,
  upstream: Upstream,
  { basePath, inspect, finish }: Pick<Sending, 'finish'> & { readonly basePath: string; readonly inspect: boolean },
): Sending {
  const { head, origin, body } = read
  const path = pathAt(upstream, basePath, head.path)
  if (path === undefined) throw refused('malformed', 'the beginning of the path is not written as described')
  const headers = requestHeaders(head, origin, upstream.host, inspect)
  if (body !== null && !Buffer.isBuffer(body) && head.length !== undefined)
    headers.push('content-length', String(head.length))
  const accept = head.headers.get('accept')
  return {
    // A judged answer must be there to be judged.
    method: inspect && head.method === 'HEAD' ? 'GET' : head.method,
    path: head.query === undefined ? path : `${path}?${head.query}`,
    headers,
    body,
    patient: typeof accept === 'string' && accept.includes('text/event-stream'),
    finish,
  }
}

/** Collects the answer, has it settled, and shows what may be shown. */
async function show(
  around: Surroundings,
  { read, ruling, upstream }: Carried,
  sending: Sending,
  reply: Reply,
  signal: AbortSignal,
): Promise<void> {
  const { call } = ruling
  const collected = await collect(upstream, sending, around.limits.responseBytes, signal)
  if (collected.kind === 'failed') {
    const release = await ruling.settle(outcomeOf(collected.failure))
    if (release.kind === 'refused') sendRefusal(reply, release.refusal, call)
    else answerFailure(around, collected.failure, call, reply)
    return
  }
  const { head } = collected
  const answer =
    collected.kind === 'whole'
      ? await readAnswer(head, collected.bytes, around.limits.responseBytes)
      : { status: head.status, headers: flatHeaders(head.headers) }
  const release = await settleSafely(ruling, { kind: 'answered', answer })
  if (release.kind === 'refused') {
    if (collected.kind === 'begun') collected.drop()
    sendRefusal(reply, release.refusal, call)
  } else if (collected.kind === 'begun') {
    reply.writeHead(head.status, responseHeaders(head.headers, call))
    await collected.stream(reply)
  } else if (release.kind === 'changed' && collected.bytes.length > 0) {
    const body = Buffer.from(printLosslessJson(release.body))
    send(reply, head.status, changedHeaders(head.headers, call, body.length), bodyFor(read.head, body))
  } else sendWhole(reply, read.head, head, collected.bytes, call)
}

async function settleSafely(ruling: Carried['ruling'], outcome: Outcome): Promise<Release> {
  try {
    return await ruling.settle(outcome)
  } catch {
    return { kind: 'refused', refusal: refuse('unavailable', 'what became of the call could not be put on the record') }
  }
}

function sendWhole(reply: Reply, asked: Head, head: AnswerHead, bytes: Buffer, call: string): void {
  const headers = responseHeaders(head.headers, call)
  const bodiless = head.status === 204 || head.status === 304
  if (!bodiless) headers['content-length'] = bytes.length
  delete headers['trailer']
  send(reply, head.status, headers, bodiless ? undefined : bodyFor(asked, bytes))
}

function bodyFor(asked: Head, bytes: Buffer): Buffer | undefined {
  return asked.method === 'HEAD' ? undefined : bytes
}

export function outcomeOf({ sent, why }: Failure): Outcome {
  return sent ? { kind: 'unknown', why } : { kind: 'not-sent', why }
}

function answerFailure(around: Surroundings, failure: Failure, call: string, reply: Reply): void {
  around.onEvent({ kind: 'failed', call, why: failure.why })
  const detail = failure.sent
    ? 'the API was asked and did not answer; nobody knows whether it did what it was asked'
    : 'the API cannot be reached'
  const refusal = refuse('upstream-failed', detail, failure.sent ? {} : { retryAfterMs: 1000 })
  sendRefusal(reply, failure.timedOut ? { ...refusal, status: 504 } : refusal, call)
}

interface Streamed {
  readonly call: string
  readonly upstream: Upstream
  readonly sending: Sending
  readonly head: Head
}

/** Streams the answer on as it comes. */
export function stream(
  around: Surroundings,
  { call, upstream, sending, head: asked }: Streamed,
  reply: Reply,
  signal: AbortSignal,
  settle: (outcome: Outcome) => Promise<void>,
): Promise<void> {
  return new Promise((resolve) => {
    const settled = (outcome: Outcome): void => {
      settle(outcome).catch(() => around.onEvent({ kind: 'failed', call, why: 'settle' }))
    }
    relay(upstream, sending, reply, signal, {
      early: (status, headers) => {
        const { link } = headers
        if (status === 103 && link !== undefined && asked.version !== '1.0' && takesInterim(reply))
          reply.writeEarlyHints?.({ link: typeof link === 'string' ? link : [...link] })
      },
      start: ({ status, headers }) => {
        settled({ kind: 'answered', answer: { status, headers: flatHeaders(headers) } })
        return responseHeaders(headers, call)
      },
      done: resolve,
      fail: (failure, started) => {
        if (started) reply.destroy()
        else {
          settled(outcomeOf(failure))
          answerFailure(around, failure, call, reply)
        }
        resolve()
      },
    })
  })
}
