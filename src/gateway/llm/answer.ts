/** What comes of asking a provider: judged, settled, told to the run, and passed on. */
import { isObject } from '../../charter/source/plain.ts'
import type { Outcome, Release } from '../../guard/call.ts'
import { refuse } from '../../guard/refusal.ts'
import { bothOf, type Cleaner, scrubberFor } from '../../vault/handed.ts'
import type { Asking, Scrubber } from '../../vault/injector.ts'
import { printLosslessJson } from '../../wire/lossless-json.ts'
import { readAnswer } from '../http/answer.ts'
import { changedHeaders, flatHeaders, responseHeaders } from '../http/headers.ts'
import { type Reply, send } from '../http/reply.ts'
import type { Upstream } from '../http/upstream.ts'
import type { Carried, Go, ModelSurroundings } from './call.ts'
import { judgeFor } from './judging.ts'
import { emptyOutput, type Output } from './output.ts'
import { pathTo } from './place.ts'
import { type Asked, askProvider, codeOf, providerHeaders } from './provider.ts'
import { relayStream } from './relay.ts'
import { showsUsage } from './request.ts'
import { answeredBody, keepResponse, tellOutput, usageOf } from './settling.ts'
import { openStream, readWhole } from './stream.ts'
import { sendWireRefusal } from './wire-refusal.ts'

/** The client of a call. */
export interface Client {
  readonly reply: Reply
  readonly signal: AbortSignal
}

/** A call on its way, with all that is needed until it is settled. */
export interface Sent extends Carried {
  readonly around: ModelSurroundings
  readonly ruling: Go
  readonly reply: Reply
  readonly signal: AbortSignal
  /** Knows the values of the vault that may come back. */
  readonly kept: Scrubber | undefined
  /** Knows these, and the key. */
  readonly scrubber: Cleaner | undefined
}

type Answered = Extract<Asked, { kind: 'answered' }>['answer']

/** Sends a call that may go, and settles it whatever becomes of it. */
export async function passAnswer(
  around: ModelSurroundings,
  carried: Carried,
  ruling: Go,
  client: Client,
): Promise<void> {
  const { place, source } = carried
  const kept = around.vault?.watches(place.source) === true ? around.vault.scrubber() : undefined
  const own = source.key === undefined ? undefined : scrubberFor({ key: source.key.reveal() })
  const sent: Sent = { ...carried, ...client, around, ruling, kept, scrubber: bothOf(kept, own) }
  const upstream = around.upstreams.of(place.source)
  const headers = upstream === undefined ? undefined : await headersFor(sent, upstream).catch(() => undefined)
  if (upstream === undefined || headers === undefined) {
    await ruling.settle({ kind: 'not-sent', why: 'no key' })
    refuseCall(sent, 'unavailable', 'the key for the provider cannot be had')
    return
  }
  const { head } = carried
  const path = `${pathTo(upstream.prefix, place)}${head.query === undefined ? '' : `?${head.query}`}`
  const method = place.asks === 'models' ? 'GET' : 'POST'
  const asked = await askProvider(upstream, { method, path, headers, body: carried.bytes }, client.signal)
  if (asked.kind === 'failed') await fail(sent, asked)
  else await pass(sent, withoutSecrets(sent, asked.answer))
  if (kept !== undefined && kept.found.size > 0) around.vault?.returned(askingOf(sent), kept.found)
}

/** An answer whose head has no value in it. */
function withoutSecrets({ scrubber }: Sent, answer: Answered): Answered {
  if (scrubber === undefined) return answer
  const cleaned = Object.entries(answer.headers).map(
    ([name, value]) =>
      [name, typeof value === 'string' ? scrubber.text(value) : value?.map((each) => scrubber.text(each))] as const,
  )
  return { ...answer, headers: Object.fromEntries(cleaned) }
}

async function headersFor(sent: Sent, upstream: Upstream): Promise<string[]> {
  const { around, head, place, source } = sent
  const headers = providerHeaders(head, place.api, upstream.host, source.key)
  return around.vault === undefined ? headers : (await around.vault.inject(askingOf(sent), { headers })).headers
}

