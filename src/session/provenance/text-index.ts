/** A piece of remembered text that was found, as squashed by `squash`. */
export interface Found<P> {
  readonly place: P
  /** The piece is the whole of what stood there. */
  readonly whole: boolean
}

interface Segment<P> {
  text: string
  /** Which grams the text has: a bit each, by their hash. Says surely when one is missing. */
  readonly grams: Uint32Array
  readonly starts: number[]
  readonly places: P[]
}

/** Squashed texts, searched for pieces. Cheap to add to; a search looks into the few segments that have all grams of the piece. */
export interface TextIndex<P> {
  readonly segments: Segment<P>[]
  size: number
}

const gramLength = 4
const segmentLength = 16_384
const gramBits = 17
const divider = ' '

export function emptyIndex<P>(): TextIndex<P> {
  return { segments: [], size: 0 }
}

/** Adds a squashed text that stood at a place. Long texts are cut into overlapping pieces, so that what stands over a cut is found too. */
export function addText<P>(index: TextIndex<P>, text: string, place: P): void {
  if (text === '') return
  const step = segmentLength - maxPiece
  for (let at = 0; at === 0 || at + maxPiece < text.length; at += step)
    addPiece(index, text.slice(at, at + segmentLength), place)
}

/** Longer pieces are found by their beginning. */
export const maxPiece = 512

function addPiece<P>(index: TextIndex<P>, text: string, place: P): void {
  let segment = index.segments.at(-1)
  if (segment === undefined || segment.text.length + text.length > segmentLength) {
    segment = { text: '', grams: new Uint32Array(1 << (gramBits - 5)), starts: [], places: [] }
    index.segments.push(segment)
  }
  segment.starts.push(segment.text.length)
  segment.places.push(place)
  segment.text += text + divider
  index.size += text.length
  let window = 0
  for (let at = 0; at < text.length; at += 1) {
    window = shifted(window, text.charCodeAt(at))
    if (at < gramLength - 1) continue
    const bit = bitOf(window)
    const word = bit >>> 5
    segment.grams[word] = (segment.grams[word] ?? 0) | (1 << (bit & 31))
  }
}

/** The last four characters, six bits of each. */
function shifted(window: number, code: number): number {
  return ((window << 6) ^ code) & 0xffffff
}

function bitOf(window: number): number {
  return Math.imul(window, 0x9e3779b1) >>> (32 - gramBits)
}

/** Where a squashed piece stands; `accept` may pass over places. The piece has at least four characters. */
export function findText<P>(
  index: TextIndex<P>,
  piece: string,
  accept: (found: Found<P>) => boolean = () => true,
): Found<P> | undefined {
  const sought = piece.length > maxPiece ? piece.slice(0, maxPiece) : piece
  for (const segment of index.segments) {
    if (!mayHave(segment, sought)) continue
    for (let at = segment.text.indexOf(sought); at >= 0; at = segment.text.indexOf(sought, at + 1)) {
      const found = foundAt(segment, at, sought.length)
      if (found !== undefined && accept(found)) return found
    }
  }
  return undefined
}

/** The longest beginning of a piece, at least four characters, that stands somewhere. */
export function findBeginning<P>(
  index: TextIndex<P>,
  piece: string,
): { readonly length: number; readonly place: P } | undefined {
  let best: { length: number; place: P } | undefined
  for (const segment of index.segments) {
    for (;;) {
      const length = (best?.length ?? gramLength - 1) + 1
      if (length > piece.length || !mayHave(segment, piece.slice(0, length))) break
      const at = segment.text.indexOf(piece.slice(0, length))
      const found = at < 0 ? undefined : foundAt(segment, at, length)
      if (found === undefined) break
      best = { length: commonLength(segment.text, at, piece), place: found.place }
    }
  }
  return best
}

function commonLength(text: string, at: number, piece: string): number {
  let length = gramLength
  while (length < piece.length && text[at + length] === piece[length]) length += 1
  return length
}

/** Whether the segment may have the piece; told by its grams. */
function mayHave<P>({ grams }: Segment<P>, piece: string): boolean {
  let window = 0
  for (let at = 0; at < piece.length; at += 1) {
    window = shifted(window, piece.charCodeAt(at))
    if (at < gramLength - 1) continue
    const bit = bitOf(window)
    if (((grams[bit >>> 5] ?? 0) & (1 << (bit & 31))) === 0) return false
  }
  return true
}

function foundAt<P>(segment: Segment<P>, at: number, length: number): Found<P> | undefined {
  let [low, high] = [0, segment.starts.length - 1]
  while (low < high) {
    const middle = (low + high + 1) >>> 1
    if ((segment.starts[middle] ?? 0) <= at) low = middle
    else high = middle - 1
  }
  const place = segment.places[low]
  const start = segment.starts[low] ?? 0
  const end = (segment.starts[low + 1] ?? segment.text.length) - divider.length
  return place === undefined ? undefined : { place, whole: at === start && at + length === end }
}
