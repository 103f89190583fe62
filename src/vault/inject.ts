/** Puts secrets into calls at the moment of sending: which ones, whether they may be used, on the record before anything leaves. */
import { VaultError } from './error.ts'
import type { Elsewhere } from './head.ts'
import type { Asking, Injected, Injector, Outgoing, Scrubber, SecretVersion } from './injector.ts'
import type { MasterKeys } from './master-key.ts'
import type { BrokenSecret, OpenSecret, Secrets } from './opened.ts'
import { mayHoldPlaceholder, misplacedIn } from './placeholder.ts'
import { fill, type Placed, placeKey, putAll, standsIn } from './placing.ts'
import { printVersion, useDraft, type VaultRecord } from './record.ts'
import { covers, reaches, type Scope } from './scope.ts'
import { makeScrubber } from './scrub.ts'
import { StandingSecrets } from './standing.ts'
import type { VaultStore } from './store.ts'
import { UseCounter } from './use-counter.ts'

/** Other vaults. */
export interface OtherVaults {
  /** The value as it is now, no older than its lease. @throws {VaultError} `unavailable` or `refused`. */
  read(from: Elsewhere): Promise<{ readonly value: string; readonly version: number }>
  close(): Promise<void>
}

export interface InjectorOptions {
  readonly store: VaultStore
  readonly masters: MasterKeys
  readonly record: VaultRecord
  readonly others?: OtherVaults
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** How long what was read is believed without asking; 500 by default. */
  readonly believedMs?: number
  /** Something an operator should know; never with a value in it. */
  readonly onFail: (why: string) => void
}

/** An injector that is open. Closes neither the store nor the record. */
export interface OpenInjector extends Injector {
  close(): Promise<void>
}

/** @throws {VaultError} `unavailable`; `master-key` when secrets were sealed with another key. */
export async function openInjector(options: InjectorOptions): Promise<OpenInjector> {
  const { store, masters, record, onFail, believedMs = 500 } = options
  const onProblem = (problem: VaultError): void => onFail(problem.message)
  return new VaultInjector(options, await StandingSecrets.open({ store, masters, record, onProblem, believedMs }))
}

/** A secret that belongs into a call, and how. */
interface Wanted {
  readonly secret: OpenSecret | BrokenSecret
  readonly scope: Scope
}

const mostRemembered = 10_000

class VaultInjector implements OpenInjector {
  readonly #options: InjectorOptions
  readonly #standing: StandingSecrets
  readonly #counter: UseCounter
  /** By what is asked for, for the secrets as they were then. */
  readonly #wanted = new Map<string, readonly Wanted[]>()
  #wantedOf: Secrets | undefined
  /** What is on its way to the record without anybody waiting for it. */
  readonly #saying = new Set<Promise<void>>()

  constructor(options: InjectorOptions, standing: StandingSecrets) {
    this.#options = options
    this.#standing = standing
    this.#counter = new UseCounter(options.store, options.onFail)
  }

  async inject(asking: Asking, outgoing: Outgoing): Promise<Injected> {
    const hasPlaceholder = mayHoldPlaceholder(outgoing)
    const wanted = this.#wantedBy(await this.#standing.now(), asking).filter(({ scope }) => scope.as.in !== 'env')
    const meant = wanted.length === 0 ? [] : meantBy(wanted, outgoing, hasPlaceholder)
    const { placed, used } = await this.#open(asking, meant)
    const sent = placed.length === 0 ? asItIs(outgoing) : this.#put(asking, outgoing, placed, used)
    await this.#use(asking, used)
    if (hasPlaceholder) this.#say(asking, 'misplaced', misplacedIn(outgoing, sent))
    return { ...sent, used }
  }

  async environment(asking: Asking): Promise<Readonly<Record<string, string>>> {
    const wanted = this.#wantedBy(await this.#standing.now(), asking).filter(({ scope }) => scope.as.in === 'env')
    const { placed, used } = await this.#open(asking, onePerPlace(wanted))
    await this.#use(asking, used)
    return Object.fromEntries(
      placed.flatMap(({ place, value }) => (place.in === 'env' ? [[place.name, fill(place.template, value)]] : [])),
    )
  }

