/** One call from its first byte until it is known whether it may go: read, identified, ruled. */
import type { BlockList } from 'node:net'
import type { Readable } from 'node:stream'
import type { Charter, Principal } from '../../charter/charter.ts'
import type { RunHandle } from '../../charter/run-handle.ts'
import { passesUndescribed } from '../../constraint/delegation.ts'
import type { Incoming, Refusal, Release } from '../../guard/call.ts'
import type { Guard } from '../../guard/guard.ts'
import { newId } from '../../guard/id.ts'
import { refuse } from '../../guard/refusal.ts'
import type { Identifier } from '../../identity/identity.ts'
import type { Injector } from '../../vault/injector.ts'
import { besideOf } from './beside.ts'
import { readBytes } from './body.ts'
import { credentialsOf, originOf, presentedBy, repeatsCredential, withoutCredential } from './caller.ts'
import { carry, sendAlone, sendingOf, show, stream } from './carry.ts'
import { checkLength, type Head, readHead } from './head.ts'
import type { Origin } from './headers.ts'
import { type ResourceConfig, serveMetadata, withMetadata } from './metadata.ts'
import { malformed, Refused, refused } from './refused.ts'
import { type Arriving, type Reply, sendAgain, sendRefusal, takesInterim } from './reply.ts'
import type { Found, Routes } from './route.ts'
import { arm, askingFor } from './secrets.ts'
import type { Upstream, Upstreams } from './upstream.ts'

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
  readonly resource?: ResourceConfig | undefined
  readonly trusted: BlockList | undefined
  /** Whether held calls are sent by the guard itself once they are approved. */
  readonly sendsApproved: boolean
  /** Where secrets come from. */
  readonly vault: Injector | undefined
  readonly onEvent: (event: HttpEvent) => void
}

/** What operators may want to see at once. Never carries what callers sent but method and path. */
export type HttpEvent =
  | { readonly kind: 'refused'; readonly call: string; readonly code: string; readonly detail: string }
  | { readonly kind: 'undescribed'; readonly call: string; readonly method: string; readonly path: string }
  | { readonly kind: 'failed'; readonly call: string; readonly why: string }

/** A call that was read and whose caller is known. */
export interface Read {
  readonly head: Head
  readonly origin: Origin
  readonly principal: Principal
  /** The run a token or handle of ours names. */
  readonly run?: RunHandle
  readonly found: Found | undefined
  readonly body: Buffer | Readable | null
  readonly parsed: unknown
}

/** @throws {Refused} when nothing says where the source is. */
export function upstreamFor(around: Surroundings, source: string): Upstream {
  const upstream = around.upstreams.of(source)
  if (upstream === undefined) throw refused('unavailable', 'nothing is known of where this goes')
  return upstream
}

/** Serves one request. Never rejects. */
export async function serveCall(around: Surroundings, arriving: Arriving, reply: Reply): Promise<void> {
  const leaving = new AbortController()
  reply.once('close', () => {
    // HTTP/2 calls an answer finished when its stream is reset.
    if (!reply.writableEnded) leaving.abort()
  })
  if (serveMetadata(around.resource, arriving, reply)) return
  try {
    const read = await readCall(around, arriving, reply)
    if (read.found === undefined) await passUndescribed(around, read, reply, leaving.signal)
    else await rule(around, read, read.found, { arriving, reply, signal: leaving.signal })
  } catch (error) {
    const { call, refusal, challenge } = await recordError(around, error, arriving)
    sendRefusal(reply, refusal, call, { challenge, hangUp: isUnread(arriving) })
  }
}

/**
 * What is said instead of an answer, on the record where the guard was not asked: callers who could not be verified, and requests that no
 * description has. Bytes that are no request at all are only told, or anybody could fill the record. Never rejects.
 */
