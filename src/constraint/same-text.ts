const typed = /[‘’“”‐‑–]/
const unevenSpace = /\s\s|[^\S ]/
// All but U+FEFF, which nobody sees.
const blanks = /[^\S\ufeff]+/g
const other = /[^ -~\t-\r]/u
const unseen = /[\p{Default_Ignorable_Code_Point}\p{Cf}\p{Cc}\u2800]+/gu
const hyphens = /[\p{Pd}\u2212\u2043\u02d7]/gu

/**
 * What makes two texts the same when trust is granted: letter case, the amount of white space, and which of several quotation marks and
 * dashes was typed do not count, everything else does. Compatibility and invisible characters are kept apart on purpose: what only looks the same is not the same.
 */
export function fold(text: string): string {
  const lower = (other.test(text) ? text.normalize('NFC') : text).toLowerCase()
  const folded = (unevenSpace.test(lower) ? lower.replace(blanks, ' ') : lower).trim()
  if (!typed.test(folded)) return folded
  return folded.replace(/[‘’]/g, "'").replace(/[“”]/g, '"').replace(/[‐‑–]/g, '-')
}

/**
 * What makes two texts one value when things are counted: all that makes them the same for `fold`, and what most who read them do not tell
 * apart either: letters nobody sees, full width and other forms of a letter, hyphens of any kind. Letters of other scripts are other letters.
 *
 * Stored counts go by it: of plain ASCII it must stay as it is.
 */
export function foldCounted(text: string): string {
  const folded = fold(text)
  if (!other.test(folded)) return folded
  return fold(folded.replace(unseen, '').normalize('NFKC').replace(hyphens, '-'))
}
