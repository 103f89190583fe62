import type { Database } from 'better-sqlite3'
import type { Counter, PastUse } from '../../constraint/facts.ts'
import type {
  CounterQuery,
  GrantQuery,
  HistoryQuery,
  Lease,
  NodeBeat,
  ObjectRef,
  Query,
  Rows,
  SeenEntry,
  StoredGrant,
  Switch,
} from '../../guard/store.ts'
import type {
  CallRow,
  GrantRow,
  HoldRow,
  KeptRow,
  LeaseRow,
  ObjectRow,
  RepeatRow,
  RunRow,
  SeenRow,
  UseRow,
} from '../row.ts'
import { callOf, grantOf, holdOf, keptOf, leaseOf, objectOf, repeatOf, runOf, seenOf, useOf } from '../row.ts'
import type { LastSeen } from './last-seen.ts'
import { sound } from './sound.ts'

interface ScopeRow {
  readonly id: number
  readonly count: number
  readonly sum: string
}

const atMost = 1000
const atMostMarked = 100
const longAgo = Number.MIN_SAFE_INTEGER
const grantColumns = `id, approval, "by", at, value, revoked, object_type AS objectType, object_key AS objectKey,
  question, bound, expires`
const whileIn = `LEFT JOIN objects o ON o.type = m.object_type AND o.key = m.object_key
  WHERE scope_id = ? AND at > ? AND (o.state IS NULL OR o.state IN (SELECT value FROM json_each(?)))`
const open = 'approval = ? AND spent = 0 AND taken_by IS NULL'

// With an ORDER BY, SQLite plans the few rows of these reads anew at every run, which takes longer than all the rest.
const byCall = (left: Lease, right: Lease): number => (left.call < right.call ? -1 : 1)
const byTime = (left: Timed, right: Timed): number => left.at - right.at || left.id - right.id

interface Timed {
  readonly at: number
  readonly id: number
}

/** Prepares every read once, and returns how to answer a query on this connection. */
export function prepareRead(db: Database, lastSeen: LastSeen): (query: Query) => Rows {
  const leases = db.prepare<[string, string], LeaseRow>('SELECT call, shared FROM leases WHERE type = ? AND key = ?')
  const object = db.prepare<[string, string], ObjectRow>(
    'SELECT version, seen_at AS seenAt, fact FROM objects WHERE type = ? AND key = ?',
  )
  const call = db.prepare<[string], CallRow>('SELECT * FROM calls WHERE id = ?')
  const repeat = db.prepare<[string], RepeatRow>('SELECT * FROM repeats WHERE key = ?')
  const hold = db.prepare<[string], HoldRow>('SELECT * FROM holds WHERE id = ?')
  const switches = db.prepare<[], Switch>('SELECT "of", name, "by", why, at FROM switches ORDER BY at, "of", name')
  const run = db.prepare<[string], RunRow>('SELECT * FROM runs WHERE id = ?')
  const nodes = db.prepare<[], NodeBeat>('SELECT node, at FROM nodes ORDER BY node')
  const counter = prepareCounter(db)
  const history = prepareHistory(db)
  const marked = prepareMarked(db)
  const seenIn = prepareSeen(db, lastSeen)
  const kept = db.prepare<[string], KeptRow>('SELECT * FROM kept WHERE name = ?')
  const keptBy = db
    .prepare<[string, number], number>('SELECT count(*) FROM kept WHERE holder = ? AND expires > ?')
    .pluck()
  const grants = prepareGrants(db)
  const callsIn = prepareCallsIn(db)
  const holdsBy = prepareHoldsBy(db)
  const runsBy = prepareRunsBy(db)
  const found = <R, T>(row: R | undefined, make: (row: R) => T): T | undefined =>
    row === undefined ? undefined : make(row)
  return (query) => ({
    leases: query.leases?.map(({ type, key }) => leases.all(sound(type), sound(key)).map(leaseOf).sort(byCall)) ?? [],
    objects: query.objects?.map(({ type, key }) => found(object.get(sound(type), sound(key)), objectOf)) ?? [],
    counters: query.counters?.map(counter) ?? [],
    histories: query.histories?.map(history) ?? [],
    grants: query.grants?.map(grants) ?? [],
    calls: query.calls?.map((id) => found(call.get(id), callOf)) ?? [],
    callsIn: query.callsIn === undefined ? [] : callsIn(query.callsIn).map(callOf),
    repeats: query.repeats?.map((key) => found(repeat.get(sound(key)), repeatOf)) ?? [],
    holds: query.holds?.map((id) => found(hold.get(id), holdOf)) ?? [],
    holdsBy: query.holdsBy === undefined ? [] : holdsBy(query.holdsBy).map(holdOf),
    switches: query.switches === true ? switches.all() : [],
    runs: query.runs?.map((id) => found(run.get(sound(id)), runOf)) ?? [],
    runsBy: query.runsBy === undefined ? [] : runsBy(query.runsBy).map(runOf),
    nodes: query.nodes === true ? nodes.all() : [],
    marked: query.marked?.map(marked) ?? [],
    seen: query.seen?.map(seenIn) ?? [],
    kept: query.kept?.map((name) => found(kept.get(sound(name)), keptOf)) ?? [],
    keptOf: query.keptOf?.map(({ holder, after }) => keptBy.get(sound(holder), after) ?? 0) ?? [],
  })
}

