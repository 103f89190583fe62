/** One call from its first byte to its last: read, identified, ruled, sent, settled, answered. */
import type { BlockList } from 'node:net'
import type { Readable } from 'node:stream'
import type { Charter, Principal } from '../../charter/charter.ts'
import type { Incoming, Outcome, Release, Ruling } from '../../guard/call.ts'
import type { Guard } from '../../guard/guard.ts'
import { newId } from '../../guard/id.ts'
import { refuse } from '../../guard/refusal.ts'
import type { Identifier } from '../../identity/identity.ts'
import { printLosslessJson } from '../../wire/lossless-json.ts'
import { readAnswer } from './answer.ts'
import { readBytes } from './body.ts'
import { credentialsOf, originOf, presentedBy } from './caller.ts'
import { checkLength, type Head, readHead } from './head.ts'
import { changedHeaders, flatHeaders, type Origin, requestHeaders, responseHeaders } from './headers.ts'
import { Refused, refused } from './refused.ts'
import { type Arriving, type Reply, send, sendAgain, sendRefusal } from './reply.ts'
import type { Found, Routes } from './route.ts'
import { type AnswerHead, collect, type Failure, relay, type Sending } from './sending.ts'
import { pathAt, type Upstream, type Upstreams } from './upstream.ts'

/** How large what is judged may be. */
export interface HttpLimits {
  readonly bodyBytes: number
  readonly jsonDepth: number
  readonly headerBytes: number
  readonly responseBytes: number
}

/** What calls need of the gateway. Members may be replaced while it runs. */
export interface Surroundings {
  readonly guard: Guard
  readonly charter: () => Charter
  readonly routes: () => Routes
  readonly identifier: Identifier
  readonly upstreams: Upstreams
  readonly limits: HttpLimits
  readonly hosts: ReadonlySet<string> | undefined
  readonly trusted: BlockList | undefined
  readonly onEvent: (event: HttpEvent) => void
}

/** What the guard has no record of. Never carries what callers sent but method and path. */
export type HttpEvent =
  | { readonly kind: 'refused'; readonly call: string; readonly code: string; readonly detail: string }
  | { readonly kind: 'undescribed'; readonly call: string; readonly method: string; readonly path: string }
  | { readonly kind: 'failed'; readonly call: string; readonly why: string }

/** A call that was read and whose caller is known. */
export interface Read {
  readonly head: Head
  readonly origin: Origin
  readonly principal: Principal
  readonly found: Found | undefined
  readonly body: Buffer | Readable | null
  readonly parsed: unknown
}

/** Serves one request. Never rejects. */
export async function serveCall(around: Surroundings, arriving: Arriving, reply: Reply): Promise<void> {
  const leaving = new AbortController()
  reply.once('close', () => {
    if (!reply.writableFinished) leaving.abort()
  })
  try {
    const read = await readCall(around, arriving, reply)
    if (read.found === undefined) await passUndescribed(around, read, reply, leaving.signal)
    else await rule(around, read, read.found, { arriving, reply, signal: leaving.signal })
  } catch (error) {
    answerError(around, error, arriving, reply)
  }
}

function answerError(around: Surroundings, error: unknown, arriving: Arriving, reply: Reply): void {
  const call = newId(Date.now())
  const { refusal, challenge } =
    error instanceof Refused ? error : new Refused(refuse('unavailable', 'the gateway failed', { retryAfterMs: 1000 }))
  around.onEvent({ kind: 'refused', call, code: refusal.code, detail: refusal.detail })
  sendRefusal(reply, refusal, call, { challenge, hangUp: isUnread(arriving) })
}

/** What is left of the body on an HTTP/1.1 connection would be taken for the next request. */
function isUnread(arriving: Arriving): boolean {
  return arriving.httpVersion !== '2.0' && !arriving.readableEnded
}

/** Reads the head, finds the operation, verifies the caller, and takes the body when there is something to judge. */
export async function readCall(around: Surroundings, arriving: Arriving, reply: Reply | undefined): Promise<Read> {
  const head = readHead(rawHeadOf(arriving), around.hosts)
  const found = around.routes().find(head.method, head.path)
  const origin = originOf(arriving, around.trusted)
  if (found === undefined) checkUndescribed(around.charter(), head)
  const kind = head.hasBody && found !== undefined ? found.route.body.kindOf(contentTypeOf(head)) : 'opaque'
  if (kind !== 'opaque') checkLength(head.length, around.limits.bodyBytes)
  const identified = await around.identifier.identify(presentedBy(head, arriving, origin))
  if (!identified.ok)
    throw identified.code === 'unavailable'
      ? refused('unavailable', identified.why, { retryAfterMs: 1000 })
      : new Refused(refuse('unauthenticated', identified.why), identified.challenge)
  const base = { head, origin, found, principal: identified.principal }
  if (!head.hasBody) {
    // Even an empty body has an end that must be read before the next request.
    arriving.resume()
    return { ...base, body: null, parsed: undefined }
  }
  if (head.headers.has('expect')) reply?.writeContinue()
  if (kind === 'opaque' || found === undefined) return { ...base, body: arriving, parsed: undefined }
  const body = await readBytes(arriving, around.limits.bodyBytes)
  if (body.length === 0) return { ...base, body: null, parsed: undefined }
  return { ...base, body, parsed: found.route.body.parse(kind, body, around.limits.jsonDepth) }
}

