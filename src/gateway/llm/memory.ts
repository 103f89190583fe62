/**
 * What the gateway remembers of each run: which texts it has met, which calls models asked for, which responses providers keep.
 *
 * A conversation comes again with each request; only what is new in it is told and recorded. It is kept in memory: after a restart, or on
 * another node, texts are told once more, and results of tools count as results of calls nobody saw.
 */
import { createHash } from 'node:crypto'
import type { OperationId } from '../../charter/charter.ts'
import type { Said } from './request.ts'

const mostRuns = 2000
const mostTexts = 50_000
/** Names of models are what clients write. */
const mostPlaces = 50
const mostCalls = 20_000

/** A call of a tool that a model asked for through this gateway. */
export interface Issued {
  readonly tool: string
  readonly operation?: OperationId
}

/** A call of a tool that the client never saw; its provider still waits for what came of it. */
export interface Replaced {
  readonly id: string
  readonly text: string
  readonly plain?: true
}

/** A response that its provider keeps. */
export interface Kept {
  /** What of it the client never saw. */
  readonly replaced: readonly Replaced[]
  /** All it took, with what it went on from: what goes on from it takes that again. */
  readonly tokens: number
}

/** What is remembered of one run. */
export interface RunNotes {
  readonly issued: Map<string, Issued>
  /** By the id of the response. */
  readonly responses: Map<string, Kept>
  /** Texts met, by where: for the run, or on the way to one model. */
  readonly met: Map<string, Set<string>>
}

/** Remembers runs; those nobody asked for in the longest time are forgotten first. */
export class RunMemory {
  readonly #runs = new Map<string, RunNotes>()

  of(key: string): RunNotes {
    const notes = this.#runs.get(key) ?? { issued: new Map(), responses: new Map(), met: new Map() }
    this.#runs.delete(key)
    this.#runs.set(key, notes)
    dropOldest(this.#runs, mostRuns)
    return notes
  }
}

/** A text with the name it is remembered by. */
export interface Named {
  readonly said: Said
  readonly name: string
}

/** Names texts by what they are: whose, in which call, what. */
export function named(said: readonly Said[]): readonly Named[] {
  return said.map((each) => {
    const hash = createHash('sha256').update(JSON.stringify([each.who, each.call ?? null, each.tool ?? null]))
    return { said: each, name: hash.update(each.text).digest('base64url').slice(0, 22) }
  })
}

/** Which of them were not met there. */
export function unmet(notes: RunNotes, where: string, all: readonly Named[]): readonly Named[] {
  const met = notes.met.get(where)
  return met === undefined ? all : all.filter(({ name }) => !met.has(name))
}

/** From now on they were met there. */
export function keepMet(notes: RunNotes, where: string, all: readonly Named[]): void {
  const met = notes.met.get(where) ?? new Set()
  notes.met.delete(where)
  notes.met.set(where, met)
  dropOldest(notes.met, mostPlaces)
  for (const { name } of all) met.add(name)
  dropOldest(met, mostTexts)
}

/** Keeps a call or a response under its id. */
export function keepUnder<T>(map: Map<string, T>, id: string, value: T): void {
  map.set(id, value)
  dropOldest(map, mostCalls)
}

/** Both keep their elements in the order in which they came. */
function dropOldest(kept: Map<string, unknown> | Set<string>, most: number): void {
  for (const key of kept.keys()) {
    if (kept.size <= most) return
    kept.delete(key)
  }
}
