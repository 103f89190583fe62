/**
 * The ledger as a file, one JSON text a line: checkpoints as `{"checkpoint":"…"}`, then every entry as its canonical text, or, once it
 * was pruned, as `{"pruned":"<hash of its leaf>"}`. The number of an entry is its place. Whoever has the public key can verify it.
 */
import type { LedgerReader, StoredEntry } from '../storage/storage.ts'
import type { ClaimedEntry, VerifyItem } from '../verify.ts'

// Members are in order, and each entry has `at`: no entry begins like one of these.
const checkpointStart = '{"checkpoint":'
const prunedStart = '{"pruned":'

/** Writes the file, in pieces of whole lines. */
export async function* exportLedger(reader: LedgerReader): AsyncGenerator<string> {
  const notes = await reader.checkpoints(0)
  if (notes.length > 0) yield notes.map((checkpoint) => `${JSON.stringify({ checkpoint })}\n`).join('')
  for await (const chunk of reader.entries(0, Number.MAX_SAFE_INTEGER)) yield chunk.map(lineOf).join('')
}

/** Reads such a file, to verify. A line that is none of these becomes an entry that no checkpoint covers. */
export async function* exportItems(pieces: AsyncIterable<string>): AsyncGenerator<VerifyItem> {
  let index = 0
  for await (const lines of linesOf(pieces)) {
    const entries: ClaimedEntry[] = []
    for (const line of lines) {
      if (line.startsWith(checkpointStart)) yield { type: 'checkpoint', note: memberOf(line, 'checkpoint') }
      else entries.push(entryOf(index++, line))
    }
    yield { type: 'entries', entries }
  }
}

function lineOf({ text, hash }: StoredEntry): string {
  return `${text ?? JSON.stringify({ pruned: hash.toString('base64') })}\n`
}

function entryOf(index: number, line: string): ClaimedEntry {
  if (!line.startsWith(prunedStart)) return { index, text: line }
  return { index, text: undefined, hash: Buffer.from(memberOf(line, 'pruned'), 'base64') }
}

function memberOf(line: string, name: string): string {
  try {
    return String(Object.entries(JSON.parse(line)).find(([key]) => key === name)?.[1])
  } catch (error) {
    if (error instanceof SyntaxError) return ''
    throw error
  }
}

async function* linesOf(pieces: AsyncIterable<string>): AsyncGenerator<readonly string[]> {
  let rest = ''
  for await (const piece of pieces) {
    const lines = (rest + piece).split('\n')
    rest = lines.pop() ?? ''
    yield lines
  }
  if (rest !== '') yield [rest]
}
