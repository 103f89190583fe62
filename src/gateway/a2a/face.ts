/** One request at the gateway of A2A, from its head to the end of its answer. */

import type { Principal } from '../../charter/charter.ts'
import { holderOf, type RunHandle } from '../../charter/run-handle.ts'
import { type CardInterface, interfacesOf } from '../../charter/source/card.ts'
import type { Guard } from '../../guard/guard.ts'
import { digestOf, newId } from '../../guard/id.ts'
import { refuse } from '../../guard/refusal.ts'
import type { Identifier } from '../../identity/identity.ts'
import { printLosslessJson } from '../../wire/lossless-json.ts'
import { readBytes } from '../http/body.ts'
import { credentialsOf, originOf, presentedBy, repeatsCredential } from '../http/caller.ts'
import { checkLength, type Head, readHead } from '../http/head.ts'
import { Refused } from '../http/refused.ts'
import { type Arriving, type Reply, send } from '../http/reply.ts'
import { streamAnswer, wholeAnswer } from './answer.ts'
import { type Asked, type Members, streams } from './asked.ts'
import { type Cards, shownCard } from './cards.ts'
import { checkAsked, extensionsPassed } from './check.ts'
import type { Agents } from './exchange.ts'
import { codes, fault, faultAnswer, refusalFault, Unanswered } from './fault.ts'
import type { AgentConfig } from './gateway.ts'
import type { A2aHooks } from './hooks.ts'
import { answered, type Deciding, decide, type Passing } from './judge.ts'
import type { Owners } from './owners.ts'
import { isRest, OfMessage, type Read, readMessage, readRest, versionOf } from './read.ts'

/** What requests need of the gateway. */
export interface Around {
  readonly guard: Guard
  readonly identifier: Identifier
  readonly agents: Readonly<Record<string, AgentConfig>>
  readonly hooks: A2aHooks
  readonly cards: Cards
  readonly connections: Agents
  readonly owners: Owners
  readonly limits: {
    readonly bodyBytes: number
    readonly jsonDepth: number
    readonly headerBytes: number
    readonly responseBytes: number
  }
  readonly hosts: ReadonlySet<string> | undefined
  readonly url: string | undefined
}

/** How an error would be said, as far as is known. */
type Manner = Pick<Asked, 'binding' | 'id'>

/** Serves one request. Never rejects. */
export async function serveAgent(around: Around, arriving: Arriving, reply: Reply): Promise<void> {
  const leaving = new AbortController()
  reply.once('close', () => {
    if (!reply.writableEnded) leaving.abort()
  })
  const manner: { at: Manner } = { at: { binding: 'JSONRPC', id: null } }
  try {
    await serve(around, arriving, reply, { signal: leaving.signal, manner })
  } catch (error) {
    const [told, id] = error instanceof OfMessage ? [error.unanswered, error.id] : [unansweredOf(error), manner.at.id]
    const { status, type, body } = faultAnswer(told, { ...manner.at, id })
    const { challenge } = told.said
    send(
      reply,
      status,
      {
        'content-type': type,
        'content-length': Buffer.byteLength(body),
        'cache-control': 'no-store',
        ...(challenge === undefined ? {} : { 'www-authenticate': challenge }),
        ...(arriving.httpVersion !== '2.0' && !arriving.readableEnded ? { connection: 'close' } : {}),
      },
      body,
    )
  }
}

function unansweredOf(error: unknown): Unanswered {
  if (error instanceof Unanswered) return error
  if (error instanceof Refused)
    return new Unanswered({ code: codes.invalid, message: error.message, status: error.refusal.status })
  return new Unanswered({ code: codes.internal, message: 'the gateway failed', status: 500 })
}

interface Serving {
  readonly signal: AbortSignal
  readonly manner: { at: Manner }
}

/** The agent a path is of, and what is behind its address. */
interface Mounted {
  readonly source: string
  readonly config: AgentConfig
  readonly card: Members
  readonly path: string
}

async function serve(around: Around, arriving: Arriving, reply: Reply, { signal, manner }: Serving): Promise<void> {
  const { method = '', url = '', httpVersion, rawHeaders } = arriving
  const head = readHead({ method, target: url, version: httpVersion, headers: rawHeaders }, around.hosts)
  const origin = originOf(arriving, undefined)
  const mounted = mountedAt(around, head.path)
  if (isRest(mounted.path)) manner.at = { binding: 'HTTP+JSON', id: null }
  const page = head.headers.get('origin')
  if (page !== undefined && URL.parse(String(page))?.host !== head.host)
    throw new Unanswered({ code: codes.invalid, message: 'pages of other sites may not ask', status: 403 })
  const address = `${around.url ?? `${origin.scheme}://${head.host}`}/${mounted.source}`
  if (method === 'GET' && /^\/\.well-known\/agent(?:-card)?\.json$/.test(mounted.path)) {
    showCard(reply, head, shownCard(mounted.card, address))
    return
  }
  const caller = await callerOf(around, presentedBy(head, arriving, origin))
  const bytes = head.hasBody ? await bodyOf(around, arriving, head) : Buffer.alloc(0)
  if (repeatsCredential(head, bytes))
    throw new Unanswered({
      code: codes.invalid,
      message: 'the message repeats the credential it came with',
      status: 400,
    })
  const read = readAsked(head, mounted.path, bytes, around.limits.jsonDepth)
  manner.at = read.asked
  const deciding = await decidingOf(around, { head, mounted, read, ...caller, address, signal })
  await pass(around, { deciding, mounted, read, bytes, head, reply })
}

