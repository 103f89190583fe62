/** What can be asked of the overview. Every answer comes from an index, and looks at a bounded number of entries. */
import type { Database } from 'better-sqlite3'
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
  /** Go on after sessions whose last entry was then. */
  readonly before?: number | undefined
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
  readonly n: number
}

export interface CountQuery {
  readonly from: number
  readonly to: number
  /** Width of a span, whole minutes in milliseconds; one span over all of it when absent. */
  readonly stepMs?: number | undefined
  readonly kind?: string | undefined
  readonly by: readonly ('operation' | 'use' | 'effect' | 'kind' | 'state')[]
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

/** How far the overview has come. */
export interface Reached {
  readonly size: number
  readonly entries: number
  readonly first?: number
  readonly last?: number
}

export interface Overview {
  entries(query: EntryQuery): EntryPage
  sessions(query: SessionQuery): readonly Session[]
  counts(query: CountQuery): readonly Count[]
  tallies(of: TallyOf, name?: string): readonly Tally[]
  reached(): Reached
}

const columns = [
  'kind',
  'effect',
  'call',
  'operation',
  'use',
  'principal',
  'person',
  'tenant',
  'run',
  'workflow',
  'state',
  'rule',
  'hold',
  'session',
] as const

/** Entries that are looked at for one page where an index leads to more than fit the rest of the question. */
const window = 50_000
const minuteMs = 60_000

export function openQueries(db: Database): Overview {
  return {
    entries: (query) => findEntries(db, query),
    sessions: (query) => findSessions(db, query),
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
          'SELECT (SELECT max(idx) - min(idx) + 1 FROM entry) AS n, (SELECT min(at) FROM entry) AS first, (SELECT max(at) FROM entry) AS last',
        )
        .get()
      const { n = 0, first, last } = row ?? {}
      return { size, entries: n ?? 0, ...(first == null ? {} : { first }), ...(last == null ? {} : { last }) }
    },
  }
}

interface Row {
  readonly idx: number
  readonly line: string
  readonly session: string | null
}

function findEntries(db: Database, query: EntryQuery): EntryPage {
  const limit = Math.min(500, Math.max(1, Math.trunc(query.limit ?? 100)))
  const oldest = query.order === 'oldest'
  const { where, values } = conditionsOf(db, query)
  const edge = edgeOf(db, query, oldest)
  const bound = edge === undefined ? [] : [`idx ${oldest ? '<' : '>='} ?`]
  const clause = [...where, ...bound].map((each) => `(${each})`).join(' AND ')
  const rows = db
    .prepare<unknown[], Row>(
      `SELECT idx, line, session FROM entry${clause === '' ? '' : ` WHERE ${clause}`} ORDER BY idx ${oldest ? 'ASC' : 'DESC'} LIMIT ${limit}`,
    )
    .all(...values, ...(edge === undefined ? [] : [edge]))
  const entries = rows.map(({ line }): Summary => JSON.parse(line))
  const last = rows.at(-1)?.idx
  if (rows.length === limit && last !== undefined) return { entries, next: last }
  return edge === undefined ? { entries } : { entries, next: oldest ? edge - 1 : edge }
}

/** Where several things are asked of which none is rare by itself, a page looks no further than this. */
function edgeOf(db: Database, query: EntryQuery, oldest: boolean): number | undefined {
  const asked = columns.filter((column) => query[column] !== undefined && column !== 'effect' && column !== 'state')
  const alone = asked.length <= 1 && query.tenant === undefined
  const rare: readonly (keyof EntryQuery)[] = ['call', 'run', 'hold', 'session', 'object', 'any']
  if (alone || rare.some((each) => query[each] !== undefined)) return undefined
  const { first, last } = db
    .prepare<[], { first: number | null; last: number | null }>(
      'SELECT (SELECT min(idx) FROM entry) AS first, (SELECT max(idx) FROM entry) AS last',
    )
    .get() ?? { first: null, last: null }
  if (first === null || last === null) return undefined
  const start = query.past ?? (oldest ? first : last + 1)
  const edge = oldest ? start + window : start - window
  return oldest ? (edge > last ? undefined : edge) : edge <= first ? undefined : edge
}

