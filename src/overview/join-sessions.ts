/** Joins calls to sessions. A run is a session; whoever has none has one until they fall silent. */
import type { Database } from 'better-sqlite3'
import type { Summary } from './summary.ts'

/** Calls of somebody without a run belong together as long as no longer silence is between them. */
const silenceMs = 30 * 60_000

/** Sessions that are written together: `begin`, then `join` for each entry in order, then `write`, in one transaction. */
export interface Sessions {
  begin(): void
  /** The session of an entry; null when it is in none. */
  join(summary: Summary): string | null
  write(): void
}

interface Pending {
  readonly summary: Summary
  readonly first: number
  readonly last: number
  readonly calls: number
  readonly refused: number
  readonly asked: number
  readonly state: string | undefined
  readonly workflow: string | undefined
}

export function openSessions(db: Database): Sessions {
  const keep = db.prepare(
    `INSERT INTO session VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET last = max(last, excluded.last),
     calls = calls + excluded.calls, refused = refused + excluded.refused, asked = asked + excluded.asked,
     state = coalesce(excluded.state, state), workflow = coalesce(workflow, excluded.workflow)`,
  )
  const pending = new Map<string, Pending>()
  const find = finder(db, (id) => pending.get(id)?.last)
  return {
    begin: () => {
      pending.clear()
      find.begin()
    },
    join: (summary) => {
      const id = find.idOf(summary)
      if (id === undefined) return null
      pending.set(id, added(pending.get(id), summary))
      return id
    },
    write: () => {
      for (const [id, { summary, workflow, state, first, last, calls, refused, asked }] of pending) {
        const { run, principal, person } = summary
        const who = [run, principal, person, workflow, state].map((value) => value ?? null)
        keep.run(id, ...who, first, last, calls, refused, asked)
      }
    },
  }
}

/** The first entry says whose session it is. */
function added(known: Pending | undefined, summary: Summary): Pending {
  const { at, kind, effect, workflow } = summary
  const { first = at, last = at, calls = 0, refused = 0, asked = 0 } = known ?? {}
  const isCall = kind === 'decision'
  return {
    summary: known?.summary ?? summary,
    first,
    last: Math.max(last, at),
    calls: calls + Number(isCall),
    refused: refused + Number(isCall && effect === 'deny'),
    asked: asked + Number(isCall && effect === 'ask'),
    state: kind === 'run' ? effect : known?.state,
    workflow: known?.workflow ?? workflow,
  }
}

interface Finder {
  begin(): void
  idOf(summary: Summary): string | undefined
}

/** @param lastOf - When there was an entry of a session, where that is not written yet. */
function finder(db: Database, lastOf: (id: string) => number | undefined): Finder {
  const latest = db.prepare<unknown[], { id: string; last: number }>(
    'SELECT id, last FROM session WHERE run IS NULL AND principal = ? AND person IS ? ORDER BY last DESC LIMIT 1',
  )
  const ofCall = db.prepare<unknown[], { session: string }>(
    'SELECT session FROM entry WHERE call = ? AND session IS NOT NULL LIMIT 1',
  )
  const ofHold = db.prepare<unknown[], { session: string }>(
    'SELECT session FROM entry WHERE hold = ? AND session IS NOT NULL LIMIT 1',
  )
  /** The latest session of each who was looked at since `begin`. */
  const known = new Map<string, { readonly id: string; readonly last: number }>()
  const ofSomebody = ({ index, at, kind, principal, person }: Summary): string | undefined => {
    if (principal === undefined || kind !== 'decision') return undefined
    const who = JSON.stringify([principal, person])
    const found = known.get(who) ?? latest.get(principal, person ?? null)
    const goesOn = found !== undefined && (lastOf(found.id) ?? found.last) >= at - silenceMs
    const id = goesOn ? found.id : `s${index}`
    known.set(who, { id, last: at })
    return id
  }
  return {
    begin: () => known.clear(),
    idOf: (summary) => {
      const { run, call, hold } = summary
      const joined = run ?? (call === undefined ? undefined : ofCall.get(call)?.session)
      return joined ?? (hold === undefined ? undefined : ofHold.get(hold)?.session) ?? ofSomebody(summary)
    },
  }
}
