/** Takes values out of what came back, before anybody sees or records it. */
import { parseLosslessJson, printLosslessJson } from '../wire/lossless-json.ts'
import { unescapedOf } from './escapes.ts'
import type { Scrubber, ScrubStream } from './injector.ts'
import { jsonStringsIn, type StringRun } from './json-strings.ts'
import type { Matcher, Range } from './matcher.ts'

/** A piece that goes; `name` stands in its place, or nothing for the rest of one that was split. */
interface Cut {
  readonly start: number
  readonly end: number
  readonly name: string | undefined
}

/** JSON in a string of JSON in a string of JSON is as deep as tools go. */
const deepest = 3
const quote = 0x22

/** @param matcher - Knows the values, in all their forms. */
export function makeScrubber(matcher: Matcher): Scrubber {
  const found = new Set<string>()
  const clean = (bytes: Buffer): Buffer => {
    const cuts = matcher.empty ? [] : cutsIn(matcher, bytes, 0)
    for (const { name } of cuts) if (name !== undefined) found.add(name)
    return cuts.length === 0 ? bytes : without(bytes, cuts)
  }
  const text = (given: string): string => {
    const bytes = Buffer.from(given)
    const cleaned = clean(bytes)
    return cleaned === bytes ? given : cleaned.toString('utf8')
  }
  return {
    found,
    bytes: clean,
    text,
    value: (value) => {
      const written = printLosslessJson(value)
      const cleaned = text(written)
      return cleaned === written ? value : parseLosslessJson(cleaned)
    },
    stream: () => makeStream(matcher, found),
  }
}

function cutsIn(matcher: Matcher, bytes: Buffer, depth: number): readonly Cut[] {
  const plain: readonly Cut[] = matcher.find(bytes)
  const others: Cut[] = unescapedOf(bytes).flatMap((text) =>
    matcher.find(text.bytes).map(({ start: from, end: to, name }) => {
      const [start, end] = text.sourceOf(from, to)
      return { start, end, name }
    }),
  )
  if (depth < deepest && bytes.includes(quote)) {
    const { names, values } = jsonStringsIn(bytes)
    others.push(...cutsOfRun(matcher, values, depth), ...cutsOfRun(matcher, names, depth))
  }
  return others.length === 0 ? plain : joined([...plain, ...others])
}

/** In the strings taken together, and in each that may hold JSON itself. */
function cutsOfRun(matcher: Matcher, run: StringRun, depth: number): readonly Cut[] {
  const inner = run.escaped.flatMap(([from, to]) =>
    cutsIn(matcher, run.bytes.subarray(from, to), depth + 1).map((cut) => ({
      ...cut,
      start: cut.start + from,
      end: cut.end + from,
    })),
  )
  return [...matcher.find(run.bytes), ...inner].flatMap((cut) => piecesOf(run, cut))
}

/** One piece for each string that has some of it. */
function piecesOf(run: StringRun, { start, end, name }: Range | Cut): Cut[] {
  return run
    .sourcesOf(start, end)
    .map((piece, index) => ({ start: piece.start, end: piece.end, name: index === 0 ? name : undefined }))
}

/** From left to right; pieces that touch the same bytes become one. */
function joined(cuts: readonly Cut[]): readonly Cut[] {
  const sorted = cuts.toSorted((a, b) => a.start - b.start || b.end - a.end)
  const kept: Cut[] = []
  for (const cut of sorted) {
    const last = kept.at(-1)
    if (last === undefined || cut.start >= last.end) kept.push(cut)
    else kept[kept.length - 1] = { ...last, end: Math.max(last.end, cut.end), name: last.name ?? cut.name }
  }
  return kept
}

function without(bytes: Buffer, cuts: readonly Cut[]): Buffer {
  const parts: Buffer[] = []
  let at = 0
  for (const { start, end, name } of cuts) {
    parts.push(bytes.subarray(at, start))
    if (name !== undefined) parts.push(Buffer.from(`[secret ${name}]`))
    at = end
  }
  return Buffer.concat([...parts, bytes.subarray(at)])
}

const nothing: Buffer = Buffer.alloc(0)

/** What may be the beginning of a value, or of a longer form of one, waits for what follows it. */
function makeStream(matcher: Matcher, found: Set<string>): ScrubStream {
  let held = nothing
  const clean = (bytes: Buffer, ranges: readonly Range[]): Buffer => {
    for (const { name } of ranges) found.add(name)
    return ranges.length === 0 ? bytes : without(bytes, ranges)
  }
  return {
    push: (chunk) => {
      if (matcher.empty) return chunk
      const bytes = held.length === 0 ? chunk : Buffer.concat([held, chunk])
      const ranges = matcher.find(bytes)
      const ready = readyUntil(matcher, bytes, ranges)
      held = Buffer.from(bytes.subarray(ready))
      return clean(
        bytes.subarray(0, ready),
        ranges.filter(({ end }) => end <= ready),
      )
    },
    end: () => {
      const rest = clean(held, matcher.find(held))
      held = nothing
      return rest
    },
  }
}

/** Up to where nothing that follows can change what was found. */
function readyUntil(matcher: Matcher, bytes: Buffer, ranges: readonly Range[]): number {
  let from = 0
  for (;;) {
    const ready = bytes.length - matcher.openEnd(bytes.subarray(from))
    const across = ranges.find(({ start, end }) => start < ready && ready < end && start >= from)
    if (across === undefined) return ready
    from = across.end
  }
}
