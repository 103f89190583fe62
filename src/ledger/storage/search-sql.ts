import type { SearchPage, SearchQuery, StoredEntry } from './storage.ts'

/** Longest value a column is searched by; PostgreSQL indexes no row of more than 2.7 KB. */
const maxColumn = 256

/** A statement and what to bind, the same for every engine but for how a place is written. */
export interface Statement {
  readonly sql: string
  readonly values: readonly (string | number)[]
}

/** What is kept of a value to search by: short, and without the NUL that PostgreSQL refuses. */
export function columnText(value: string | undefined): string | null {
  return value === undefined ? null : value.slice(0, maxColumn).replaceAll('\0', '\ufffd')
}

/** The search as SQL. `place` writes the n-th parameter, from 1. */
export function searchStatement(query: SearchQuery, place: (n: number) => string): Statement {
  const oldest = query.order === 'oldest'
  const tests: (readonly [string, string | number | undefined])[] = [
    ['at >=', query.from],
    ['at <', query.to],
    ['kind =', query.kind],
    ['call =', columnText(query.call) ?? undefined],
    ['operation =', columnText(query.operation) ?? undefined],
    ['principal =', columnText(query.principal) ?? undefined],
    ['effect =', query.effect],
    [oldest ? 'idx >' : 'idx <', query.past],
  ]
  const given = tests.flatMap(([test, value]) => (value === undefined ? [] : [{ test, value }]))
  const where = given.map(({ test }, index) => `${test} ${place(index + 1)}`)
  const clause = where.length > 0 ? ` WHERE ${where.join(' AND ')}` : ''
  const sql = `SELECT idx, hash, text FROM ledger_entry${clause} ORDER BY idx ${oldest ? 'ASC' : 'DESC'} LIMIT ${limitOf(query)}`
  return { sql, values: given.map(({ value }) => value) }
}

/** The page for the rows a search found. */
export function pageOf(query: SearchQuery, entries: readonly StoredEntry[]): SearchPage {
  const last = entries.at(-1)
  return entries.length < limitOf(query) || last === undefined ? { entries } : { entries, next: last.index }
}

function limitOf({ limit = 100 }: SearchQuery): number {
  return Math.min(1000, Math.max(1, Math.trunc(limit) || 1))
}
