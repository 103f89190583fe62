import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey, type LocalJWKSet } from 'jose'
import type { Ask } from './ask.ts'
import { NotIdentified } from './not-identified.ts'
import { isObject } from './principal.ts'
import type { JwtConfig } from './schema.ts'
import { watchFile } from './watched-file.ts'

/** After a failed attempt, nobody is asked for this long. */
const retryMs = 1000

type KeysConfig = JwtConfig['keys']

/** The keys of an issuer, by what a token's header says. What it throws is `jose`'s, or a `NotIdentified` for keys out of reach. */
export function openKeys(
  config: KeysConfig,
  context: { readonly ask: Ask; readonly now: () => number; readonly pathOf: (file: string) => string },
): JWTVerifyGetKey {
  if ('url' in config) {
    const keys = new RemoteKeys(config, context.ask, context.now)
    return (header, token) => keys.find(header, token)
  }
  const file = watchFile(
    context.pathOf(config.file),
    (text) => createLocalJWKSet(keySet(JSON.parse(text))),
    context.now,
  )
  return async (header, token) => {
    const set = await file.read().catch((cause: unknown) => outOfReach(cause))
    return await set(header, token)
  }
}

function outOfReach(cause?: unknown): never {
  throw new NotIdentified('unavailable', 'the keys of the issuer cannot be had', { cause })
}

function keySet(value: unknown): JSONWebKeySet {
  if (!isObject(value) || !Array.isArray(value['keys'])) throw new TypeError('no key set')
  return { keys: value['keys'] }
}

/** Not `jose`'s own remote set: that asks again on every unknown key while nobody answers, and follows the system's clock. */
class RemoteKeys {
  readonly #config: Extract<KeysConfig, { url: string }>
  readonly #ask: Ask
  readonly #now: () => number
  #set: LocalJWKSet | undefined
  #fetchedAt = Number.NEGATIVE_INFINITY
  #triedAt = Number.NEGATIVE_INFINITY
  #fetching: Promise<void> | undefined

  constructor(config: Extract<KeysConfig, { url: string }>, ask: Ask, now: () => number) {
    this.#config = config
    this.#ask = ask
    this.#now = now
  }

  async find(...asked: Parameters<LocalJWKSet>): ReturnType<LocalJWKSet> {
    const before = this.#fetchedAt
    if (this.#age() >= this.#config.refresh) await this.#refetch(retryMs)
    if (this.#set === undefined || this.#age() >= this.#config.keep) outOfReach()
    try {
      return await this.#set(...asked)
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error
      if (before === this.#fetchedAt) await this.#refetch(this.#config.cooldown)
      // While nobody answers, an unknown key may be a new one: that cannot be told, and is not the caller's fault.
      if (this.#triedAt > this.#fetchedAt) outOfReach(error)
      return await this.#set(...asked)
    }
  }

  #age(): number {
    return this.#now() - this.#fetchedAt
  }

  /** Asks for the keys unless that was tried a moment ago; leaves what is known when nobody answers. */
  async #refetch(pauseMs: number): Promise<void> {
    if (this.#fetching === undefined) {
      if (this.#now() - this.#triedAt < pauseMs) return
      this.#triedAt = this.#now()
      this.#fetching = this.#fetch(this.#triedAt).finally(() => {
        this.#fetching = undefined
      })
    }
    await this.#fetching.catch(() => undefined)
  }

  async #fetch(at: number): Promise<void> {
    const response = await this.#ask(this.#config.url, {
      headers: { accept: 'application/jwk-set+json, application/json' },
    })
    if (response.status !== 200) outOfReach()
    this.#set = createLocalJWKSet(keySet(await response.json()))
    this.#fetchedAt = at
  }
}
