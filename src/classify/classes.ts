import { printPointer } from '../charter/pointer.ts'
import { fieldWords, type Hit } from './detect/hit.ts'
import { type Finding, withoutRepeats } from './finding.ts'
import { leavesOfJson } from './json-text.ts'
import {
  isWithin,
  isWithinAny,
  type Labels,
  type PatternLabel,
  type PlaceLabel,
  placesOf,
  type Whereabouts,
} from './labels.ts'
import { fieldOf, type Leaf, leavesOf } from './leaf.ts'
import { viewsOf } from './view.ts'

/**
 * What a value holds by the labels: everything at labelled places, and whatever the detectors find in texts, numbers and names of
 * members, also encoded, in JSON inside a text, and put together from texts that follow each other.
 *
 * An answer that is not as described, as it wraps what it shows (`{ file: { … } }`), has its places wherever their names are.
 *
 * Total, and linear in the size of the value. Findings stand in document order, several on one place where several labels fit.
 */
export function classesIn(labels: Labels, value: unknown, where: Whereabouts): readonly Finding[] {
  const leaves = leavesOf(value)
  const places = placesOf(labels, where).map(
    (label): Sought => ({ ...label, moved: where.side === 'answer' && isMoved(label, leaves) }),
  )
  return [
    ...leaves.flatMap((leaf) => [...inPlaces(leaf, places), ...inText(leaf, labels.patterns)]),
    ...acrossTexts(leaves, labels.patterns),
  ]
}

interface Sought extends PlaceLabel {
  readonly moved: boolean
}

const isMoved = ({ at: place, sign }: PlaceLabel, shown: readonly Pick<Leaf, 'at'>[]): boolean =>
  sign !== undefined && !shown.some(({ at }) => isWithin(sign, at) || isWithin(place, at))

const fits = ({ at: place, moved }: Sought, at: readonly string[]): boolean =>
  moved ? isWithinAny(place, at) : isWithin(place, at)

function inPlaces(leaf: Leaf, places: readonly Sought[]): Finding[] {
  if (places.length === 0 || leaf.text === '') return []
  const found: Finding[] = []
  // The name of the labelled member itself is known to everybody who has the description.
  const within = leaf.kind === 'name' ? leaf.at.slice(0, -1) : leaf.at
  for (const place of places) {
    if (fits(place, within)) {
      const { class: name, by } = place
      found.push({
        at: printPointer(leaf.at),
        class: name,
        by,
        how: 'plain',
        in: leaf.kind,
        start: 0,
        end: leaf.text.length,
      })
    } else if (leaf.kind === 'text' && (place.moved || place.at.length > leaf.at.length))
      found.push(...inJson(leaf, place))
  }
  return found
}

function inJson(leaf: Leaf, label: Sought): Finding[] {
  const inner = (leavesOfJson(leaf.text) ?? []).map((each) => ({ ...each, at: [...leaf.at, ...each.at] }))
  const sought = { ...label, moved: label.moved && isMoved(label, inner) }
  return inner
    .filter(({ at, start, end }) => end > start && fits(sought, at))
    .map(({ start, end }) => ({
      at: printPointer(leaf.at),
      class: label.class,
      by: label.by,
      how: 'plain',
      in: 'text',
      start,
      end,
    }))
}

function inText(leaf: Leaf, patterns: readonly PatternLabel[]): Finding[] {
  if (patterns.length === 0 || leaf.text.length < 3) return []
  const names = leaf.kind === 'name' ? plainNamesOf(patterns) : undefined
  if (names?.has(leaf.text) === true) return []
  const place = { field: leaf.kind === 'name' ? '' : fieldWords(fieldOf(leaf.at)) }
  const found: Finding[] = []
  for (const view of viewsOf(leaf.text)) {
    for (const { class: name, detector } of patterns) {
      for (const hit of detector.find(view.text, place)) {
        const span = view.span(hit.start, hit.end)
        const how = view.encoded ? 'encoded' : 'plain'
        found.push({ at: printPointer(leaf.at), class: name, by: hit.by, how, in: leaf.kind, ...span })
      }
    }
  }
  if (found.length === 0 && names !== undefined && names.size < mostNames && leaf.text.length < 64) names.add(leaf.text)
  return withoutRepeats(found)
}

/** Names of members without anything in them, which are the same in every record. */
const plainNames = new WeakMap<readonly PatternLabel[], Set<string>>()
const mostNames = 1000

function plainNamesOf(patterns: readonly PatternLabel[]): Set<string> {
  const known = plainNames.get(patterns) ?? new Set()
  plainNames.set(patterns, known)
  return known
}

/** Detectors with check digits strong enough that two texts that happen to follow each other do not make one by chance. */
const strong: ReadonlySet<string> = new Set([
  'iban',
  'jwt',
  'api-key',
  'private-key',
  'credential',
  'it-codice-fiscale',
  'fr-nir',
])
const longestPiece = 64

/** Values cut into texts that follow each other: each piece ends where a text ends. */
function acrossTexts(leaves: readonly Leaf[], patterns: readonly PatternLabel[]): Finding[] {
  const wanted = patterns.filter(({ detector }) => strong.has(detector.name))
  const texts = leaves.filter(({ kind, text }) => kind === 'text' && text !== '')
  if (wanted.length === 0 || texts.length < 2) return []
  const pieces = texts.map((leaf) => pieceOf(leaf))
  const found = ['', ' '].flatMap((between) => {
    const joined = pieces.map(({ text }) => text).join(between)
    return wanted.flatMap(({ class: name, detector }) =>
      detector.find(joined, { field: '' }).flatMap((hit) => across(pieces, { ...hit, class: name }, between.length)),
    )
  })
  return withoutRepeats(found)
}

interface PieceOf {
  readonly leaf: Leaf
  readonly text: string
  /** How much white space the text begins with. */
  readonly skipped: number
}

/** Of a long text only what can be the beginning or the end of something. */
function pieceOf(leaf: Leaf): PieceOf {
  if (leaf.text.length > longestPiece) return { leaf, text: '\n', skipped: 0 }
  return { leaf, text: leaf.text.trim(), skipped: leaf.text.length - leaf.text.trimStart().length }
}

function across(pieces: readonly PieceOf[], hit: Hit & { readonly class: string }, gap: number): Finding[] {
  const found: Finding[] = []
  let from = 0
  for (const { leaf, text, skipped } of pieces) {
    const [start, end] = [Math.max(hit.start, from) - from, Math.min(hit.end, from + text.length) - from]
    if (end > start) {
      const span = { start: start + skipped, end: end + skipped }
      found.push({ at: printPointer(leaf.at), class: hit.class, by: hit.by, how: 'joined', in: leaf.kind, ...span })
    }
    from += text.length + gap
  }
  return found.length > 1 ? found : []
}
