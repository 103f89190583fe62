/** Names of HTML entities, each with the sign it stands for behind it. */
const names =
  'amp& lt< gt> quot" apos\' commat@ period. plus+ lowbar_ colon: sol/ hyphen- dash- num# equals= comma, semi; lpar( rpar) percnt% middot· bull•'
const signs: ReadonlyMap<string, string> = new Map([
  ['nbsp', ' '],
  ...names.split(' ').map((each) => [each.slice(0, -1), each.slice(-1)] as const),
])
const accented = /^([a-z])(?:acute|grave|circ|uml|tilde|cedil|ring|caron|slash)$/i

/** What an HTML entity stands for: `&#64;`, `&#x40;`, `&commat;`; itself where it has a name and no semicolon. */
export function entity(found: string): string {
  const name = found.slice(1).replace(/;$/, '')
  if (/^#x/i.test(name)) return character(Number.parseInt(name.slice(2), 16))
  if (name.startsWith('#')) return character(Number(name.slice(1)))
  if (!found.endsWith(';')) return found
  // Most others are signs, or blanks of no width.
  return signs.get(name.toLowerCase()) ?? accented.exec(name)?.[1] ?? ''
}

/** The character of a code point; nothing for what is none. */
export const character = (code: number): string => (code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : '')
