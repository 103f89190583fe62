/** The gateway's HTTP face: Streamable HTTP of both eras. */

import type { Principal } from '../../charter/charter.ts'
import type { RunHandle } from '../../charter/run-handle.ts'
import type { Identifier } from '../../identity/identity.ts'
import { readBytes } from '../http/body.ts'
import { credentialsOf, originOf, presentedBy, repeatsCredential } from '../http/caller.ts'
import { checkLength, type Head, readHead } from '../http/head.ts'
import { Refused } from '../http/refused.ts'
import { type Arriving, type Reply, send } from '../http/reply.ts'
import { askUpstream } from './ask.ts'
import { Conversation, type Watched, watched } from './conversation.ts'
import { delayed } from './delayed-sink.ts'
import { checkHeaders, eraOf, type McpHeaders, type ParameterHeaders, repeating } from './era.ts'
import { type Asking, type Judge, protocolHeaders } from './judge.ts'
import {
  checkNamesNoRun,
  checkType,
  type Message,
  metaOf,
  type RequestMessage,
  type ResponseMessage,
  readMessage,
} from './message.ts'
import { type ProtectedResource, unauthenticated } from './protected-resource.ts'
import { questionsTo } from './questions.ts'
import { ReplySink } from './reply-sink.ts'
import { codes, errorBytes, Unanswered } from './rpc-error.ts'
import { ownerOf, type Session, type Sessions } from './session.ts'
import { checkSite, type Site } from './site.ts'
import type { AnswerHead, Exchange, McpUpstream, Sink } from './upstream.ts'

export interface McpLimits {
  readonly bodyBytes: number
  readonly jsonDepth: number
  readonly headerBytes: number
  readonly responseBytes: number
}

/** One address: what is decided, and who is behind it. */
export interface Door {
  readonly upstream: McpUpstream
  readonly judge: Judge
  readonly sessions: Sessions
}

/** What requests need of the gateway. */
export interface FaceAround {
  readonly doors: ReadonlyMap<string, Door>
  readonly identifier: Identifier
  /** Names of the headers callers sign in with. */
  readonly credentials: ReadonlySet<string>
  readonly site: Site
  readonly resource: ProtectedResource
  readonly limits: McpLimits
  /** What never became a call, for the record. Rejects when it cannot be written. */
  readonly noteUnknown: (why: string) => Promise<string>
}

/** Serves one request. Never rejects. */
export async function serveMcp(around: FaceAround, arriving: Arriving, reply: Reply): Promise<void> {
  const leaving = new AbortController()
  reply.once('close', () => {
    if (!reply.writableEnded) leaving.abort()
  })
  const at: { message?: Message } = {}
  try {
    await serve(around, arriving, reply, leaving.signal, at)
  } catch (error) {
    const { error: said, status, challenge } = unansweredOf(error)
    const id = at.message?.kind === 'request' ? at.message.id : null
    const unread = arriving.httpVersion !== '2.0' && !arriving.readableEnded
    const body = errorBytes(id, said)
    send(
      reply,
      status,
      {
        'content-type': 'application/json',
        'content-length': body.length,
        'cache-control': 'no-store',
        ...(challenge === undefined ? {} : { 'www-authenticate': challenge }),
        ...(unread ? { connection: 'close' } : {}),
      },
      body,
    )
  }
}

function unansweredOf(error: unknown): Unanswered {
  if (error instanceof Unanswered) return error
  if (error instanceof Refused) {
    const { status, detail } = error.refusal
    return new Unanswered({ code: codes.invalid, message: detail, status })
  }
  return new Unanswered({ code: codes.internal, message: 'the gateway failed', status: 500 })
}

/** One request whose sender is known. */
interface Client {
  readonly around: FaceAround
  readonly door: Door
  readonly head: Head
  readonly principal: Principal
  readonly owner: string
  readonly run?: RunHandle
  readonly headers: McpHeaders
  readonly reply: Reply
  readonly signal: AbortSignal
}

