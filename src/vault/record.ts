/** What the vault puts on the record, and what it asks of it. */
import type { EntryDraft, SecretBody, SecretUseBody } from '../ledger/entry.ts'
import type { LedgerReader } from '../ledger/storage/storage.ts'
import { VaultError } from './error.ts'
import type { Asking, SecretVersion } from './injector.ts'

/** The record as the vault knows it. */
export interface VaultRecord {
  /** Resolves when it cannot be lost any more. @throws {VaultError} `unavailable`. */
  append(draft: (SecretBody | SecretUseBody) & { readonly at: number; readonly call?: string }): Promise<void>
  /** The highest revision of each secret that was ever recorded as done: a store that has a lower one was put back. */
  revisions(): Promise<ReadonlyMap<string, number>>
}

/** The part of a ledger the vault uses. */
export interface RecordedIn {
  append(draft: EntryDraft): Promise<unknown>
  readonly reader: Pick<LedgerReader, 'search'>
}

/** A record in a ledger. */
export function recordIn(ledger: RecordedIn): VaultRecord {
  return {
    append: async (draft) => {
      try {
        await ledger.append(draft)
      } catch (cause) {
        throw new VaultError('unavailable', 'it cannot be put on the record', { cause })
      }
    },
    revisions: () => revisionsIn(ledger.reader),
  }
}

async function revisionsIn(reader: RecordedIn['reader']): Promise<ReadonlyMap<string, number>> {
  const found = new Map<string, number[]>()
  let past: number | undefined
  do {
    const page = await reader.search({
      kind: 'secret',
      order: 'oldest',
      limit: 1000,
      ...(past === undefined ? {} : { past }),
    })
    for (const { text } of page.entries) take(found, text)
    past = page.next
  } while (past !== undefined)
  return new Map([...found].map(([name, revisions]) => [name, Math.max(0, ...revisions)]))
}

/** What could not be done takes back the last time its revision was recorded. */
function take(found: Map<string, number[]>, text: string | undefined): void {
  const entry: unknown = text === undefined ? undefined : JSON.parse(text)
  if (typeof entry !== 'object' || entry === null || !('secret' in entry) || !('revision' in entry)) return
  const { secret, revision } = entry
  if (typeof secret !== 'string' || typeof revision !== 'number') return
  const known = found.get(secret) ?? []
  const isUndone = 'effect' in entry && entry.effect === 'not-done'
  const at = isUndone ? known.lastIndexOf(revision) : -1
  found.set(secret, isUndone ? known.filter((_, index) => index !== at) : [...known, revision])
}

/** A use as it is recorded. */
export function useDraft(
  asking: Asking,
  what: Pick<SecretUseBody, 'effect' | 'secrets' | 'why'>,
  at: number,
): SecretUseBody & { readonly at: number; readonly call?: string } {
  const { source, operation, call, workflow, agent, principal } = asking
  return {
    kind: 'secret-use',
    ...what,
    at,
    source,
    ...(operation === undefined ? {} : { operation }),
    ...(call === undefined ? {} : { call }),
    ...(workflow === undefined ? {} : { workflow }),
    ...(agent === undefined ? {} : { agent }),
    ...(principal === undefined ? {} : { principal: { id: principal } }),
  }
}

/** `NAME#VERSION`. */
export function printVersion({ name, version }: SecretVersion): string {
  return `${name}#${version}`
}
