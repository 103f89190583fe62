import { printPointer } from '../charter/pointer.ts'
import { type Disguise, type Finding, withoutRepeats } from './finding.ts'
import type { Folded } from './fold.ts'
import { type Leaf, leavesOf } from './leaf.ts'
import { type ClassEntry, type ClassMemory, numberDigest, type Target } from './memory.ts'
import { openSaidNames, type SaidNames } from './said-name.ts'
import { type Match, type Piece, search, searchAcross, searchJoined, startsOf, tailAfter } from './search.ts'
import { foldedOf, numbersWritten, type Span, type View, viewsOf } from './view.ts'

/** How much of a value has to be out in pieces for the last one to complete it. */
const enough = 0.72
/** Values that are pieced together are short: of a long text words are met everywhere. */
const longestPieced = 128

/**
 * What of the remembered values a value holds: as they were, re-cased, with other separators, look-alike or hidden characters, encoded,
 * backwards, rotated, a part that is long enough, and cut up over texts of this value and of what this run sent before.
 *
 * Where something could not be remembered, every text may hold it, and is said to: `by` is then `memory full`.
 *
 * @param channel - Names what the value goes to; pieces sent there one after the other are joined.
 */
export function classesOf(memory: ClassMemory, value: unknown, channel = ''): readonly Finding[] {
  const leaves = leavesOf(value)
  const lost = [...memory.lost].flatMap((name) =>
    leaves.filter(({ text }) => text.length > 3).map((leaf) => whole(leaf, name)),
  )
  if (memory.values === 0 && memory.words.size === 0 && memory.numbers.size === 0) return lost
  const names = openSaidNames(memory.key, leaves)
  const read = leaves.map((leaf) => readingsOf(memory, leaf, { channel, names }))
  const pieces = read.flatMap(({ pieces: each }) => each)
  return withoutRepeats([
    ...lost,
    ...read.flatMap(({ found }) => found),
    ...joinedTexts(memory, read, names),
    ...completed(memory, pieces),
  ])
}

/**
 * What the memory has to take in once a value has left, so that the rest of what it holds a part of is known when it follows. Changes
 * nothing itself.
 */
export function noteSent(memory: ClassMemory, value: unknown, channel: string): readonly ClassEntry[] {
  if (memory.values === 0) return []
  const entries: ClassEntry[] = []
  for (const leaf of leavesOf(value)) {
    if (leaf.kind === 'name') continue
    const views = viewsOf(leaf.text)
    const pieces = views.flatMap((view) => (view.alike ? [] : search(memory, foldedOf(view)).pieces))
    for (const { target, from, to } of pieces) {
      if (isNews(memory, target, from, to)) entries.push({ kind: 'piece', value: target.value, from, to })
    }
    const name = channelOf(channel, leaf)
    const { codes } = foldedOf(views[0])
    if (codes.length === 0 || (!memory.tails.has(name) && memory.tails.size >= mostChannels)) continue
    entries.push({ kind: 'tail', channel: name, ...tailAfter(memory, memory.tails.get(name), codes) })
  }
  return entries
}

const mostChannels = 256

/** Items of a list are one stream. */
const channelOf = (channel: string, leaf: Leaf): string =>
  `${channel}#${printPointer(leaf.at).replaceAll(/\/\d+(?=\/|$)/g, '/*')}`

function isNews(memory: ClassMemory, target: Target, from: number, to: number): boolean {
  if (target.length > longestPieced) return false
  const covered = memory.pieces.get(target.value)
  for (let at = from; at < to; at++) if (covered?.has(at) !== true) return true
  return false
}

function whole(leaf: Leaf, name: string): Finding {
  const { at, text, kind } = leaf
  return { at: printPointer(at), class: name, by: 'memory full', how: 'plain', in: kind, start: 0, end: text.length }
}

interface Reading {
  readonly leaf: Leaf
  readonly folded: Folded
  readonly found: readonly Finding[]
  readonly pieces: readonly Placed[]
}

function readingsOf(
  memory: ClassMemory,
  leaf: Leaf,
  { channel, names }: { readonly channel: string; readonly names: SaidNames },
): Reading {
  const found: Finding[] = []
  const pieces: Placed[] = []
  const place = (view: View, of: Folded, each: readonly Piece[]): void => {
    for (const piece of each) {
      const span = view.span(of.from[piece.start] ?? 0, of.to[piece.end - 1] ?? view.text.length)
      if (!names.isWord(piece, leaf.text.slice(span.start, span.end))) pieces.push({ leaf, piece, span })
    }
  }
  const views = viewsOf(leaf.text)
  for (const view of views) {
    if (memory.numbers.size > 0) found.push(...numbersOf(memory, leaf, view))
    if (view.alike) continue
    const folded = foldedOf(view)
    const { matches, pieces: cut } = search(memory, folded)
    for (const match of matches) {
      const finding = findingOf(leaf, match, { view, folded })
      if (!names.isName(match, leaf.text.slice(finding.start, finding.end))) found.push(finding)
    }
    place(view, folded, cut)
  }
  const [plain] = views
  const folded = foldedOf(plain)
  const tail = leaf.kind === 'name' ? undefined : memory.tails.get(channelOf(channel, leaf))
  if (tail !== undefined)
    for (const match of searchAcross(memory, tail, folded)) found.push(findingOf(leaf, match, { view: plain, folded }))
  return { leaf, folded, found, pieces }
}