interface Conditions {
  readonly where: readonly string[]
  readonly values: readonly unknown[]
}

function conditionsOf(db: Database, query: EntryQuery): Conditions {
  const found: (readonly [string, ...unknown[]])[] = columns.flatMap((column) => {
    const value = query[column]
    // A run is a session by its own name, and that column has the index.
    return value === undefined ? [] : [[`${column === 'run' ? 'session' : column} = ?`, value] as const]
  })
  if (query.object !== undefined) found.push(['idx IN (SELECT idx FROM object WHERE name = ?)', query.object])
  if (query.any !== undefined) found.push(anyOf(query.any))
  // Times become places: entries are in the order of their times but for the clocks of several nodes.
  if (query.from !== undefined) found.push(['idx >= ?', placeOf(db, query.from)])
  if (query.to !== undefined) found.push(['idx < ?', placeOf(db, query.to)])
  if (query.past !== undefined) found.push([query.order === 'oldest' ? 'idx > ?' : 'idx < ?', query.past])
  return { where: found.map(([test]) => test), values: found.flatMap(([, ...values]) => values) }
}

function anyOf(text: string): readonly [string, ...unknown[]] {
  const named = ['call', 'operation', 'use', 'principal', 'person', 'run', 'workflow', 'rule', 'hold', 'session']
  const parts = named.map((column) => `SELECT idx FROM entry WHERE ${column} = ?`)
  const sql = [...parts.map((part) => part.replace('run = ?', 'session = ?')), 'SELECT idx FROM object WHERE name = ?']
  return [`idx IN (${sql.join(' UNION ')})`, ...sql.map(() => text)]
}

function placeOf(db: Database, at: number): number {
  const row = db
    .prepare<[number], { idx: number }>('SELECT idx FROM entry WHERE at >= ? ORDER BY at, idx LIMIT 1')
    .get(at)
  return row?.idx ?? Number.MAX_SAFE_INTEGER
}

type SessionRow = { readonly [Name in keyof Session]-?: Session[Name] | null }

function findSessions(db: Database, query: SessionQuery): readonly Session[] {
  const tests: (readonly [string, unknown])[] = [
    ['principal = ?', query.principal],
    ['person = ?', query.person],
    ['workflow = ?', query.workflow],
    ['last < ?', query.before],
  ]
  const given = tests.filter(([, value]) => value !== undefined)
  const plain = [
    ...(query.runs === undefined ? [] : [query.runs ? 'run IS NOT NULL' : 'run IS NULL']),
    ...(query.refused === true ? ['refused > 0'] : []),
  ]
  const where = [...given.map(([test]) => test), ...plain].join(' AND ')
  const limit = Math.min(500, Math.max(1, Math.trunc(query.limit ?? 100)))
  return db
    .prepare<unknown[], SessionRow>(
      `SELECT * FROM session${where === '' ? '' : ` WHERE ${where}`} ORDER BY last DESC LIMIT ${limit}`,
    )
    .all(...given.map(([, value]) => value))
    .map((row) => Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)) as unknown as Session)
}

function countEntries(db: Database, { from, to, stepMs, kind, by }: CountQuery): readonly Count[] {
  const step = stepMs === undefined ? undefined : Math.max(1, Math.round(stepMs / minuteMs))
  const all = ['kind', 'operation', 'use', 'effect', 'state'] as const
  const span = step === undefined ? '0' : `minute - minute % ${step}`
  const shown = all.map((column) => (by.includes(column) ? column : `'' AS ${column}`)).join(', ')
  const group = ['span', ...all.filter((column) => by.includes(column))].join(', ')
  const rows = db
    .prepare<unknown[], Omit<Count, 'at'> & { span: number }>(
      `SELECT ${span} AS span, ${shown}, sum(n) AS n FROM count WHERE minute >= ? AND minute < ?${kind === undefined ? '' : ' AND kind = ?'} GROUP BY ${group} ORDER BY span`,
    )
    .all(Math.floor(from / minuteMs), Math.ceil(to / minuteMs), ...(kind === undefined ? [] : [kind]))
  return rows.map(({ span: minute, ...rest }) => ({ ...rest, at: step === undefined ? from : minute * minuteMs }))
}
