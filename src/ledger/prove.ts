import { parseDecimal } from './checkpoint.ts'
import { proveInclusion } from './proof.ts'
import type { LedgerReader } from './storage/storage.ts'
import { formatProof } from './tlog-proof.ts'

export interface ProveOptions {
  /** The text, where the caller kept one that was pruned. */
  readonly text?: string
  /** The checkpoint has at least so many entries: one that whoever verifies knows already. */
  readonly size?: number
}

/**
 * A file that proves one entry (C2SP tlog-proof), against the first checkpoint that covers it; undefined while none does, and for an
 * entry whose text was pruned, unless the caller kept the text.
 *
 * @throws {RangeError} when entries it needs are not stored.
 */
export async function proveEntry(
  reader: LedgerReader,
  index: number,
  { text, size: least = 0 }: ProveOptions = {},
): Promise<string | undefined> {
  const [checkpoint] = await reader.checkpoints(Math.max(index, least - 1), 1)
  const size = parseDecimal(checkpoint?.split('\n')[1] ?? '')
  const entry = text ?? (await textOf(reader, index))
  if (checkpoint === undefined || size === undefined || entry === undefined) return undefined
  return formatProof({ index, entry, checkpoint, path: await proveInclusion(reader.hashes, index, size) })
}

async function textOf(reader: LedgerReader, index: number): Promise<string | undefined> {
  for await (const [entry] of reader.entries(index, index + 1)) return entry?.text
  return undefined
}