export async function recordError(
  around: Pick<Surroundings, 'guard' | 'onEvent'>,
  error: unknown,
  { method = '', url = '' }: Arriving,
): Promise<{ readonly call: string; readonly refusal: Refusal; readonly challenge: string | undefined }> {
  const call = newId(Date.now())
  const { refusal, challenge } =
    error instanceof Refused ? error : new Refused(refuse('unavailable', 'the gateway failed', { retryAfterMs: 1000 }))
  const { code, detail } = refusal
  around.onEvent({ kind: 'refused', call, code, detail })
  const path = url.split('?')[0] ?? ''
  try {
    if (code === 'unauthenticated') await around.guard.note({ kind: 'not-signed-in', call, why: detail })
    if (code === 'undescribed') await around.guard.note({ kind: 'undescribed', call, method, path, passed: false })
  } catch {
    around.onEvent({ kind: 'failed', call, why: 'record' })
  }
  return { call, refusal, challenge }
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
  const whole = kind !== 'opaque' || found?.route.holds === true
  if (whole) checkLength(head.length, around.limits.bodyBytes)
  const identified = await around.identifier.identify(presentedBy(head, arriving, origin, around.resource?.url))
  if (!identified.ok)
    throw identified.code === 'unavailable'
      ? refused('unavailable', identified.why, { retryAfterMs: 1000 })
      : new Refused(refuse('unauthenticated', identified.why), withMetadata(identified.challenge, around.resource))
  const { principal, run, ours } = identified
  if (found === undefined && !passesUndescribed(around.charter(), kindOfUndescribed(head), { principal, run }))
    throw refused('undescribed', 'an agent does nothing that no description has')
  const passed = ours === true ? withoutCredential(head) : head
  const base = { head: passed, origin, found, principal, ...(run === undefined ? {} : { run }) }
  if (!head.hasBody) {
    // Even an empty body has an end that must be read before the next request.
    arriving.resume()
    return { ...base, body: null, parsed: undefined }
  }
  if (head.headers.has('expect') && reply !== undefined && takesInterim(reply)) reply.writeContinue()
  // An agent could put anything into what nobody reads.
  if (kind === 'opaque' && found !== undefined && principal.kind === 'agent' && around.charter().data !== undefined)
    throw malformed('where data of agents may go is judged, and this body cannot be read')
  if (!whole || found === undefined) return { ...base, body: arriving, parsed: undefined }
  const body = await readBytes(arriving, around.limits.bodyBytes)
  if (ours === true && repeatsCredential(head, body)) throw malformed('the body repeats the credential it came with')
  if (body.length === 0) return { ...base, body: null, parsed: undefined }
  if (kind === 'opaque') return { ...base, body, parsed: undefined }
  return { ...base, body, parsed: found.route.body.parse(kind, body, around.limits.jsonDepth) }
}

/** The head of a request as the server's parser gives it, whichever HTTP it came by. */
export function rawHeadOf(arriving: Arriving): Parameters<typeof readHead>[0] {
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

const kindOfUndescribed = (head: Head): 'reads' | 'writes' =>
  reading.has(head.method) && !head.hasBody ? 'reads' : 'writes'

function checkUndescribed(charter: Charter, head: Head): void {
  if (charter.undescribed[kindOfUndescribed(head)] !== 'allow')
    throw refused('undescribed', 'no description has this method and path')
}

async function passUndescribed(around: Surroundings, read: Read, reply: Reply, signal: AbortSignal): Promise<void> {
  const { head } = read
  const call = newId(Date.now())
  const upstream = upstreamFor(around, around.routes().sourceOf(head.path) ?? '')
  const { method, path } = head
  const principal = read.principal
  // What is not on the record must not happen.
  await around.guard.note({ kind: 'undescribed', call, method, path, passed: true, principal }).catch(() => {
    throw refused('unavailable', 'the request cannot be put on the record', { retryAfterMs: 1000 })
  })
  around.onEvent({ kind: 'undescribed', call, method, path })
  const inspect = around.vault?.watches(upstream.source) === true
  const plain = sendingOf(read, upstream, { basePath: '', inspect, finish: false })
  // Nobody has looked whether its run still counts: what is for the runs of a workflow is not for this.
  const asking = askingFor(around.charter(), { source: upstream.source, call, principal })
  const armed = await arm(around.vault, asking, plain, (why) => around.onEvent({ kind: 'failed', call, why }))
  const settle = (): Promise<Release> => Promise.resolve({ kind: 'pass' })
  if (armed.scrubbing !== undefined)
    await show(around, { head, upstream, ruling: { call, settle } }, armed, reply, signal)
  else await stream(around, { call, upstream, sending: armed.sending, head }, reply, signal, () => Promise.resolve())
}

/** The call as the guard is asked about it. */
export function incomingOf(around: Surroundings, read: Read, found: Found, signal: AbortSignal): Incoming {
  const { head, principal, run, parsed } = read
  const { route, parameters } = found
  const credentials = credentialsOf(head, around.routes().credentials)
  const hold = head.headers.get('lockstep-hold')
  const query = route.arguments.query(head.query)
  const header = route.arguments.header(head)
  const { data, workflows } = around.charter()
  const beside = data === undefined && workflows.size === 0 ? undefined : besideOf(head, { query, header })
  return {
    operation: route.shape.id,
    principal,
    ...(run === undefined ? {} : { run }),
    request: {
      path: route.arguments.path(parameters),
      query,
      header,
      ...(parsed === undefined ? {} : { body: parsed }),
      ...(beside === undefined ? {} : { beside }),
    },
    rewrites: true,
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
  const upstream = upstreamFor(around, found.route.shape.source)
  const incoming = { ...incomingOf(around, read, found, signal), ...laterOf(around, { read, found, upstream }) }
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

/** Larger bodies are not kept for later. */
const keptBytes = 64 * 1024

function laterOf(around: Surroundings, carried: Parameters<typeof sendAlone>[1]): Pick<Incoming, 'later'> {
  const { body } = carried.read
  if (!around.sendsApproved || (body !== null && (!Buffer.isBuffer(body) || body.length > keptBytes))) return {}
  return { later: (call) => sendAlone(around, carried, call) }
}
