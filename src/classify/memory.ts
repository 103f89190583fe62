import { knownNumber } from './amount.ts'
import { fold } from './fold.ts'
import { type Form, formsOf, wordFormsOf } from './form.ts'
import { digest, type GramKey, gramLength, gramsOfAll, packGrams, parseGramKey, unpackGrams } from './gram.ts'
import { leavesOf } from './leaf.ts'
import { Seeds } from './seeds.ts'
import { worthOf } from './worth.ts'

/** One thing a run's memory of classed values consists of, as plain JSON. Holds no plain text, only digests with the run's key. */
export type ClassEntry =
  | {
      readonly kind: 'value'
      readonly class: string
      readonly by: string
      /** Digests of its pieces, packed: forwards, backwards, with letters rotated, in base64 and hexadecimal; how many characters in a row are enough. */
      readonly forms: readonly { readonly how: Form; readonly need: number; readonly grams: string }[]
      readonly digest: number
      readonly name?: NameWords
    }
  | {
      readonly kind: 'word'
      readonly class: string
      readonly by: string
      readonly length: number
      /** Forwards and backwards in turn. */
      readonly digests: readonly number[]
    }
  /** A number, however it is written: digests of its digits and point in full, and of those of them that are enough. */
  | {
      readonly kind: 'number'
      readonly class: string
      readonly by: string
      readonly whole: readonly number[]
      readonly parts: readonly number[]
    }
  | { readonly kind: 'lost'; readonly class: string }
  /** A part of a value has left; named by the digest of the value, as nodes may learn values in another order. */
  | { readonly kind: 'piece'; readonly value: number; readonly from: number; readonly to: number }
  | {
      readonly kind: 'tail'
      readonly channel: string
      /** Packed. */
      readonly grams: string
      readonly last: readonly number[]
    }

/** Of an address that is somebody's name: how many letters its words have, and the digest of what stands first in its domain. */
export interface NameWords {
  readonly words: readonly number[]
  readonly domain: number
}

/** One value in one form, as the search uses it. */
export interface Target {
  readonly class: string
  readonly by: string
  readonly need: number
  readonly grams: Uint32Array
  readonly how: Form
  /** Names the value in this form, on every node. */
  readonly value: number
  readonly length: number
  readonly name?: NameWords
}

/** One short value, found as a whole word only. */
export interface Word {
  readonly class: string
  readonly by: string
  readonly length: number
  readonly how: 'plain' | 'reversed'
}

/** One number, found in any notation; a part of one only where it stands alone. */
export interface NumberKnown {
  readonly class: string
  readonly by: string
  readonly part: boolean
}

/** The end of what was sent through one argument so far. */
export interface Tail {
  readonly grams: Uint32Array
  readonly last: readonly number[]
}

/** What a run remembers of values of a class. Changed by `rememberClass`, `addEntry` and `foldClasses` only. */
export interface ClassMemory {
  readonly key: GramKey
  readonly targets: Target[]
  /** The targets that have a piece, and where. */
  readonly seeds: Seeds
  readonly words: Map<number, Word[]>
  readonly numbers: Map<number, NumberKnown[]>
  /** Of each value, which of its characters have left in pieces. */
  readonly pieces: Map<number, Set<number>>
  readonly tails: Map<string, Tail>
  /** Classes of which something could not be remembered: nobody can say of any text that it has none of it. */
  readonly lost: Set<string>
  readonly known: Set<string>
  values: number
  grams: number
}

/** Bounds what one run can make the guard keep: some 20 MB at worst. */
const mostGrams = 600_000
const mostWords = 50_000
const mostNumbers = 100_000

/** The memory of a run that has seen nothing. @param key - 16 hexadecimal digits, drawn at random for the run. */
export function emptyClassMemory(key: string): ClassMemory {
  return {
    key: parseGramKey(key),
    targets: [],
    seeds: new Seeds(),
    words: new Map(),
    numbers: new Map(),
    pieces: new Map(),
    tails: new Map(),
    lost: new Set(),
    known: new Set(),
    values: 0,
    grams: 0,
  }
}

