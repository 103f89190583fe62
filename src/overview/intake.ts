/** Takes what the ledger has into the overview: all of it once, whatever happens to this process. */
import type { Database } from 'better-sqlite3'
import { makeIndex, missingIndexes, notableEffects } from './database.ts'
import { openSessions } from './join-sessions.ts'
import type { Summary } from './summary.ts'
import { briefOf, countsOf, hourMinutes, talliesOf } from './sums.ts'

/** Takes in entries, in order. What was taken in together is kept together, or not at all. */
export interface Intake {
  /** The index of the next entry that is wanted. */
  next(): number
  /** `upTo` is the index after the last of them, also of those that are missing. */
  take(summaries: readonly Summary[], upTo: number): void
  /** Keeps what was taken in, also when this process is killed. @throws when that cannot be: then it is to be taken in again. */
  keep(): void
  /** Drops what tells of entries before `upTo`: their texts were dropped from the ledger. */
  prune(upTo: number): void
  /** Makes one of the indexes that are missing; false when none is. */
  index(): boolean
}

export function openIntake(db: Database): Intake {
  const sql = prepare(db)
  const sessions = openSessions(db)
  const one = (summary: Summary): void => {
    const { index, effect, objects = [] } = summary
    const session = sessions.join(summary)
    const values = [
      index,
      summary.at,
      summary.kind,
      summary.call,
      summary.operation,
      summary.use,
      summary.principal,
      summary.person,
      summary.tenant,
      effect,
      summary.run,
      summary.workflow,
      objects[0],
      summary.state,
    ]
    const notable = effect !== undefined && notableEffects.has(effect) ? effect : undefined
    const line = [summary.constraint, summary.hold, session, notable, JSON.stringify(summary)]
    sql.entry.run([...values, ...line].map((value) => value ?? null))
    for (const name of objects) sql.object.run(name, index)
  }
  // Within a transaction this is a part of it that is taken back by itself.
  const take = db.transaction((summaries: readonly Summary[], upTo: number): void => {
    sessions.begin()
    for (const summary of summaries) one(summary)
    sessions.write()
    for (const { key, n } of countsOf(summaries, 1)) sql.count.run(...key, n)
    for (const { key, n } of countsOf(summaries, hourMinutes)) sql.countHour.run(...key, n)
    for (const { key, n } of briefOf(summaries)) sql.brief.run(...key, n)
    for (const { key, n, first, last } of talliesOf(summaries)) sql.tally.run(...key, n, first, last)
    sql.reach.run(upTo)
  })
  let missing = missingIndexes(db)
  const keep = (): void => {
    try {
      if (db.inTransaction) db.exec('COMMIT')
    } finally {
      if (db.inTransaction) db.exec('ROLLBACK')
    }
  }
  return {
    next: () => sql.reached.get()?.size ?? 0,
    take: (summaries, upTo) => {
      // Pages of indexes are written once for all that is taken in until it is kept.
      if (!db.inTransaction) db.exec('BEGIN IMMEDIATE')
      take(summaries, upTo)
    },
    keep,
    index: () => {
      const [name, ...others] = missing
      if (name === undefined) return false
      keep()
      makeIndex(db, name)
      missing = others
      return true
    },
    prune: (upTo) => {
      db.prepare('DELETE FROM entry WHERE idx < ?').run(upTo)
      db.prepare('DELETE FROM object WHERE idx < ?').run(upTo)
    },
  }
}

function prepare(db: Database) {
  return {
    entry: db.prepare(`INSERT OR REPLACE INTO entry VALUES (${Array.from({ length: 19 }, () => '?').join(', ')})`),
    object: db.prepare('INSERT OR IGNORE INTO object VALUES (?, ?)'),
    count: countStatement(db, 'count'),
    countHour: countStatement(db, 'count_hour'),
    brief: db.prepare('INSERT INTO brief VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET n = n + excluded.n'),
    tally: db.prepare(
      'INSERT INTO tally VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET n = n + excluded.n, last = max(last, excluded.last)',
    ),
    reached: db.prepare<[], { size: number }>('SELECT size FROM reached'),
    reach: db.prepare('UPDATE reached SET size = ?'),
  }
}

function countStatement(db: Database, table: 'count' | 'count_hour') {
  return db.prepare(`INSERT INTO ${table} VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET n = n + excluded.n`)
}
