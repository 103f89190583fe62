/** Entries as people read them: the text that was recorded, and the private part as far as its key is there. */
import type { Entry } from '../../../ledger/entry.ts'
import type { Ledger } from '../../../ledger/ledger.ts'
import type { StoredEntry } from '../../../ledger/storage/storage.ts'
import { mayDo, type Viewer } from '../../viewer.ts'
import type { Readable } from './endpoints.ts'

/** Those of these places that are there, in that order, as somebody may see them. */
export async function readEntries(
  ledger: Pick<Ledger, 'reader' | 'content'>,
  places: readonly number[],
  viewer: Viewer,
): Promise<readonly Readable[]> {
  const mayRead = mayDo(viewer, 'read')
  const found: Readable[] = []
  for (const index of places)
    for await (const entries of ledger.reader.entries(index, index + 1))
      for (const entry of entries) found.push(await readableOf(ledger, entry, mayRead))
  return found
}

async function readableOf(
  ledger: Pick<Ledger, 'content'>,
  { index, hash, text }: StoredEntry,
  mayRead: boolean,
): Promise<Readable> {
  const own = { index, hash: hash.toString('base64') }
  if (text === undefined) return { ...own, private: 'pruned' }
  const entry: Entry = JSON.parse(text)
  if (entry.sealed === undefined) return { ...own, text, private: entry.digest === undefined ? 'none' : 'digest' }
  if (!mayRead) return { ...own, text, private: 'withheld' }
  const content = await ledger.content(entry)
  return content === undefined
    ? { ...own, text, private: 'erased' }
    : { ...own, text, private: 'shown', content: { ...content } }
}
