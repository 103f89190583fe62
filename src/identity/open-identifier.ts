import { resolve } from 'node:path'
import type { Principal } from '../charter/charter.ts'
import type { RunHandle } from '../charter/run-handle.ts'
import { type Directory, directoryOf, makeAgentProviders } from './agents.ts'
import { makeApiKeyProvider } from './api-key.ts'
import { type Ask, type AskLimits, makeAsk } from './ask.ts'
import { makeCertificateProvider } from './certificate.ts'
import { type ClientContext, type ClientForm, clientOf } from './client.ts'
import { readCredentials, type Slot } from './credentials.ts'
import type { Client, Identified, Identifier, Presented, SecretReference } from './identity.ts'
import { openIntrospection } from './introspection.ts'
import { makeJwtProvider } from './jwt.ts'
import { openKeys } from './keys.ts'
import { IdentitySetupError, NotIdentified } from './not-identified.ts'
import type { Provider } from './provider.ts'
import { makeReplayMemory, type ReplayMemory } from './replay-memory.ts'
import { makeRunProvider, proofOf, type RunsKnown, readRunHeader } from './run-provider.ts'
import type { ProviderConfig, SessionConfig } from './schema.ts'
import { makeSessionProvider } from './session.ts'

export interface IdentifierOptions {
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** The value of a secret; undefined or a rejection when there is none. */
  readonly readSecret: (reference: SecretReference) => Promise<string | undefined>
  /** For every request to an issuer or to the API; 3 s and 1 MiB unless said otherwise. */
  readonly limits?: Partial<AskLimits>
  /** Addresses of the APIs that sessions are asked of, by source. */
  readonly upstreams?: Readonly<Record<string, string>>
  /** What relative file names are relative to; otherwise the working directory. */
  readonly directory?: string
  /** Which proofs were used. Nodes must share one, or a proof counts once on each. */
  readonly replays?: ReplayMemory
  /** Tokens and handles of our own; without it, none are accepted. */
  readonly runs?: RunsKnown
}

interface Context extends Pick<IdentifierOptions, 'now' | 'upstreams'> {
  readonly agents: Directory
  readonly ask: Ask
  readonly replays: ReplayMemory
  readonly pathOf: (file: string) => string
  readonly secretOf: (reference: SecretReference) => Promise<string>
}

/**
 * Opens the providers of a guard file. Issuers are asked when a credential needs it, not now.
 *
 * @throws {IdentitySetupError} for a secret, key or source that is not there.
 */
export async function openIdentifier(
  configs: readonly ProviderConfig[],
  options: IdentifierOptions,
): Promise<Identifier> {
  const closing = new AbortController()
  const context: Context = {
    now: options.now,
    agents: directoryOf(configs),
    ask: makeAsk({ timeoutMs: 3000, maxBytes: 2 ** 20, ...options.limits }, closing.signal),
    replays: options.replays ?? makeReplayMemory(options.now),
    pathOf: (file) => resolve(options.directory ?? '.', file),
    secretOf: (reference) => secretOf(reference, options.readSecret),
    ...(options.upstreams === undefined ? {} : { upstreams: options.upstreams }),
  }
  const providers = await Promise.all(configs.map((config) => openProvider(config, context)))
  return new OrderedIdentifier(providers.flat(), context, options.runs, () => closing.abort())
}

async function secretOf(reference: SecretReference, read: IdentifierOptions['readSecret']): Promise<string> {
  const value = await read(reference).catch(() => undefined)
  const secret = value?.trim() ?? ''
  if (secret === '')
    throw new IdentitySetupError('missing-secret', `\${${reference.from}:${reference.name}} is missing or empty`)
  return secret
}

async function openProvider(config: ProviderConfig, context: Context): Promise<Provider | readonly Provider[]> {
  switch (config.kind) {
    case 'jwt':
      return makeJwtProvider(config, openKeys(config.keys, context), context)
    case 'introspection':
      return await openIntrospection(config, context)
    case 'session':
      return makeSessionProvider(config, upstreamOf(config, context.upstreams), context)
    case 'api-key':
      return makeApiKeyProvider(config, context.pathOf(config.keys), context.now)
    case 'certificate':
      return makeCertificateProvider(config)
    case 'agents':
      return makeAgentProviders(config, context.agents)
  }
}

function upstreamOf({ source, request }: SessionConfig, upstreams: Context['upstreams'] = {}): string {
  const known = Object.keys(upstreams)
  const name = source ?? (known.length === 1 ? known[0] : undefined)
  const url = name !== undefined && Object.hasOwn(upstreams, name) ? upstreams[name] : undefined
  if (url !== undefined) return url
  const which = name === undefined ? 'it is open which source' : `there is no source \`${name}\` that`
  throw new IdentitySetupError('unknown-source', `${which} is asked \`${request}\`; known: ${known.join(', ')}`)
}

