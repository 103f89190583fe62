import { randomBytes } from 'node:crypto'
import type pg from 'pg'
import type { SubjectKey } from '../seal.ts'
import { makeTables, openPool } from './postgres.ts'
import type { KeyStore } from './storage.ts'

const schema =
  'CREATE TABLE IF NOT EXISTS ledger_key (subject text PRIMARY KEY, id text NOT NULL UNIQUE, secret bytea NOT NULL)'

interface KeyRow extends SubjectKey {
  readonly subject: string
}

/**
 * Keeps the keys in a table of their own. What is dropped may live on in the server's write-ahead log and backups until those are
 * recycled; a database of its own for the keys, with short retention, bounds that.
 */
export async function openPostgresKeys(url: string): Promise<KeyStore> {
  const pool = openPool(url)
  await makeTables(pool, schema)
  const read = async (subjects: readonly string[]): Promise<KeyRow[]> => {
    const sql = 'SELECT subject, id, secret FROM ledger_key WHERE subject = ANY($1)'
    return (await pool.query<KeyRow>({ name: 'ledger-keys', text: sql, values: [subjects] })).rows
  }
  return {
    obtain: async (subjects) => {
      const names = new Map(subjects.map((subject) => [stored(subject), subject]))
      let rows = await read([...names.keys()])
      if (rows.length < names.size) {
        const known = new Set(rows.map(({ subject }) => subject))
        await create(
          pool,
          [...names.keys()].filter((name) => !known.has(name)),
        )
        rows = await read([...names.keys()])
      }
      return new Map(rows.map(({ subject, id, secret }) => [names.get(subject) ?? subject, { id, secret }]))
    },
    find: async (id) => (await pool.query<SubjectKey>('SELECT id, secret FROM ledger_key WHERE id = $1', [id])).rows[0],
    idsOf: async (subject) => (await read([stored(subject)])).map(({ id }) => id),
    drop: async (subject) => {
      await pool.query('DELETE FROM ledger_key WHERE subject = $1', [stored(subject)])
    },
    close: () => pool.end(),
  }
}

async function create(pool: pg.Pool, names: readonly string[]): Promise<void> {
  const sql = 'INSERT INTO ledger_key SELECT * FROM unnest($1::text[], $2::text[], $3::bytea[]) ON CONFLICT DO NOTHING'
  const ids = names.map(() => randomBytes(12).toString('base64url'))
  await pool.query(sql, [names, ids, names.map(() => randomBytes(32))])
}

// PostgreSQL holds no NUL, and a name may be longer than an index row.
function stored(subject: string): string {
  return JSON.stringify(subject)
}
