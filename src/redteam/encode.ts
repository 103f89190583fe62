/** Ways to write a text so that people, and filters, do not see what it says. */

/** How the order in a payload is written. */
export type Encoding =
  | 'base64'
  | 'hex'
  | 'rot13'
  | 'reversed'
  | 'zero-width'
  | 'tags'
  | 'html-entities'
  | 'percent'
  | 'spaced'

/** Writes a text in an encoding. Every one can be undone but for what it cannot hold: `tags` keeps ASCII only. */
export function encodeText(text: string, encoding: Encoding): string {
  return encoders[encoding](text)
}

const encoders: Readonly<Record<Encoding, (text: string) => string>> = {
  base64: (text) => Buffer.from(text, 'utf8').toString('base64'),
  hex: (text) => Buffer.from(text, 'utf8').toString('hex'),
  rot13: (text) => text.replaceAll(/[a-z]/gi, turned),
  reversed: (text) => [...text].reverse().join(''),
  // Bits as zero width space (0) and zero width non-joiner (1), bytes apart by a zero width joiner.
  'zero-width': (text) =>
    [...Buffer.from(text, 'utf8')]
      .map((byte) => byte.toString(2).padStart(8, '0').replaceAll('0', '\u200b').replaceAll('1', '\u200c'))
      .join('\u200d'),
  // The block of tags of Unicode mirrors ASCII.
  tags: (text) =>
    [...text]
      .map((each) => (each >= ' ' && each <= '~' ? String.fromCodePoint(0xe0000 + (each.codePointAt(0) ?? 0)) : ''))
      .join(''),
  'html-entities': (text) => [...text].map((each) => `&#${each.codePointAt(0)};`).join(''),
  percent: (text) =>
    [...Buffer.from(text, 'utf8')].map((byte) => `%${byte.toString(16).padStart(2, '0').toUpperCase()}`).join(''),
  spaced: (text) => [...text].map((each) => (each === ' ' ? '  ' : each)).join(' '),
}

function turned(letter: string): string {
  const base = letter <= 'Z' ? 65 : 97
  return String.fromCharCode(((letter.charCodeAt(0) - base + 13) % 26) + base)
}

/** The shapes in which a value may be found again in arguments. */
export function shapesOf(value: string): readonly string[] {
  const own: readonly Encoding[] = ['base64', 'hex', 'reversed', 'percent', 'rot13']
  return [value, ...own.map((each) => encodeText(value, each))]
}
