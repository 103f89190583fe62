/** JSON that has one reading: what is judged is what any parser would see. */
import { isAscii, isUtf8 } from 'node:buffer'
import Big from 'big.js'
import { parseLosslessJson } from '../../wire/lossless-json.ts'
import { malformed } from './refused.ts'

/** Names that some parsers take for one name, one of them for the last word. */
const quote = 0x22
const backslash = 0x5c

/**
 * Parses a JSON body; numbers as in `parseLosslessJson`.
 *
 * @throws {Refused} when it is no UTF-8 (a byte order mark counts), no JSON, nested deeper than `maxDepth`, has a name twice in one
 * object (case and escapes aside), unpaired surrogates, or numbers beyond a double.
 */
export function parseStrictJson(bytes: Buffer, maxDepth: number): unknown {
  if (!isUtf8(bytes)) throw malformed('the body is no UTF-8 text')
  const text = bytes.toString(isAscii(bytes) ? 'latin1' : 'utf8')
  const value = parseLosslessJson(text)
  if (value === undefined) throw malformed('the body is no JSON')
  scan(text, maxDepth)
  if (/\\u[dD][89a-fA-F]/.test(text) || /[eE]\+?\d{3}/.test(text) || /\d{300}/.test(text)) checkValue(value)
  return value
}

/** Looks at the structure of JSON text known to be well formed. */
function scan(text: string, maxDepth: number): void {
  const names: (Set<string> | undefined)[] = []
  let atName = false
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index)
    if (code === quote) {
      const end = endOfString(text, index)
      if (atName) addName(names.at(-1), text.slice(index, end + 1))
      atName = false
      index = end
    } else if (code === 0x7b || code === 0x5b) {
      if (names.length >= maxDepth) throw malformed(`the body is nested deeper than ${maxDepth}`)
      atName = code === 0x7b
      names.push(atName ? new Set() : undefined)
    } else if (code === 0x7d || code === 0x5d) {
      names.pop()
      atName = false
    } else if (code === 0x2c) {
      atName = names.at(-1) !== undefined
    }
  }
}

function endOfString(text: string, start: number): number {
  for (let index = start + 1; index < text.length; index += 1) {
    const code = text.charCodeAt(index)
    if (code === backslash) index += 1
    else if (code === quote) return index
  }
  return text.length
}

function addName(known: Set<string> | undefined, literal: string): void {
  const plain: unknown = literal.includes('\\') ? JSON.parse(literal) : literal.slice(1, -1)
  const name = foldedName(String(plain))
  if (known?.has(name) === true) throw malformed('an object of the body has one name twice')
  known?.add(name)
}

/** A name as servers read it that do not tell upper from lower case: the long s is one of the letters that Go takes for another. */
export function foldedName(name: string): string {
  return name.toLowerCase().replaceAll('\u017f', 's')
}

function checkValue(value: unknown): void {
  if (typeof value === 'number' && !Number.isFinite(value)) throw malformed('a number of the body is out of range')
  if (typeof value === 'string' && /\p{Surrogate}/u.test(value)) throw malformed('a text of the body is no Unicode')
  if (typeof value !== 'object' || value === null || value instanceof Big) return
  for (const [name, member] of Object.entries(value)) {
    checkValue(name)
    checkValue(member)
  }
}
