import type { Trusted } from '../../charter/agent.ts'
import type { ConstraintId, OperationId } from '../../charter/charter.ts'
import type { Origin } from '../../constraint/facts.ts'
import { fold } from '../../constraint/same-text.ts'
import { squash } from '../../text/plain.ts'
import { likelyAddressesIn } from './form/address.ts'
import { formsOf, keysOf, withPages } from './form/form.ts'
import { addNamed, isNamed, type NamedAnswers } from './named-answer.ts'
import { byTrust, isGood } from './origin.ts'
import { addPrompt, emptyPrompt, type PromptText } from './prompt-text.ts'
import { argumentLeaves, type Leaf, leavesOf } from './structure/leaves.ts'
import { emptyIndex, type TextIndex } from './text-index.ts'
import { trace } from './trace.ts'
import { addUnread, emptyUnread, readAll, type Unread } from './unread.ts'

/**
 * One thing a run has seen: plain JSON, so that a list of them is what is kept of a run.
 *
 * An answer goes with what was sent for it when the call wrote: what it gives back of that keeps the labels it was written with.
 */
export type Seen =
  | { readonly kind: 'prompt'; readonly text: string }
  | { readonly kind: 'endorsed'; readonly value: string | number; readonly approval: string }
  /** What an answer says is approved for the argument that a constraint speaks of. */
  | { readonly kind: 'endorsed-source'; readonly constraint: ConstraintId; readonly call: string }
  | {
      readonly kind: 'answer'
      readonly operation: OperationId
      readonly call?: string
      readonly content: unknown
      readonly trusted?: Trusted
      /** The arguments, where the operation changes something. */
      readonly wrote?: unknown
      /** Which of them say nothing of whom or what it is about, as JSON Pointers. */
      readonly free?: readonly string[]
      /** What was asked for, where it matters whether the user named it. */
      readonly asked?: unknown
    }
  | {
      /** What an operation gives back of what earlier runs had it keep, with the labels it was kept with. */
      readonly kind: 'recalled'
      readonly operation: OperationId
      readonly call?: string
      readonly content: unknown
      readonly kept: readonly Labelled[]
    }

/** A value with its labels, to be kept beside a memory that runs share. */
export interface Labelled {
  readonly value: string
  readonly origins: readonly Origin[]
}

/** Where a remembered text stood. */
export interface Place {
  readonly origin: Origin
  readonly trusted: boolean
}

/** Everything a run has seen, indexed. Made by `emptyMemory` and filled by `remember` only. */
export interface Memory {
  readonly limits: MemoryLimits
  readonly prompt: PromptText
  /** What may be relied on, by its text and its forms. */
  readonly good: Map<string, { readonly text: string; readonly origins: Origin[] }>
  /** Whole values and words of answers that are too short, or too differently written, to be found as text. */
  readonly words: Map<string, Origin>
  readonly text: TextIndex<Place>
  /** What is not in `words`, `text` and `short` yet. */
  readonly unread: Unread
  /** Short ids that text anybody may have written calls by name. */
  readonly short: Map<string, Origin[]>
  /** What the run itself wrote, but for what systems of record had said before. */
  readonly written: Map<string, Written>
  /** What answers that the user's own words asked for say. */
  readonly named: NamedAnswers
  /** Answers approved for an argument, as `sourceKey` writes them. */
  readonly sources: Set<string>
  /** There was more than can be kept: what is not found cannot be told. */
  full: boolean
}

/** A value that the run wrote. Where it had it from is looked up when it is met again. */
interface Written {
  readonly value: string
  told?: readonly Origin[]
}

/** How much a run remembers: letters and digits of text, and values. */
export interface MemoryLimits {
  readonly text: number
  readonly values: number
}

const usual: MemoryLimits = { text: 6_000_000, values: 300_000 }

export function emptyMemory(limits: MemoryLimits = usual): Memory {
  return {
    limits,
    prompt: emptyPrompt(),
    good: new Map(),
    words: new Map(),
    text: emptyIndex(),
    unread: emptyUnread(),
    short: new Map(),
    named: new Map(),
    written: new Map(),
    sources: new Set(),
    full: false,
  }
}

/**
 * Adds what a run has seen to its memory, in place, and gives it back: a memory is the fold of all entries, in order.
 *
 * Total. When the memory is full nothing more is kept, and from then on a value that is not found cannot be told instead of passing for
 * the model's own; short ids are then relied on only where the user said them.
 */
