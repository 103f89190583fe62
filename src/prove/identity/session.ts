import { parseDuration } from '../../charter/duration.ts'
import { Secret } from '../../wire/secret.ts'
import type { Exchange, HttpRequest, HttpResponse } from '../transport/exchange.ts'
import type { Transport } from '../transport/transport.ts'
import { CookieJar } from './cookie-jar.ts'
import { fillAll, IdentityError, runStep } from './login.ts'
import { joinPrincipal, readJwtClaims, type SessionPrincipal } from './principal.ts'
import type { RawIdentity, RawStep } from './schema.ts'
import { isSecretHeader, isSecretMember, learnSecrets } from './secret.ts'
import { fillJson, type Lookup } from './template.ts'

/** One identity, logged in. */
export interface Session {
  readonly name: string
  readonly actors: readonly string[]
  /** Whether what it calls with has been taken back. */
  readonly ended: boolean
  readonly principal: SessionPrincipal
  /** The request as this identity sends it: its headers and query parameters win over the request's own; cookies are added. */
  apply(request: HttpRequest): HttpRequest
  /** Keeps the cookies an answer sets, if the identity keeps any. */
  noteResponse(response: HttpResponse, request: HttpRequest): void
  /** Logs in again, or runs the refresh steps; one at a time. Throws an `IdentityError`, also when another principal comes out. */
  renew(): Promise<void>
  /** Something may have ended the session: the next refusal may be cured by a renewal again, whatever was seen before. */
  doubt(): void
  /**
   * Sends as this identity, renewing first when it is due, and once more after a 401 (or `refresh.on`) that a renewal may cure.
   *
   * Where the status was seen to mean "forbidden" before, a read that was answered shows whether the credentials still are good.
   */
  send(request: HttpRequest): Promise<Exchange>
}

/** What a session needs of the set it belongs to. */
export interface SessionContext {
  readonly name: string
  readonly identity: RawIdentity
  readonly targets: Readonly<Record<string, string>>
  readonly transport: Transport
  readonly now: () => number
  /** Unique text of this registration. */
  readonly fresh: string
  /** Reads what `${env:…}` and `${file:…}` stand for. */
  readonly readSecret: (kind: 'env' | 'file', name: string) => Promise<Secret>
  readonly learn: (secret: Secret) => void
  /** The answer to the first login step, when somebody sent that already. */
  readonly answered?: Exchange
}

/** A renewal that did not cure a refusal shows that the status is the target's word for "forbidden"; not tried again so soon. */
const uselessForMs = 60_000
/** Renewals in a row that may fail, so that nobody is locked out: after a change of password no more are of use. */
const mostFailures = 3

interface Credentials {
  readonly headers: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, string>>
  readonly principal: SessionPrincipal
}

