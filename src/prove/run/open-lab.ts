import type { Charter, Principal } from '../../charter/charter.ts'
import type { Identities } from '../identity/identities.ts'
import { IdentityError } from '../identity/login.ts'
import { carriedBy, presentationsOf } from '../identity/presentation.ts'
import type { RawIdentities, RawIdentity } from '../identity/schema.ts'
import type { Session } from '../identity/session.ts'
import { actorsAs, type Member } from '../plan/cast.ts'
import { withTenantsOfParents } from '../plan/tenancy.ts'
import type { Exchange, HttpRequest } from '../transport/exchange.ts'
import type { Transport } from '../transport/transport.ts'
import type { Lab, Signed } from './lab.ts'
import { Unreached } from './unreached.ts'

/** What a run is opened with; time and randomness are arguments. */
export interface LabOptions {
  readonly charter: Charter
  readonly file: RawIdentities
  readonly identities: Identities
  readonly transport: Transport
  readonly random: () => number
  /** Text of this run alone, so that a second run on the same data makes new names. */
  readonly nonce: string
  readonly now: () => number
  readonly sleep: (ms: number) => Promise<void>
  readonly racing: { readonly width: number; readonly rounds: number }
}

/** How many people of one pool can be on stage at once. */
const poolSeats = 3

/**
 * Opens the laboratory of a run: everybody who is no pool signs in, so that it is known who is who before anything is planned.
 *
 * Somebody who cannot sign in is left out and named in `absent`; pools are filled when first used.
 */
export async function openLab(options: LabOptions): Promise<{ lab: Lab; absent: readonly string[] }> {
  const { identities, transport, file } = options
  const charter = withTenantsOfParents(options.charter)
  const clock = { aheadMs: 0 }
  const doors = openDoors(file)
  const deadEnds: Lab['deadEnds'] = { isPristine: false, known: new Map() }
  const touch = ({ method }: Pick<HttpRequest, 'method'>): void => {
    if (!harmless.has(method)) deadEnds.isPristine = false
  }
  const sessions = openSessions(charter, identities, { note: doors.note, touch, ...delegationsOf(file) })
  const { members, absent } = await gather(file, sessions.signIn)
  let count = 0
  const past: Lab['past'] = []
  const latest: Lab['latest'] = new Map()
  const own: Lab['own'] = new Map()
  const lab: Lab = {
    stage: { charter, members, own },
    own,
    charter,
    servers: new Map(Object.entries(identities.targets)),
    send: (request) => {
      touch(request)
      return transport.send(request)
    },
    race: (requests) => {
      deadEnds.isPristine = false
      return transport.race(requests)
    },
    signIn: sessions.signIn,
    isLetIn: (name) => doors.isLetIn(name, sessions.signIn),
    register: sessions.register,
    enrol: sessions.enrol,
    presentations: presentationsOf(file),
    learnSecret: identities.learn,
    ...(identities.observer === undefined ? {} : { observer: identities.observer }),
    supply: { random: options.random, fresh: () => `${options.nonce}${(count++).toString(36)}` },
    now: () => options.now() + clock.aheadMs,
    sleep: options.sleep,
    advanceClock: async (ms) => {
      const moved = await advance(identities, ms)
      if (moved) clock.aheadMs += ms
      deadEnds.isPristine = false
      return moved
    },
    reset: async () => {
      if (deadEnds.isPristine) return true
      const done = succeeded(await identities.runHook('reset'))
      if (done) {
        past.length = 0
        latest.clear()
        sessions.forget()
      }
      deadEnds.isPristine = done
      return done
    },
    past,
    latest,
    settled: new Map(),
    readers: new Map(),
    wobbling: new Set(),
    witnessed: new Map(),
    deadEnds,
    choosing: { found: new Set(), passed: new Set() },
    racing: options.racing,
  }
  return { lab, absent }
}

interface Sessions {
  readonly signIn: Lab['signIn']
  readonly register: Lab['register']
  readonly enrol: Lab['enrol']
  /** Those of pools are gone with whatever a reset undid. */
  readonly forget: () => void
}

/** What is told of requests: what was answered, and that they are about to be sent. And who acts for whom. */
interface Telling {
  readonly actsFor: (name: string) => string | undefined
  /** Who is who, once they have signed in. */
  readonly known: Map<string, Principal>
  readonly note: (name: string, exchange: Exchange) => void
  readonly touch: (request: Pick<HttpRequest, 'method'>) => void
}

function delegationsOf(file: RawIdentities): Pick<Telling, 'actsFor' | 'known'> {
  return { known: new Map(), actsFor: (name) => file.identities[name.split('#', 1)[0] ?? name]?.for }
}

const longestChain = 8

const registration = { method: 'POST' }
/** Methods that leave a target as it is. */
const harmless: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])

function openSessions(charter: Charter, identities: Identities, telling: Telling): Sessions {
  const signedOf = (session: Session): Signed => signedAs(charter, session, telling)
  const pooled = new Map<string, Promise<Signed>>()
  const register = async (name: string): Promise<Signed> => {
    telling.touch(registration)
    const session = await identities.register(name.split('#', 1)[0] ?? name)
    if (session === undefined) throw new Unreached(`the pool \`${name}\` has nobody left: raise its \`pool\``)
    return signedOf(session)
  }
  const signIn = async (name: string): Promise<Signed> => {
    if (!name.includes('#')) return signedOf(await identities.get(name))
    const known = pooled.get(name) ?? register(name)
    pooled.set(name, known)
    return known
  }
  const enrol: Lab['enrol'] = async (request) => {
    telling.touch(registration)
    const enrolment = await identities.enrol(request)
    if (enrolment === undefined) return undefined
    const { body, finish } = enrolment
    return { body, finish: async (answer) => signedOf(await finish(answer)) }
  }
  return { signIn, register, enrol, forget: () => pooled.clear() }
}