function prepareSeen(
  db: Database,
  last: LastSeen,
): (query: NonNullable<Query['seen']>[number]) => readonly SeenEntry[] {
  const seen = db.prepare<[string, number], SeenRow>(
    'SELECT number, entry FROM seen WHERE run = ? AND number > ? ORDER BY number',
  )
  return ({ run, after }) => {
    if (last.isLast(run, after)) return []
    const found = seen.all(sound(run), after).map(seenOf)
    last.note(run, found.at(-1)?.number ?? after)
    return found
  }
}

function prepareScope(db: Database): (constraint: string, scope: string) => ScopeRow | undefined {
  const scope = db.prepare<[string, string], ScopeRow>(
    'SELECT id, count, sum FROM scopes WHERE constraint_id = ? AND scope = ?',
  )
  return (constraint, name) => scope.get(constraint, sound(name))
}

function prepareCounter(db: Database): (query: CounterQuery) => Counter {
  const scope = prepareScope(db)
  const sums = "SELECT count(*) AS count, decimal_sum(coalesce(amount, '0')) AS sum FROM marks m"
  const later = db.prepare<[number, number], Counter>(`${sums} WHERE scope_id = ? AND at > ?`)
  const within = db.prepare<[number, number, string], Counter>(`${sums} ${whileIn}`)
  const nothing: Counter = { count: 0, sum: '0' }
  return (query) => {
    const all = scope(query.constraint, query.scope)
    if (all === undefined) return nothing
    const { since, while: states } = query
    if (states !== undefined) return within.get(all.id, since ?? longAgo, JSON.stringify(states)) ?? nothing
    if (since !== undefined) return later.get(all.id, since) ?? nothing
    return { count: all.count, sum: all.sum }
  }
}

function prepareHistory(db: Database): (query: HistoryQuery) => PastUse[] {
  const scope = prepareScope(db)
  const uses = db.prepare<[number, number], UseRow & { readonly id: number }>(
    'SELECT id, operation, principal, at FROM marks WHERE scope_id = ? AND at > ? AND effective = 1',
  )
  return (query) => {
    const all = scope(query.constraint, query.scope)
    return all === undefined
      ? []
      : uses
          .all(all.id, query.since ?? longAgo)
          .sort(byTime)
          .map(useOf)
  }
}