function askingOf({ place, ruling, asker: { run, principal } }: Sent): Asking {
  return {
    source: place.source,
    operation: `${place.source}.${place.asks}`,
    call: ruling.call,
    ...(run?.workflow === undefined ? {} : { workflow: run.workflow }),
    ...(run?.agent === undefined ? {} : { agent: run.agent }),
    ...(principal.id === undefined ? {} : { principal: principal.id }),
  }
}

function refuseCall(
  { place, reply, ruling }: Sent,
  code: 'unavailable' | 'upstream-failed',
  detail: string,
  more: { readonly retryAfterMs?: number; readonly status?: number } = {},
): void {
  sendWireRefusal(place.api, reply, refuse(code, detail, more), ruling.call)
}

async function fail(sent: Sent, { sent: left, why, timedOut }: Extract<Asked, { kind: 'failed' }>): Promise<void> {
  const { around, ruling, signal } = sent
  if (left) await settle(sent, { ...emptyOutput(), end: why }, unanswered)
  else await ruling.settle({ kind: 'not-sent', why })
  if (signal.aborted) return
  around.onEvent({ kind: 'failed', call: ruling.call, why })
  const detail = left ? 'the provider was asked and did not answer' : 'the provider cannot be reached'
  refuseCall(sent, 'upstream-failed', detail, { retryAfterMs: 1000, ...(timedOut ? { status: 504 } : {}) })
}

/** The status of an outcome where the provider took the request and nothing more is known: what it may have cost counts. */
const unanswered = 102

async function pass(sent: Sent, answer: Answered): Promise<void> {
  const { around, reply, ruling, place } = sent
  const status = answer.statusCode
  const type = answer.headers['content-type']
  const streams = typeof type === 'string' && /^text\/event-stream\b/i.test(type)
  if (status === 200 && streams && place.asks === 'generate') {
    await passStream(sent, answer)
    return
  }
  let bytes: Buffer
  try {
    bytes = await readAll(answer, around.limits.answerBytes)
  } catch (error) {
    await settle(sent, { ...emptyOutput(), end: codeOf(error) }, unanswered)
    if (!reply.headersSent) refuseCall(sent, 'upstream-failed', 'the answer of the provider did not come whole')
    return
  }
  const scrubbed = sent.scrubber?.bytes(bytes) ?? bytes
  if (status >= 300) await passError(sent, answer, scrubbed)
  else if (place.asks === 'generate') await passWhole(sent, answer, scrubbed)
  else {
    const read = await readAnswer({ status, headers: answer.headers }, scrubbed, around.limits.answerBytes)
    const release = await ruling.settle({ kind: 'answered', answer: { ...read, headers: flatHeaders(answer.headers) } })
    if (refused(sent, release)) return
    sendBytes(sent, answer, scrubbed)
  }
}

