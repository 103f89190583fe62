/** Where a ledger is read from: the one of a guard file, or an export of one. */
import { createReadStream, existsSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { splitCheckpoints } from '../../ledger/checkpoint.ts'
import type { Content, Entry } from '../../ledger/entry.ts'
import { effectOf, type LedgerEvent, operationOf, principalOf, readEvents } from '../../ledger/export/event.ts'
import { exportItems } from '../../ledger/export/ledger-file.ts'
import { openLedgerReader } from '../../ledger/ledger.ts'
import { formatVerifierKey } from '../../ledger/note.ts'
import { openContent } from '../../ledger/seal.ts'
import { openSigningKey } from '../../ledger/signing-key.ts'
import { openKeyFile, openKeys } from '../../ledger/storage/open.ts'
import type { KeyStore, LedgerReader, SearchQuery } from '../../ledger/storage/storage.ts'
import { hashLeaf } from '../../ledger/tree.ts'
import { readerItems, type VerifyItem } from '../../ledger/verify.ts'
import { readInput } from '../prove/load-inputs.ts'
import type { Terminal } from '../terminal.ts'
import { loadOrRefuse } from './load-or-refuse.ts'
import { checkpointsOutside, ledgerStorage, originOf, signingKeyFile } from './places.ts'
import { openSecrets } from './secrets.ts'

/** What to look for, oldest first; everything absent is not asked. */
export type EventQuery = Pick<SearchQuery, 'from' | 'to' | 'kind' | 'call' | 'operation' | 'principal' | 'effect'>

/** A ledger to read. */
export interface LedgerSource {
  readonly origin: string
  /** To verify with; absent for an export whose key was not given. */
  readonly publicKey?: string
  /** Checkpoints from places outside. */
  readonly outside: readonly string[]
  /** Of a stored ledger only. */
  readonly reader?: LedgerReader
  items(): AsyncIterable<VerifyItem>
  events(query?: EventQuery): AsyncIterable<LedgerEvent>
  /** The private part of an entry; undefined when there is none, or nobody can read it here. */
  content(entry: Entry): Promise<Content | undefined>
  close(): Promise<void>
}

export interface LedgerOptions {
  /** The public key, or a file that holds it. */
  readonly key?: string
  /** Files of checkpoints from outside. */
  readonly checkpoints?: readonly string[]
  /** The key store of the private parts, for exports. */
  readonly keys?: string
}

/** Opens what a person named; prints what is wrong with it, ends with `invalid`, and gives nothing when it cannot be. */
export async function openLedgerSource(
  terminal: Terminal,
  path: string,
  options: LedgerOptions = {},
): Promise<LedgerSource | undefined> {
  const given = (await Promise.all((options.checkpoints ?? []).map(readInput))).flatMap(splitCheckpoints)
  const key = await keyOf(options.key)
  if (await isExport(path)) return ofExport(path, { key, given, keys: options.keys })
  const ready = await loadOrRefuse(terminal, path)
  if (ready === undefined) return undefined
  const secrets = openSecrets(terminal.env, ready.folder)
  const storage = await ledgerStorage(ready, secrets)
  const origin = originOf(ready)
  const outside = await checkpointsOutside(ready, secrets)
  const own = key ?? ownKey(signingKeyFile(ready), origin)
  const reader = await openLedgerReader(storage)
  const keys = await openKeys(storage)
  return {
    origin,
    publicKey: own,
    outside: [...given, ...outside],
    reader,
    items: () => readerItems(reader),
    events: (query) => readEvents(reader, query),
    content: (entry) => contentOf(keys, entry),
    close: async () => {
      await reader.close()
      await keys.close()
    },
  }
}

function ownKey(file: string, origin: string): string {
  if (!existsSync(file)) throw new Error(`there is no ledger yet: \`${file}\` is made when the guard starts`)
  return formatVerifierKey(openSigningKey(file, origin, () => false))
}

async function keyOf(given: string | undefined): Promise<string | undefined> {
  if (given === undefined || /^[^+\s]+\+[0-9a-f]{8}\+/.test(given)) return given
  return (await readInput(given)).trim()
}

const firstBytes = 65_536

/** The first line of an export is a checkpoint or an entry, whoever changed it since; that of a guard file, JSON or not, is neither. */
async function isExport(path: string): Promise<boolean> {
  const file = await open(path, 'r').catch(() => undefined)
  if (file === undefined) return false
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(firstBytes), 0, firstBytes, 0)
    const [line = ''] = buffer.toString('utf8', 0, bytesRead).split('\n', 1)
    return /^\{"(checkpoint|pruned)":/.test(line) || (line.startsWith('{"') && /"at":\d/.test(line))
  } finally {
    await file.close()
  }
}

interface ExportOptions {
  readonly key: string | undefined
  readonly given: readonly string[]
  readonly keys: string | undefined
}

async function ofExport(path: string, { key, given, keys: file }: ExportOptions): Promise<LedgerSource> {
  const keys = file === undefined ? undefined : await openKeyFile(file)
  const items = (): AsyncIterable<VerifyItem> => exportItems(createReadStream(path, 'utf8'))
  return {
    origin: key?.split('+')[0] ?? path,
    ...(key === undefined ? {} : { publicKey: key }),
    outside: given,
    items,
    events: (query = {}) => eventsIn(items(), query),
    content: async (entry) => (keys === undefined ? undefined : contentOf(keys, entry)),
    close: async () => keys?.close(),
  }
}

async function contentOf(keys: KeyStore, { sealed }: Entry): Promise<Content | undefined> {
  const key = sealed === undefined ? undefined : await keys.find(sealed.key)
  return sealed === undefined || key === undefined ? undefined : openContent(sealed, key)
}

async function* eventsIn(items: AsyncIterable<VerifyItem>, query: EventQuery): AsyncGenerator<LedgerEvent> {
  for await (const item of items) {
    if (item.type !== 'entries') continue
    for (const { index, text } of item.entries) {
      const entry = text === undefined ? undefined : entryIn(text)
      if (text !== undefined && entry !== undefined && isMeant(entry, query))
        yield { index, hash: hashLeaf(text), entry }
    }
  }
}

function entryIn(text: string): Entry | undefined {
  try {
    const found: Entry = JSON.parse(text)
    return found
  } catch {
    // A line that is no entry; `verify` says what is wrong with it.
    return undefined
  }
}

function isMeant(entry: Entry, { from, to, kind, call, operation, principal, effect }: EventQuery): boolean {
  const at = Date.parse(entry.at)
  return (
    (from === undefined || at >= from) &&
    (to === undefined || at < to) &&
    (kind === undefined || entry.kind === kind) &&
    (call === undefined || entry.call === call) &&
    (operation === undefined || operationOf(entry) === operation) &&
    (principal === undefined || principalOf(entry)?.id === principal) &&
    (effect === undefined || effectOf(entry) === effect)
  )
}