async function serve(
  around: FaceAround,
  arriving: Arriving,
  reply: Reply,
  signal: AbortSignal,
  at: { message?: Message },
): Promise<void> {
  const { method = '', url = '', httpVersion, rawHeaders } = arriving
  const head = readHead({ method, target: url, version: httpVersion, headers: rawHeaders }, undefined)
  const origin = originOf(arriving, undefined)
  const cors = checkSite(around.site, head)
  for (const [name, value] of Object.entries(cors ?? {})) reply.setHeader(name, value)
  if (method === 'OPTIONS' && cors !== undefined) {
    send(reply, 204, {})
    return
  }
  if (around.resource.serve(head, origin.scheme, reply)) return
  const door = around.doors.get(head.path)
  if (door === undefined) throw new Unanswered({ code: codes.invalid, message: 'nothing is served here', status: 404 })
  const identified = await around.identifier.identify(
    presentedBy(head, arriving, origin, around.resource.nameFor(head, origin.scheme)),
  )
  const metadata = around.resource.addressFor(head, origin.scheme)
  if (!identified.ok) {
    if (identified.code === 'unavailable')
      throw new Unanswered({ code: codes.internal, message: identified.why, status: 503 })
    await around.noteUnknown(identified.why)
    throw unauthenticated(metadata, identified.challenge, identified.why)
  }
  around.resource.check(identified.principal, metadata)
  const { principal, run } = identified
  const headers = protocolHeaders(head.headers)
  const client: Client = {
    around,
    door,
    head,
    principal,
    owner: ownerOf(principal),
    headers,
    reply,
    signal,
    ...(run === undefined ? {} : { run }),
  }
  if (method === 'GET' || method === 'DELETE') {
    arriving.resume()
    await passBare(client, method)
    return
  }
  if (method !== 'POST')
    throw new Unanswered({ code: codes.invalid, message: 'only POST, GET and DELETE are served', status: 405 })
  checkType(headers['content-type'])
  checkLength(head.length, around.limits.bodyBytes)
  const bytes = await readBytes(arriving, around.limits.bodyBytes)
  const message = readMessage(bytes, around.limits.jsonDepth)
  at.message = message
  if (repeatsCredential(head, bytes))
    throw new Unanswered({
      code: codes.invalid,
      message: 'the message repeats the credential it came with',
      status: 400,
    })
  checkNamesNoRun(message)
  await serveMessage(client, message)
}

async function serveMessage(client: Client, message: Message): Promise<void> {
  const { door, headers } = client
  checkHeaders(message, headers, declaredFor(door, message))
  const era = eraOf(message, headers)
  const session = era === 'legacy' ? await sessionOf(client) : undefined
  if (message.kind === 'request') {
    await serveRequest(client, message, session, era)
    return
  }
  const exchange: Exchange = {
    method: 'POST',
    era,
    headers: repeating(era, upstreamHeaders(client, session), message),
    message,
  }
  if (message.kind === 'notification' && !(await door.judge.notification(askingOf(client, exchange, {}), message)))
    throw new Unanswered({ code: codes.unknownMethod, message: 'this notification is not passed on', status: 400 })
  const passed = message.kind === 'response' ? await answerTo(client, exchange, message) : message
  if (passed === undefined) {
    send(client.reply, 202, { 'content-length': 0 })
    return
  }
  const around = { ...aroundOf(client, exchange, session), id: undefined, resumable: false }
  door.upstream.send({ ...exchange, message: passed }, watched(sinkFor(client, session), around), client.signal)
}

/** What a client answers to a server's question, as the server may have it; undefined where nobody asked. */
async function answerTo(
  client: Client,
  exchange: Exchange,
  message: ResponseMessage,
): Promise<ResponseMessage | undefined> {
  const bytes = await client.door.judge.answered(askingOf(client, exchange, {}), message)
  return bytes === undefined ? undefined : { ...message, bytes }
}

/** What all streams of one client have in common. */
function aroundOf(
  client: Client,
  exchange: Exchange,
  session: Session | undefined,
): Pick<Watched, 'conversation' | 'asked'> {
  const { door } = client
  const meta = exchange.message?.kind === 'request' ? metaOf(exchange.message) : {}
  return {
    conversation: session?.conversation ?? new Conversation(door.judge.overheard),
    asked: questionsTo(door, askingOf(client, exchange, meta), exchange.headers),
  }
}

/** A request without a message: the stream of what the server says unasked, or the end of a session. */
async function passBare(client: Client, method: 'GET' | 'DELETE'): Promise<void> {
  const { door, signal } = client
  const session = await sessionOf(client)
  const headers = repeating('legacy', upstreamHeaders(client, session), null)
  const exchange: Exchange = { method, era: 'legacy', headers, message: null }
  const around = { ...aroundOf(client, exchange, session), id: undefined, resumable: false }
  door.upstream.send(exchange, watched(closing(sinkFor(client, session), method, door, session), around), signal)
}

