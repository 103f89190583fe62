import type { Origin } from '../../constraint/facts.ts'
import { fold } from '../../constraint/same-text.ts'
import { decodings, reversed } from '../../text/decode.ts'
import { isProse, plain, squash } from '../../text/plain.ts'
import { accountName } from './form/account.ts'
import {
  addressesIn,
  addressesInside,
  likelyAddressesIn,
  maybeAddressesIn,
  placeOf,
  readingsOf,
  withoutAddresses,
} from './form/address.ts'
import { formsOf } from './form/form.ts'
import { dialled, tailOf } from './form/phone.ts'
import { spelledNamesIn } from './form/spelled.ts'
import type { Memory, Place } from './memory.ts'
import { namedOrigins } from './named-answer.ts'
import { isShort } from './named-short.ts'
import { isEndorsed, isGood, worstOf } from './origin.ts'
import { listedInPrompt, saysHost } from './prompt-text.ts'
import { argumentLeaves } from './structure/leaves.ts'
import { type Found, findBeginning, findText } from './text-index.ts'
import { isSpelled, seenAs, suspectNational, suspectSeen, suspectSpelled } from './told.ts'
import { readAll } from './unread.ts'
import { findByOthers, goodOrigins, isVouchedPiece, shortenedNumber } from './vouched.ts'

/**
 * Where a value comes from, as far as the run's memory tells: alternatives, best first; none when it cannot be told.
 *
 * Trust needs sameness, suspicion only likeness. A value has the trust of the prompt or of a trusted place when it stands there whole:
 * as a word or words of the prompt, as a whole leaf of an answer, or as something of the same form (the same amount, date, account,
 * address or link written otherwise). Letter case and white space do not count. A list of such values, and several whole leaves of one
 * answer with blanks between, are as good as the worst of them. Who repeats a trusted value gains and spoils nothing.
 *
 * Everything else that resembles what answers have shown is untrusted: a piece of it, pieces joined, the same in other characters,
 * encoded or reversed. What resembles nothing is the model's own. A paraphrase cannot be seen, and is the model's own.
 *
 * Truth values, nothing and empty text say too little to have come from anywhere: they cannot be told, and whoever asks about arguments
 * leaves them and the members of enumerations out. Ids of one or two letters and digits occur everywhere by chance: where
 * text that anybody may have written calls one by name, but for the record it stands in, the choice is not the user's although a system
 * of record has it too.
 */
export function trace(memory: Memory, value: unknown): readonly Origin[] {
  if (typeof value === 'string') return value.trim() === '' ? [] : traceText(memory, value)
  if (typeof value === 'number') return traceText(memory, String(value))
  if (typeof value !== 'object' || value === null) return []
  const parts = argumentLeaves(value)
  const worst = worstOf(parts.flatMap(({ value: part }) => trace(memory, part).slice(0, 1)))
  return worst === undefined ? [] : [joined(worst)]
}

function traceText(memory: Memory, text: string): readonly Origin[] {
  const good = goodOrigins(memory, text)
  const isShortId = isShort(text)
  if (isShortId || good.every(isEndorsed)) readAll(memory)
  if (good[0]?.trust !== 'prompt' && isListed(memory, text)) return [{ trust: 'prompt', how: 'joined' }, ...good]
  const chosen = isShortId ? chosenElsewhere(memory, text, good) : undefined
  if (chosen !== undefined) return chosen
  // What was approved for one thing is for another still what it was.
  return good.every(isEndorsed) ? [...good, ...unvouchedOrigins(memory, text)] : good
}

function unvouchedOrigins(memory: Memory, text: string): readonly Origin[] {
  const list = traceList(memory, text) ?? traceLeaves(memory, text)
  if (list !== undefined) return isEndorsed(list) ? [list, ...suspectOrigins(memory, text)] : [list]
  return suspectOrigins(memory, text)
}

function suspectOrigins(memory: Memory, text: string): readonly Origin[] {
  const suspect = isProse(text) ? suspectProse(memory, text) : suspectName(memory, text)
  if (suspect !== undefined) return [suspect, ...namedOrigins(memory.named, text)]
  return memory.full ? [] : [{ trust: 'model' }]
}

