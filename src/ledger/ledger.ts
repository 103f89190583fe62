import { openHead } from './batch.ts'
import { signCheckpoint } from './checkpoint.ts'
import type { Content, ContentRule, Entry, EntryDraft, PrincipalSummary } from './entry.ts'
import { LedgerError } from './error.ts'
import { printLine } from './line.ts'
import { formatVerifierKey, parseVerifierKey, type SignerKey } from './note.ts'
import { type PlaceConfig, placeOf } from './place.ts'
import { type PlaceStatus, Publisher } from './publisher.ts'
import { verifyTail } from './resume.ts'
import { openContent } from './seal.ts'
import { openSigningKey, sealingSecret } from './signing-key.ts'
import { openKeys, openStorage } from './storage/open.ts'
import type { KeyStore, LedgerReader, Storage, StorageConfig } from './storage/storage.ts'
import { Writer } from './writer.ts'

/** How a ledger is opened. */
export interface LedgerOptions {
  readonly storage: StorageConfig
  /** File of the signing key; made on the first start. Nodes of one ledger share it. */
  readonly signingKey: string
  /** Name of the ledger, like `ledger.example.com/shop`: no spaces, no plus. It never changes. */
  readonly origin: string
  /** Who writes. */
  readonly node: string
  /** Version of the software that writes. */
  readonly version: string
  /** How private parts are kept. Default `full`: sealed. */
  readonly content?: ContentRule
  /** Names of headers that carry credentials here, beside those everybody knows. */
  readonly secretHeaders?: readonly string[]
  readonly checkpoints?: CheckpointOptions
  /** Milliseconds since 1970. */
  readonly now?: () => number
}

/** When checkpoints are made, and where they go. */
export interface CheckpointOptions {
  /** Default 10. */
  readonly everySeconds?: number
  /** Default 10,000. */
  readonly everyEntries?: number
  readonly places?: readonly PlaceConfig[]
}

/** How the ledger is doing. `covered` entries are under a signed checkpoint; `failing` when the last one could not be made. */
export interface LedgerStatus {
  readonly covered: number
  readonly failing?: string
  readonly places: readonly PlaceStatus[]
}

/** Who asks for content to be made unreadable, and why. */
export interface ErasureRequest {
  readonly principal: PrincipalSummary
  readonly why: string
}

/**
 * Opens a ledger, new or old, and records that this node starts.
 *
 * What is stored is verified against the last checkpoint first, those published outside included.
 *
 * @throws {LedgerError} `forged` when it is not what was written; `key` when the signing key is missing or wrong.
 */
export async function openLedger(options: LedgerOptions): Promise<Ledger> {
  const ledger = await openVerified(options)
  try {
    await ledger.append({ kind: 'start', at: ledger.now(), origin: options.origin, version: options.version })
    return ledger
  } catch (error) {
    await ledger.close()
    throw error
  }
}

async function openVerified(options: LedgerOptions): Promise<Ledger> {
  const storage = await openStorage(options.storage)
  let keys: KeyStore | undefined
  try {
    keys = await openKeys(options.storage)
    const head = await storage.head()
    const signer = openSigningKey(options.signingKey, options.origin, () => head === undefined)
    return await Ledger.open(options, { storage, keys, signer })
  } catch (error) {
    await storage.close()
    await keys?.close()
    throw error
  }
}

/** Opens a ledger to read: to search, prove, export and verify. Safe while another process writes. */
export async function openLedgerReader(storage: StorageConfig): Promise<LedgerReader> {
  return openStorage(storage)
}

interface Parts {
  readonly storage: Storage
  readonly keys: KeyStore
  readonly signer: SignerKey
}

/** An open ledger. Made by `openLedger`. */
export class Ledger {
  /** For verifying, in the form of C2SP verifier keys. */
  readonly publicKey: string
  readonly reader: LedgerReader
  readonly now: () => number
  readonly #keys: KeyStore
  readonly #signer: SignerKey
  readonly #secret: Buffer
  readonly #writer: Writer
  readonly #publishers: readonly Publisher[]
  readonly #everyEntries: number
  readonly #timer: NodeJS.Timeout
  #size = 0
  #covered = 0
  #failing: string | undefined
  #signing: Promise<string | undefined> | undefined

