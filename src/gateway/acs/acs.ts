/** The OWASP Agent Control Standard v0.1.0: the guard as the Guardian that agent frameworks ask at their hooks. */
import type { Buffer } from 'node:buffer'
import type { Guard } from '../../guard/guard.ts'
import { printLosslessJson } from '../../wire/lossless-json.ts'
import { isRecord } from '../../wire/to-http.ts'
import type { Asked, Given, Route } from '../control/route.ts'
import type { Sight } from '../mcp/pins.ts'
import { type AcsAgent, agentsNamed } from './agent.ts'
import { allowed, type Disposition, denied } from './answer.ts'
import { entryOf } from './chain.ts'
import { AcsError, type AcsRequest, acsVersion, codes, type Members, requestSchema } from './envelope.ts'
import { runsOf } from './guard-runs.ts'
import { serverHello } from './handshake.ts'
import { type HookOptions, hooks, type Step } from './hooks.ts'
import type { AcsRuns } from './runs.ts'
import { SeenTools } from './seen-tools.ts'
import { type Session, Sessions } from './session.ts'
import { algorithm, isSignedBy, sessionKey, signatureOf } from './signature.ts'
import { wrappedMcp, wrappedMethod } from './wrapped-mcp.ts'

export interface AcsOptions {
  readonly guard: Guard
  readonly agents: readonly AcsAgent[]
  /** Who keeps runs of sessions; the guard by default. */
  readonly runs?: AcsRuns
  /** Where approvers reach the control API; where it was asked by default. */
  readonly url?: string
  /** How long an agent may take to say what came of a call; 10 minutes by default. */
  readonly outcomeMs?: number
  /** How far its clock may be off; 5 minutes by default. */
  readonly skewMs?: number
  /** How long it is to wait for a decision: longer than the guard waits for an object that is busy, and for approvers. 15 seconds by default. */
  readonly timeoutMs?: number
  /** Learns of tools that agents were shown otherwise than they were approved. */
  readonly onDrift?: (sight: Sight) => void
  /** How many sessions one agent may have at once; 10 000 by default. */
  readonly sessions?: number
}

/** A route for the control server. */
export interface Acs {
  readonly routes: readonly Route[]
}

interface Around {
  readonly options: AcsOptions
  readonly sessions: Sessions
  readonly tools: SeenTools
  readonly runs: AcsRuns
  readonly keys: Keys
  readonly now: () => number
}

const skewMs = 300_000

/**
 * Makes the route `POST /acs`. Whoever asks is told by the signature over the request, so it needs no other credential.
 *
 * @throws {TypeError} when a secret is shorter than 32 bytes.
 */
export function makeAcs(options: AcsOptions): Acs {
  for (const { name, secret } of options.agents)
    if (secret.byteLength < 32) throw new TypeError(`the secret of \`${name}\` has less than 32 bytes`)
  const { guard, sessions: most = 10_000, onDrift = () => undefined } = options
  const around: Around = {
    options,
    sessions: new Sessions({ keeping: guard.keeping, most }),
    tools: new SeenTools({ charter: guard.charter, onSight: onDrift }),
    runs: options.runs ?? runsOf(guard),
    keys: new Keys(),
    now: Date.now,
  }
  return {
    routes: [{ method: 'POST', path: '/acs', needs: 'nobody', handle: (asked) => answer(around, asked) }],
  }
}