/** The user named it in a list such as `in-1/in-2`, and what reads like one is not said as a value of its own anywhere. */
function isListed(memory: Memory, text: string): boolean {
  const list = listedInPrompt(memory.prompt, text) ?? ''
  const solid = squash(list)
  if (solid.length < 4) return false
  readAll(memory)
  // A letter or two are everywhere behind an id: `in-1 sent`.
  const isNamed = ({ whole }: Found<Place>): boolean => whole || list.length > text.length + 3
  return !memory.full && findText(memory.text, solid, isNamed) === undefined
}

/** A short id that others than the user name. */
function chosenElsewhere(memory: Memory, text: string, good: readonly Origin[]): readonly Origin[] | undefined {
  if (good.some(({ trust }) => trust === 'prompt' || trust === 'endorsed')) return good
  if (memory.full) return []
  const named = memory.short.get(fold(text)) ?? []
  const [first] = named
  if (first === undefined) return undefined
  const own = good.filter((id) => named.every((each) => isOwn(id, each)))
  return own.length > 0 ? own : [first]
}

/** Whether a text stands in the very record whose id it names. */
function isOwn(id: Origin, text: Origin): boolean {
  const record = id.at?.slice(0, id.at.lastIndexOf('/') + 1)
  return (
    id.call === text.call &&
    id.operation === text.operation &&
    record !== undefined &&
    text.at?.startsWith(record) === true
  )
}

/** Several values in one text, as in a list of recipients. */
function traceList(memory: Memory, text: string): Origin | undefined {
  const parts = text.split(/\s*[,;|\n]\s*/).filter((part) => part !== '')
  if (parts.length < 2 || parts.length > 50) return undefined
  const known: Origin[] = []
  for (const part of parts) {
    const good = goodOrigins(memory, part)
    const best = good.find((origin) => !isEndorsed(origin)) ?? good[0]
    if (best === undefined) return undefined
    known.push(best)
  }
  // Each must be approved where any is: one origin cannot say two things.
  if (known.some(isEndorsed) && known.some(({ approval }) => approval !== known[0]?.approval)) return undefined
  const worst = worstOf(known)
  return worst === undefined ? undefined : joined(worst)
}

/** Whole leaves of one answer with blanks between, as first and last name. */
function traceLeaves(memory: Memory, text: string): Origin | undefined {
  const parts = text.trim().split(/\s+/)
  if (parts.length < 2 || parts.length > 6) return undefined
  const answers = parts.map((part) => memory.good.get(`text ${fold(part)}`)?.origins ?? [])
  const first = answers[0]?.find(
    ({ call, trust }) =>
      trust === 'trusted' && call !== undefined && answers.every((each) => each.some((other) => other.call === call)),
  )
  return first === undefined ? undefined : joined(first)
}

function joined(origin: Origin): Origin {
  return { ...origin, how: 'joined' }
}

/** What an id, an address, a name or a title may have been taken from. */
function suspectName(memory: Memory, text: string): Origin | undefined {
  const solid = squash(withoutScheme(text))
  const found = findSolid(memory, solid) ?? byForm(memory, text)
  if (found !== undefined) return isDisguised(text) ? { ...found, how: 'lookalike' } : found
  if (isDisguised(text) && solid.length > 2 && memory.prompt.squashed.includes(solid))
    return { trust: 'untrusted', how: 'lookalike' }
  return (
    suspectEncoded(memory, text) ??
    suspectAddress(memory, text) ??
    suspectNational(memory, text) ??
    joinedOf(memory, solid) ??
    joinedOf(memory, squash(text))
  )
}

/** A link is the same place with and without what most leave out. */
function withoutScheme(text: string): string {
  return text.replace(/^(?:[a-z][a-z0-9+.-]{1,20}:\/\/|(?:mailto|tel|sms|callto):)?(?:www\.)?/i, '')
}

/** It has letters that look like others, or that nobody sees. */
function isDisguised(text: string): boolean {
  return plain(text) !== text.toLowerCase()
}

