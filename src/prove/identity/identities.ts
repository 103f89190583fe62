import { Secret } from '../../wire/secret.ts'
import type { Exchange, HttpRequest } from '../transport/exchange.ts'
import type { Transport } from '../transport/transport.ts'
import { buildRequest, IdentityError } from './login.ts'
import type { RawIdentities, RawIdentity, RawStep } from './schema.ts'
import { Redactor } from './secret.ts'
import { lookupIn, openSession, type Session } from './session.ts'
import { fillJson, type Lookup } from './template.ts'

/** Everything from outside the file; `now` is in milliseconds since 1970. */
export interface IdentitiesOptions {
  /** Reads a file named in the identities file; rejects when there is none. */
  readonly readFile: (path: string) => Promise<string>
  readonly env: Readonly<Record<string, string | undefined>>
  readonly now: () => number
  /** Makes a text that no earlier registration used, of letters and digits. */
  readonly fresh: () => string
  /** Base URLs that replace the file's. */
  readonly targets?: Readonly<Record<string, string>>
  /** Base URLs of hooks, where they differ: hooks go to the system itself when everybody else goes through a guard. */
  readonly hookTargets?: Readonly<Record<string, string>>
}

/** A registration whose request somebody else sends. */
export interface Enrolment {
  /** What that request must say for the login to go on: the body, or the fields of the form. */
  readonly body: unknown
  /** Whoever was registered, logged in with what the answer says. Rejects with an `IdentityError`. */
  finish(answer: Exchange): Promise<Session>
}

/** The identities of one proof. Nobody is logged in before being asked for. */
export interface Identities {
  readonly names: readonly string[]
  readonly observer: string | undefined
  readonly targets: Readonly<Record<string, string>>
  /** The identity of that name, logged in once and shared by all who ask. Rejects with an `IdentityError`. */
  get(name: string): Promise<Session>
  /** Somebody new of the pool of that name, registered now; undefined when it has none left. Rejects with an `IdentityError`. */
  register(name: string): Promise<Session | undefined>
  /** Somebody new of the pool whose login begins with this request (method and address), the shortest first; undefined when none does. */
  enrol(request: Pick<HttpRequest, 'method' | 'url'>): Promise<Enrolment | undefined>
  /** Sends a hook; `vars` are its `${var:…}`. Undefined when the file has no such hook. */
  runHook(name: 'reset' | 'advance-clock', vars?: Readonly<Record<string, string>>): Promise<Exchange | undefined>
  /** Takes note of a secret that no identity began with. */
  learn(secret: string): void
  /** The text without any secret value known so far, whichever common way it is encoded. */
  redact(text: string): string
}

/** Opens the identities of a parsed file; secrets are read and logins sent only when an identity is first used. */
export function openIdentities(file: RawIdentities, transport: Transport, options: IdentitiesOptions): Identities {
  const redactor = new Redactor()
  const targets = { ...file.targets, ...options.targets }
  const sessions = new Map<string, Promise<Session>>()
  const registered = new Map<string, number>()
  const learn = (secret: Secret): void => redactor.learn(secret)

  const readSecret = async (kind: 'env' | 'file', name: string): Promise<Secret> => {
    const text = kind === 'env' ? options.env[name] : await options.readFile(name).catch(() => undefined)
    const secret = new Secret(text?.trim() ?? '')
    if (secret.reveal() === '') throw new IdentityError('missing-secret', `\${${kind}:${name}} is missing or empty`)
    learn(secret)
    return secret
  }
  const contextOf = (name: string, identity: RawIdentity) => {
    const fresh = options.fresh()
    return { name, identity, targets, transport, now: options.now, fresh, readSecret, learn }
  }
  const open = (name: string, label: string): Promise<Session> => {
    const identity = Object.hasOwn(file.identities, name) ? file.identities[name] : undefined
    if (identity === undefined)
      return Promise.reject(new IdentityError('unknown-identity', `there is no identity \`${name}\``))
    return openSession(contextOf(label, identity))
  }
  const get = (name: string): Promise<Session> => {
    const session = sessions.get(name) ?? open(name, name)
    sessions.set(name, session)
    return session
  }

  /** The next place of a pool, as `buyer#3`; undefined when it has none left. */
  const takePlace = (name: string): string | undefined => {
    const count = registered.get(name) ?? 0
    if (count >= (file.identities[name]?.pool ?? 0)) return undefined
    registered.set(name, count + 1)
    return `${name}#${count + 1}`
  }
  const register = async (name: string): Promise<Session | undefined> => {
    const label = takePlace(name)
    return label === undefined ? undefined : await open(name, label)
  }
  const begins = async (step: RawStep, request: Pick<HttpRequest, 'method' | 'url'>): Promise<boolean> => {
    const lookup: Lookup = async () => ''
    const first = await buildRequest(
      { request: step.request, ...(step.source && { source: step.source }) },
      { targets, lookup, learn },
    )
    return first.method === request.method && first.url === request.url
  }
  const enrol: Identities['enrol'] = async (request) => {
    const pools = Object.entries(file.identities).filter(([, identity]) => identity.pool !== undefined)
    const byLength = pools.toSorted(([, left], [, right]) => (left.login?.length ?? 0) - (right.login?.length ?? 0))
    for (const [name, identity] of byLength) {
      const step = identity.login?.[0]
      if (step === undefined || !(await begins(step, request))) continue
      const label = takePlace(name)
      if (label === undefined) continue
      const context = contextOf(label, identity)
      const body = await fillJson(step.form ?? step.body, lookupIn(new Map(), context))
      return { body, finish: (answered) => openSession({ ...context, answered }) }
    }
    return undefined
  }

  return {
    names: Object.keys(file.identities),
    observer: file.observer,
    targets,
    get,
    register,
    enrol,
    async runHook(name, vars = {}) {
      const hook = file.hooks?.[name]
      if (hook === undefined) return undefined
      const token = options.fresh()
      const lookup: Lookup = async (piece) => {
        if (piece.kind === 'fresh') return token
        return piece.kind === 'var' ? (vars[piece.name] ?? '') : (await readSecret(piece.kind, piece.name)).reveal()
      }
      const request = await buildRequest(hook, { targets: options.hookTargets ?? targets, lookup, learn })
      const exchange = await (hook.as === undefined ? transport.send(request) : (await get(hook.as)).send(request))
      // Whoever was registered is gone with what a reset puts back.
      if (name === 'reset' && (exchange.response?.status ?? 500) < 300) registered.clear()
      for (const opened of await Promise.allSettled(sessions.values()))
        if (opened.status === 'fulfilled') opened.value.doubt()
      return exchange
    },
    learn: (secret) => learn(new Secret(secret)),
    redact: (text) => redactor.redact(text),
  }
}
