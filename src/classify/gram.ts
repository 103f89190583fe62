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
  return fill(new Uint32Array(gramsIn(codes)), key, codes)
}

/** The same for several texts, with one room for all of them: rooms cost more than what is put in them. */
export function gramsOfAll(key: GramKey, texts: readonly (readonly number[])[]): readonly Uint32Array[] {
  const room = new Uint32Array(texts.reduce((sum, codes) => sum + gramsIn(codes), 0))
  let from = 0
  return texts.map((codes) => {
    const at = from
    from += gramsIn(codes)
    return fill(room.subarray(at, from), key, codes)
  })
}

const gramsIn = ({ length }: readonly number[]): number => Math.max(0, length - gramLength + 1)

function fill(grams: Uint32Array, key: GramKey, codes: readonly number[]): Uint32Array {
  // Two characters in a word: each piece is two of these, and the same third.
  let [first, second] = [pairAt(codes, 0), pairAt(codes, 1)]
  for (let i = 0; i < grams.length; i++) {
    const third = pairAt(codes, i + 2)
    grams[i] = digestOfWords(key, first, third)
    first = second
    second = third
  }
  return grams
}

const pairAt = (codes: readonly number[], at: number): number => (codes[at] ?? 0) | ((codes[at + 1] ?? 0) << 16)

// The rounds stand here and in `digest`: in a function of their own, their four words would be an object for each piece.
/** What `digest` gives for the four characters in two words. */
function digestOfWords(key: GramKey, first: number, second: number): number {
  let v0 = key.low
  let v1 = key.high
  let v2 = 0x6c796765 ^ v0
  let v3 = 0x74656462 ^ v1 ^ first
  for (let round = 0; round < 6; round++) {
    if (round === 1) {
      v0 ^= first
      v3 ^= second
    } else if (round === 2) {
      v0 ^= second
      v3 ^= lengthWord
    } else if (round === 3) {
      v0 ^= lengthWord
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
  return (v1 ^ v3) >>> 0
}

const lengthWord = (0x8000 | gramLength) << 16

/** Lists of digests as one. */
export function joinGrams(lists: readonly Uint32Array[]): Uint32Array {
  const joined = new Uint32Array(lists.reduce((length, each) => length + each.length, 0))
  let at = 0
  for (const each of lists) {
    joined.set(each, at)
    at += each.length
  }
  return joined
}

const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const digitOf = new Uint8Array(128)
for (const [value, digit] of [...digits].entries()) digitOf[digit.charCodeAt(0)] = value
/** Two digits of every 12 bits. */
const pairs = [...digits].flatMap((first) => [...digits].map((second) => first + second))
const packedLength = 6

/** Digests as text, six characters each, so that they can be kept. */
export function packGrams(grams: Uint32Array): string {
  let text = ''
  for (const gram of grams) text += `${pairs[gram >>> 24]}${pairs[(gram >>> 12) & 0xfff]}${pairs[gram & 0xfff]}`
  return text
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
  let v0 = key.low
  let v1 = key.high
  let v2 = 0x6c796765 ^ v0
  let v3 = 0x74656462 ^ v1
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
