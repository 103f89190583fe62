import type { Entry } from '../../src/ledger/entry.ts'
import { type Ledger, type LedgerOptions, openLedger } from '../../src/ledger/ledger.ts'
import type { StorageConfig, StoredEntry } from '../../src/ledger/storage/storage.ts'
import { readerItems, type VerifyReport, verifyLedger } from '../../src/ledger/verify.ts'
import { decision } from './sample.ts'

/** A place for one ledger, and a way to change behind its back what is stored there. */
export interface Room {
  readonly storage: StorageConfig
  run(sql: string): Promise<void>
  /** Bytes as the engine's SQL writes them. */
  blob(hex: string): string
  remove(): Promise<void>
}

/** One test: its folder, its place, and how its ledger is opened. */
export interface Setting {
  readonly folder: string
  readonly room: Room
  readonly options: LedgerOptions
}

/** Opens a ledger, and closes it whatever happens. */
export async function using<T>(options: LedgerOptions, body: (ledger: Ledger) => Promise<T>): Promise<T> {
  const ledger = await openLedger(options)
  try {
    return await body(ledger)
  } finally {
    await ledger.close()
  }
}

/** Appends this many decisions at once. */
export async function fill(ledger: Ledger, count: number): Promise<void> {
  await Promise.all(
    Array.from({ length: count }, (_, at) => ledger.append(decision({ call: `call-${at}`, at: at * 1000 }))),
  )
}

/** Everything that is stored. */
export async function all(ledger: Ledger): Promise<StoredEntry[]> {
  const chunks: (readonly StoredEntry[])[] = []
  for await (const chunk of ledger.reader.entries(0, Number.MAX_SAFE_INTEGER)) chunks.push(chunk)
  return chunks.flat()
}

/** The entry of what is stored. */
export function entryOf(stored: StoredEntry | undefined): Entry {
  return JSON.parse(stored?.text ?? '')
}

/** Verifies what is stored, with these checkpoints from outside. */
export function verify(ledger: Ledger, checkpoints: readonly string[] = []): Promise<VerifyReport> {
  return verifyLedger({ items: readerItems(ledger.reader), publicKey: ledger.publicKey, checkpoints })
}
