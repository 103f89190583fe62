/** What this browser remembers of the ledger: its key, and the last checkpoint it verified. Trust on first use, checked ever after. */
import { areEqual, decodeBase64, encodeBase64 } from './bytes.ts'
import { type CheckpointProblem, type LedgerKey, readKey, verifyCheckpoint } from './checkpoint.ts'
import { type TreeHead, verifyConsistency } from './merkle.ts'

/** Where it is kept: the part of `localStorage` that is used. */
export type Notebook = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>

/** What is remembered. `since` is when the key was seen first, `at` when the checkpoint was verified; milliseconds since 1970. */
export interface Remembered {
  readonly key: string
  readonly since: number
  readonly size: number
  /** Base64. */
  readonly root: string
  readonly at: number
}

const place = 'lockstep.ledger'

export function recall(notebook: Notebook): Remembered | undefined {
  try {
    const found: unknown = JSON.parse(notebook.getItem(place) ?? 'null')
    return isRemembered(found) ? found : undefined
  } catch {
    // What is there is not ours; it counts for nothing.
    return undefined
  }
}

export function forget(notebook: Notebook): void {
  notebook.removeItem(place)
}

function isRemembered(value: unknown): value is Remembered {
  const { key, since, size, root, at } = (value ?? {}) as Partial<Record<keyof Remembered, unknown>>
  return typeof key === 'string' && typeof root === 'string' && [since, size, at].every(Number.isSafeInteger)
}

/** What the ledger shows now. */
export interface Shown {
  readonly key: string
  readonly checkpoint: string
}

/**
 * Whether what is shown goes on from what is remembered.
 *
 * - `first`: nothing was remembered: the key is believed, as nothing speaks against it.
 * - `same`: no new checkpoint. `grown`: the new one has all entries of the remembered one, unchanged.
 * - `key`: another key signs. `fork`: the same size with other entries, or no proof that entries were only appended. `cut`: it became smaller.
 */
export type Course =
  | {
      readonly kind: 'first' | 'same' | 'grown'
      readonly head: TreeHead
      readonly was?: Remembered
      readonly key: LedgerKey
    }
  | { readonly kind: 'key' | 'fork' | 'cut'; readonly was: Remembered; readonly head?: TreeHead }
  | { readonly kind: 'unbelieved'; readonly problem: CheckpointProblem | 'no-key' }

/**
 * Verifies what is shown, and remembers it when nothing is wrong. What is wrong never replaces what is remembered.
 *
 * @param prove - Fetches the proof (base64 hashes) that the tree of the first size is a beginning of that of the second.
 */
export async function follow(
  notebook: Notebook,
  shown: Shown,
  { prove, now }: { readonly prove: (from: number, to: number) => Promise<readonly string[]>; readonly now: number },
): Promise<Course> {
  const was = recall(notebook)
  if (was !== undefined && was.key !== shown.key) return { kind: 'key', was }
  const key = await readKey(shown.key)
  if (key === undefined) return { kind: 'unbelieved', problem: 'no-key' }
  const head = await verifyCheckpoint(shown.checkpoint, key)
  if ('problem' in head) return { kind: 'unbelieved', problem: head.problem }
  const course = was === undefined ? 'first' : await compare(was, head, prove)
  if (course === 'fork' || course === 'cut')
    return was === undefined ? { kind: 'unbelieved', problem: 'no-key' } : { kind: course, was, head }
  const kept: Remembered = {
    key: key.text,
    since: was?.since ?? now,
    size: head.size,
    root: encodeBase64(head.root),
    at: now,
  }
  notebook.setItem(place, JSON.stringify(kept))
  return { kind: course, head, key, ...(was === undefined ? {} : { was }) }
}

async function compare(
  was: Remembered,
  head: TreeHead,
  prove: (from: number, to: number) => Promise<readonly string[]>,
): Promise<'same' | 'grown' | 'fork' | 'cut'> {
  const root = decodeBase64(was.root)
  if (root === undefined) return 'fork'
  if (head.size < was.size) return 'cut'
  if (head.size === was.size) return areEqual(head.root, root) ? 'same' : 'fork'
  const path = (await prove(was.size, head.size)).map(decodeBase64)
  const known = path.filter((hash) => hash?.length === 32).filter((hash) => hash !== undefined)
  const holds = known.length === path.length && (await verifyConsistency({ size: was.size, root }, head, known))
  return holds ? 'grown' : 'fork'
}