function prepareMarked(db: Database): (query: CounterQuery) => ObjectRef[] {
  const scope = prepareScope(db)
  const select = 'SELECT object_type AS type, object_key AS key FROM marks m'
  const newest = `AND object_type IS NOT NULL GROUP BY object_type, object_key
    ORDER BY max(at) DESC, max(m.id) DESC LIMIT ${atMostMarked}`
  const later = db.prepare<[number, number], ObjectRef>(`${select} WHERE scope_id = ? AND at > ? ${newest}`)
  const within = db.prepare<[number, number, string], ObjectRef>(`${select} ${whileIn} ${newest}`)
  return (query) => {
    const all = scope(query.constraint, query.scope)
    if (all === undefined) return []
    const { since = longAgo, while: states } = query
    return states === undefined ? later.all(all.id, since) : within.all(all.id, since, JSON.stringify(states))
  }
}

// Three statements, so that each one finds its rows in the index of open grants.
function prepareGrants(db: Database): (query: GrantQuery) => StoredGrant[] {
  const select = `SELECT ${grantColumns} FROM grants WHERE ${open}`
  const forObject = db.prepare<[string, string, string, string | null], GrantRow>(
    `${select} AND object_type = ? AND object_key = ? AND (question IS NULL OR question = ?)`,
  )
  const forQuestion = db.prepare<[string, string], GrantRow>(
    `${select} AND object_type IS NULL AND object_key IS NULL AND question = ?`,
  )
  const standing = db.prepare<[string], GrantRow>(
    `${select} AND object_type IS NULL AND object_key IS NULL AND question IS NULL AND bound IS NOT NULL`,
  )
  return ({ approval, object, question }) =>
    [
      ...(object === undefined ? [] : forObject.all(approval, sound(object.type), sound(object.key), question ?? null)),
      ...(question === undefined ? [] : forQuestion.all(approval, question)),
      ...(object === undefined && question === undefined ? standing.all(approval) : []),
    ]
      .map(grantOf)
      .sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1))
}

function prepareCallsIn(db: Database): (query: NonNullable<Query['callsIn']>) => CallRow[] {
  const calls = db.prepare<[string], CallRow>(
    `SELECT * FROM calls WHERE state IN (SELECT value FROM json_each(?)) ORDER BY at, id LIMIT ${atMost}`,
  )
  return ({ states }) => calls.all(JSON.stringify(states))
}

function prepareHoldsBy(db: Database): (query: NonNullable<Query['holdsBy']>) => HoldRow[] {
  const newest = `ORDER BY at DESC, id DESC LIMIT ${atMost}`
  const inStates = 'state IN (SELECT value FROM json_each(?))'
  const all = db.prepare<[], HoldRow>(`SELECT * FROM holds ${newest}`)
  const byStates = db.prepare<[string], HoldRow>(`SELECT * FROM holds WHERE ${inStates} ${newest}`)
  const byQuestion = db.prepare<[string], HoldRow>(`SELECT * FROM holds WHERE question = ? ${newest}`)
  const byBoth = db.prepare<[string, string], HoldRow>(
    `SELECT * FROM holds WHERE question = ? AND ${inStates} ${newest}`,
  )
  return ({ question, states }) => {
    const text = JSON.stringify(states)
    if (question === undefined) return states === undefined ? all.all() : byStates.all(text)
    return states === undefined ? byQuestion.all(question) : byBoth.all(question, text)
  }
}

function prepareRunsBy(db: Database): (query: NonNullable<Query['runsBy']>) => RunRow[] {
  const newest = `ORDER BY at DESC, id DESC LIMIT ${atMost}`
  const inStates = 'state IN (SELECT value FROM json_each(?))'
  const all = db.prepare<[], RunRow>(`SELECT * FROM runs ${newest}`)
  const byStates = db.prepare<[string], RunRow>(`SELECT * FROM runs WHERE ${inStates} ${newest}`)
  const byHolder = db.prepare<[string], RunRow>(`SELECT * FROM runs WHERE holder = ? ${newest}`)
  const byBoth = db.prepare<[string, string], RunRow>(`SELECT * FROM runs WHERE holder = ? AND ${inStates} ${newest}`)
  return ({ holder, states }) => {
    const text = JSON.stringify(states)
    if (holder === undefined) return states === undefined ? all.all() : byStates.all(text)
    return states === undefined ? byHolder.all(sound(holder)) : byBoth.all(sound(holder), text)
  }
}
