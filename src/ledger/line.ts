/** Drafts on their way to the writing thread: one line each. */
import { wellFormedJson } from './canonical.ts'
import type { EntryDraft } from './entry.ts'
import { LedgerError } from './error.ts'

/** A draft as it arrives: its private part is still JSON text, as most often nothing in it must be looked at. */
export interface Delivered {
  readonly draft: EntryDraft
  readonly content?: string | undefined
}

// JSON text has no tab of its own.
const divider = '\t'

/** @throws {LedgerError} `unrecordable` when the draft is no JSON. */
export function printLine({ content, ...draft }: EntryDraft): string {
  try {
    const text = wellFormedJson(draft)
    return content === undefined ? text : text + divider + wellFormedJson(content)
  } catch (cause) {
    throw new LedgerError('unrecordable', 'this entry cannot be written as JSON', { cause })
  }
}

/** Reads what `printLine` wrote. */
export function parseLine(line: string): Delivered {
  const at = line.indexOf(divider)
  return at < 0 ? { draft: JSON.parse(line) } : { draft: JSON.parse(line.slice(0, at)), content: line.slice(at + 1) }
}