function findSolid(memory: Memory, solid: string): Origin | undefined {
  if (solid.length < 4) {
    const word = solid === '' ? undefined : memory.words.get(`text ${solid}`)
    return word === undefined ? undefined : { ...word, trust: 'untrusted' }
  }
  const found = findText(memory.text, solid)
  return found === undefined ? undefined : originOf(found)
}

function originOf({ place, whole }: Found<Place>): Origin {
  const { origin } = place
  // Of a trusted value it is only a piece, or only like it.
  const how = origin.how === 'encoded' ? 'encoded' : !whole ? 'part' : place.trusted ? 'lookalike' : 'same'
  return { ...origin, trust: 'untrusted', how }
}

function byForm(memory: Memory, text: string): Origin | undefined {
  const word = formsOf(text)
    .map((form) => memory.words.get(form))
    .find((origin) => origin !== undefined)
  return word === undefined ? undefined : { ...word, trust: 'untrusted', how: 'form' }
}

function suspectEncoded(memory: Memory, text: string, depth = 0): Origin | undefined {
  const solid = squash(text)
  const back = solid.length < 4 ? undefined : findText(memory.text, reversed(solid))
  if (back !== undefined) return { ...originOf(back), how: 'encoded' }
  for (const decoded of decodings(text)) {
    const inner = squash(decoded)
    const found = findSolid(memory, inner) ?? (depth < 2 ? suspectEncoded(memory, decoded, depth + 1) : undefined)
    if (found !== undefined) return { ...found, how: 'encoded' }
    if (inner.length > 3 && memory.prompt.squashed.includes(inner)) return { trust: 'untrusted', how: 'encoded' }
  }
  return undefined
}

const piece = { shortest: 4, average: 6, most: 6 } as const

/** An address inside a name, as in `Ann <ann@corp.example>`. */
function suspectAddress(memory: Memory, text: string): Origin | undefined {
  for (const address of likelyAddressesIn(text)) {
    if (address === text || !goodOrigins(memory, address).every(isEndorsed)) continue
    const found = suspectName(memory, address)
    if (found !== undefined) return joined(found)
  }
  return undefined
}

/** A single word made of pieces that stand apart in what was seen. */
function joinedOf(memory: Memory, solid: string): Origin | undefined {
  if (solid.length < 2 * piece.shortest || solid.length > 200) return undefined
  let first: Origin | undefined
  let pieces = 0
  for (let at = 0; at < solid.length; pieces += 1) {
    // What is left over is looked at with what stands before it.
    const from = Math.min(at, solid.length - piece.shortest)
    const next = findBeginning(memory.text, solid.slice(from))
    if (next === undefined || pieces === piece.most) return undefined
    first ??= { ...next.place.origin, trust: 'untrusted', how: 'joined' }
    at = from + next.length
  }
  return solid.length / pieces < piece.average ? undefined : first
}

const run = { length: 24, step: 8 } as const

/** What a longer text has taken over: an address nobody to rely on gave, or a run of somebody's words. */
function suspectProse(memory: Memory, text: string): Origin | undefined {
  for (const { origins } of addressesOf(memory, text, likelyAddressesIn)) {
    const [best] = origins
    if (best !== undefined && best.trust === 'untrusted')
      return { ...best, how: best.how === 'same' ? 'part' : (best.how ?? 'part') }
  }
  return copiedRun(memory, squash(text)) ?? suspectEncoded(memory, text)
}

function copiedRun(memory: Memory, solid: string): Origin | undefined {
  for (let at = 0; at === 0 || at + run.length <= solid.length; at += run.step) {
    const words = solid.slice(at, at + run.length)
    const found = words.length < 4 || isVouchedPiece(memory, words) ? undefined : findText(memory.text, words)
    if (found !== undefined) return { ...originOf(found), how: 'part' }
  }
  return undefined
}

/** The addresses inside a longer text, each with where it comes from. */
export function traceAddresses(memory: Memory, text: string): readonly TracedAddress[] {
  const good = goodOrigins(memory, text)
  // Somebody to rely on says the whole of it.
  if (!good.every(isEndorsed)) return []
  return addressesOf(memory, text, addressesIn).map(({ address, origins }) => ({
    address,
    origins: [...good, ...origins],
  }))
}