/** A proof without a token is of the key that a token is to be bound to, and says nothing of who asks. */
function withoutLooseProof(presented: Presented): Presented {
  if (presented.headers['authorization'] !== undefined) return presented
  const { dpop: _, ...headers } = presented.headers
  return { ...presented, headers }
}

/** Asks the providers that can account for everything a request shows, in their order. */
class OrderedIdentifier implements Identifier {
  readonly #providers: readonly Provider[]
  readonly #slots: ReadonlySet<Slot>
  readonly #runs: RunsKnown | undefined
  readonly #clients: ClientContext
  readonly #handleOf: (principal: Principal) => RunHandle | undefined
  readonly #close: () => void

  constructor(providers: readonly Provider[], context: Context, runs: RunsKnown | undefined, close: () => void) {
    const own = runs === undefined ? undefined : makeRunProvider(runs, context)
    this.#providers = own === undefined ? providers : [own, ...providers]
    this.#runs = runs
    this.#clients = {
      ...context,
      keysIn: (file) => openKeys({ file }, context),
      ...(runs === undefined ? {} : { issuer: runs.tokens.issuer }),
    }
    this.#handleOf = (principal) => own?.handleOf(principal)
    this.#slots = new Set(this.#providers.flatMap(({ slots }) => slots))
    this.#close = close
  }

  async identify(presented: Presented): Promise<Identified> {
    try {
      return await this.#inRun(presented, await this.#identify(presented))
    } catch (error) {
      // SECURITY: whatever goes wrong, nobody is let in by it, and what went wrong is not told.
      return this.#refuse(
        error instanceof NotIdentified ? error : new NotIdentified('unavailable', 'the caller cannot be verified now'),
      )
    }
  }

  async client(presented: Presented, form: ClientForm): Promise<Client> {
    try {
      const agent = await clientOf(presented, form, this.#clients)
      const identified: Identified =
        agent === undefined
          ? await this.#inRun(presented, await this.#identify(withoutLooseProof(presented)))
          : { ok: true, principal: agent, provider: 'agents' }
      if (!identified.ok) return identified
      const jkt = await proofOf(presented, this.#clients)
      const subject = this.#clients.agents.subjectOf(identified.principal.id ?? '')
      return { ...identified, ...(jkt === undefined ? {} : { jkt }), ...(subject === undefined ? {} : { subject }) }
    } catch (error) {
      return this.#refuse(
        error instanceof NotIdentified ? error : new NotIdentified('unavailable', 'the caller cannot be verified now'),
      )
    }
  }

  async #identify(presented: Presented): Promise<Identified> {
    const credentials = readCredentials(presented, this.#slots)
    const shown = [...credentials.shown.keys()]
    if (shown.length === 0 && !this.#isCertified(presented)) return { ok: true, principal: {} }
    const accountable = this.#providers.filter(({ slots }) => shown.every((slot) => slots.includes(slot)))
    if (accountable.length === 0 && shown.length > 1)
      throw new NotIdentified('several', 'the request shows several credentials')
    return await this.#askAll(
      accountable.filter((provider) => provider.takes(credentials)),
      (provider) => provider.identify(credentials, presented),
    )
  }

  /** Which run it is for: by the token itself, or by a handle beside another credential; never by both. */
  async #inRun(presented: Presented, identified: Identified): Promise<Identified> {
    if (!identified.ok) return identified
    const own = this.#handleOf(identified.principal)
    const named = await readRunHeader(presented, identified.principal, this.#runs)
    if (own !== undefined && named !== undefined && named.id !== own.id)
      throw new NotIdentified('several', 'the request names two runs')
    const run = own ?? named
    return { ...identified, ...(run === undefined ? {} : { run }), ...(own === undefined ? {} : { ours: true }) }
  }

  #isCertified({ certificate }: Presented): boolean {
    return certificate !== undefined && this.#providers.some(({ slots }) => slots.length === 0)
  }

  async #askAll(
    providers: readonly Provider[],
    ask: (provider: Provider) => ReturnType<Provider['identify']>,
  ): Promise<Identified> {
    let refusal: Identified | undefined
    for (const provider of providers) {
      try {
        return { ok: true, principal: await ask(provider), provider: provider.name }
      } catch (error) {
        if (!(error instanceof NotIdentified)) throw error
        if (!error.foreign) return this.#refuse(error, [provider])
        refusal ??= this.#refuse(error, [provider])
      }
    }
    return refusal ?? this.#refuse(new NotIdentified('unknown', 'no credential of this kind is accepted'))
  }

  #refuse(fault: NotIdentified, by: readonly Provider[] = this.#providers): Identified {
    const challenges = new Set(by.flatMap((provider) => provider.challenges(fault)))
    return {
      ok: false,
      code: fault.code,
      why: fault.message,
      challenge: [...challenges].join(', ') || 'Bearer realm="api"',
    }
  }

  async close(): Promise<void> {
    this.#close()
  }
}