/** Forgets a session that its client ended. */
function closing(sink: Sink, method: string, { sessions }: Door, session: Session | undefined): Sink {
  if (method !== 'DELETE' || session === undefined) return sink
  return delayed(sink, async (head) => {
    if (head.status < 300 || head.status === 404) await sessions.close(session)
    return head
  })
}

async function serveRequest(
  client: Client,
  message: RequestMessage,
  session: Session | undefined,
  era: Exchange['era'],
): Promise<void> {
  const { door, signal, reply } = client
  const came = upstreamHeaders(client, session)
  const exchange: Exchange = { method: 'POST', era, headers: repeating(era, came, message), message }
  const verdict = await door.judge.request(askingOf(client, exchange, metaOf(message)), message)
  if (verdict.kind === 'said') {
    send(
      reply,
      verdict.status,
      { 'content-type': 'application/json', 'content-length': verdict.bytes.length, 'cache-control': 'no-store' },
      verdict.bytes,
    )
    return
  }
  const common = aroundOf(client, exchange, session)
  const { conversation } = common
  if (!conversation.expect(message.id, verdict.expected)) {
    await verdict.dropped()
    throw new Unanswered({ code: codes.invalid, message: 'a request with this id is on its way', status: 400 })
  }
  const around = { ...common, id: message.id, resumable: session !== undefined }
  const sink = message.method === 'initialize' ? opening(client, conversation) : sinkFor(client, session)
  const { message: sent, call, to } = verdict
  const whose = { principal: client.principal, ...(call === undefined ? {} : { call }) }
  const own = to === undefined ? {} : { to }
  const headers = repeating(era, came, sent, declaredFor(door, sent))
  door.upstream.send({ ...exchange, ...own, headers, message: sent, whose }, watched(sink, around), signal)
}

/** The arguments of the tool of a call that headers repeat. */
function declaredFor({ judge }: Door, message: Message): ParameterHeaders | undefined {
  return message.kind === 'request' && message.method === 'tools/call' ? judge.parametersOf(message) : undefined
}

function askingOf(client: Client, { era, headers }: Exchange, meta: Readonly<Record<string, unknown>>): Asking {
  const { door, principal, owner, run, signal, head, around } = client
  const credentials = credentialsOf(head, around.credentials)
  return {
    principal,
    owner,
    era,
    signal,
    session: client.headers['mcp-session-id'] ?? '',
    ask: (method, params) => {
      const declared = method === 'tools/call' ? door.judge.parametersOf({ params }) : undefined
      return askUpstream({ upstream: door.upstream, era, signal, headers, meta, declared }, method, params)
    },
    ...(credentials === undefined ? {} : { credentials }),
    ...(run === undefined ? {} : { run }),
  }
}

async function sessionOf({ door, headers, owner }: Client): Promise<Session | undefined> {
  const id = headers['mcp-session-id']
  if (id === undefined) return undefined
  const session = await door.sessions.find(id, owner)
  if (session === undefined) throw new Unanswered({ code: -32001, message: 'no such session', status: 404 })
  return session
}

/** The server's own session id instead of ours. */
function upstreamHeaders({ headers }: Client, session: Session | undefined): McpHeaders {
  const { 'mcp-session-id': _, ...rest } = headers
  return session === undefined ? rest : { ...rest, 'mcp-session-id': session.upstream }
}

function sinkFor({ reply }: Client, session: Session | undefined): Sink {
  const sink = new ReplySink(reply, {})
  return {
    head: (head) => sink.head(named(head, session?.id)),
    whole: (bytes) => sink.whole(bytes),
    event: (event) => sink.event(event),
    end: () => sink.end(),
    fail: (failure) => sink.fail(failure),
  }
}

/** The session id of an answer is ours. */
function named(head: AnswerHead, id: string | undefined): AnswerHead {
  const { 'mcp-session-id': upstream, ...headers } = head.headers
  return {
    ...head,
    headers: id === undefined || upstream === undefined ? headers : { ...headers, 'mcp-session-id': id },
  }
}

/** An answer to `initialize`: the session it opens gets an id of ours, and is kept before the client has it. */
function opening({ reply, door, owner }: Client, conversation: Conversation): Sink {
  return delayed(new ReplySink(reply, {}), async (head) => {
    const upstream = head.headers['mcp-session-id']
    const session = upstream === undefined ? undefined : await door.sessions.open({ upstream, owner, conversation })
    return named(head, session?.id)
  })
}