/** Signs everybody in who is no pool; seats of pools are members before anybody fills them. */
async function gather(
  file: RawIdentities,
  signIn: Lab['signIn'],
): Promise<{ members: readonly Member[]; absent: readonly string[] }> {
  const members: Member[] = []
  const absent: string[] = []
  // Whom somebody acts for must be known before them.
  const ordered = Object.entries(file.identities).sort(
    ([, left], [, right]) => Number(left.for !== undefined) - Number(right.for !== undefined),
  )
  for (const [name, raw] of ordered) {
    if (raw.pool !== undefined) {
      const principal = { ...knownOf(raw), actors: [raw.actor].flat() }
      const seats = Array.from({ length: Math.min(poolSeats, raw.pool) }, (_, index) => `${name}#${index + 1}`)
      members.push(...seats.map((seat) => ({ name: seat, principal, pool: true, carries: carriedBy(raw) })))
      continue
    }
    try {
      const { principal } = await signIn(name)
      members.push({
        name,
        principal,
        pool: false,
        ...(raw.ended === true ? { ended: true } : {}),
        carries: carriedBy(raw),
      })
    } catch (error) {
      if (!(error instanceof IdentityError)) throw error
      absent.push(`${name}: ${error.message}`)
    }
  }
  return { members, absent }
}

async function advance(identities: Identities, ms: number): Promise<boolean> {
  const times = { ms: String(ms), seconds: String(Math.ceil(ms / 1000)) }
  return succeeded(await identities.runHook('advance-clock', times))
}

function succeeded(exchange: Exchange | undefined): boolean {
  return exchange?.response !== undefined && exchange.response.status < 300
}

/** What the file says of people before they are registered: what it writes out. */
function knownOf({ principal }: RawIdentity): Principal {
  const { tenant, roles, scopes, claims } = principal ?? {}
  const isWritten = (value: unknown): boolean => !JSON.stringify(value).includes('${')
  return {
    ...(tenant === undefined || !isWritten(tenant) ? {} : { tenant }),
    ...(roles === undefined || !isWritten(roles) ? {} : { roles }),
    ...(scopes === undefined || !isWritten(scopes) ? {} : { scopes }),
    ...(claims === undefined
      ? {}
      : { claims: Object.fromEntries(Object.entries(claims).filter(([, value]) => isWritten(value))) }),
  }
}

/** Remembers who was let in, and a read that was answered, so that a credential that ran out is not taken for a refusal. */
function openDoors(file: RawIdentities) {
  // A login shows that the credential is good, and a 401 repeats it.
  const proven = new Set(Object.keys(file.identities).filter((name) => file.identities[name]?.login !== undefined))
  const reads = new Map<string, HttpRequest | undefined>()
  return {
    note: (name: string, { request, response }: Exchange): void => {
      if (response === undefined || response.status === 401) return
      const isRead = request.method === 'GET' && response.status < 300
      if (isRead || !reads.has(name)) reads.set(name, isRead ? request : undefined)
    },
    isLetIn: async (name: string, signIn: Lab['signIn']): Promise<boolean> => {
      // What was taken back is answered 401 where all is well.
      if (file.identities[name]?.ended === true || proven.has(name.split('#', 1)[0] ?? name)) return true
      const read = reads.get(name)
      if (read === undefined) return reads.has(name)
      const { response } = await (await signIn(name)).send(read)
      return response?.status !== 401
    },
  }
}

/** Whom somebody acts for, nearest first, as far as they have signed in. */
function chainOf(name: string, actsFor: Telling['actsFor'], known: Telling['known']): readonly Principal[] {
  const chain: Principal[] = []
  for (let next = actsFor(name); next !== undefined && chain.length < longestChain; next = actsFor(next)) {
    const principal = known.get(next)
    if (principal === undefined) break
    chain.push(principal)
  }
  return chain
}

function signedAs(charter: Charter, session: Session, { note, touch, actsFor, known: people }: Telling): Signed {
  return {
    name: session.name,
    get principal() {
      const { id, tenant, ...rest } = session.principal
      const known = { ...rest, ...(id === undefined ? {} : { id }), ...(tenant === undefined ? {} : { tenant }) }
      const actors = session.ended ? [] : actorsAs(charter, session.actors, known)
      const agent = actors.some((name) => charter.actors.get(name)?.kind === 'agent')
      const plain: Principal = { ...known, actors, ...(agent ? { kind: 'agent' } : {}) }
      people.set(session.name, plain)
      const chain = chainOf(session.name, actsFor, people)
      return chain.length === 0 ? plain : { ...plain, chain }
    },
    apply: (request) => session.apply(request),
    renew: () => session.renew(),
    send: async (request) => {
      touch(request)
      const exchange = await session.send(request)
      note(session.name, exchange)
      return exchange
    },
  }
}

/** A small seeded generator (mulberry32): the same seed gives the same numbers. */
export function seededRandom(seed: string): () => number {
  let state = 0
  for (const character of seed) state = (Math.imul(state, 31) + (character.codePointAt(0) ?? 0)) | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}