export function remember(memory: Memory, seen: Seen): Memory {
  if (seen.kind === 'endorsed') endorse(memory, seen)
  else if (seen.kind === 'endorsed-source') memory.sources.add(sourceKey(seen.constraint, seen.call))
  else if (isFull(memory)) memory.full = true
  else if (seen.kind === 'prompt') addPrompt(memory.prompt, seen.text)
  else if (seen.kind === 'recalled') recall(memory, seen)
  else answered(memory, seen)
  return memory
}

function endorse(memory: Memory, { value, approval }: Extract<Seen, { kind: 'endorsed' }>): void {
  addGoodText(memory, String(value), { trust: 'endorsed', approval, how: 'same' })
}

function isFull(memory: Memory): boolean {
  const { limits, prompt, text, good, words, unread } = memory
  // What is not read yet is counted with its blanks.
  if (text.size + unread.letters + prompt.squashed.length > limits.text) readAll(memory)
  return text.size + prompt.squashed.length > limits.text || good.size + words.size > limits.values
}

/** How much text a memory holds, in letters. */
export function lettersOf({ text, unread }: Memory): number {
  return text.size + unread.letters
}

/** How an answer approved for an argument is kept. */
export function sourceKey(constraint: ConstraintId, call: string): string {
  return `${call} ${constraint}`
}

type Answer = Extract<Seen, { kind: 'answer' }>
type Recalled = Extract<Seen, { kind: 'recalled' }>

function answered(memory: Memory, { operation, call, content, trusted, wrote, free = [], asked }: Answer): void {
  const sent = wrote === undefined ? [] : sentIn(memory, wrote, free)
  const own = new Set(sent.map(({ written: { value } }) => fold(value)))
  const head = { operation, ...(call === undefined ? {} : { call }) }
  const leaves = leavesOf(content, trusted ?? [])
  if (asked !== undefined && isNamed(memory.prompt, asked)) {
    const isOwn = (address: string): boolean => keysOf(address).some((key) => unvouched(memory, key) !== undefined)
    addNamed(memory.named, { ...head, asked }, leaves, isOwn)
  }
  const others = own.size === 0 ? leaves : leaves.filter(({ value }) => !own.has(fold(String(value))))
  const isMarked = others.some((leaf) => leaf.trusted) && sent.some((each) => each.marks && isDoubted(memory, each))
  const isMade = (value: string): boolean => {
    const solid = sent.length === 0 ? '' : squash(value)
    return solid !== '' && sent.some((each) => mayBeMadeOf(solid, each.solid()) && isDoubted(memory, each))
  }
  // All is compared with what was known before.
  const placed = others.map((leaf) => ({ ...leaf, trusted: leaf.trusted && !isMarked && !isMade(String(leaf.value)) }))
  for (const leaf of placed)
    addLeaf(memory, leaf, { trust: leaf.trusted ? 'trusted' : 'untrusted', ...head, at: leaf.at, how: 'same' })
  for (const { written } of sent) noteWritten(memory, written)
}

/** An argument of a call that changed something. */
interface Sent {
  readonly written: Written
  /** It says whom or what the call is about. */
  readonly marks: boolean
  readonly solid: () => string
}

function sentIn(memory: Memory, wrote: unknown, free: readonly string[]): readonly Sent[] {
  return argumentLeaves(wrote).map(({ at, value: each }) => {
    const value = String(each)
    const written: Written = { value }
    // Nobody keeps long texts for it.
    if (value.length > longText) originsOf(memory, written)
    const marks = isAddress(value) || (!free.includes(at) && !/\s/.test(value.trim()))
    let solid: string | undefined
    return { written, marks, solid: () => (solid ??= squash(value)) }
  })
}

const longText = 1024

function originsOf(memory: Memory, written: Written): readonly Origin[] {
  written.told ??= trace(memory, written.value)
  return written.told
}

/** What is made for whom or out of what anybody may have written is no better than that. */
function isDoubted(memory: Memory, { written }: Sent): boolean {
  return originsOf(memory, written)[0]?.trust === 'untrusted'
}

