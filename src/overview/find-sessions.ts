/** Sessions and runs by who had them and what was in them. */
import type { Database } from 'better-sqlite3'
import { anyStatement, earlyEdge } from './find-entries.ts'
import type { Session, SessionQuery } from './query.ts'

type Row = { readonly [Name in keyof Session]-?: Session[Name] | null }

/** How many entries are looked at for the sessions they are in. */
const mostEntries = 2000

/** @param isIndexed - Whether all indexes are there: while much is read, some are made late. */
export function findSessions(db: Database, query: SessionQuery, isIndexed: boolean): readonly Session[] {
  const { principal, person, workflow, from, to, any, before, past = '' } = query
  const tests: (readonly [string, ...unknown[]])[] = [
    ...(principal === undefined ? [] : [['principal = ?', principal] as const]),
    ...(person === undefined ? [] : [['person = ?', person] as const]),
    ...(workflow === undefined ? [] : [['workflow = ?', workflow] as const]),
    ...(from === undefined ? [] : [['last >= ?', from] as const]),
    ...(to === undefined ? [] : [['first < ?', to] as const]),
    ...(before === undefined ? [] : [['(last, id) < (?, ?)', before, past] as const]),
    ...(query.runs === undefined ? [] : [[query.runs ? 'run IS NOT NULL' : 'run IS NULL'] as const]),
    ...(query.refused === true ? [['refused > 0'] as const] : []),
  ]
  if (any !== undefined) {
    const among = isIndexed ? { where: [], values: [] } : { where: ['idx >= ?'], values: [earlyEdge(db)] }
    const { sql, values } = anyStatement(any, among, mostEntries)
    tests.push([`id IN (SELECT session FROM entry WHERE idx IN (${sql}))`, ...values])
  }
  const where = tests.map(([test]) => test).join(' AND ')
  const limit = Math.min(500, Math.max(1, Math.trunc(query.limit ?? 100)))
  return db
    .prepare<unknown[], Row>(
      `SELECT * FROM session${where === '' ? '' : ` WHERE ${where}`} ORDER BY last DESC, id DESC LIMIT ${limit}`,
    )
    .all(...tests.flatMap(([, ...values]) => values))
    .map(sessionOf)
}

export function findSession(db: Database, id: string): Session | undefined {
  const row = db.prepare<[string], Row>('SELECT * FROM session WHERE id = ?').get(id)
  return row === undefined ? undefined : sessionOf(row)
}

function sessionOf(row: Row): Session {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)) as unknown as Session
}