/** The memory that the entries of a run add up to; what was returned by `rememberClass` and `noteSent`, in that order. */
export function foldClasses(key: string, entries: Iterable<ClassEntry>): ClassMemory {
  const memory = emptyClassMemory(key)
  for (const entry of entries) addEntry(memory, entry)
  return memory
}

/**
 * Remembers every text and number in a value as being of a class, so that it is known again in whatever shape.
 *
 * @returns What has to be kept to have the same memory later; nothing for what is known already or says nothing (`worthOf`).
 */
export function rememberClass(
  memory: ClassMemory,
  value: unknown,
  name: string,
  by: string = name,
): readonly ClassEntry[] {
  const entries: ClassEntry[] = []
  for (const leaf of leavesOf(value)) {
    if (leaf.kind === 'name') continue
    for (const entry of [learnNumber(memory, leaf.text, name, by), learnMoney(memory, leaf.text, name, by)])
      if (entry !== undefined && addEntry(memory, entry)) entries.push(entry)
    const learnt = learn(memory, leaf.text, name, by)
    if (learnt === undefined) continue
    if (learnt.kind !== 'value') {
      if (addEntry(memory, learnt)) entries.push(learnt)
    } else if (addValue(memory, learnt)) entries.push({ ...learnt, forms: learnt.forms.map(packed) })
  }
  return entries
}

/** What is known by digests of the whole. */
type Small = Exclude<ClassEntry, { kind: 'value' }>

/** A value with digests that are not packed. */
type Value = Omit<Extract<ClassEntry, { kind: 'value' }>, 'forms'> & { readonly forms: readonly Shaped[] }

interface Shaped {
  readonly how: Form
  readonly need: number
  readonly grams: Uint32Array
}

const packed = ({ how, need, grams }: Shaped) => ({
  how,
  need,
  // Packed only where it is kept.
  get grams() {
    return packGrams(grams)
  },
})

/** What a text has to be remembered by; undefined where it is known already, or says nothing. */
function learn(memory: ClassMemory, text: string, name: string, by: string): Small | Value | undefined {
  const worth = worthOf(text)
  if (worth === undefined) return undefined
  const { codes } = worth
  if (worth.need === 0) return learnWord(memory, wordFormsOf(worth), name, by)
  const whole = digest(memory.key, codes, 0, codes.length)
  if (memory.known.has(`${name} ${whole}`)) return undefined
  if (memory.grams + codes.length > mostGrams) return memory.lost.has(name) ? undefined : { kind: 'lost', class: name }
  const shapes = formsOf(text, worth, memory.grams > mostGrams / 2)
  const grams = gramsOfAll(
    memory.key,
    shapes.map(({ of }) => of),
  )
  const forms = shapes.map(({ how, need }, at): Shaped => ({ how, need, grams: grams[at] ?? noGrams }))
  const said = worth.name && {
    words: worth.name.words,
    domain: digest(memory.key, worth.name.domain, 0, worth.name.domain.length),
  }
  return { kind: 'value', class: name, by, forms, digest: whole, ...(said && { name: said }) }
}

function learnWord(
  memory: ClassMemory,
  forms: readonly (readonly number[])[],
  name: string,
  by: string,
): Small | undefined {
  const digests = forms.map((each) => digest(memory.key, each, 0, each.length))
  if (memory.known.has(`${name} ${digests[0]} word`)) return undefined
  if (memory.words.size >= mostWords) return memory.lost.has(name) ? undefined : { kind: 'lost', class: name }
  return { kind: 'word', class: name, by, length: forms[0]?.length ?? 0, digests }
}

/** Money with one decimal is written with two, whatever stands between its digits. */
function learnMoney(memory: ClassMemory, text: string, name: string, by: string): Small | undefined {
  if (text.length > 12 || !/^\D{0,4}[1-9](?:\D?\d){3,5}[.,]\d\D{0,4}$/.test(text)) return undefined
  const { codes } = fold(`${text.replace(/\D/g, '')}0`)
  return learnWord(memory, [codes, codes.toReversed()], name, by)
}

