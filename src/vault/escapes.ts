/** Texts in which some characters are written by their numbers or names: what they say, and where each part of that stands. */

/** What a text says, and where it was written. */
export interface Unescaped {
  readonly bytes: Buffer
  /** Where the bytes from `from` to `to` were written. */
  sourceOf(from: number, to: number): readonly [start: number, end: number]
}

/** One escape: here and in the source. */
interface Escape {
  readonly here: number
  readonly length: number
  readonly start: number
  readonly end: number
}

/** An escape as it is written: how long, and the character it stands for, or the byte. */
interface Written {
  readonly length: number
  readonly code: number
}

/** The readings of a text that has such escapes: of those of URLs, whichever characters they stand for, and of references of HTML and XML. */
export function unescapedOf(source: Buffer): readonly Unescaped[] {
  return [read(source, '%', percentAt), read(source, '&', referenceAt)].filter((each) => each !== undefined)
}

function percentAt(source: Buffer, at: number): Written | undefined {
  const text = source.toString('latin1', at + 1, at + 3)
  return /^[\da-f]{2}$/i.test(text) ? { length: 3, code: Number.parseInt(text, 16) } : undefined
}

const names: Readonly<Record<string, number>> = { amp: 0x26, lt: 0x3c, gt: 0x3e, quot: 0x22, apos: 0x27 }
const longest = 11

function referenceAt(source: Buffer, at: number): Written | undefined {
  const [whole = '', decimal, hex, name = ''] =
    /^&(?:#(\d{1,7})|#x([\da-f]{1,6})|([a-z]{2,4}));/i.exec(source.toString('latin1', at, at + longest)) ?? []
  const code =
    decimal !== undefined ? Number(decimal) : hex !== undefined ? Number.parseInt(hex, 16) : names[name.toLowerCase()]
  return code === undefined || code === 0 || code > 0x10ffff ? undefined : { length: whole.length, code }
}

function read(
  source: Buffer,
  sign: '%' | '&',
  writtenAt: (source: Buffer, at: number) => Written | undefined,
): Unescaped | undefined {
  const escapes: Escape[] = []
  // No escape is shorter than what it stands for.
  const out = Buffer.allocUnsafe(source.length)
  let [here, at] = [0, 0]
  for (let next = source.indexOf(sign); next >= 0; next = source.indexOf(sign, next + 1)) {
    const written = writtenAt(source, next)
    if (written === undefined) continue
    here += source.copy(out, here, at, next)
    at = next + written.length
    const length = put(out, here, sign, written.code)
    escapes.push({ here, length, start: next, end: at })
    here += length
  }
  if (escapes.length === 0) return undefined
  const bytes = out.subarray(0, here + source.copy(out, here, at))
  const startOf = (place: number): number => {
    const last = lastAt(escapes, place)
    if (last === undefined) return place
    const beyond = place - last.here - last.length
    return beyond < 0 ? last.start : last.end + beyond
  }
  const endOf = (place: number): number => {
    const last = lastAt(escapes, place)
    return last === undefined ? place + 1 : Math.max(last.end, last.end + place - last.here - last.length + 1)
  }
  return { bytes, sourceOf: (from, to) => [startOf(from), endOf(to - 1)] }
}

/** Escapes of URLs are bytes, references are characters. */
function put(out: Buffer, here: number, sign: '%' | '&', code: number): number {
  if (sign === '&' && code > 0x7f) return out.write(String.fromCodePoint(code), here)
  out[here] = code
  return 1
}

/** The last escape that begins at a place or before it. */
function lastAt(escapes: readonly Escape[], place: number): Escape | undefined {
  let [low, high] = [0, escapes.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((escapes[middle]?.here ?? 0) <= place) low = middle + 1
    else high = middle
  }
  return escapes[low - 1]
}
