import type { Origin } from '../../constraint/facts.ts'
import { fold } from '../../constraint/same-text.ts'
import { decodings } from '../../text/decode.ts'
import { keeping } from '../../text/keeping.ts'
import { squash } from '../../text/plain.ts'
import { writtenAccountsIn } from './form/account.ts'
import { addressesIn, hostsIn, joinedReading } from './form/address.ts'
import { formsIn } from './form/form.ts'
import { phonesIn, tailOf } from './form/phone.ts'
import { tailLength } from './form/spelled.ts'
import type { Memory, Place } from './memory.ts'
import { isShort, namedShort } from './named-short.ts'
import { addText } from './text-index.ts'

/**
 * Values of answers that are still to be taken apart, in order: only a value that nobody to rely on says is looked for in whatever shape,
 * and most runs send none.
 */
export interface Unread {
  readonly values: Value[]
  /** Of all of them. */
  letters: number
}

interface Value {
  readonly text: string
  readonly place: Place
  /** It stands where the id of a thing does. */
  readonly isId: boolean
}

/** When more waits, the first are read as others come: whoever has to read all of it must not hold everybody up. */
const mostWaiting = 262_144
const fewValues = 64
const maxDecoded = 100_000

export function emptyUnread(): Unread {
  return { values: [], letters: 0 }
}

export function addUnread(memory: Memory, value: Value): void {
  const { unread } = memory
  unread.values.push(value)
  unread.letters += value.text.length
  while (unread.letters > mostWaiting) readSome(memory, fewValues)
}

/** Makes the memory know everything it has seen in whatever shape. */
export function readAll(memory: Memory): void {
  readSome(memory, memory.unread.values.length)
}

function readSome(memory: Memory, count: number): void {
  for (const { text, place, isId } of memory.unread.values.splice(0, count)) {
    memory.unread.letters -= text.length
    addSeen(memory, text, place)
    if (isId && isShort(text)) noteNamed(memory, text, place.origin)
  }
}

/** Keeps a text to be found again in whatever shape. */
function addSeen(memory: Memory, text: string, place: Place, depth = 0): void {
  const solid = squash(text)
  if (solid.length < 4) addWord(memory, `text ${solid}`, place)
  else addText(memory.text, solid, place)
  if (place.trusted) return
  for (const short of shortWords(text)) addWord(memory, shortKey(short), place)
  if (/\d/.test(text)) {
    for (const form of formsIn(text)) if (/^(?:number|date|month|account)/.test(form)) addWord(memory, form, place)
    for (const short of namedShort(text)) noteNamed(memory, short, place.origin)
    for (const account of writtenAccountsIn(text)) addWord(memory, `written ${account}`, place)
    for (const phone of phonesIn(text, place.origin.at)) addWord(memory, `phone ${tailOf(phone)}`, place)
  }
  for (const host of hostsIn(text)) addHost(memory, host, place)
  const joined = depth > 2 ? text : joinedReading(text)
  const joinedTo = joined === text ? [] : addressesIn(joined).filter((address) => !text.includes(address))
  for (const address of joinedTo) addSeen(memory, address, place, 3)
  if (depth > 1 || text.length > maxDecoded || isTooShort(text)) return
  const encoded = { ...place, origin: { ...place.origin, how: 'encoded' } } as const
  for (const decoded of decodings(text, 12)) addSeen(memory, decoded, encoded, depth + 1)
}

/** What is shorter is no run of digits that is looked at, and without escapes there is nothing to decode. */
function isTooShort(text: string): boolean {
  return text.length < 11 && !/[%&\\]|[^ -~]/.test(text)
}

const marked = /(?<![\p{L}\p{N}._-])[\p{L}\p{N}](?:[._-]?[\p{L}\p{N}]){1,2}(?![\p{L}\p{N}]|[._-][\p{L}\p{N}])/gu
const plain = /(?<![\p{L}\p{N}])[\p{L}\p{N}]{1,3}(?![\p{L}\p{N}])/gu

/** Words too short to be found as text, also with marks inside, as `4.2.0`. A digit of an id such as `guest-5` is none. */
function shortWords(text: string): Iterable<string> {
  if (/^\p{L}{2,24}-\d{1,2}$/u.test(text)) return []
  const within = /\S[._-]\S/.test(text) ? (text.match(marked) ?? []) : []
  return new Set([...(text.match(plain) ?? []), ...within])
}

const shortKey = keeping(4096, (short) => `text ${squash(short)}`)

function addWord(memory: Memory, key: string, { origin }: Place): void {
  if (!memory.words.has(key)) memory.words.set(key, origin)
}

/** By its name, and by those it is below; without hyphens also where its letters stand apart, and what it ends with. */
function addHost(memory: Memory, host: string, place: Place): void {
  let name = host
  do {
    addWord(memory, `host ${name}`, place)
    addWord(memory, `spelled ${name.replaceAll('-', '')}`, place)
    name = name.slice(name.indexOf('.') + 1)
  } while (name.includes('.'))
  const solid = host.replaceAll('-', '')
  addWord(memory, `spelled ${solid.slice(Math.max(0, solid.lastIndexOf('.') - tailLength))}`, place)
}

function noteNamed(memory: Memory, short: string, origin: Origin): void {
  const key = fold(short)
  const known = memory.short.get(key) ?? []
  if (known.length < 16) memory.short.set(key, [...known, { ...origin, trust: 'untrusted', how: 'part' }])
}
