import { plainOf } from '../classify/lookalike.ts'

/** Characters that a person who reads a text does not see, or that change what is seen. */
// biome-ignore format: one line can carry the reason
const hidden = /(?![\t\n\r])[\p{Cc}\u00ad\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ufeff\uffa0\ufff0-\ufffb\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e00ff}\u{e01f0}-\u{e0fff}]|\u034f|\u17b4|\u17b5|[\u180b-\u180d]|[\ufe00-\ufe0f]|[\u{e0100}-\u{e01ef}]/gu

const names: readonly (readonly [first: number, last: number, name: string])[] = [
  [0x00, 0x1f, 'control'],
  [0x7f, 0x9f, 'control'],
  [0xad, 0xad, 'soft hyphen'],
  [0x200b, 0x200d, 'zero width'],
  [0x200e, 0x200f, 'direction'],
  [0x061c, 0x061c, 'direction'],
  [0x2028, 0x2029, 'separator'],
  [0x202a, 0x202e, 'direction'],
  [0x2060, 0x2064, 'zero width'],
  [0x2066, 0x2069, 'direction'],
  [0xfe00, 0xfe0f, 'variation'],
  [0xfeff, 0xfeff, 'zero width'],
  [0xe0000, 0xe007f, 'tag'],
  [0xe0100, 0xe01ef, 'variation'],
]

/** What sort of hidden character this is; the word for any that is none of the known sorts is `invisible`. */
export function sortOf(character: string): string {
  const code = character.codePointAt(0) ?? 0
  return names.find(([first, last]) => code >= first && code <= last)?.[2] ?? 'invisible'
}

/** The hidden characters of a text in order, without those that belong to emoji, flags and scripts that need joiners. */
export function hiddenIn(text: string): readonly { readonly character: string; readonly at: number }[] {
  return [...text.matchAll(hidden)]
    .filter((match) => !belongs(text, match.index, match[0]))
    .map((match) => ({ character: match[0], at: match.index }))
}

/** Joiners between emoji and in scripts that join, the presentation selector behind one symbol, the tags of a flag. */
function belongs(text: string, at: number, character: string): boolean {
  const before = lastCharacter(text, at)
  const code = character.codePointAt(0) ?? 0
  if (code === 0xfe0f || code === 0xfe0e) return /[\p{Extended_Pictographic}\d#*]/u.test(before)
  if (code === 0x200d || code === 0x200c)
    return /\ufe0f|[\p{Extended_Pictographic}\p{Script=Arabic}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Malayalam}\p{Script=Sinhala}]/u.test(
      before,
    )
  return (
    code > 0xe0000 &&
    code < 0xe0080 &&
    /\u{1f3f4}[\u{e0061}-\u{e007a}\u{e0030}-\u{e0039}]{0,6}$/u.test(text.slice(Math.max(0, at - 14), at))
  )
}

function lastCharacter(text: string, at: number): string {
  const pair = text.slice(Math.max(0, at - 2), at)
  return [...pair].at(-1) ?? ''
}

/** A whole text for a person to read: hidden characters written out, nothing else changed. */
export function writtenOut(text: string): string {
  return text.replaceAll(
    hidden,
    (character) => `⟨U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟩`,
  )
}

const longestExcerpt = 160

/** A part of a text for a person to read: hidden characters written out, white space as blanks, cut where it is long. */
export function excerptOf(text: string, start = 0, end: number = text.length): string {
  const from = Math.max(0, start - 20)
  const part = text.slice(from, Math.min(text.length, Math.max(end + 20, from + 40)))
  const shown = writtenOut(part).replaceAll(/\s+/g, ' ').trim()
  return shown.length > longestExcerpt ? `${shown.slice(0, longestExcerpt)}…` : shown
}

/** A text as it reads: look-alike letters plain, hidden characters gone. */
export function plainText(text: string): string {
  let plain = ''
  for (const character of text) plain += character < '\u0080' ? character : plainOf(character)
  return plain
}