  watches(source: string): boolean {
    for (const secret of this.#standing.last.values())
      if (scopesOf(secret).some((scope) => reaches(scope, source))) return true
    return false
  }

  scrubber(): Scrubber {
    return makeScrubber(this.#standing.matcher)
  }

  returned(asking: Asking, found: ReadonlySet<string>): void {
    this.#say(asking, 'returned', [...found])
  }

  async close(): Promise<void> {
    await this.#counter.close()
    await Promise.all(this.#saying)
    await this.#options.others?.close()
  }

  #wantedBy(secrets: Secrets, asking: Asking): readonly Wanted[] {
    if (secrets.size === 0) return []
    const { source, operation, workflow, agent } = asking
    const key = JSON.stringify([source, operation, workflow, agent])
    if (this.#wantedOf !== secrets || this.#wanted.size > mostRemembered) this.#wanted.clear()
    this.#wantedOf = secrets
    const known = this.#wanted.get(key)
    if (known !== undefined) return known
    const wanted = [...secrets.values()].flatMap((secret) =>
      scopesOf(secret)
        .filter((scope) => covers(scope, asking))
        .map((scope) => ({ secret, scope })),
    )
    this.#wanted.set(key, wanted)
    return wanted
  }

  /** The values. What keeps one from being given is on the record too. */
  async #open(
    asking: Asking,
    meant: readonly Wanted[],
  ): Promise<{ readonly placed: readonly Placed[]; readonly used: readonly SecretVersion[] }> {
    const placed: Placed[] = []
    const used = new Map<string, SecretVersion>()
    for (const { secret, scope } of meant) {
      const { name } = secret
      try {
        const { value, version } = await this.#valueOf(secret)
        placed.push({ name, place: scope.as, value })
        used.set(name, { name, version })
      } catch (error) {
        this.#say(asking, 'refused', [name], error instanceof VaultError ? error.code : 'failed')
        throw error
      }
    }
    return { placed, used: [...used.values()] }
  }

  async #valueOf(secret: OpenSecret | BrokenSecret): Promise<{ readonly value: string; readonly version: number }> {
    if ('problem' in secret) throw secret.problem
    const { name, head, versions } = secret
    if (head.disabled !== undefined) throw new VaultError('disabled', `\`${name}\` is disabled`, { secret: name })
    if (head.from === undefined) {
      const current = versions.find(({ version }) => version === head.current)
      if (current === undefined) throw new VaultError('altered', `\`${name}\` has no value`, { secret: name })
      return { value: current.value.reveal(), version: current.version }
    }
    const { others } = this.#options
    if (others === undefined)
      throw new VaultError('unavailable', `nothing is known of \`${head.from.vault}\``, { secret: name })
    const read = await others.read(head.from)
    this.#standing.learn(name, read.value)
    return read
  }

  #put(
    asking: Asking,
    outgoing: Outgoing,
    placed: readonly Placed[],
    used: readonly SecretVersion[],
  ): ReturnType<typeof putAll> {
    try {
      return putAll(outgoing, placed)
    } catch (error) {
      this.#say(asking, 'refused', used.map(printVersion), 'unplaceable')
      throw error
    }
  }

  /** What cannot be recorded does not happen. */
  async #use(asking: Asking, used: readonly SecretVersion[]): Promise<void> {
    if (used.length === 0) return
    const at = this.#options.now()
    await this.#options.record.append(useDraft(asking, { effect: 'used', secrets: used.map(printVersion) }, at))
    this.#counter.add(asking, used, at)
  }

  #say(asking: Asking, effect: 'refused' | 'returned' | 'misplaced', secrets: readonly string[], why?: string): void {
    if (secrets.length === 0) return
    const draft = useDraft(asking, { effect, secrets, ...(why === undefined ? {} : { why }) }, this.#options.now())
    const saying = this.#options.record
      .append(draft)
      .catch(() => this.#options.onFail(`a secret was ${effect}, and it is not on the record`))
      .finally(() => this.#saying.delete(saying))
    this.#saying.add(saying)
  }
}

/** Of a broken secret, what its head claims: enough to refuse the call, never to give the value. */
function scopesOf(secret: OpenSecret | BrokenSecret): readonly Scope[] {
  return 'problem' in secret ? (secret.claims?.scopes ?? []) : secret.head.scopes
}

function placeholderOf(secret: OpenSecret | BrokenSecret): string {
  return 'problem' in secret ? (secret.claims?.placeholder ?? secret.name) : secret.head.placeholder
}

function asItIs({ headers = [], query }: Outgoing): { headers: string[]; query?: string } {
  return { headers: [...headers], ...(query === undefined ? {} : { query }) }
}

/** Those whose placeholder the caller wrote, and those that need none, unless another one was asked for in their place. */
function meantBy(wanted: readonly Wanted[], outgoing: Outgoing, hasPlaceholder: boolean): readonly Wanted[] {
  const asked = hasPlaceholder
    ? wanted.filter(({ secret, scope }) => standsIn(placeholderOf(secret), scope.as, outgoing))
    : []
  const taken = new Set(asked.map(({ scope }) => placeKey(scope.as)))
  const others = wanted.filter(({ scope }) => scope.placeholder !== true && !taken.has(placeKey(scope.as)))
  return onePerPlace([...asked, ...others])
}

/** @throws {VaultError} `ambiguous` when different values belong into one place. */
function onePerPlace(wanted: readonly Wanted[]): readonly Wanted[] {
  const byPlace = new Map<string, Wanted>()
  for (const each of wanted) {
    const key = placeKey(each.scope.as)
    const there = byPlace.get(key)
    const isOther =
      there !== undefined &&
      (there.secret !== each.secret || JSON.stringify(there.scope.as) !== JSON.stringify(each.scope.as))
    if (isOther)
      throw new VaultError(
        'ambiguous',
        `\`${there.secret.name}\` and \`${each.secret.name}\` both belong into one place of this call`,
        { secret: each.secret.name },
      )
    byPlace.set(key, there ?? each)
  }
  return [...byPlace.values()]
}
