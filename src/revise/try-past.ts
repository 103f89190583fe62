/** What a revision of a charter would have decided of the calls on the record. */
import type { Content, Entry } from '../ledger/entry.ts'
import { openLedgerReader } from '../ledger/ledger.ts'
import { openContent } from '../ledger/seal.ts'
import { openKeys } from '../ledger/storage/open.ts'
import type { KeyStore, LedgerReader, StorageConfig } from '../ledger/storage/storage.ts'
import { replay, type Verdict } from '../simulate/replay.ts'
import { type Tally, tally } from '../simulate/tally.ts'
import { unseenOperations } from '../simulate/unseen.ts'
import { openSqliteStore } from '../store/open.ts'
import { usable } from './compare.ts'
import { beginsLate, isNeverRecorded, type PastSource, recordedPast } from './past.ts'
import type { Files, Revisions } from './revision.ts'

export interface TryPast {
  readonly files: Files
  readonly storage: StorageConfig
  /** Only so many of the last calls; all without it. */
  readonly last?: number
}

/** How far it is: `done` of `of` calls. */
export interface Progress {
  readonly done: number
  readonly of: number
}

const progressMs = 200

/**
 * Decides the recorded calls again. Of the last ones only, what they hang on before them is not known, and said.
 *
 * @throws {Unusable} when the charter as revised has errors.
 */
export async function tryPast(
  revisions: Revisions,
  { files, storage, last }: TryPast,
  progress: (progress: Progress) => void,
): Promise<Tally> {
  const charter = usable(await revisions.load(files))
  const reader = await openLedgerReader(storage)
  const keys = await openKeys(storage)
  const store = await openSqliteStore(':memory:')
  try {
    const span = await spanOf(reader, last)
    const source = pastIn(reader, keys, span)
    const verdicts = replay({
      charter,
      store,
      past: () => recordedPast(source),
      beginsLate: span.from > 0 || (await beginsLate(source)),
      unseen: unseenOperations(charter, isNeverRecorded),
    })
    return await tally(counted(verdicts, span.calls, progress))
  } finally {
    await reader.close()
    await keys.close()
    await store.close()
  }
}

interface Span {
  readonly from: number
  readonly to: number
  readonly calls: number
}

/** From which entry on the last so many calls were decided. What is written meanwhile is not looked at. */
async function spanOf(reader: LedgerReader, last: number | undefined): Promise<Span> {
  const to = (await reader.head())?.size ?? 0
  const decided: number[] = []
  for await (const page of reader.entries(0, to))
    for (const { index, text } of page)
      if (text !== undefined && (JSON.parse(text) as Entry).kind === 'decision') decided.push(index)
  const from = last === undefined || last >= decided.length ? 0 : (decided.at(-last) ?? 0)
  return { from, to, calls: Math.min(last ?? decided.length, decided.length) }
}

function pastIn(reader: LedgerReader, keys: KeyStore, { from, to }: Span): PastSource {
  return {
    events: async function* () {
      for await (const page of reader.entries(from, to))
        for (const { index, text } of page)
          if (text !== undefined) {
            const entry: Entry = JSON.parse(text)
            yield { index, entry }
          }
    },
    content: async ({ sealed }): Promise<Content | undefined> => {
      const key = sealed === undefined ? undefined : await keys.find(sealed.key)
      return sealed === undefined || key === undefined ? undefined : openContent(sealed, key)
    },
  }
}

async function* counted(
  verdicts: AsyncIterable<Verdict>,
  of: number,
  progress: (progress: Progress) => void,
): AsyncGenerator<Verdict> {
  let done = 0
  let told = Date.now()
  progress({ done, of })
  for await (const verdict of verdicts) {
    yield verdict
    done += 1
    if (Date.now() - told < progressMs) continue
    told = Date.now()
    progress({ done, of })
  }
}