/** Derived keys, so that a step costs two hashes and not a derivation. */
class Keys {
  readonly #known = new Map<string, Buffer>()
  of({ name, secret, keyId }: AcsAgent, session: string): Buffer {
    const id = JSON.stringify([name, keyId, session])
    const known = this.#known.get(id)
    if (known !== undefined) return known
    const made = sessionKey(secret, session)
    if (this.#known.size >= 10_000) this.#known.clear()
    this.#known.set(id, made)
    return made
  }
}

async function answer(around: Around, asked: Asked): Promise<Given> {
  if (Array.isArray(asked.body)) return plainError(null, codes.request, 'batches are not taken: ask one at a time')
  const parsed = requestSchema.safeParse(asked.body)
  const id = isRecord(asked.body) ? asked.body['id'] : null
  const known = typeof id === 'string' || typeof id === 'number' ? id : null
  if (!parsed.success) return plainError(known, codes.request, 'this is no request of ACS')
  const request: AcsRequest = parsed.data
  if (request.method === 'system/ping') return ping(request)
  // JCS speaks of doubles, as plain JSON does; what is decided on keeps every digit.
  const plain: unknown = JSON.parse(asked.bytes.toString('utf8'))
  const agent = signerOf(around, request, plain)
  if (agent === undefined)
    return plainError(request.id, codes.signature, 'the signature is missing, or is none of an agent known here')
  const key = around.keys.of(agent, request.params.metadata.session_id)
  try {
    const result = await resultOf({ around, asked, request, plain, agent })
    return signed(key, agent, { jsonrpc: '2.0', id: request.id, result }, 'result')
  } catch (error) {
    const told =
      error instanceof AcsError ? error : new AcsError(codes.internal, 'failed', 'the guard cannot decide now')
    const said = { code: told.code, message: told.message, data: told.data }
    return signed(key, agent, { jsonrpc: '2.0', id: request.id, error: said }, 'error')
  }
}

/** The agent whose key signed a request. */
function signerOf({ options, keys }: Around, request: AcsRequest, plain: unknown): AcsAgent | undefined {
  const { signature, metadata } = request.params
  if (signature === undefined || signature.algorithm !== algorithm) return undefined
  return agentsNamed(options.agents, request).find((agent) =>
    isSignedBy(keys.of(agent, metadata.session_id), plain, signature.value),
  )
}

interface Verified {
  readonly around: Around
  readonly asked: Asked
  readonly request: AcsRequest
  readonly plain: unknown
  readonly agent: AcsAgent
}

/** @throws {AcsError} when a request is no step of a session, or none any more. */
async function resultOf(verified: Verified): Promise<Members> {
  const { around, asked, request, agent } = verified
  const { options, sessions } = around
  await checkFresh(verified)
  if (request.method === 'handshake/hello') {
    const terms = { secure: asked.origin.startsWith('https:'), skewMs: options.skewMs ?? skewMs }
    const hello = serverHello(request, { ...terms, timeoutMs: options.timeoutMs ?? 15_000 })
    await sessions.begin(request, agent)
    // Clients older than release 0.1.3 look for it one level below.
    return { ...hello, payload: hello }
  }
  const claimed = request.params.metadata.session_state?.chain_hash
  const entry = entryOf(request, isRecord(verified.plain) ? verified.plain['params'] : undefined)
  const { session, head: chain_hash, torn } = await sessions.step(request, agent, { entry, claimed })
  const disposition = torn
    ? denied('chain_mismatch', 'the session went on without this agent, or its record was changed')
    : await decide(session, verified)
  return { ...envelope(request), ...disposition, chain_hash, metadata: { evaluator: 'deterministic' } }
}

/** Fails closed: what cannot be decided is denied, and not left to what an agent does without a decision. */
async function decide(session: Session, { around, asked, request }: Verified): Promise<Disposition> {
  const { guard, url, outcomeMs = 600_000 } = around.options
  const options: HookOptions = {
    guard,
    sessions: around.sessions,
    tools: around.tools,
    runs: around.runs,
    base: url ?? asked.origin,
    outcomeMs,
  }
  const step: Step = { session, request, options }
  try {
    const hook = hooks.get(request.method)
    if (hook !== undefined) return await hook(step)
    const wrapped = wrappedMethod(request.method)
    if (wrapped !== undefined) return await wrappedMcp(step, wrapped)
    return denied('unknown-method', `the guard does not know \`${request.method}\``)
  } catch (error) {
    if (error instanceof AcsError) throw error
    return denied('unavailable', 'the guard cannot decide now')
  }
}

/** Section 10.3. What was seen once is known on every node, and after a restart. */
async function checkFresh({ around, request, agent }: Verified): Promise<void> {
  const { request_id, timestamp, nonce, metadata } = request.params
  const skew_window_ms = around.options.skewMs ?? skewMs
  if (Math.abs(around.now() - Date.parse(timestamp)) > skew_window_ms)
    throw new AcsError(codes.timestamp, 'timestamp', 'the request is too old, or from the future', { skew_window_ms })
  const { replays } = around.options.guard
  for (const each of [request_id, ...(nonce === undefined ? [] : [`nonce ${nonce}`])]) {
    const isFirst = await replays.remember(JSON.stringify(['acs', agent.name, metadata.session_id, each]))
    if (!isFirst) throw new AcsError(codes.replay, 'replay', 'this request was made before')
  }
}

function envelope({ params }: AcsRequest): Members {
  return { type: 'final', acs_version: acsVersion, request_id: params.request_id }
}

/** Says that it can be reached; nothing more follows from it (section 13). */
function ping(request: AcsRequest): Given {
  const { echo } = request.params.payload
  const payload = {
    status: 'ok',
    ...(typeof echo === 'string' ? { echo } : {}),
    server_timestamp: new Date().toISOString(),
  }
  const result = { ...envelope(request), ...allowed(), payload }
  return { status: 200, body: { jsonrpc: '2.0', id: request.id, result } }
}

/** An error for somebody nobody knows: there is no key to sign it with. */
function plainError(id: string | number | null, code: number, message: string): Given {
  return { status: 200, body: { jsonrpc: '2.0', id, error: { code, message } } }
}

type Part = 'result' | 'error'

function signed(key: Buffer, { keyId }: AcsAgent, response: Readonly<Record<string, unknown>>, part: Part): Given {
  // What is signed is what a parser of plain JSON will see.
  const plain: unknown = JSON.parse(printLosslessJson(response))
  const signature = { algorithm, value: signatureOf(key, plain, part), key_id: keyId }
  const holder = response[part]
  return { status: 200, body: { ...response, [part]: { ...(isRecord(holder) ? holder : {}), signature } } }
}