/** Logs an identity in. Throws an `IdentityError`. */
export async function openSession(context: SessionContext): Promise<Session> {
  const { name, identity, transport, now } = context
  const vars = new Map<string, unknown>()
  const jar = identity.cookies ? new CookieJar() : undefined
  const noteResponse = (response: HttpResponse, request: HttpRequest): void => {
    for (const secret of jar?.take(request, response, now()) ?? []) context.learn(secret)
  }
  const transmit = async (request: HttpRequest): Promise<Exchange> => {
    const exchange = await transport.send(withCookies(request, jar))
    if (exchange.response !== undefined) noteResponse(exchange.response, request)
    return exchange
  }
  const lookup = lookupIn(vars, context)
  let answered = context.answered
  const sendOrRecall = async (request: HttpRequest): Promise<Exchange> => {
    const known = answered
    answered = undefined
    if (known === undefined) return transmit(request)
    if (known.response !== undefined) noteResponse(known.response, known.request)
    return known
  }
  const logIn = async (steps: readonly RawStep[], kind: string): Promise<Credentials> => {
    for (const [index, step] of steps.entries()) {
      const label = `${name}, ${kind} step ${index + 1}`
      const captured = await runStep(step, {
        label,
        targets: context.targets,
        lookup,
        learn: context.learn,
        send: sendOrRecall,
      })
      for (const [key, value] of Object.entries(captured)) {
        vars.set(key, value)
        if (isSecretMember(key) || readJwtClaims(String(value)) !== undefined) context.learn(new Secret(String(value)))
      }
    }
    return await credentialsOf(context, lookup)
  }

  let credentials = await logIn(identity.login ?? [], 'login')
  let loggedInAt = now()
  let uselessSince: number | undefined
  let answeredRead: HttpRequest | undefined
  let failures: unknown[] = []
  let renewing: Promise<void> | undefined

  const renewOnce = async (): Promise<void> => {
    const steps = identity.refresh?.steps ?? identity.login ?? []
    const next = await logIn(steps, identity.refresh?.steps === undefined ? 'login' : 'refresh')
    if (next.principal.id !== credentials.principal.id) {
      const [before, now] = [credentials, next].map(({ principal }) => principal.id ?? 'nobody')
      throw new IdentityError(
        'principal-changed',
        `${name}: logging in again gave another principal: ${now}, not ${before}; where each login makes one, write \`id\` out`,
      )
    }
    credentials = next
    loggedInAt = now()
  }
  const renew = async (): Promise<void> => {
    if (failures.length >= mostFailures) throw failures.at(-1)
    renewing ??= renewOnce().finally(() => {
      renewing = undefined
    })
    try {
      await renewing
      failures = []
    } catch (error) {
      failures.push(error)
      throw error
    }
  }

  // A pool's login registers somebody new, which is no renewal.
  const renewable =
    identity.refresh?.steps !== undefined || (identity.login !== undefined && identity.pool === undefined)
  const after = parseDuration(identity.refresh?.after ?? '') ?? Number.POSITIVE_INFINITY
  const refusals = identity.refresh?.on ?? [401]
  const apply = (request: HttpRequest): HttpRequest => withCookies(withCredentials(request, credentials), jar)
  const refused = (exchange: Exchange): boolean => refusals.includes(exchange.response?.status ?? 0)
  const sendOnce = async (request: HttpRequest): Promise<Exchange> => {
    const exchange = await transport.send(apply(request))
    if (exchange.response !== undefined) noteResponse(exchange.response, request)
    const { status } = exchange.response ?? { status: 0 }
    if (request.method === 'GET' && status >= 200 && status < 300) answeredRead = request
    // Whoever is let in may have ended the session by that very call.
    if (status > 0 && !refused(exchange)) uselessSince = answeredRead === undefined ? undefined : uselessSince
    return exchange
  }
  /** Whether a renewal may cure a refusal. */
  const mayCure = async (): Promise<boolean> => {
    if (!renewable) return false
    if (uselessSince === undefined) return true
    if (answeredRead !== undefined) {
      const dead = refused(await sendOnce(answeredRead))
      // It may have become forbidden as well: one that is answered after the renewal takes its place.
      if (dead) answeredRead = undefined
      return dead
    }
    return now() - uselessSince >= uselessForMs
  }

  return {
    name,
    actors: [identity.actor].flat(),
    ended: identity.ended === true,
    get principal() {
      return credentials.principal
    },
    apply,
    noteResponse,
    renew,
    doubt() {
      if (answeredRead === undefined) uselessSince = undefined
    },
    async send(request) {
      if (renewable && now() - loggedInAt >= after) await renew()
      const first = await sendOnce(request)
      if (!refused(first) || !(await mayCure())) return first
      await renew()
      const second = await sendOnce(request)
      uselessSince = refused(second) ? now() : undefined
      return second
    },
  }
}

/** What placeholders stand for in a session: what it captured, its own unique text, secrets. */
export function lookupIn(
  vars: ReadonlyMap<string, unknown>,
  context: Pick<SessionContext, 'fresh' | 'readSecret'>,
): Lookup {
  return async (piece) => {
    if (piece.kind === 'fresh') return context.fresh
    if (piece.kind === 'var') return vars.get(piece.name)
    return (await context.readSecret(piece.kind, piece.name)).reveal()
  }
}

async function credentialsOf(context: SessionContext, lookup: Lookup): Promise<Credentials> {
  const { identity, name, now } = context
  const headers = await fillAll(identity.headers, lookup)
  const query = await fillAll(identity.query, lookup)
  learnSecrets(headers, isSecretHeader, context.learn)
  learnSecrets(query, isSecretMember, context.learn)
  const token = [...Object.values(headers), ...Object.values(query)]
    .map(readJwtClaims)
    .find((claims) => claims !== undefined)
  const expiresAt = token?.['exp']
  if (typeof expiresAt === 'number' && expiresAt * 1000 <= now()) {
    throw new IdentityError(
      'token-expired',
      `${name}: its token expired at ${new Date(expiresAt * 1000).toISOString()}`,
    )
  }
  return { headers, query, principal: joinPrincipal(await fillJson(identity.principal, lookup), token) }
}

function withCredentials(request: HttpRequest, { headers, query }: Credentials): HttpRequest {
  const own = new Set(Object.keys(headers).map((name) => name.toLowerCase()))
  const kept = Object.entries(request.headers).filter(([name]) => !own.has(name.toLowerCase()))
  const url = new URL(request.url)
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
  const changed = Object.keys(query).length > 0
  return { ...request, url: changed ? url.href : request.url, headers: { ...Object.fromEntries(kept), ...headers } }
}

function withCookies(request: HttpRequest, jar: CookieJar | undefined): HttpRequest {
  const cookie = jar?.header(request.url)
  return cookie === undefined ? request : { ...request, headers: { ...request.headers, Cookie: cookie } }
}
