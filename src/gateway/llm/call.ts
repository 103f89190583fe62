/** One request to a model from its first byte until it is sent: read, identified, decided, told to its run. */
import type { BlockList } from 'node:net'
import type { Charter, Run } from '../../charter/charter.ts'
import { isObject } from '../../charter/source/plain.ts'
import type { Refusal, Ruling } from '../../guard/call.ts'
import type { Guard } from '../../guard/guard.ts'
import { refuse } from '../../guard/refusal.ts'
import type { Identified, Identifier } from '../../identity/identity.ts'
import type { Injector } from '../../vault/injector.ts'
import { readBytes } from '../http/body.ts'
import { type HttpEvent, rawHeadOf, recordError } from '../http/call.ts'
import { originOf, presentedBy, repeatsCredential } from '../http/caller.ts'
import { checkLength, type Head, readHead } from '../http/head.ts'
import { malformed, Refused, refused } from '../http/refused.ts'
import { type Arriving, type Reply, sendAgain, takesInterim } from '../http/reply.ts'
import { parseStrictJson } from '../http/strict-json.ts'
import type { Upstreams } from '../http/upstream.ts'
import { passAnswer } from './answer.ts'
import { identifyCaller } from './caller.ts'
import { coverBody } from './cover.ts'
import type { ModelHooks } from './hooks.ts'
import { type Asker, bodyFor, historyProblem, incomingFor, regionProblem, tellRun } from './incoming.ts'
import { keepMet, type Named, named, type RunMemory, unmet } from './memory.ts'
import { type Place, placeOf } from './place.ts'
import type { ModelSource } from './provider.ts'
import { type Api, type ModelRequest, readRequest } from './request.ts'
import { bytesToSend } from './sent-body.ts'
import { decideOffer, observes } from './tools.ts'
import { sendWireRefusal } from './wire-refusal.ts'

/** How large what is judged may be. */
export interface ModelLimits {
  readonly bodyBytes: number
  readonly jsonDepth: number
  readonly headerBytes: number
  /** Of a whole answer, or of a whole stream. */
  readonly answerBytes: number
}

/** What calls of models need of the gateway. Members may be replaced while it runs. */
export interface ModelSurroundings {
  readonly guard: Guard
  readonly identifier: Identifier
  readonly sources: Readonly<Record<string, ModelSource>>
  readonly upstreams: Upstreams
  readonly limits: ModelLimits
  readonly hosts: ReadonlySet<string> | undefined
  readonly trusted: BlockList | undefined
  readonly hooks: ModelHooks
  readonly memory: RunMemory
  readonly vault: Injector | undefined
  readonly onEvent: (event: HttpEvent) => void
}

/** A request whose caller is known. */
export interface Carried {
  readonly head: Head
  readonly place: Place
  readonly source: ModelSource
  readonly asker: Asker
  /** Undefined where only a list of models is asked for. */
  readonly request: ModelRequest | undefined
  readonly bytes: Buffer | null
}

/** Serves one request. Never rejects. */
export async function serveModelCall(around: ModelSurroundings, arriving: Arriving, reply: Reply): Promise<void> {
  const leaving = new AbortController()
  reply.once('close', () => {
    if (!reply.writableEnded) leaving.abort()
  })
  let api: Api = 'chat'
  try {
    const head = readHead(rawHeadOf(arriving), around.hosts)
    const anthropic = head.headers.has('anthropic-version')
    const place = placeOf(head.method, head.path, anthropic)
    api = place?.api ?? (anthropic ? 'messages' : 'chat')
    const source =
      place !== undefined && Object.hasOwn(around.sources, place.source) ? around.sources[place.source] : undefined
    if (place === undefined || source === undefined)
      throw refused('undescribed', 'no source of models has this method and path')
    checkQuery(head.query)
    const carried = await readCarried(around, { head, place, source }, arriving, reply)
    await rule(around, carried, reply, leaving.signal)
  } catch (error) {
    const { call, refusal, challenge } = await recordError(around, error, arriving)
    sendWireRefusal(api, reply, refusal, call, {
      challenge,
      hangUp: arriving.httpVersion !== '2.0' && !arriving.readableEnded,
    })
  }
}