function findingOf(leaf: Leaf, match: Match, { view, folded }: { view: View; folded: Folded }): Finding {
  const span = view.span(folded.from[match.start] ?? 0, folded.to[match.end - 1] ?? view.text.length)
  const { class: name, by, how } = match.target
  const own: Disguise = how === 'base64' || how === 'hexadecimal' ? 'encoded' : how
  const disguise: Disguise = own !== 'plain' ? own : view.encoded ? 'encoded' : match.part ? 'part' : 'plain'
  return { at: printPointer(leaf.at), class: name, by, how: disguise, in: leaf.kind, ...span }
}

function textOf({ start, end }: Pick<Match, 'start' | 'end'>, text: string, { from, to }: Folded): string {
  return text.slice(from[start] ?? 0, to[end - 1] ?? text.length)
}

/** Numbers that are remembered, in whatever notation. */
function numbersOf({ key, numbers }: ClassMemory, { at, kind }: Leaf, view: View): Finding[] {
  return numbersWritten(view).flatMap(({ number, start, end, stands }) => {
    const known = numbers.get(numberDigest(key, number)) ?? []
    const standing = known.length === 0 ? 'in a word' : stands()
    if (standing === 'in a word') return []
    const those = standing === 'alone' ? known : known.filter(({ part }) => !part)
    return those.map(({ class: name, by, part }): Finding => {
      const how = view.encoded ? 'encoded' : part ? 'part' : 'plain'
      return { at: printPointer(at), class: name, by, how, in: kind, ...view.span(start, end) }
    })
  })
}

/** Values cut up over texts that follow each other. */
function joinedTexts(memory: ClassMemory, read: readonly Reading[], names: SaidNames): Finding[] {
  const texts = read.filter(({ leaf, folded }) => leaf.kind !== 'name' && folded.codes.length > 0)
  if (texts.length < 2) return []
  const all = texts.map(({ folded }) => folded)
  const starts = startsOf(all)
  const found: Finding[] = []
  for (const { match, from: first, to: last } of searchJoined(memory, all)) {
    const { target, start, end } = match
    const words = texts.slice(first, last + 1).map(({ leaf, folded }, at) => {
      const offset = starts[first + at] ?? 0
      return textOf(
        { start: Math.max(0, start - offset), end: Math.min(folded.codes.length, end - offset) },
        leaf.text,
        folded,
      )
    })
    if (names.isName(match, words.join(' '))) continue
    for (let text = first; text <= last; text++) {
      const { leaf, folded } = texts[text] ?? {}
      if (leaf === undefined || folded === undefined) continue
      const offset = starts[text] ?? 0
      const [from, to] = [Math.max(0, start - offset), Math.min(folded.codes.length, end - offset)]
      const span = { start: folded.from[from] ?? 0, end: folded.to[to - 1] ?? leaf.text.length }
      found.push({
        at: printPointer(leaf.at),
        class: target.class,
        by: target.by,
        how: 'joined',
        in: leaf.kind,
        ...span,
      })
    }
  }
  return found
}

interface Placed {
  readonly leaf: Leaf
  readonly piece: Piece
  readonly span: Span
}

/** Values of which, with the pieces of this call, nearly everything is out. */
function completed(memory: ClassMemory, pieces: readonly Placed[]): Finding[] {
  const byValue = new Map<number, Placed[]>()
  for (const each of pieces) {
    if (each.piece.target.length > longestPieced) continue
    const own = byValue.get(each.piece.target.value)
    if (own === undefined) byValue.set(each.piece.target.value, [each])
    else own.push(each)
  }
  return [...byValue.values()].flatMap((own) => {
    const target = own[0]?.piece.target
    if (target === undefined || !isComplete(memory, target, own)) return []
    return own.map(({ leaf, span }) => {
      const at = printPointer(leaf.at)
      return { at, class: target.class, by: target.by, how: 'pieces', in: leaf.kind, ...span } as const
    })
  })
}

function isComplete(memory: ClassMemory, target: Target, own: readonly { piece: Piece }[]): boolean {
  const covered = new Set(memory.pieces.get(target.value) ?? [])
  const before = covered.size
  for (const { piece } of own) for (let at = piece.from; at < piece.to; at++) covered.add(at)
  return covered.size > before && covered.size >= Math.max(target.need, Math.ceil(target.length * enough))
}
