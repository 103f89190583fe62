import { openHead } from './batch.ts'
import { type TreeHead, verifyCheckpoint } from './checkpoint.ts'
import { LedgerError } from './error.ts'
import type { VerifierKey } from './note.ts'
import { subtreeRoot } from './proof.ts'
import type { LedgerReader } from './storage/storage.ts'
import { hashLeaf } from './tree.ts'

/** What a ledger that opens knows of its past. */
export interface Past {
  readonly key: VerifierKey
  readonly secret: Buffer
  /** Checkpoints from places outside, in any order. */
  readonly outside: readonly string[]
}

/**
 * Verifies that a stored ledger is the one that was written before: its head by its seal, its beginning by the last checkpoint known
 * here or outside, and every entry after that by its hash. Returns the size up to which a checkpoint covers it.
 *
 * @throws {LedgerError} `forged` when it is not; `index` is the first entry in doubt.
 */
export async function verifyTail(reader: LedgerReader, { key, secret, outside }: Past): Promise<number> {
  const frontier = openHead(await reader.head(), secret)
  const last = await lastCheckpoint(reader, key, outside)
  if (last.size > frontier.size) {
    throw forged(
      frontier.size,
      `entries from ${frontier.size} to ${last.size - 1} were cut off: a checkpoint covers them`,
    )
  }
  if (last.size > 0 && !(await rootOf(reader, last.size)).equals(last.root)) {
    throw forged(0, `the first ${last.size} entries are not those of the last checkpoint`)
  }
  if (frontier.size > 0 && !(await rootOf(reader, frontier.size)).equals(frontier.root())) {
    throw forged(last.size, `the entries from ${last.size} on do not belong to the head`)
  }
  await verifyTexts(reader, last.size, frontier.size)
  return last.size
}

async function lastCheckpoint(reader: LedgerReader, key: VerifierKey, outside: readonly string[]): Promise<TreeHead> {
  let last: TreeHead = { size: 0, root: Buffer.alloc(0) }
  for (const note of [...outside, (await reader.lastCheckpoint()) ?? '']) {
    const head = verifyCheckpoint(note, key)
    // A place may hold checkpoints of others, or half of one that was being written; those say nothing of this ledger.
    if (!('problem' in head) && head.size > last.size) last = head
  }
  return last
}

async function rootOf(reader: LedgerReader, size: number): Promise<Buffer> {
  try {
    return await subtreeRoot(reader.hashes, 0, size)
  } catch (cause) {
    if (cause instanceof RangeError) throw forged(0, 'entries are missing', cause)
    throw cause
  }
}

async function verifyTexts(reader: LedgerReader, from: number, to: number): Promise<void> {
  let next = from
  for await (const chunk of reader.entries(from, to)) {
    for (const { index, hash, text } of chunk) {
      const isOurs = index === next && text !== undefined && hashLeaf(text).equals(hash)
      if (!isOurs) throw forged(next, `entry ${next} is not as it was written`)
      next += 1
    }
  }
  if (next !== to) throw forged(next, `entry ${next} is missing`)
}

function forged(index: number, message: string, cause?: unknown): LedgerError {
  return new LedgerError('forged', message, { index, ...(cause === undefined ? {} : { cause }) })
}
