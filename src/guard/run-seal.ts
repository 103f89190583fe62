/** What runs have seen is sealed on its way into the store, with the key of whom they are for. */
import { isObject } from '../charter/source/plain.ts'
import type { Sealed } from '../ledger/entry.ts'
import { openContent, type SubjectKey, sealText } from '../ledger/seal.ts'
import { subjectOf } from './ledger-journal.ts'
import { detailOfRun } from './run-record.ts'
import { type Store, type StoredRun, StoreError } from './store.ts'

/** Where the keys of people are: those of the ledger, so that erasing somebody there erases what their runs have seen. */
export interface PersonKeys {
  /** The key of each subject, made when there is none. */
  obtain(subjects: readonly string[]): Promise<ReadonlyMap<string, SubjectKey>>
}

/** Seals and opens entries of one run, or of one shelf. */
export interface RunSeal {
  seal(entry: unknown): unknown
  /** What an entry was. One that was never sealed is as it is. @throws {StoreError} `broken` when its key is gone, or it was changed. */
  open(kept: unknown): unknown
}

/** For guards that were given no keys. */
export const openly: RunSeal = { seal: (entry) => entry, open: (kept) => kept }

/** Whose key seals what no person is behind, or nobody began. */
const nobody = 'runs of nobody'

/** The seal of a run. @throws {StoreError} when it cannot be told whose key that is. */
export async function sealOfRun(store: Store, keys: PersonKeys | undefined, run: string): Promise<RunSeal> {
  if (keys === undefined) return openly
  const [row] = (await store.read({ runs: [run] })).runs
  return sealWith(keys, run, personIn(row))
}

/** The seal of what is kept by a name, for a person. @throws {StoreError} when their key cannot be had. */
export async function sealWith(keys: PersonKeys | undefined, name: string, person = nobody): Promise<RunSeal> {
  if (keys === undefined) return openly
  const key = await keyOf(keys, person)
  return {
    // An entry of one run is none of another one, although they are for the same person.
    seal: (entry) => ({ sealed: sealText(JSON.stringify({ name, entry }), key) }),
    open: (kept) => {
      if (!isObject(kept) || !isSealed(kept['sealed'])) return kept
      const opened: unknown = openContent(kept['sealed'], key)
      if (isObject(opened) && opened['name'] === name) return opened['entry']
      throw new StoreError('broken', 'what the run has seen cannot be opened: whom it is for was erased')
    },
  }
}

async function keyOf(keys: PersonKeys, person: string): Promise<SubjectKey> {
  const key = await keys.obtain([person]).then(
    (found) => found.get(person),
    (cause: unknown) => {
      throw new StoreError('unreachable', 'the keys of people cannot be read', { cause })
    },
  )
  if (key === undefined) throw new StoreError('broken', 'a person has no key')
  return key
}

/** The person of a run; the agent that has it where it acts for nobody. */
function personIn(row: StoredRun | undefined): string | undefined {
  const detail = row === undefined ? undefined : detailOfRun(row)
  if (detail === undefined) return undefined
  return detail.person === undefined ? detail.agent : subjectOf(detail.person).subject
}

function isSealed(value: unknown): value is Sealed {
  return isObject(value) && ['key', 'nonce', 'data'].every((name) => typeof value[name] === 'string')
}
