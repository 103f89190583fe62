import { isOfScript, scriptOf, utf16Of } from './utf16.ts'

/** Bytes as text: UTF-8, or UTF-16 where every other byte is 0 or they are letters of one script; undefined when they are no text at all. */
export function textOfBytes(bytes: readonly number[]): string | undefined {
  if (bytes.length < 2) return undefined
  const text = utf16Of(bytes) ?? readUtf8(bytes, () => '\ufffd') ?? ''
  const isText = looksLikeText(text)
  if (isText && !tabbed.test(text)) return text
  const other = scriptOf(bytes)
  if (other === undefined || !looksLikeText(other)) return isText ? text : undefined
  return isText ? `${text}\n${other}` : other
}

/** In UTF-16 every other byte of some scripts of India is a tab or the end of a line. */
const tabbed = /^.?(?:[\0\t\r\n].){4}/s

/**
 * Whether bytes begin like a text, told from the first of them: cheap, and true for every text that `textOfBytes` reads, but for one
 * whose first bytes were cut out of something else.
 */
export function beginsLikeText(bytes: readonly number[]): boolean {
  let bad = 0
  let zeros = 0
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] ?? 0
    if (byte === 0) zeros++
    else if ((byte < 0x20 && byte !== 9 && byte !== 10 && byte !== 13) || byte === 0x7f) bad++
    // A byte of a longer character stands beside another one.
    else if (byte >= 0x80 && (bytes[i - 1] ?? 0) < 0x80 && (bytes[i + 1] ?? 0) < 0x80) bad++
  }
  if (bad <= bytes.length * 0.25 && (zeros <= bytes.length * 0.25 || zeros >= bytes.length * 0.35)) return true
  return isOfScript(bytes, 0) || isOfScript(bytes, 1)
}

/**
 * Whether bytes that a run in base64 stands for begin like a text of any script, from a place of it on, or from there towards its
 * beginning: told from the first of them, and stricter than `beginsLikeText`.
 */
export function beginsInBase64(run: string, from: number, step: 1 | -1): boolean {
  first.length = 0
  let held = 0
  for (let count = 0; count < 24; count++) {
    const at = from + count * step
    if (at < 0 || at >= run.length) break
    held = ((held << 6) | ((sixBits[run.charCodeAt(at)] ?? 0) & 0x3f)) & 0xffff
    // Four digits are three bytes.
    if (count % 4 > 0) first.push((held >> (6 - 2 * (count % 4))) & 0xff)
  }
  return isNearlyUtf8(first) || isOfScript(first, 0) || isOfScript(first, 1)
}

/** Used again and again: this is asked of every word that may be base64. */
const first: number[] = []

/** Whether all bytes but one are characters in UTF-8; the first ones may be the end of one. */
function isNearlyUtf8(bytes: readonly number[]): boolean {
  let bad = 0
  // How many bytes of a character are to come.
  let open = 3
  for (let i = 0; i < bytes.length && bad < 2; i++) {
    const byte = bytes[i] ?? 0
    const isRest = byte >= 0x80 && byte < 0xc0
    if (isRest ? open === 0 : open > 0 && i > 3) bad++
    if (isRest) open = Math.max(0, open - 1)
    else open = byte < 0xc0 ? 0 : byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3
    if (byte > 0xf4 || (byte < 0x20 && byte !== 9 && byte !== 10 && byte !== 13)) bad++
  }
  return bad < 2
}

/** Bytes that stand in a text as escapes: UTF-8, whatever comes of it. A byte that is no UTF-8 is read as Latin-1, so that a text cut in the middle of a character is still read. */
export function escapedOf(bytes: readonly number[]): string {
  return readUtf8(bytes, (byte) => String.fromCharCode(byte)) ?? ''
}

/** Bytes read as UTF-8; undefined where they are none. */
export function strictUtf8Of(bytes: readonly number[]): string | undefined {
  return readUtf8(bytes, () => undefined)
}

