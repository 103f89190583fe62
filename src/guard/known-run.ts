/** What one node knows of a run: the fold of everything the run has seen. */
import type { Run } from '../charter/charter.ts'
import type { Noted } from '../classify/call.ts'
import { addEntry, type ClassEntry, type ClassMemory, emptyClassMemory } from '../classify/memory.ts'
import { addToken, type TokenBook, type TokenEntry, tokenBook } from '../classify/token.ts'
import { emptyMemory, type Labelled, type Memory, remember, type Seen } from '../session/provenance/memory.ts'
import { hasExact } from '../wire/lossless-json.ts'
import { openly, type RunSeal } from './run-seal.ts'
import type { SeenEntry } from './store.ts'

/** One thing a run has seen, been given, or sent, as the store keeps it. */
export type Entry =
  | { readonly seen: Seen; readonly classed?: readonly ClassEntry[] }
  /** An operation it was given after it began. */
  | { readonly tool: string; readonly to: string }
  /** What it had an operation keep for later runs. */
  | { readonly kept: readonly Labelled[] }
  /** What of classes of data was in that. */
  | { readonly noted: readonly Noted[] }
  /** What its digests of classed values are made with; the first one counts. */
  | { readonly key: string }
  | { readonly classed: readonly ClassEntry[] }
  | { readonly token: TokenEntry }

/** Changed by `takeIn` only. */
export interface KnownRun {
  readonly seal: RunSeal
  readonly memory: Memory
  /** By whom they were given to: an agent and all it acts for. A sub-agent has what it was passed on, and no more. */
  readonly tools: Map<string, Set<string>>
  readonly tokens: TokenBook
  /** Words of the user that were not looked through for classes of data yet. */
  readonly said: string[]
  classes?: ClassMemory
  /** The number of the last entry that changed what is known of classes. */
  classed: number
  /** So many entries are in it. */
  number: number
}

/** A run of which nothing is kept yet. What it was started with is the word of its user. */
export function freshRun({ purpose }: Pick<Run, 'purpose'>, seal: RunSeal = openly): KnownRun {
  const memory = emptyMemory()
  if (purpose !== undefined) remember(memory, { kind: 'prompt', text: purpose })
  const said = purpose === undefined ? [] : [purpose]
  return { seal, memory, tools: new Map(), tokens: tokenBook(), said, classed: 0, number: 0 }
}

/** Adds entries in their order; those that are in it already change nothing. @throws {StoreError} when one cannot be opened. */
export function takeIn(known: KnownRun, entries: readonly SeenEntry[]): void {
  for (const { number, entry: kept } of entries) {
    // Two readings of the same entries may overlap.
    if (number <= known.number) continue
    const entry = known.seal.open(kept)
    if (!isEntry(entry)) continue
    known.number = number
    if ('key' in entry || 'classed' in entry) known.classed = number
    if ('seen' in entry) {
      remember(known.memory, entry.seen)
      if (entry.seen.kind === 'prompt') known.said.push(entry.seen.text)
    }
    if ('classed' in entry && known.classes !== undefined)
      for (const each of entry.classed ?? []) addEntry(known.classes, each)
    if ('tool' in entry) known.tools.set(entry.to, (known.tools.get(entry.to) ?? new Set()).add(entry.tool))
    else if ('key' in entry) known.classes ??= emptyClassMemory(entry.key)
    else if ('token' in entry) addToken(known.tokens, entry.token)
  }
}

/**
 * An entry as the store gives it back: without exact numbers, which are texts there, and only what was seen has. Who writes one takes it in
 * as everybody else does.
 */
export function asKept(entry: Entry): unknown {
  return 'seen' in entry && hasExact(entry.seen) ? JSON.parse(JSON.stringify(entry)) : entry
}

const kinds = ['seen', 'tool', 'kept', 'noted', 'key', 'classed', 'token'] as const

export function isEntry(value: unknown): value is Entry {
  return typeof value === 'object' && value !== null && kinds.some((kind) => kind in value)
}