function mountedAt({ agents, cards }: Around, path: string): Mounted {
  const [, source = '', rest = ''] = /^\/([^/]+)(\/.*)?$/.exec(path) ?? []
  const config = Object.hasOwn(agents, source) ? agents[source] : undefined
  const card = config === undefined ? undefined : cards.approved(source)
  if (config === undefined || card === undefined)
    throw new Unanswered({ code: codes.invalid, message: 'nothing is served here', status: 404 })
  return { source, config, card, path: rest === '/' ? '' : rest }
}

function showCard(reply: Reply, head: Head, card: Members): void {
  const body = JSON.stringify(card)
  const etag = `"${digestOf(card).slice(0, 32)}"`
  const same = head.headers.get('if-none-match') === etag
  const headers = { etag, 'cache-control': 'public, max-age=60', 'x-content-type-options': 'nosniff' }
  if (same) send(reply, 304, headers)
  else
    send(
      reply,
      200,
      { ...headers, 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
      body,
    )
}

/** @throws {Unanswered} when nobody can be told. */
async function callerOf(
  { identifier, guard }: Around,
  presented: Parameters<Identifier['identify']>[0],
): Promise<Pick<Arrived, 'principal' | 'run'>> {
  const identified = await identifier.identify(presented)
  if (identified.ok && identified.principal.id !== undefined)
    return { principal: identified.principal, run: identified.run }
  const why = identified.ok ? 'a credential is needed' : identified.why
  if (!identified.ok && identified.code === 'unavailable')
    throw new Unanswered({ code: codes.internal, message: why, status: 503 })
  const call = newId(Date.now())
  await guard.note({ kind: 'not-signed-in', call, why })
  const challenge = identified.ok ? 'Bearer' : (identified.challenge ?? 'Bearer')
  const { said } = refusalFault(refuse('unauthenticated', why), call)
  throw new Unanswered({ ...said, challenge })
}

async function bodyOf({ limits }: Around, arriving: Arriving, head: Head): Promise<Buffer> {
  const type = String(head.headers.get('content-type') ?? '')
  if (!/^application\/(?:a2a\+)?json[ \t]*(?:;[ \t]*charset=utf-8[ \t]*)?$/i.test(type))
    throw new Unanswered({ code: codes.invalid, message: 'the body must be JSON', status: 415 })
  checkLength(head.length, limits.bodyBytes)
  return readBytes(arriving, limits.bodyBytes)
}

function readAsked(head: Head, path: string, bytes: Buffer, depth: number): Read {
  const version = versionOf(head)
  if (path === '') {
    if (head.method !== 'POST')
      throw new Unanswered({ code: codes.invalid, message: 'only POST is served', status: 405 })
    return readMessage(bytes, version, depth)
  }
  if (version !== '1.0') throw fault(codes.version, 'the binding HTTP+JSON is spoken in version 1.0 only', 400)
  return readRest(head, path, bytes, depth)
}

interface Arrived {
  readonly head: Head
  readonly mounted: Mounted
  readonly read: Read
  readonly principal: Principal
  readonly run: RunHandle | undefined
  readonly address: string
  readonly signal: AbortSignal
}

/** @throws {Unanswered} when it is not the caller's to ask. */
async function decidingOf(
  around: Around,
  { head, mounted, read, principal, run, address, signal }: Arrived,
): Promise<Deciding> {
  const { source, config, card } = mounted
  const { guard, hooks, owners, cards } = around
  const owner = holderOf(principal)
  await checkAsked(read.asked, { source, card, principal, owner, owners, callbacks: config.callbacks ?? [] })
  const credentials = credentialsOf(head, new Set(['authorization']))
  const pin = await cards.pinOf(source)
  const hold = one(head, 'lockstep-hold')
  const asked = { asked: read.asked, principal, owner, run, pin, hold, credentials, signal }
  return { guard, hooks, owners, source, card, address, ...asked }
}

function one(head: Head, name: string): string | undefined {
  const value = head.headers.get(name)
  return typeof value === 'string' ? value : undefined
}

interface Ready {
  readonly deciding: Deciding
  readonly mounted: Mounted
  readonly read: Read
  readonly bytes: Buffer
  readonly head: Head
  readonly reply: Reply
}

/** The interface of the approved card that speaks as the request does. @throws {Unanswered} when there is none. */
function interfaceFor(card: Members, { binding, version }: Asked): CardInterface {
  const found = interfacesOf(card).find((each) => each.binding === binding && each.version === version)
  if (found === undefined) throw fault(codes.version, `the agent does not speak ${binding} of version ${version}`, 400)
  return found
}

async function pass(around: Around, ready: Ready): Promise<void> {
  const { deciding, mounted, read, bytes, reply } = ready
  const { asked, source, signal } = deciding
  const target = interfaceFor(mounted.card, asked)
  const passing = await decide(deciding)
  if (passing.changes && streams(asked)) {
    await passing.settle({ kind: 'not-sent', why: 'parts of a stream cannot be taken out' })
    throw fault(codes.unsupported, 'parts of the answer must be taken out: ask without streaming', 400)
  }
  const headers = await headersFor(around, ready, passing)
  const url = asked.binding === 'JSONRPC' ? target.url : `${target.url.replace(/\/+$/, '')}${read.at.path}`
  const body = bodyFor(asked, passing, bytes)
  const came = await around.connections.send(source, mounted.config, {
    url,
    method: read.at.method,
    headers,
    body,
    signal,
  })
  if (came.kind !== 'answer') {
    await passing.settle(came)
    const detail =
      came.kind === 'unknown'
        ? 'the agent was asked and did not answer; nobody knows whether it did what it was asked'
        : 'the agent cannot be reached'
    throw refusalFault(refuse('upstream-failed', detail), passing.call)
  }
  const kept = { 'lockstep-call': passing.call, ...passedOn(came.headers) }
  const isStream = /^text\/event-stream\b/i.test(came.headers['content-type'] ?? '')
  if (isStream && streams(asked)) {
    const open = (): void => {
      const type = { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' }
      reply.writeHead(200, { ...kept, ...type })
    }
    await streamAnswer(deciding, passing, came, { limits: around.limits, reply, open })
    return
  }
  if (isStream) {
    came.body.destroy()
    await passing.settle(answered(null))
    throw fault(codes.badAnswer, 'the agent answered with a stream nobody asked for', 502)
  }
  const whole = await wholeAnswer(deciding, passing, came, around.limits)
  const type = asked.binding === 'HTTP+JSON' ? 'application/a2a+json' : 'application/json'
  const length = {
    'content-type': type,
    'content-length': Buffer.byteLength(whole.body),
    'cache-control': 'private, no-store',
  }
  send(reply, whole.status, { ...kept, ...length }, whole.body)
}

/** The bytes as they came and were judged, unless something else is to be asked. */
function bodyFor({ binding, id, method }: Asked, { instead }: Passing, bytes: Buffer): Buffer | undefined {
  if (instead === undefined) return bytes.length === 0 ? undefined : bytes
  const said = binding === 'JSONRPC' ? { jsonrpc: '2.0', id, method, params: instead } : instead
  return Buffer.from(printLosslessJson(said))
}

/**
 * What the agent is told beside the request.
 *
 * SECURITY: only these. What the caller signed in with is in none of them, whatever header it came in.
 */
async function headersFor(
  around: Around,
  { deciding, mounted, head, bytes }: Ready,
  passing: Passing,
): Promise<Readonly<Record<string, string>>> {
  const { asked, principal, run, source } = deciding
  const delegate = around.hooks.delegate
  const { operation, call } = passing
  let own: Readonly<Record<string, string>>
  try {
    own = (await delegate?.({ source, operation, principal, run, call })) ?? mounted.config.headers ?? {}
  } catch {
    await passing.settle({ kind: 'not-sent', why: 'no credential for the agent' })
    throw refusalFault(refuse('unavailable', 'there is no credential for the agent'), call)
  }
  const extensions = extensionsPassed(one(head, 'a2a-extensions'), mounted.card)
  const passed = ['traceparent', 'tracestate'].flatMap((name) => {
    const value = one(head, name)
    return value === undefined ? [] : [[name, value] as const]
  })
  return {
    accept: streams(asked) ? 'text/event-stream, application/json' : 'application/json, application/a2a+json',
    'a2a-version': asked.version,
    ...Object.fromEntries(passed),
    ...(bytes.length === 0
      ? {}
      : { 'content-type': asked.binding === 'JSONRPC' ? 'application/json' : 'application/a2a+json' }),
    ...(extensions === undefined ? {} : { 'a2a-extensions': extensions }),
    ...own,
  }
}

/** What of the head of an answer concerns the client. Challenges do not: they are for our own credential. */
function passedOn(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    ['a2a-extensions', 'a2a-version', 'retry-after'].flatMap((name) =>
      headers[name] === undefined ? [] : [[name, headers[name]] as const],
    ),
  )
}
