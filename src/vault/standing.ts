/** The secrets as they stand now, followed as the store changes, and what comes back scrubbed of their values. */
import type { VaultError } from './error.ts'
import { formsOf } from './forms.ts'
import type { MasterKeys } from './master-key.ts'
import { type Matcher, makeMatcher } from './matcher.ts'
import { openAll, type Secrets } from './opened.ts'
import type { VaultRecord } from './record.ts'
import type { VaultStore } from './store.ts'

export interface StandingOptions {
  readonly store: VaultStore
  readonly masters: MasterKeys
  readonly record: Pick<VaultRecord, 'revisions'>
  /** How long what was read is believed without asking; 500 by default. */
  readonly believedMs?: number
  /** What is wrong with a secret, said once. */
  readonly onProblem?: (problem: VaultError) => void
}

/** How long it is used while the store does not answer. */
const grownOldMs = 5000
/** Values that are not kept any more are still looked for so long: whoever was given one may still answer with it. */
const rememberedMs = 60 * 60_000

/** Secrets that follow their store. */
export class StandingSecrets {
  readonly #options: StandingOptions
  readonly #floors: Map<string, number>
  #secrets: Secrets = new Map()
  #generation = -1
  #confirmed = Number.NEGATIVE_INFINITY
  #reading: Promise<void> | undefined
  #matcher: Matcher | undefined
  /** Values by name, with when they were last there. */
  readonly #values = new Map<string, Map<string, number>>()

  private constructor(options: StandingOptions, recorded: ReadonlyMap<string, number>) {
    this.#options = options
    this.#floors = new Map(recorded)
  }

  /** @throws {VaultError} `unavailable`; `master-key` when secrets were sealed with another key. */
  static async open(options: StandingOptions): Promise<StandingSecrets> {
    const opened = new StandingSecrets(options, await options.record.revisions())
    await opened.#read()
    for (const secret of opened.#secrets.values())
      if ('problem' in secret && secret.problem.code === 'master-key') throw secret.problem
    return opened
  }

  /** As of half a second ago at most, or of five while the store does not answer. @throws {VaultError} `unavailable` after that. */
  async now(): Promise<Secrets> {
    if (performance.now() - this.#confirmed < (this.#options.believedMs ?? 500)) return this.#secrets
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined
    })
    try {
      await this.#reading
    } catch (error) {
      if (performance.now() - this.#confirmed > grownOldMs) throw error
    }
    return this.#secrets
  }

  /** As of the last look. */
  get last(): Secrets {
    return this.#secrets
  }

  /** Everything that must not be seen, in all its forms. */
  get matcher(): Matcher {
    this.#matcher ??= makeMatcher(
      new Map([...this.#values].map(([name, values]) => [name, [...values.keys()].flatMap(formsOf)])),
    )
    return this.#matcher
  }

  /** From now on this value is looked for too. */
  learn(name: string, value: string): void {
    const known = this.#values.get(name) ?? new Map<string, number>()
    if (!known.has(value)) this.#matcher = undefined
    known.set(value, performance.now())
    this.#values.set(name, known)
  }

  async #read(): Promise<void> {
    const { store, masters } = this.#options
    const began = performance.now()
    if ((await store.generation()) !== this.#generation) {
      const rows = await store.read()
      const secrets = await openAll(rows, masters, this.#floors, this.#secrets)
      this.#tell(secrets)
      this.#secrets = secrets
      this.#generation = rows.generation
      this.#forget()
    }
    this.#confirmed = began
  }

  #tell(secrets: Secrets): void {
    for (const [name, secret] of secrets) {
      if ('problem' in secret) {
        const before = this.#secrets.get(name)
        const isKnown = before !== undefined && 'problem' in before && before.problem.message === secret.problem.message
        if (!isKnown) this.#options.onProblem?.(secret.problem)
        continue
      }
      // INVARIANT: a secret that was seen at a revision is never believed at an earlier one.
      this.#floors.set(name, Math.max(secret.revision, this.#floors.get(name) ?? 0))
      for (const { value } of secret.versions) this.learn(name, value.reveal())
    }
  }

  #forget(): void {
    const before = performance.now() - rememberedMs
    for (const [name, values] of this.#values) {
      const kept = this.#secrets.get(name)
      const isThere = new Set(
        kept === undefined || 'problem' in kept ? [] : kept.versions.map(({ value }) => value.reveal()),
      )
      for (const [value, at] of values)
        if (at < before && !isThere.has(value)) {
          values.delete(value)
          this.#matcher = undefined
        }
    }
  }
}
