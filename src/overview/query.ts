/** What can be asked of the overview. Every answer comes from an index, and looks at a bounded number of entries. */
import type { Database } from 'better-sqlite3'
import { countEntries } from './count-entries.ts'
import { missingIndexes } from './database.ts'
import { findEntries } from './find-entries.ts'
import { findSession, findSessions } from './find-sessions.ts'
import type { Summary } from './summary.ts'

/** What to look for; everything absent is not asked. Times in milliseconds since 1970, `to` not included. */
export interface EntryQuery {
  readonly from?: number | undefined
  readonly to?: number | undefined
  readonly kind?: string | undefined
  readonly effect?: string | undefined
  readonly call?: string | undefined
  readonly operation?: string | undefined
  readonly use?: string | undefined
  readonly principal?: string | undefined
  readonly person?: string | undefined
  readonly tenant?: string | undefined
  readonly run?: string | undefined
  readonly workflow?: string | undefined
  /** `type/key`. */
  readonly object?: string | undefined
  /** The state the object acted on was in. */
  readonly state?: string | undefined
  readonly rule?: string | undefined
  readonly hold?: string | undefined
  readonly session?: string | undefined
  /** Any of the above that is exactly this. */
  readonly any?: string | undefined
  readonly order?: 'newest' | 'oldest' | undefined
  /** Go on after this index, in that order. */
  readonly past?: number | undefined
  /** At most 500; 100 by default. */
  readonly limit?: number | undefined
}

/** `next` is given when there may be more, also when nothing was found as far as was looked. */
export interface EntryPage {
  readonly entries: readonly Summary[]
  readonly next?: number
}

export interface Session {
  readonly id: string
  readonly run?: string
  readonly principal?: string
  readonly person?: string
  readonly workflow?: string
  /** Of a run: `started`, `ended`, `revoked`. */
  readonly state?: string
  readonly first: number
  readonly last: number
  readonly calls: number
  readonly refused: number
  readonly asked: number
}

export interface SessionQuery {
  readonly principal?: string | undefined
  readonly person?: string | undefined
  readonly workflow?: string | undefined
  readonly runs?: boolean | undefined
  /** Only those in which something was refused. */
  readonly refused?: boolean | undefined
  /** Only those that were going on at some time from then on, and before then. */
  readonly from?: number | undefined
  readonly to?: number | undefined
  /** Only those with an entry that is about exactly this, among the latest of such entries. */
  readonly any?: string | undefined
  /** Go on after the session whose last entry was then, and which has this id. */
  readonly before?: number | undefined
  readonly past?: string | undefined
  readonly limit?: number | undefined
}

/** Decisions (or entries of another kind) in one span of time. */
export interface Count {
  readonly at: number
  readonly kind: string
  readonly operation: string
  readonly use: string
  readonly effect: string
  /** The state the object acted on was in; empty when there was none, or it is not asked for. */
  readonly state: string
  /** The workflow it belonged to; empty when there was none, or it is not asked for. */
  readonly workflow: string
  readonly n: number
}

export interface CountQuery {
  readonly from: number
  readonly to: number
  /** Width of a span, whole minutes in milliseconds; one span over all of it when absent. */
  readonly stepMs?: number | undefined
  readonly kind?: string | undefined
  readonly operation?: string | undefined
  readonly use?: string | undefined
  readonly effect?: string | undefined
  readonly workflow?: string | undefined
  readonly by: readonly ('operation' | 'use' | 'effect' | 'kind' | 'state' | 'workflow')[]
}

/** How often something was seen, with what came of it, since when and until when. */
export interface Tally {
  readonly name: string
  readonly beside: string
  readonly effect: string
  readonly n: number
  readonly first: number
  readonly last: number
}

export type TallyOf = 'agent' | 'principal' | 'operation' | 'workflow' | 'tenant' | 'constraint'

/** How far the overview has come; `behind` entries of the ledger are still to be read. */
export interface Reached {
  readonly size: number
  readonly behind: number
  readonly entries: number
  readonly first?: number
  readonly last?: number
}

export interface Overview {
  entries(query: EntryQuery): EntryPage
  sessions(query: SessionQuery): readonly Session[]
  session(id: string): Session | undefined
  counts(query: CountQuery): readonly Count[]
  tallies(of: TallyOf, name?: string): readonly Tally[]
  reached(): Reached
}

/** @param sizeOfLedger - How far the ledger is known to reach. */
export function openQueries(db: Database, sizeOfLedger: () => number): Overview {
  let isIndexed = false
  const indexed = (): boolean => {
    isIndexed ||= missingIndexes(db).length === 0
    return isIndexed
  }
  return {
    entries: (query) => findEntries(db, query, indexed()),
    sessions: (query) => findSessions(db, query, indexed()),
    session: (id) => findSession(db, id),
    counts: (query) => countEntries(db, query),
    tallies: (of, name) =>
      db
        .prepare<unknown[], Tally>(
          `SELECT name, beside, effect, n, first, last FROM tally WHERE of = ?${name === undefined ? '' : ' AND name = ?'} ORDER BY name, beside, effect LIMIT 20000`,
        )
        .all(...(name === undefined ? [of] : [of, name])),
    reached: () => {
      const size = db.prepare<[], { size: number }>('SELECT size FROM reached').get()?.size ?? 0
      const row = db
        .prepare<[], { n: number; first: number | null; last: number | null }>(
          'SELECT (SELECT max(idx) FROM entry) - (SELECT min(idx) FROM entry) + 1 AS n, (SELECT min(at) FROM entry) AS first, (SELECT max(at) FROM entry) AS last',
        )
        .get()
      const { n = 0, first, last } = row ?? {}
      const behind = Math.max(0, sizeOfLedger() - size)
      return { size, behind, entries: n ?? 0, ...(first == null ? {} : { first }), ...(last == null ? {} : { last }) }
    },
  }
}