function rawHeadOf(arriving: Arriving): Parameters<typeof readHead>[0] {
  const { method = '', url = '', httpVersion, rawHeaders } = arriving
  const stream: unknown = httpVersion === '2.0' && 'stream' in arriving ? arriving.stream : undefined
  const ended =
    typeof stream === 'object' && stream !== null && 'endAfterHeaders' in stream
      ? stream.endAfterHeaders === true
      : undefined
  return { method, target: url, version: httpVersion, headers: rawHeaders, ...(ended === undefined ? {} : { ended }) }
}

function contentTypeOf(head: Head): string | undefined {
  const type = head.headers.get('content-type')
  return typeof type === 'string' ? type : undefined
}

const reading: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])

function checkUndescribed(charter: Charter, head: Head): void {
  const { reads, writes } = charter.undescribed
  const allowed = (reading.has(head.method) && !head.hasBody ? reads : writes) === 'allow'
  if (!allowed) throw refused('undescribed', 'no description has this method and path')
}

async function passUndescribed(around: Surroundings, read: Read, reply: Reply, signal: AbortSignal): Promise<void> {
  const { head } = read
  const call = newId(Date.now())
  const upstream = upstreamFor(around, around.routes().sourceOf(head.path) ?? '')
  around.onEvent({ kind: 'undescribed', call, method: head.method, path: head.path })
  const sending = sendingOf(read, upstream, '', false)
  await stream(around, { call, upstream, sending, head }, reply, signal, () => Promise.resolve())
}

/** @throws {Refused} when nothing says where the source is. */
export function upstreamFor(around: Surroundings, source: string): Upstream {
  const upstream = around.upstreams.of(source)
  if (upstream === undefined) throw refused('unavailable', 'nothing is known of where this goes')
  return upstream
}

/** The call as the guard is asked about it. */
export function incomingOf(around: Surroundings, read: Read, found: Found, signal: AbortSignal): Incoming {
  const { head, principal, parsed } = read
  const { route, parameters } = found
  const credentials = credentialsOf(head, around.routes().credentials)
  const hold = head.headers.get('lockstep-hold')
  return {
    operation: route.shape.id,
    principal,
    request: {
      path: route.arguments.path(parameters),
      query: route.arguments.query(head.query),
      header: route.arguments.header(head),
      ...(parsed === undefined ? {} : { body: parsed }),
    },
    signal,
    ...(credentials === undefined ? {} : { credentials }),
    ...(typeof hold === 'string' ? { hold } : {}),
  }
}

interface Client {
  readonly arriving: Arriving
  readonly reply: Reply
  readonly signal: AbortSignal
}

async function rule(around: Surroundings, read: Read, found: Found, client: Client): Promise<void> {
  const { arriving, reply, signal } = client
  const incoming = incomingOf(around, read, found, signal)
  const upstream = upstreamFor(around, found.route.shape.source)
  const ruling = await around.guard.begin(incoming)
  const { call } = ruling
  if (ruling.kind === 'refused') {
    sendRefusal(reply, ruling.refusal, call, { hangUp: read.body === arriving && isUnread(arriving) })
    return
  }
  if (ruling.kind === 'answered') {
    sendAgain(reply, ruling.answer, call)
    return
  }
  await carry(around, { read, found, upstream, ruling }, reply, signal)
}

interface Carried {
  readonly read: Read
  readonly found: Found
  readonly upstream: Upstream
  readonly ruling: Extract<Ruling, { kind: 'go' }>
}

/** Sends a call that may go, and settles it whatever becomes of it. */
async function carry(around: Surroundings, carried: Carried, reply: Reply, signal: AbortSignal): Promise<void> {
  const { read, found, upstream, ruling } = carried
  const { call } = ruling
  const inspect = ruling.inspect || found.route.writes
  let sending: Sending
  try {
    sending = sendingOf(read, upstream, found.route.shape.basePath, inspect)
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

function sendingOf(read: Read, upstream: Upstream, basePath: string, inspect: boolean): Sending {
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
function stream(
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
        if (status === 103 && link !== undefined && asked.version !== '1.0')
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