interface TracedAddress {
  readonly address: string
  readonly origins: readonly Origin[]
}

function addressesOf(memory: Memory, text: string, addressesOfText: typeof addressesIn): readonly TracedAddress[] {
  const written = addressesOfText(text).map((address) => ({ address, origins: addressOrigins(memory, address) }))
  const vouched = written.flatMap(({ address, origins }) => (isVouched(origins) ? [address] : []))
  return [...written, ...readOtherwise(memory, withoutAddresses(text, new Set(vouched)), written)]
}

function addressOrigins(memory: Memory, address: string): readonly Origin[] {
  const good = goodOrigins(memory, address)
  return good.every(isEndorsed) ? [...good, ...unvouchedAddress(memory, address)] : good
}

function unvouchedAddress(memory: Memory, address: string): readonly Origin[] {
  readAll(memory)
  const shortened = shortenedNumber(memory, address)
  if (shortened !== undefined) return [shortened]
  const suspect = suspectName(memory, address) ?? suspectPlace(memory, address)
  // The host of a link that the user gave is as good as the link.
  if (suspect !== undefined && isName.test(address) && saysHost(memory.prompt, address))
    return [{ trust: 'prompt', how: 'part' }]
  if (suspect !== undefined) return [suspect, ...namedOrigins(memory.named, address)]
  return memory.full ? [] : [{ trust: 'model' }]
}

const isName = /^[^\s@/:]*\p{L}[^\s@/:]*$/u

/** Where an address leads, with more or less around it: a telephone number without its area, a link with a name before or a query behind. */
function suspectPlace(memory: Memory, address: string): Origin | undefined {
  const isNumber = /^[+(]?\d/.test(address)
  const solid = squash(isNumber ? dialled(address) : placeOf(address))
  const found = solid.length < 7 ? undefined : findByOthers(memory, solid)
  if (found !== undefined) return { ...originOf(found), how: 'part' }
  const [tailed] = isNumber ? suspectSeen(memory, tailOf(address)) : []
  return tailed
}

/** What a reader makes an address of, although it is not written as one. Only what others have said; nothing else is told by it. */
function readOtherwise(memory: Memory, text: string, told: readonly TracedAddress[]): readonly TracedAddress[] {
  const known = new Set(told.map(({ address }) => address.toLowerCase()))
  const found = new Map<string, readonly Origin[]>()
  const look = (addresses: readonly string[]): readonly TracedAddress[] =>
    addresses
      .filter((each) => !known.has(each.toLowerCase()) && !isOnlyVouched(memory, each))
      .map((address) => ({ address, origins: addressOrigins(memory, address) }))
  for (const view of readingsOf(text)) {
    const { hosts, accounts, runs } = maybeAddressesIn(view)
    if (hosts.length + accounts.length + runs.length > 0) readAll(memory)
    for (const each of spelledNamesIn(view, (name) => isSpelled(memory, name)))
      found.set(each, suspectSpelled(memory, each))
    for (const each of accounts) found.set(each, seenAs(memory, each, [`written ${accountName(each)}`]))
    for (const each of [...hosts, ...runs])
      if (!known.has(each.toLowerCase())) found.set(each, suspectSeen(memory, each))
    const others = view === text ? [] : look(addressesIn(view))
    const own = [...(view === text ? told : others)].filter(({ origins: [best] }) => best?.trust === 'model')
    const inside = look(own.flatMap(({ address }) => addressesInside(address)))
    for (const { address, origins } of [...others, ...inside]) found.set(address, origins)
  }
  return [...found].flatMap(([address, origins]) =>
    origins.find((origin) => !isEndorsed(origin))?.trust === 'untrusted' ? [{ address, origins }] : [],
  )
}

/** It is a piece of what somebody to rely on says, and nobody else says it. */
function isOnlyVouched(memory: Memory, address: string): boolean {
  const solid = squash(withoutScheme(address))
  return isVouchedPiece(memory, solid) && findByOthers(memory, solid) === undefined
}

/** Whether the best that can be said of a value is somebody's word to rely on. */
export function isVouched(origins: readonly Origin[]): boolean {
  return origins[0] !== undefined && isGood(origins[0])
}
