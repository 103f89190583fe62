import { base64Bytes, hexBytes, strictUtf8Of } from './bytes.ts'
import { character, entity } from './entity.ts'
import { revealed } from './plain.ts'
import { inOwnLetters } from './punycode.ts'

const readable = /^[\p{L}\p{N}\p{P}\p{S}\s]+$/u
const runs = /[A-Za-z0-9+/_-]{8,}={0,2}/g
const longRuns = /[A-Za-z0-9+/_-]{12,}={0,2}/g

/**
 * What a text may stand for when it is read as encoded: percent, HTML entities, backslash escapes, base64 (both alphabets), hexadecimal,
 * tag characters and names of hosts, each of the whole text and of runs inside it. Only readings that give readable text.
 *
 * @param shortest - Runs of base64 and hexadecimal digits that are looked at have at least so many: 8, or 12.
 */
export function decodings(text: string, shortest = 8): readonly string[] {
  const found = new Set<string>()
  const add = (decoded: string | undefined): void => {
    if (decoded !== undefined && decoded !== text && decoded.length > 2 && readable.test(decoded)) found.add(decoded)
  }
  if (text.includes('%')) add(text.replace(/(?:%[0-9a-f]{2})+/gi, inUtf8))
  if (text.includes('&')) add(text.replace(/&(?:#x[0-9a-f]{1,6}|#\d{1,7}|[a-z]{2,8});?/gi, entity))
  if (text.includes('\\')) add(text.replace(/(?:\\x[0-9a-f]{2})+/gi, inUtf8))
  if (text.includes('\\u'))
    add(
      text.replace(/\\u(?:([0-9a-f]{4})|\{([0-9a-f]{1,6})\})/gi, (_, four?: string, braced = '') =>
        character(Number.parseInt(four ?? braced, 16)),
      ),
    )
  if (/[\u{e0020}-\u{e007e}]/u.test(text)) add(revealed(text))
  if (/xn--/i.test(text)) add(inOwnLetters(text))
  for (const [run] of text.matchAll(shortest > 8 ? longRuns : runs)) add(strictUtf8Of(base64Bytes(run)))
  if (!/\d/.test(text)) return [...found]
  for (const [run] of text.matchAll(/\b(?:0x)?(?:[0-9a-f]{2}){4,}\b/gi))
    if (run.length >= shortest) add(strictUtf8Of(hexBytes(run)))
  for (const [run] of text.matchAll(/\b(?:[0-9a-f]{2}[ :-]){3,}[0-9a-f]{2}\b/gi)) add(strictUtf8Of(hexBytes(run)))
  return [...found]
}

/** Escaped bytes as the text they are; as they stand where they are none. */
const inUtf8 = (escapes: string): string => strictUtf8Of(hexBytes(escapes)) ?? escapes

/** The letters in reverse order. */
export function reversed(text: string): string {
  return [...text].reverse().join('')
}