async function readAll(answer: Answered, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of answer.body) {
    if (!Buffer.isBuffer(chunk)) continue
    size += chunk.length
    if (size > maxBytes) throw Object.assign(new Error('too long'), { code: 'TOO_LONG' })
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** Errors of the provider pass as they are; that it does not know our key is no business of the client. */
async function passError(sent: Sent, answer: Answered, bytes: Buffer): Promise<void> {
  const { ruling, around } = sent
  const status = answer.statusCode
  const outcome: Outcome =
    status >= 500 || status < 400
      ? { kind: 'not-sent', why: `the provider answered ${status}` }
      : { kind: 'answered', answer: { status, headers: flatHeaders(answer.headers) } }
  await ruling.settle(outcome)
  if (status !== 401 && status >= 400) {
    sendBytes(sent, answer, bytes)
    return
  }
  around.onEvent({ kind: 'failed', call: ruling.call, why: `provider ${status}` })
  refuseCall(sent, 'upstream-failed', 'the provider does not serve this guard')
}

async function passWhole(sent: Sent, answer: Answered, bytes: Buffer): Promise<void> {
  const { around, place, reply, ruling } = sent
  const head = { status: answer.statusCode, headers: answer.headers }
  const read = await readAnswer(head, bytes, around.limits.answerBytes)
  if (!isObject(read.body)) {
    await settle(sent, { ...emptyOutput(), end: 'unreadable' }, answer.statusCode)
    refuseCall(sent, 'upstream-failed', 'the answer of the provider is no JSON')
    return
  }
  const whole = await readWhole(place.api, read.body, judgeFor(sent))
  const text = whole.changed ? printLosslessJson(whole.body) : undefined
  const release = await settle(sent, whole.output, answer.statusCode, text ?? read.text)
  if (refused(sent, release)) return
  if (text === undefined) sendBytes(sent, answer, bytes)
  else {
    const body = Buffer.from(text)
    send(reply, answer.statusCode, clientHeaders(changedHeaders(answer.headers, ruling.call, body.length)), body)
  }
}

/** Where something must not be shown, what can be shown is known only at the end. */
async function passStream(sent: Sent, answer: Answered): Promise<void> {
  const { around, place, ruling, request, reply } = sent
  const headers = clientHeaders(responseHeaders(answer.headers, ruling.call))
  delete headers['content-length']
  const stream = openStream(place.api, judgeFor(sent), request !== undefined && showsUsage(request))
  const waits = owesOfAnswer(ruling)
  const kept: Buffer[] = []
  if (!waits) reply.writeHead(answer.statusCode, headers)
  const { output } = stream
  const ended = await relayStream(answer.body, stream, {
    maxBytes: around.limits.answerBytes,
    scrubber: sent.scrubber,
    write: (bytes) => {
      if (output.complete) keepResponse(sent, output)
      if (waits) kept.push(bytes)
      return waits || reply.write(bytes)
    },
    onDrain: (listener) => void reply.once('drain', listener),
    signal: sent.signal,
  })
  if (ended !== undefined) output.end = ended
  const whole = output.complete || output.failed === true
  const release = await settle(sent, output, answer.statusCode)
  if (waits && refused(sent, release)) return
  if (waits) {
    reply.writeHead(answer.statusCode, headers)
    for (const bytes of kept) reply.write(bytes)
  }
  if (whole) reply.end()
  else {
    if (!sent.signal.aborted) around.onEvent({ kind: 'failed', call: ruling.call, why: ended ?? 'cut short' })
    reply.destroy()
  }
}

/** Settles with what the provider said it cost, or what it looks like, and tells the run. */
async function settle(sent: Sent, output: Output, status: number, text?: string): Promise<Release> {
  const body = answeredBody(sent, output)
  const { input, output: made } = usageOf(sent, output)
  const release = await sent.ruling
    .settle({
      kind: 'answered',
      answer: { status, body, tokens: input + made, ...(text === undefined ? {} : { text }) },
    })
    .catch(
      (): Release => ({
        kind: 'refused',
        refusal: refuse('unavailable', 'what became of the call could not be put on the record'),
      }),
    )
  await tellOutput(sent, output)
  return release
}

/**
 * Whether the charter has something taken out of the answer itself. Classes of data that a run may not receive are kept from models by flows:
 * nothing comes back in a model's words that its run did not have before.
 */
function owesOfAnswer({ decision }: Go): boolean {
  return decision.obligations.some(({ kind }) => kind === 'redact' || kind === 'filter')
}

/** What has to be taken out of an answer cannot be taken out of the words of a model. */
function refused({ place, reply, ruling }: Sent, release: Release): boolean {
  if (release.kind === 'pass' || (release.kind === 'changed' && !owesOfAnswer(ruling))) return false
  const refusal =
    release.kind === 'refused'
      ? release.refusal
      : refuse('upstream-failed', 'part of the answer must not be shown, and cannot be told from the rest')
  sendWireRefusal(place.api, reply, refusal, ruling.call)
  return true
}

function sendBytes({ reply, ruling }: Sent, answer: Answered, bytes: Buffer): void {
  const headers = clientHeaders(responseHeaders(answer.headers, ruling.call))
  send(reply, answer.statusCode, { ...headers, 'content-length': bytes.length }, bytes)
}

/** Cookies are between the provider and the guard, and accounts are the guard's. */
function clientHeaders<Headers extends object>(headers: Headers): Headers {
  const kept = { ...headers }
  for (const name of ['set-cookie', 'openai-organization', 'openai-project', 'anthropic-organization-id'])
    Reflect.deleteProperty(kept, name)
  return kept
}