function learnNumber(memory: ClassMemory, text: string, name: string, by: string): Small | undefined {
  const known = knownNumber(text)
  if (known === undefined) return undefined
  const digests = (all: readonly string[]): number[] => all.map((each) => numberDigest(memory.key, each))
  const whole = digests(known.whole)
  if (memory.known.has(`${name} ${whole[0]} number`)) return undefined
  if (memory.numbers.size >= mostNumbers) return memory.lost.has(name) ? undefined : { kind: 'lost', class: name }
  const scarce = memory.numbers.size > mostNumbers / 2
  return { kind: 'number', class: name, by, whole, parts: scarce ? [] : digests(known.parts()) }
}

/** The digest of a number as `writtenIn` gives it. */
export function numberDigest(key: GramKey, number: string): number {
  const codes = Array.from(number, (each) => each.charCodeAt(0))
  return digest(key, codes, 0, codes.length)
}

const noGrams = new Uint32Array()

/** Whether the memory changed. */
export function addEntry(memory: ClassMemory, entry: ClassEntry): boolean {
  switch (entry.kind) {
    case 'value':
      return !isKnown(memory, entry) && addValue(memory, { ...entry, forms: entry.forms.map(unpacked) })
    case 'word':
      return addWord(memory, entry)
    case 'number':
      return addNumber(memory, entry)
    case 'lost':
      if (memory.lost.has(entry.class)) return false
      memory.lost.add(entry.class)
      return true
    case 'piece': {
      const covered = memory.pieces.get(entry.value) ?? new Set()
      for (let at = entry.from; at < entry.to; at++) covered.add(at)
      memory.pieces.set(entry.value, covered)
      return true
    }
    case 'tail':
      memory.tails.delete(entry.channel)
      memory.tails.set(entry.channel, { grams: unpackGrams(entry.grams), last: entry.last })
      return true
  }
}

const unpacked = ({ how, need, grams }: { readonly how: Form; readonly need: number; readonly grams: string }) => ({
  how,
  need,
  grams: unpackGrams(grams),
})

function isKnown(memory: ClassMemory, { class: name, digest: whole }: Pick<Value, 'class' | 'digest'>): boolean {
  return memory.known.has(`${name} ${whole}`)
}

function addValue(memory: ClassMemory, entry: Value): boolean {
  if (isKnown(memory, entry)) return false
  memory.known.add(`${entry.class} ${entry.digest}`)
  memory.values++
  for (const [index, { how, need, grams }] of entry.forms.entries()) {
    const target = memory.targets.length
    const length = grams.length + gramLength - 1
    const value = (entry.digest ^ index) >>> 0
    const name = how === 'plain' && entry.name !== undefined ? { name: entry.name } : {}
    memory.targets.push({ class: entry.class, by: entry.by, need, grams, how, value, length, ...name })
    memory.grams += grams.length
    for (let at = 0; at < grams.length; at++) memory.seeds.add(grams[at] ?? 0, target, at)
  }
  return true
}

function addWord(memory: ClassMemory, entry: Extract<ClassEntry, { kind: 'word' }>): boolean {
  const name = `${entry.class} ${entry.digests[0]} word`
  if (memory.known.has(name)) return false
  memory.known.add(name)
  for (const [index, each] of entry.digests.entries()) {
    const word: Word = {
      class: entry.class,
      by: entry.by,
      length: entry.length,
      how: index % 2 === 0 ? 'plain' : 'reversed',
    }
    memory.words.set(each, [...(memory.words.get(each) ?? []), word])
  }
  return true
}

function addNumber(memory: ClassMemory, entry: Extract<ClassEntry, { kind: 'number' }>): boolean {
  const name = `${entry.class} ${entry.whole[0]} number`
  if (memory.known.has(name)) return false
  memory.known.add(name)
  for (const part of [false, true]) {
    for (const each of part ? entry.parts : entry.whole)
      memory.numbers.set(each, [...(memory.numbers.get(each) ?? []), { class: entry.class, by: entry.by, part }])
  }
  return true
}