/** A whole address. A day or an amount could be a host, a number a telephone: of these only what is certainly one. */
function isAddress(value: string): boolean {
  const forms = formsOf(value)
  const may = forms.some((form) => /^(?:number|date) /.test(form)) ? /^(?:mail|account) / : /^(?:mail|account|link) /
  return forms.some((form) => may.test(form) || (form.startsWith('phone ') && /^\s*[+(0]/.test(value)))
}

/** Whether an id may have been made out of a text, as `new-shoes` and `shop-new-shoes` of `New shoes`, or `new-sh`. */
function mayBeMadeOf(solid: string, text: string): boolean {
  return solid === text || (text.length > 3 && solid.includes(text)) || (solid.length > 3 && text.startsWith(solid))
}

function noteWritten(memory: Memory, written: Written): void {
  for (const text of [written.value, ...likelyAddressesIn(written.value)])
    for (const key of keysOf(text)) if (!memory.good.has(key)) memory.written.set(key, written)
}

function recall(memory: Memory, { operation, call, content, kept }: Recalled): void {
  const head = { operation, ...(call === undefined ? {} : { call }), memory: true } as const
  const known = new Set<string>()
  for (const { value, origins } of kept) {
    const best = origins[0]
    if (best === undefined || !isGood(best)) continue
    known.add(fold(value))
    const under = best.approval === undefined ? {} : { approval: best.approval }
    addGoodText(memory, value, { trust: best.trust, ...under, ...head, how: 'same' })
  }
  for (const leaf of leavesOf(content)) {
    if (!known.has(fold(String(leaf.value))))
      addLeaf(memory, leaf, { trust: 'untrusted', ...head, at: leaf.at, how: 'same' })
  }
}

function addLeaf(memory: Memory, { value, trusted, at, key }: Leaf, origin: Origin): void {
  const text = String(value)
  const keys = trusted ? keysOf(text) : []
  const wrote = trusted ? writtenAs(memory, keys) : undefined
  // The run's own invention, given back by a system of record, is still nobody's word.
  if (wrote?.trust === 'model') return
  if (trusted && wrote === undefined) addGood(memory, { text, keys }, origin)
  const place = { origin: wrote ?? origin, trusted: trusted && wrote === undefined }
  addUnread(memory, { text, place, isId: !trusted && !key && idPlace.test(at) })
}

const idPlace = /(?:^|[/_])(?:id|number|key|ref|no)s?_?$/i

function writtenAs(memory: Memory, keys: readonly string[]): Origin | undefined {
  if (memory.written.size === 0 || keys.some((key) => memory.good.has(key))) return undefined
  return keys.map((key) => unvouched(memory, key)).find(Boolean)
}

/** Where the run had what it wrote by this name; undefined where it wrote none, or had it from somebody to rely on. */
function unvouched(memory: Memory, key: string): Origin | undefined {
  const written = memory.written.get(key)
  const best = written === undefined ? undefined : originsOf(memory, written)[0]
  return best === undefined || isGood(best) ? undefined : best
}

function addGood(
  memory: Memory,
  { text, keys }: { readonly text: string; readonly keys: readonly string[] },
  origin: Origin,
): void {
  for (const key of withPages(keys)) {
    const known = memory.good.get(key)
    if (known === undefined) memory.good.set(key, { text, origins: [origin] })
    else if (known.origins.length < 8 && !known.origins.some((each) => isSameSource(each, origin))) {
      known.origins.push(origin)
      known.origins.sort(byTrust)
    }
  }
}

function addGoodText(memory: Memory, text: string, origin: Origin): void {
  addGood(memory, { text, keys: keysOf(text) }, origin)
}

function isSameSource(left: Origin, right: Origin): boolean {
  const isSame = left.trust === right.trust && left.operation === right.operation && left.memory === right.memory
  return isSame && left.approval === right.approval && itemless(left.at) === itemless(right.at)
}

/** A place whichever item of a list it is in. */
function itemless(at = ''): string {
  return at.replace(/\/\d+(?=\/|$)/g, '/*')
}

/** What is to be kept with arguments that a memory is to keep: the labels of every value, and those of addresses within longer texts. */
export function keptOf(memory: Memory, value: unknown): readonly Labelled[] {
  const inTexts = argumentLeaves(value).flatMap((leaf) => likelyAddressesIn(String(leaf.value)))
  return [...labelled(memory, value), ...inTexts.map((each) => ({ value: each, origins: trace(memory, each) }))]
}

/** Every value of arguments with its labels. */
export function labelled(memory: Memory, value: unknown): readonly Labelled[] {
  return argumentLeaves(value).map(({ value: each }) => ({ value: String(each), origins: trace(memory, each) }))
}
