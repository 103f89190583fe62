import { revealed } from './normal.ts'
import { inOwnLetters } from './punycode.ts'

const entities: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  commat: '@',
  period: '.',
  colon: ':',
  sol: '/',
}
const readable = /^[\p{L}\p{N}\p{P}\p{S}\s]+$/u
const runs = /[A-Za-z0-9+/_-]{8,}={0,2}/g
const longRuns = /[A-Za-z0-9+/_-]{12,}={0,2}/g
const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

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
  if (text.includes('%')) add(unescaped(text, /(?:%[0-9a-f]{2})+/gi, /%/g))
  if (text.includes('&')) add(withoutEntities(text))
  if (text.includes('\\')) add(unescaped(text, /(?:\\x[0-9a-f]{2})+/gi, /\\x/gi))
  if (text.includes('\\u'))
    add(
      text.replace(/\\u(?:([0-9a-f]{4})|\{([0-9a-f]{1,6})\})/gi, (_, four?: string, braced = '') =>
        codePoint(four ?? braced, 16),
      ),
    )
  if (/[\u{e0020}-\u{e007e}]/u.test(text)) add(revealed(text))
  if (/xn--/i.test(text)) add(inOwnLetters(text))
  for (const [run] of text.matchAll(shortest > 8 ? longRuns : runs)) add(fromBase64(run))
  if (!/\d/.test(text)) return [...found]
  for (const [run] of text.matchAll(/\b(?:0x)?(?:[0-9a-f]{2}){4,}\b/gi)) if (run.length >= shortest) add(fromHex(run))
  for (const [run] of text.matchAll(/\b(?:[0-9a-f]{2}[ :-]){3,}[0-9a-f]{2}\b/gi)) add(fromHex(run))
  return [...found]
}

/** The letters in reverse order. */
export function reversed(text: string): string {
  return [...text].reverse().join('')
}

function unescaped(text: string, runs: RegExp, marks: RegExp): string {
  return text.replace(runs, (run) => utf8(bytesOfHex(run.replace(marks, ''))) ?? run)
}

function withoutEntities(text: string): string {
  return text
    .replace(/&#(\d{1,7});?/g, (_, code: string) => codePoint(code, 10))
    .replace(/&#x([0-9a-f]{1,6});?/gi, (_, code: string) => codePoint(code, 16))
    .replace(/&([a-z]{2,8});/gi, (entity, name: string) => entities[name.toLowerCase()] ?? entity)
}

function codePoint(code: string, radix: number): string {
  const point = Number.parseInt(code, radix)
  return point <= 0x10ffff ? String.fromCodePoint(point) : ''
}

function fromBase64(run: string): string | undefined {
  const bytes: number[] = []
  let [bits, held] = [0, 0]
  for (const letter of run.replace(/=+$/, '').replaceAll('-', '+').replaceAll('_', '/')) {
    bits = (bits << 6) | letters.indexOf(letter)
    held += 6
    if (held >= 8) {
      held -= 8
      bytes.push((bits >>> held) & 0xff)
    }
    bits &= 0xfff
  }
  return utf8(bytes)
}

function fromHex(run: string): string | undefined {
  return utf8(bytesOfHex(run.replace(/^0x/i, '').replace(/[^0-9a-f]/gi, '')))
}

function bytesOfHex(digits: string): number[] {
  return (digits.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16))
}

/** Bytes read as UTF-8; undefined where they are none. */
export function utf8(bytes: readonly number[]): string | undefined {
  let out = ''
  for (let at = 0; at < bytes.length; ) {
    const lead = bytes[at] ?? 0
    const length = lead < 0x80 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 0
    const tail = bytes.slice(at + 1, at + length)
    if (length === 0 || tail.length !== length - 1 || tail.some((each) => each >> 6 !== 2)) return undefined
    const point = tail.reduce((sum, each) => (sum << 6) | (each & 0x3f), length === 1 ? lead : lead & (0x7f >> length))
    if (point > 0x10ffff) return undefined
    out += String.fromCodePoint(point)
    at += length
  }
  return out
}