async function readCarried(
  around: ModelSurroundings,
  at: Pick<Carried, 'head' | 'place' | 'source'>,
  arriving: Arriving,
  reply: Reply,
): Promise<Carried> {
  const { head, place, source } = at
  const { limits, identifier, memory } = around
  checkLength(head.length, limits.bodyBytes)
  const identified = await identifyCaller(identifier, presentedBy(head, arriving, originOf(arriving, around.trusted)))
  if (!identified.ok)
    throw identified.code === 'unavailable'
      ? refused('unavailable', identified.why, { retryAfterMs: 1000 })
      : new Refused(refuse('unauthenticated', identified.why), identified.challenge)
  const { principal } = identified
  const run = await runOf(around, at, identified)
  const whose = run === undefined ? `principal ${JSON.stringify([principal.tenant, principal.id])}` : `run ${run.id}`
  const asker: Asker = { principal, run, notes: memory.of(whose) }
  if (place.asks === 'models') {
    if (head.hasBody) throw malformed('a list of models is asked for without a body')
    arriving.resume()
    return { ...at, asker, request: undefined, bytes: null }
  }
  checkType(head)
  if (head.headers.has('expect') && takesInterim(reply)) reply.writeContinue()
  const bytes = await readBytes(arriving, limits.bodyBytes)
  if (repeatsCredential(head, bytes)) throw malformed('the body repeats the credential it came with')
  const body = parseStrictJson(bytes, limits.jsonDepth)
  if (!isObject(body)) throw malformed('the body is no object')
  return { ...at, asker, bytes, request: readRequest(place.api, body, new Set(source.passing)) }
}

/**
 * The run a request belongs to: the one its caller shows, or the one an agent has that shows none. What counts no more is refused, on the
 * record, when the guard is asked.
 */
async function runOf(
  { guard, hooks }: ModelSurroundings,
  { head, place }: Pick<Carried, 'head' | 'place'>,
  { principal, run }: Extract<Identified, { ok: true }>,
): Promise<Run | undefined> {
  if (hooks.run !== undefined) {
    const handle = head.headers.get('lockstep-run')
    return hooks.run({ handle: typeof handle === 'string' ? handle : undefined, principal })
  }
  const operation = `${place.source}.${place.asks}`
  const admitted = await guard.runs.admit({ operation, principal, ...(run === undefined ? {} : { run }) })
  return admitted.ok ? admitted.run : run
}

/** @throws {Refused} when parameters go on that nobody judges. */
function checkQuery(query: string | undefined): void {
  if (query !== undefined && !knownQuery.test(query))
    throw malformed('the query has parameters whose meaning is not known here')
}

const knownQuery =
  /^(?:(?:beta=true|api-version=[\w.-]{1,32}|limit=\d{1,4}|(?:after|after_id|before_id)=[\w.:-]{1,64})(?:&|$))*$/

function checkType(head: Head): void {
  const type = head.headers.get('content-type')
  if (typeof type !== 'string' || !/^application\/json[ \t]*(?:;[ \t]*charset=(?:"utf-8"|utf-8)[ \t]*)?$/i.test(type))
    throw malformed('the body is not said to be JSON')
}