function readUtf8(bytes: readonly number[], other: (byte: number) => string | undefined): string | undefined {
  let text = ''
  for (let i = 0; i < bytes.length; ) {
    const first = bytes[i] ?? 0
    const length = first < 0x80 ? 1 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 1
    let code = length === 1 ? first : first & (0xff >> (length + 1))
    let good = first < 0x80 || length > 1
    for (let k = 1; k < length; k++) {
      const next = bytes[i + k] ?? 0
      if ((next & 0xc0) !== 0x80) good = false
      code = (code << 6) | (next & 0x3f)
    }
    const read = good && code <= 0x10ffff ? String.fromCodePoint(code) : other(first)
    if (read === undefined) return undefined
    text += read
    i += good ? length : 1
  }
  return text
}

function looksLikeText(text: string): boolean {
  let good = 0
  let all = 0
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0
    all++
    if (code === 0xfffd || (code < 0x20 && code !== 9 && code !== 10 && code !== 13) || code === 0x7f) continue
    if (code < 0x80 || (code >= 0xc0 && code < 0x530)) good++
    else if (code > 0x9f && written.test(character)) good++
  }
  return all > 1 && good >= all * 0.85
}

const written = /[\p{L}\p{M}\p{N}\p{P}\p{S}\p{Zs}\p{Cf}]/u

const capitals = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
const alphabet = `${capitals}${capitals.toLowerCase()}0123456789+/`

/** The value of each digit by its code, in any of the alphabets; -1 for what is none. */
function valuesIn(...alphabets: readonly string[]): Int8Array {
  const values = new Int8Array(128).fill(-1)
  for (const each of alphabets) for (let at = 0; at < each.length; at++) values[each.charCodeAt(at)] = at
  return values
}

const sixBits = valuesIn(alphabet, alphabet.replace('+/', '-_'))
const fiveBits = valuesIn(`${capitals}234567`, `${capitals.toLowerCase()}234567`)
const fourBits = valuesIn('0123456789abcdef', '0123456789ABCDEF')
const oneBit = valuesIn('01')

/** Bytes of a text in base64 or base64url, padded or not; other characters are skipped. */
export const base64Bytes = (text: string): number[] => unpack(text, sixBits, 6)

/** Bytes of a text in base32 (RFC 4648). */
export const base32Bytes = (text: string): number[] => unpack(text, fiveBits, 5)

/** Bytes of a text in hexadecimal; separators are skipped. */
export const hexBytes = (text: string): number[] => unpack(text.replaceAll(/0x/gi, ''), fourBits, 4)

/** Bytes of a text in binary digits; separators are skipped. */
export const binaryBytes = (text: string): number[] => unpack(text.replaceAll(/0b/gi, ''), oneBit, 1)

function unpack(text: string, digits: Int8Array, width: number): number[] {
  const bytes: number[] = []
  let held = 0
  let bits = 0
  for (let i = 0; i < text.length; i++) {
    const value = digits[text.charCodeAt(i)] ?? -1
    if (value < 0) continue
    held = ((held << width) | value) & 0xffff
    bits += width
    if (bits >= 8) {
      bits -= 8
      bytes.push((held >> bits) & 0xff)
    }
  }
  return bytes
}

/** The bytes of a text in UTF-8. */
export function utf8Bytes(text: string): number[] {
  const bytes: number[] = []
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0
    if (code < 0x80) bytes.push(code)
    else if (code < 0x800) bytes.push(0xc0 | (code >> 6), 0x80 | (code & 0x3f))
    else if (code < 0x10000) bytes.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f))
    else
      bytes.push(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 0x3f), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f))
  }
  return bytes
}

/** Bytes in base64, without padding. */
export function base64Of(bytes: readonly number[]): string {
  let text = ''
  for (let i = 0; i < bytes.length; i += 3) {
    const three = ((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0)
    const digits = Math.min(4, Math.ceil(((bytes.length - i) * 8) / 6))
    for (let k = 0; k < digits; k++) text += alphabet[(three >> (18 - 6 * k)) & 0x3f] ?? ''
  }
  return text
}

/** Bytes in hexadecimal. */
export const hexOf = (bytes: readonly number[]): string =>
  bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('')
