/** Length of the pieces of which digests are kept. */
export const gramLength = 4

/** The secret that digests depend on: two 32-bit words. */
export interface GramKey {
  readonly low: number
  readonly high: number
}

/**
 * The key in 16 hexadecimal digits, drawn at random for each run.
 *
 * @throws {TypeError} when it is something else.
 */
export function parseGramKey(hex: string): GramKey {
  if (!/^[0-9a-f]{16}$/i.test(hex)) throw new TypeError('a key of digests is 16 hexadecimal digits')
  return { low: Number.parseInt(hex.slice(0, 8), 16) | 0, high: Number.parseInt(hex.slice(8), 16) | 0 }
}

/** Digests of all pieces of `gramLength` characters, in order. */
export function gramsOf(key: GramKey, codes: readonly number[]): Uint32Array {
  const grams = new Uint32Array(Math.max(0, codes.length - gramLength + 1))
  for (let i = 0; i < grams.length; i++) grams[i] = digest(key, codes, i, i + gramLength)
  return grams
}

/** Two lists of digests as one. */
export function joinGrams(first: Uint32Array, second: Uint32Array): Uint32Array {
  const joined = new Uint32Array(first.length + second.length)
  joined.set(first)
  joined.set(second, first.length)
  return joined
}

const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const codeOf = Uint8Array.from(digits, (digit) => digit.charCodeAt(0))
const digitOf = new Uint8Array(128)
for (const [value, code] of codeOf.entries()) digitOf[code] = value
const packedLength = 6

/** Digests as text, six characters each, so that they can be kept. */
export function packGrams(grams: Uint32Array): string {
  const codes: number[] = []
  for (const gram of grams) {
    for (let shift = 6 * (packedLength - 1); shift >= 0; shift -= 6) codes.push(codeOf[(gram >>> shift) & 0x3f] ?? 0)
  }
  return String.fromCharCode(...codes)
}

/** What was packed. */
export function unpackGrams(text: string): Uint32Array {
  const grams = new Uint32Array(Math.floor(text.length / packedLength))
  for (let index = 0; index < grams.length; index++) {
    let gram = 0
    for (let i = 0; i < packedLength; i++)
      gram = (gram << 6) | (digitOf[text.charCodeAt(index * packedLength + i) & 0x7f] ?? 0)
    grams[index] = gram
  }
  return grams
}

/** HalfSipHash-1-3 (Aumasson, Bernstein) over 16-bit codes, two in a word: tells nothing of the text to who does not have the key. */
export function digest(key: GramKey, codes: readonly number[], from: number, to: number): number {
  let [v0, v1, v2, v3] = [key.low, key.high, 0x6c796765 ^ key.low, 0x74656462 ^ key.high]
  for (let i = from; i <= to; i += 2) {
    // The last word holds the length, so that no text is the beginning of another.
    const last = i + 1 > to - 1
    const word = (i < to ? (codes[i] ?? 0) : 0) | ((last ? 0x8000 | (to - from) : (codes[i + 1] ?? 0)) << 16)
    v3 ^= word
    for (let round = 0; round < (last ? 4 : 1); round++) {
      if (round === 1) {
        v0 ^= word
        v2 ^= 0xff
      }
      v0 = (v0 + v1) | 0
      v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0
      v0 = (v0 << 16) | (v0 >>> 16)
      v2 = (v2 + v3) | 0
      v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2
      v0 = (v0 + v3) | 0
      v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0
      v2 = (v2 + v1) | 0
      v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2
      v2 = (v2 << 16) | (v2 >>> 16)
    }
    if (!last) v0 ^= word
  }
  return (v1 ^ v3) >>> 0
}
