/**
 * Looks for many texts at once, in bytes (Wu and Manber, "A fast algorithm for multi-pattern searching", 1994): most of what is looked
 * through is skipped, so that a megabyte costs about a millisecond however many values there are.
 */

/** A place where something was found; `end` is not part of it. */
export interface Range {
  readonly start: number
  readonly end: number
  readonly name: string
}

export interface Matcher {
  /** From left to right, never overlapping; of those that begin at one place, the longest. */
  find(bytes: Buffer): readonly Range[]
  /** How many bytes at the end may be the beginning of something. */
  openEnd(bytes: Buffer): number
  readonly empty: boolean
}

interface Pattern {
  readonly bytes: Buffer
  readonly name: string
}

/** @param patterns - By name; of at least two bytes each. */
export function makeMatcher(patterns: ReadonlyMap<string, readonly Buffer[]>): Matcher {
  const all = [...patterns].flatMap(([name, forms]) => forms.map((bytes): Pattern => ({ bytes, name })))
  if (all.length === 0) return { find: () => [], openEnd: () => 0, empty: true }
  const shortest = Math.min(...all.map(({ bytes }) => bytes.length))
  const { shift, ending } = tablesOf(all, shortest)
  const beginning = byFirst(all)
  const longest = Math.max(...all.map(({ bytes }) => bytes.length))
  return {
    empty: false,
    find: (bytes) => {
      const found: Range[] = []
      let at = shortest - 1
      while (at < bytes.length) {
        const block = ((bytes[at - 1] ?? 0) << 8) | (bytes[at] ?? 0)
        const step = shift[block] ?? 0
        if (step > 0) {
          at += step
          continue
        }
        const start = at - shortest + 1
        const hit = longestAt(ending.get(block) ?? [], bytes, start)
        if (hit === undefined) at += 1
        else {
          const end = start + hit.bytes.length
          found.push({ start, end, name: hit.name })
          at = end + shortest - 1
        }
      }
      return found
    },
    openEnd: (bytes) => {
      for (let start = Math.max(0, bytes.length - longest + 1); start < bytes.length; start += 1)
        if (beginning.get(bytes[start] ?? 0)?.some((pattern) => isBeginning(pattern, bytes, start)) === true)
          return bytes.length - start
      return 0
    },
  }
}

/** How far to go on from a pair of bytes, and what has it as the last pair of its first `shortest` bytes. */
function tablesOf(
  all: readonly Pattern[],
  shortest: number,
): { readonly shift: Uint8Array; readonly ending: ReadonlyMap<number, readonly Pattern[]> } {
  const most = Math.min(255, shortest - 1)
  const shift = new Uint8Array(65_536).fill(most)
  const ending = new Map<number, Pattern[]>()
  for (const pattern of all) {
    for (let at = 1; at < shortest; at += 1) {
      const block = pattern.bytes.readUInt16BE(at - 1)
      shift[block] = Math.min(shift[block] ?? 0, shortest - 1 - at)
    }
    const last = pattern.bytes.readUInt16BE(shortest - 2)
    ending.set(last, [...(ending.get(last) ?? []), pattern])
  }
  for (const patterns of ending.values()) patterns.sort((a, b) => b.bytes.length - a.bytes.length)
  return { shift, ending }
}

function byFirst(all: readonly Pattern[]): ReadonlyMap<number, readonly Buffer[]> {
  const first = new Map<number, Buffer[]>()
  for (const { bytes } of all) first.set(bytes[0] ?? 0, [...(first.get(bytes[0] ?? 0) ?? []), bytes])
  return first
}

function longestAt(patterns: readonly Pattern[], bytes: Buffer, start: number): Pattern | undefined {
  return patterns.find(({ bytes: wanted }) => {
    const end = start + wanted.length
    return end <= bytes.length && wanted.compare(bytes, start, end) === 0
  })
}

/** Whether the rest of `bytes` from `start` is the beginning of a longer pattern. */
function isBeginning(pattern: Buffer, bytes: Buffer, start: number): boolean {
  const length = bytes.length - start
  return length < pattern.length && pattern.compare(bytes, start, bytes.length, 0, length) === 0
}
