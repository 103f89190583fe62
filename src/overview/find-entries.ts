/** Entries by what they are about. However many there are, a page looks at a bounded number of them. */
import type { Database } from 'better-sqlite3'
import { notableEffects } from './database.ts'
import type { EntryPage, EntryQuery } from './query.ts'
import type { Summary } from './summary.ts'

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
type Column = (typeof columns)[number]

/** Few entries have the same: their index is the one to use, whatever else is asked. */
const rare: readonly Column[] = ['call', 'run', 'hold', 'session']
/** Those that have an index together with a notable effect. */
const besideNotable: readonly Column[] = ['kind', 'operation', 'use', 'principal', 'workflow']
/** Any of these may be what somebody has the name of. */
const named = ['call', 'operation', 'use', 'principal', 'person', 'session', 'workflow', 'rule', 'hold']

/** Entries that are looked at for one page where an index leads to more than fit the rest of the question. */
const window = 50_000

interface Row {
  readonly idx: number
  readonly line: string
}

/** Tests that all must hold, and what to bind to their places. */
export interface Tests {
  readonly where: readonly string[]
  readonly values: readonly unknown[]
}

/** @param isIndexed - Whether all indexes are there: while much is read, some are made late. */
export function findEntries(db: Database, query: EntryQuery, isIndexed: boolean): EntryPage {
  const limit = Math.min(500, Math.max(1, Math.trunc(query.limit ?? 100)))
  const oldest = query.order === 'oldest'
  const isSettled = isIndexed ? isSettledByIndex(query) : isSettledEarly(query)
  const edge = isSettled ? undefined : edgeOf(db, query, oldest)
  const tests = testsOf(db, query, edge)
  const { sql, values } = statementFor(query, tests, limit)
  const rows = db.prepare<unknown[], Row>(sql).all(...values)
  const entries = rows.map(({ line }): Summary => JSON.parse(line))
  const last = rows.at(-1)?.idx
  if (rows.length === limit && last !== undefined) return { entries, next: last }
  return edge === undefined ? { entries } : { entries, next: oldest ? edge - 1 : edge }
}

interface Statement {
  readonly sql: string
  readonly values: readonly unknown[]
}

function statementFor(query: EntryQuery, tests: Tests, limit: number): Statement {
  const order = `ORDER BY idx ${query.order === 'oldest' ? 'ASC' : 'DESC'} LIMIT ${limit}`
  if (query.any !== undefined) {
    const { sql, values } = anyStatement(query.any, tests, limit, query.order)
    return { sql: `SELECT idx, line FROM entry WHERE idx IN (${sql}) ${order}`, values }
  }
  const where = tests.where.length === 0 ? '' : ` WHERE ${tests.where.join(' AND ')}`
  if (query.object === undefined) return { sql: `SELECT idx, line FROM entry${where} ${order}`, values: tests.values }
  const inside = ['idx IN (SELECT idx FROM object WHERE name = ?)', ...tests.where].join(' AND ')
  return { sql: `SELECT idx, line FROM entry WHERE ${inside} ${order}`, values: [query.object, ...tests.values] }
}

/** The latest entries (or the oldest) of which anything is exactly `text`; up to `limit` of each sort, and some more. */
export function anyStatement(text: string, tests: Tests, limit: number, order?: EntryQuery['order']): Statement {
  const end = `ORDER BY idx ${order === 'oldest' ? 'ASC' : 'DESC'} LIMIT ${limit}`
  const rest = tests.where.map((test) => ` AND ${test}`).join('')
  const parts = [
    ...named.map((column) => `SELECT idx FROM entry WHERE ${column} = ?${rest}`),
    `SELECT idx FROM object WHERE name = ?${rest === '' ? '' : ` AND EXISTS (SELECT 1 FROM entry WHERE entry.idx = object.idx${rest.replaceAll('idx', 'entry.idx')})`}`,
  ]
  return {
    sql: parts.map((part) => `SELECT * FROM (${part} ${end})`).join(' UNION '),
    values: parts.flatMap(() => [text, ...tests.values]),
  }
}

/** Where several things are asked of which none is rare by itself, a page looks no further than this. */
function edgeOf(db: Database, query: EntryQuery, oldest: boolean): number | undefined {
  const { first, last } = endsOf(db)
  if (first === null || last === null) return undefined
  const start = query.past ?? (oldest ? first : last + 1)
  const edge = oldest ? start + window : start - window
  return oldest ? (edge > last ? undefined : edge) : edge <= first ? undefined : edge
}

interface Ends {
  readonly first: number | null
  readonly last: number | null
}

function endsOf(db: Database): Ends {
  const sql = 'SELECT (SELECT min(idx) FROM entry) AS first, (SELECT max(idx) FROM entry) AS last'
  return db.prepare<[], Ends>(sql).get() ?? { first: null, last: null }
}

/** The index before which nobody looks while indexes are missing. */
export function earlyEdge(db: Database): number {
  return (endsOf(db).last ?? 0) - window
}

/** Whether one of the indexes that are always there leads to nothing but what is asked, or to little else. */
function isSettledEarly(query: EntryQuery): boolean {
  if (query.call !== undefined || query.hold !== undefined || query.object !== undefined) return true
  return query.any === undefined && columns.every((column) => query[column] === undefined)
}

/** Whether one index leads to nothing but what is asked, or to little else. */
function isSettledByIndex(query: EntryQuery): boolean {
  if (rare.some((each) => query[each] !== undefined) || query.object !== undefined) return true
  const asked = columns.filter((column) => query[column] !== undefined)
  if (query.tenant !== undefined) return false
  if (query.any !== undefined) return asked.length === 0
  const others = asked.filter((column) => column !== 'effect')
  const isNotable = query.effect !== undefined && notableEffects.has(query.effect)
  return asked.length <= 1 || (isNotable && others.length === 1 && others.every((each) => besideNotable.includes(each)))
}

function testsOf(db: Database, query: EntryQuery, edge: number | undefined): Tests {
  const hasRare = rare.some((each) => query[each] !== undefined) || query.object !== undefined
  const found: (readonly [string, unknown])[] = columns.flatMap((column) => {
    const value = query[column]
    if (value === undefined) return []
    // A plus sign keeps SQLite from taking the index of what is not rare.
    const plain = hasRare && !rare.includes(column) ? '+' : ''
    return [[`${plain}${columnFor(column, value)} = ?`, value] as const]
  })
  const oldest = query.order === 'oldest'
  // Times become places: entries are in the order of their times but for the clocks of several nodes.
  if (query.from !== undefined) found.push(['idx >= ?', placeOf(db, query.from)])
  if (query.to !== undefined) found.push(['idx < ?', placeOf(db, query.to)])
  if (query.past !== undefined) found.push([oldest ? 'idx > ?' : 'idx < ?', query.past])
  if (edge !== undefined) found.push([oldest ? 'idx < ?' : 'idx >= ?', edge])
  return { where: found.map(([test]) => test), values: found.map(([, value]) => value) }
}

/** A run is a session by its own name, and that column has the index; so have effects that are notable. */
function columnFor(column: Column, value: string): string {
  if (column === 'run') return 'session'
  return column === 'effect' && notableEffects.has(value) ? 'notable' : column
}

function placeOf(db: Database, at: number): number {
  const row = db
    .prepare<[number], { idx: number }>('SELECT idx FROM entry WHERE at >= ? ORDER BY at, idx LIMIT 1')
    .get(at)
  return row?.idx ?? Number.MAX_SAFE_INTEGER
}
