/** Sending a call that may go, settling it, and giving back what may be shown. */
import type { Answer, Outcome, Refusal, Release, Ruling } from '../../guard/call.ts'
import { refuse } from '../../guard/refusal.ts'
import { printLosslessJson } from '../../wire/lossless-json.ts'
import { readAnswer } from './answer.ts'
import type { Read, Surroundings } from './call.ts'
import { shownBy, withoutShown } from './caller.ts'
import type { Head } from './head.ts'
import { changedHeaders, flatHeaders, requestHeaders, responseHeaders, withoutByteHeaders } from './headers.ts'
import { Refused, refused } from './refused.ts'
import { type Reply, send, sendRefusal, takesInterim } from './reply.ts'
import type { Found } from './route.ts'
import { type Armed, arm, askingFor, type Cleaned, cleanAnswer, cleanHead, cleaning, isReadable } from './secrets.ts'
import { type AnswerHead, type Collected, collect, type Failure, relay, type Sending } from './sending.ts'
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
  const inspect = ruling.inspect || found.route.writes || around.vault?.watches(upstream.source) === true
  let armed: Armed
  try {
    const sending = sendingOf(asRuled(read, ruling), upstream, {
      basePath: found.route.shape.basePath,
      inspect,
      // Whoever could make the outcome unknown by hanging up could block objects at will.
      finish: found.route.writes,
    })
    armed = await armFor(around, carried, call, sending)
  } catch (error) {
    await ruling.settle({ kind: 'not-sent', why: error instanceof Refused ? error.refusal.code : 'no address' })
    throw error
  }
  if (inspect || armed.scrubbing !== undefined)
    await show(around, { head: read.head, upstream, ruling }, armed, reply, signal)
  else {
    const settle = async (outcome: Outcome): Promise<void> => {
      await ruling.settle(outcome)
    }
    await stream(around, { call, upstream, sending: armed.sending, head: read.head }, reply, signal, settle)
  }
}

/** What is sent is what was judged, or what the guard says instead. */
export function asRuled(read: Read, { instead }: Pick<Carried['ruling'], 'instead'>): Read {
  if (instead === undefined) return read
  const type = read.head.headers.get('content-type')
  if (typeof type === 'string' && !/[/+]json\b/i.test(type))
    throw refused('denied', 'part of the body may not go there, and only JSON is rewritten')
  return { ...read, body: Buffer.from(printLosslessJson(instead.body)) }
}

/** Sends a call whose caller has left. */
export async function sendAlone(
  around: Surroundings,
  carried: Omit<Carried, 'ruling'>,
  call: string,
): Promise<Outcome> {
  const { read, found, upstream } = carried
  const { basePath } = found.route.shape
  const plain = sendingOf(read, upstream, { basePath, inspect: true, finish: true })
  let armed: Armed
  try {
    armed = await armFor(around, carried, call, plain)
  } catch (error) {
    if (error instanceof Refused) return { kind: 'not-sent', why: error.refusal.code }
    throw error
  }
  const { responseBytes } = around.limits
  const collected = await collect(upstream, armed.sending, responseBytes, new AbortController().signal)
  if (collected.kind === 'failed') return outcomeOf(collected.failure)
  if (collected.kind === 'begun') collected.drop()
  const cleaned =
    collected.kind === 'whole'
      ? await cleanAnswer(armed.scrubbing, collected.head, collected.bytes, responseBytes)
      : undefined
  const answer = await answerOf(armed, collected.head, cleaned, responseBytes)
  return { kind: 'answered', answer: withoutShown(shownBy(read.head), answer) }
}

/** With the secrets of the operation, for whoever runs it. */
function armFor(
  around: Surroundings,
  { read, found, upstream }: Omit<Carried, 'ruling'>,
  call: string,
  sending: Sending,
): Promise<Armed> {
  const { principal, run } = read
  const asking = askingFor(around.charter(), {
    source: upstream.source,
    operation: found.route.shape.id,
    call,
    principal,
    ...(run === undefined ? {} : { run }),
  })
  return arm(around.vault, asking, sending, (why) => around.onEvent({ kind: 'failed', call, why }))
}

/** What the guard is given to judge: nothing that still has a value in it. */
async function answerOf(
  { scrubbing }: Armed,
  head: AnswerHead,
  cleaned: Cleaned | undefined,
  maxBytes: number,
): Promise<Answer> {
  if (cleaned !== undefined) return readAnswer(cleaned.head, cleaned.bytes, maxBytes)
  const known = scrubbing === undefined ? head : cleanHead(scrubbing, head)
  return { status: head.status, headers: flatHeaders(known.headers) }
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

interface Shown {
  readonly head: Head
  readonly upstream: Upstream
  readonly ruling: { readonly call: string; settle(outcome: Outcome): Promise<Release> }
}

/** Collects the answer, has it settled, and shows what may be shown. */
export async function show(
  around: Surroundings,
  { head: asked, ruling, upstream }: Shown,
  armed: Armed,
  reply: Reply,
  signal: AbortSignal,
): Promise<void> {
  const { call } = ruling
  const { responseBytes } = around.limits
  const collected = await collect(upstream, armed.sending, responseBytes, signal)
  if (collected.kind === 'failed') {
    const release = await ruling.settle(outcomeOf(collected.failure))
    if (release.kind === 'refused') sendRefusal(reply, release.refusal, call)
    else answerFailure(around, collected.failure, call, reply)
    return
  }
  const { head } = collected
  const cleaned =
    collected.kind === 'whole' ? await cleanAnswer(armed.scrubbing, head, collected.bytes, responseBytes) : undefined
  const answer = await answerOf(armed, head, cleaned, responseBytes)
  const release = await settleSafely(ruling, { kind: 'answered', answer: withoutShown(shownBy(asked), answer) })
  if (release.kind === 'refused') {
    if (collected.kind === 'begun') collected.drop()
    sendRefusal(reply, release.refusal, call)
  } else if (collected.kind === 'begun') await showBegun(collected, armed, reply, call)
  else if (cleaned === undefined) sendRefusal(reply, unreadable(), call)
  else if (release.kind === 'changed' && cleaned.bytes.length > 0) {
    const body = Buffer.from(printLosslessJson(release.body))
    send(reply, head.status, changedHeaders(cleaned.head.headers, call, body.length), bodyFor(asked, body))
  } else sendWhole(reply, asked, cleaned.head, cleaned.bytes, call)
}

/** Streams on what is endless or too long to be looked at whole. */
async function showBegun(
  collected: Extract<Collected, { kind: 'begun' }>,
  { scrubbing }: Armed,
  reply: Reply,
  call: string,
): Promise<void> {
  const { head } = collected
  if (scrubbing === undefined) {
    reply.writeHead(head.status, responseHeaders(head.headers, call))
    await collected.stream(reply)
  } else if (isReadable(head)) {
    const { headers } = cleanHead(scrubbing, head)
    reply.writeHead(head.status, responseHeaders(withoutByteHeaders(headers), call))
    await collected.stream(cleaning(scrubbing, reply))
  } else {
    collected.drop()
    sendRefusal(reply, unreadable(), call)
  }
}

function unreadable(): Refusal {
  return refuse(
    'upstream-failed',
    'the answer is encoded in a way in which nobody can see whether it has a secret in it',
  )
}

async function settleSafely(ruling: Shown['ruling'], outcome: Outcome): Promise<Release> {
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