/** Asks the guard, and sends what may be sent. */
async function rule(around: ModelSurroundings, carried: Carried, reply: Reply, signal: AbortSignal): Promise<void> {
  const { guard } = around
  const { place, request, asker, source, head } = carried
  const charter = guard.charter()
  const operation = `${place.source}.${place.asks}`
  const names = request === undefined ? [] : named(request.said)
  // SECURITY: what was decided for one operation, or for another place, says nothing of this one.
  const { provider, region = '', upstream } = source
  const where = JSON.stringify([operation, request?.model ?? '', provider, region, upstream.url])
  const offered =
    request === undefined || place.asks !== 'generate' ? nothing : await decideOffers(around, carried, request)
  const fresh = unmet(asker.notes, where, names)
  const body = request === undefined ? undefined : bodyFor(request, source, { charter, notes: asker.notes, fresh })
  const hold = head.headers.get('lockstep-hold')
  const ruling = await guard.begin(
    incomingFor(operation, asker, {
      request: body === undefined ? {} : { body },
      signal,
      ...(typeof hold === 'string' ? { hold } : {}),
    }),
  )
  const { call } = ruling
  if (ruling.kind === 'refused') {
    sendWireRefusal(place.api, reply, ruling.refusal, call)
    return
  }
  if (ruling.kind === 'answered') {
    if ((ruling.answer.text ?? '') === '')
      sendWireRefusal(place.api, reply, refuse('repeat-differs', 'the answer was a stream, which is not kept'), call)
    else sendAgain(reply, ruling.answer, call)
    return
  }
  const covered = request === undefined ? undefined : coverBody(request.body, fresh, ruling)
  const watches = observes(charter, operation)
  const refusal =
    request === undefined || watches ? undefined : (offered.refusal ?? problemOf(carried, request, covered))
  const problem = refusal ?? (await told(around, carried, { charter, names }))
  if (problem !== undefined) {
    // What the guard let pass and the gateway does not is on the record as never sent.
    await ruling.settle({ kind: 'not-sent', why: problem.detail })
    sendWireRefusal(place.api, reply, problem, call)
    return
  }
  // What was covered comes again as it was, and is covered again.
  keepMet(asker.notes, where, covered?.untouched ?? [])
  const bytes =
    request === undefined
      ? carried.bytes
      : bytesToSend(carried, request, { body: covered?.body ?? request.body, removed: watches ? [] : offered.removed })
  await passAnswer(around, { ...carried, bytes }, ruling, { reply, signal })
}

/** What the guard says of a call that may go. */
export type Go = Extract<Ruling, { kind: 'go' }>

interface Offered {
  readonly refusal?: Refusal
  readonly removed: readonly (readonly string[])[]
}
const nothing: Offered = { removed: [] }

/** The tools the provider would run itself: each is allowed, taken out, or reason enough to refuse the request. */
async function decideOffers(
  { guard }: ModelSurroundings,
  { asker, source, place }: Carried,
  { offers }: ModelRequest,
): Promise<Offered> {
  const removed: (readonly string[])[] = []
  for (const offer of offers) {
    if (offer.runs === 'client') continue
    const refusal = await decideOffer({ guard, principal: asker.principal, run: asker.run }, place.source, offer)
    if (refusal === undefined) continue
    if (source.providerTools !== 'remove' || offer.at === undefined) return { refusal, removed: [] }
    removed.push(offer.at)
  }
  return { removed }
}

function problemOf({ source, asker }: Carried, request: ModelRequest, covered: unknown): Refusal | undefined {
  if (covered === undefined)
    return refuse('denied', 'part of the request may not go to this model, and cannot be taken out of it')
  return historyProblem(request, source, asker.notes) ?? regionProblem(request, source)
}

/** Tells the run what is new to it; what it cannot take must not be sent. */
async function told(
  { guard, hooks, onEvent }: ModelSurroundings,
  { asker, source }: Carried,
  { charter, names }: { readonly charter: Charter; readonly names: readonly Named[] },
): Promise<Refusal | undefined> {
  const fresh = unmet(asker.notes, 'run', names)
  try {
    await tellRun({ guard, hooks }, asker, { charter, source, fresh })
  } catch (error) {
    if (error instanceof Refused) return error.refusal
    onEvent({ kind: 'failed', call: '', why: 'run' })
    return refuse('unavailable', 'what the run learns from it cannot be kept', { retryAfterMs: 1000 })
  }
  keepMet(asker.notes, 'run', fresh)
  return undefined
}