  private constructor(options: LedgerOptions, { storage, keys, signer }: Parts, covered: number) {
    const { everySeconds = 10, everyEntries = 10_000, places = [] } = options.checkpoints ?? {}
    const { node, content = 'full', secretHeaders = [] } = options
    this.reader = storage
    this.publicKey = formatVerifierKey(signer)
    this.now = options.now ?? Date.now
    this.#keys = keys
    this.#signer = signer
    this.#secret = sealingSecret(signer)
    const config = { storage: options.storage, node, content, secretHeaders, secret: this.#secret }
    this.#writer = new Writer(config, (size) => this.#grow(size))
    this.#publishers = places.map((place) => new Publisher(placeOf(place), this.now))
    this.#covered = covered
    this.#everyEntries = everyEntries
    this.#timer = setInterval(() => this.#due(), everySeconds * 1000)
    this.#timer.unref()
  }

  /** Verifies what is stored, then opens. */
  static async open(options: LedgerOptions, parts: Parts): Promise<Ledger> {
    const key = parseVerifierKey(formatVerifierKey(parts.signer))
    if (key === undefined)
      throw new LedgerError('key', `\`${options.origin}\` is no name of a ledger: no spaces, no plus`)
    const outside = await Promise.all((options.checkpoints?.places ?? []).map((place) => placeOf(place).published()))
    const past = { key, secret: sealingSecret(parts.signer), outside: outside.flat() }
    return new Ledger(options, parts, await verifyTail(parts.storage, past))
  }

  /**
   * Records one entry; resolves once it is durable. Entries appended in one order are recorded in that order.
   * One that `lingers` is made durable with the next that does not, or after some milliseconds: for what nobody waits for.
   *
   * @throws {LedgerError} when it may not have been recorded: see its codes. Later entries are not affected.
   */
  async append(
    draft: EntryDraft,
    { lingers }: { readonly lingers?: boolean } = {},
  ): Promise<{ readonly index: number }> {
    if (!(Math.abs(draft.at) <= 8.64e15)) throw new TypeError('`at` is no time')
    return { index: await this.#writer.append(printLine(draft), lingers) }
  }

  /** The private part of an entry; undefined when it has none, or when it was erased. */
  async content({ sealed }: Entry): Promise<Content | undefined> {
    const key = sealed && (await this.#keys.find(sealed.key))
    return sealed && key && openContent(sealed, key)
  }

  /** Makes every private part about a subject unreadable, for good, and records that. What was recorded stays provable. */
  async erase(
    subject: string,
    { principal, why }: ErasureRequest,
  ): Promise<{ readonly index: number; readonly keys: readonly string[] }> {
    const keys = await this.#keys.idsOf(subject)
    const { index } = await this.append({ kind: 'erase', at: this.now(), keys, principal, why })
    await this.#keys.drop(subject)
    return { index, keys }
  }

  /**
   * Drops the texts of entries older than `before` (milliseconds since 1970), as far as a checkpoint covers them, and records that.
   * Their hashes stay, so that every proof still works for whoever kept a text. Returns how far.
   */
  async prune(before: number, principal: PrincipalSummary): Promise<{ readonly upTo: number }> {
    const upTo = Math.min(await this.reader.firstSince(before), this.#covered)
    await this.append({ kind: 'prune', at: this.now(), upTo, before: new Date(before).toISOString(), principal })
    await this.#writer.prune(upTo)
    return { upTo }
  }

  /** Signs a checkpoint over all there is, and begins to publish it; undefined while the ledger is empty. */
  async checkpoint(): Promise<string | undefined> {
    // One at a time; who asks meanwhile gets one that is made after that.
    await this.#signing?.catch(() => undefined)
    this.#signing ??= this.#sign().finally(() => {
      this.#signing = undefined
    })
    return this.#signing
  }

  status(): LedgerStatus {
    const places = this.#publishers.map(({ status }) => status)
    return { covered: this.#covered, places, ...(this.#failing === undefined ? {} : { failing: this.#failing }) }
  }

  /** Waits for what was appended, signs and publishes a last checkpoint, and closes. */
  async close(): Promise<void> {
    clearInterval(this.#timer)
    try {
      if (this.#size > this.#covered) await this.checkpoint()
      await Promise.all(this.#publishers.map((publisher) => publisher.close()))
    } finally {
      await this.#writer.close()
      await this.reader.close()
      await this.#keys.close()
    }
  }

  async #sign(): Promise<string | undefined> {
    const head = await this.reader.head()
    const frontier = openHead(head, this.#secret)
    if (frontier.size === 0) return undefined
    const note = signCheckpoint({ size: frontier.size, root: frontier.root() }, this.#signer)
    await this.#writer.keepCheckpoint(frontier.size, note)
    this.#covered = Math.max(this.#covered, frontier.size)
    for (const publisher of this.#publishers) publisher.publish(frontier.size, note)
    return note
  }

  #grow(size: number): void {
    this.#size = Math.max(this.#size, size)
    if (this.#size - this.#covered >= this.#everyEntries && this.#signing === undefined) this.#due()
  }

  #due(): void {
    if (this.#size <= this.#covered) return
    this.checkpoint().then(
      () => (this.#failing = undefined),
      (error: unknown) => (this.#failing = error instanceof Error ? error.message : String(error)),
    )
  }
}
