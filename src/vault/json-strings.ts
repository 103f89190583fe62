/** The strings of a JSON text as one run of bytes, so that what is split over several of them is seen. */

/** A part of the source, and in the how manieth string of the run it is. */
export interface Source {
  readonly start: number
  readonly end: number
  readonly string: number
}

/** Texts of strings, one after the other. */
export interface StringRun {
  readonly bytes: Buffer
  /** Where the bytes from `from` to `to` were written: one part for each string that has some of them. */
  sourcesOf(from: number, to: number): readonly Source[]
  /** Strings in which something was escaped: they may hold JSON themselves. From and to in `bytes`. */
  readonly escaped: readonly (readonly [number, number])[]
}

/** Names of members and all other strings, apart. */
export interface JsonStrings {
  readonly names: StringRun
  readonly values: StringRun
}

const quote = 0x22
const backslash = 0x5c
const colon = 0x3a

/** Reads whatever stands in quotes; a text that is no JSON is read as far as it looks like it. */
export function jsonStringsIn(source: Buffer): JsonStrings {
  const [names, values] = [new Run(source), new Run(source)]
  let at = source.indexOf(quote)
  while (at >= 0) {
    const end = values.read(at + 1)
    if (end < 0) break
    if (isNameEnd(source, end + 1)) values.moveLast(names)
    at = nextQuote(source, end + 1)
  }
  return { names, values }
}

function nextQuote(source: Buffer, from: number): number {
  let at = from
  while (at < source.length && source[at] !== quote) at += 1
  return at < source.length ? at : -1
}

function isNameEnd(source: Buffer, from: number): boolean {
  let at = from
  while (source[at] === 0x20 || source[at] === 0x0a || source[at] === 0x0d || source[at] === 0x09) at += 1
  return source[at] === colon
}

const simple: ReadonlyMap<number, number> = new Map(
  [...'bfnrt'].map((letter, index) => [letter.charCodeAt(0), [8, 12, 10, 13, 9][index] ?? 0]),
)

/** What is written as one escape, and how long it is written. */
function escapeAt(source: Buffer, at: number): { readonly bytes: Buffer; readonly length: number } {
  const kind = source[at + 1] ?? 0
  if (kind !== 0x75) return { bytes: Buffer.of(simple.get(kind) ?? kind), length: 2 }
  const high = unitAt(source, at)
  const low = high >= 0xd800 && high < 0xdc00 ? unitAt(source, at + 6) : -1
  const isPair = low >= 0xdc00 && low < 0xe000
  const text = isPair ? String.fromCharCode(high, low) : String.fromCharCode(Math.max(0, high))
  return { bytes: Buffer.from(text), length: isPair ? 12 : 6 }
}

/** The code unit written as an escape there; -1 for anything else. */
function unitAt(source: Buffer, at: number): number {
  const text = source.toString('latin1', at, at + 6)
  return /^\\u[0-9a-fA-F]{4}$/.test(text) ? Number.parseInt(text.slice(2), 16) : -1
}

/** Where a string begins: here, and in the source. */
interface Begun {
  readonly here: number
  readonly there: number
}

class Run implements StringRun {
  readonly #source: Buffer
  #out: Buffer
  #length = 0
  readonly #begun: Begun[] = []
  readonly escaped: [number, number][] = []

  constructor(source: Buffer) {
    this.#source = source
    this.#out = Buffer.allocUnsafe(Math.min(source.length, 1024))
  }

  get bytes(): Buffer {
    return this.#out.subarray(0, this.#length)
  }

  /** Reads the string that begins there. @returns where its closing quote is; -1 when it has none. */
  read(from: number): number {
    const source = this.#source
    const end = closingQuote(source, from)
    if (end < 0) return -1
    const begun = this.#length
    this.#begun.push({ here: begun, there: from })
    if (this.#out.length < begun + end - from) this.#grow(begun + end - from)
    const out = this.#out
    let length = begun
    let isEscaped = false
    for (let at = from; at < end; ) {
      const byte = source[at] ?? 0
      if (byte === backslash) {
        isEscaped = true
        const read = escapeAt(source, at)
        for (const each of read.bytes) out[length++] = each
        at += read.length
      } else {
        out[length++] = byte
        at += 1
      }
    }
    this.#length = length
    if (isEscaped) this.escaped.push([begun, length])
    return end
  }

  /** Takes the last string away, to another run. */
  moveLast(other: Run): void {
    const last = this.#begun.pop()
    if (last === undefined) return
    if (this.escaped.at(-1)?.[0] === last.here) this.escaped.pop()
    this.#length = last.here
    other.read(last.there)
  }

  sourcesOf(from: number, to: number): readonly Source[] {
    const found: Source[] = []
    let string = this.#stringAt(from)
    for (let at = from; at < to; string += 1) {
      const end = Math.min(to, this.#begun[string + 1]?.here ?? this.#length)
      if (end > at) found.push(this.#sourceIn(string, at, end))
      at = end
    }
    return found
  }

  /** Reads the string once more, as far as that. */
  #sourceIn(string: number, from: number, to: number): Source {
    const { here = 0, there = 0 } = this.#begun[string] ?? {}
    let [read, at, start] = [here, there, there]
    while (read < to) {
      if (read <= from) start = at
      const escaped = this.#source[at] === backslash ? escapeAt(this.#source, at) : undefined
      read += escaped?.bytes.length ?? 1
      at += escaped?.length ?? 1
    }
    return { start, end: at, string }
  }

  #stringAt(at: number): number {
    let [low, high] = [0, this.#begun.length - 1]
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((this.#begun[middle]?.here ?? 0) <= at) low = middle
      else high = middle - 1
    }
    return low
  }

  #grow(needed: number): void {
    const grown = Buffer.allocUnsafe(Math.max(needed, this.#out.length * 2))
    this.#out.copy(grown, 0, 0, this.#length)
    this.#out = grown
  }
}

/** -1 when there is none. */
function closingQuote(source: Buffer, from: number): number {
  let at = from
  while (at < source.length) {
    const byte = source[at]
    if (byte === quote) return at
    at += byte === backslash ? 2 : 1
  }
  return -1
}
