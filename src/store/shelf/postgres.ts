import pg from 'pg'
import type { Item, Shelf } from '../../api/shelf.ts'

interface Row {
  readonly kind: string
  readonly id: string
  readonly version: number
  readonly at: string
  readonly expires: string | null
  readonly content: string
}

const alive = (place: number): string => `(expires IS NULL OR expires > $${place})`

/**
 * Keeps a shelf in one table of a PostgreSQL schema, made if it is not there.
 *
 * @throws {TypeError} when the name of the schema is not plain; whatever the driver throws when the database cannot be reached.
 */
export async function openPostgresShelf(url: string, schema: string, now: () => number = Date.now): Promise<Shelf> {
  // SECURITY: the name of the schema becomes part of statements; everything else is a parameter.
  if (!/^[a-z_][a-z0-9_]{0,50}$/.test(schema)) throw new TypeError('the name of a schema is a-z, 0-9 and _')
  const pool = new pg.Pool({ connectionString: url, max: 4, statement_timeout: 10_000, application_name: 'lockstep' })
  pool.on('error', () => undefined)
  try {
    await makeTable(pool, schema)
  } catch (error) {
    await pool.end()
    throw error
  }
  const table = `${schema}.shelf`
  const rows = async (text: string, values: readonly unknown[]): Promise<readonly Item[]> =>
    (await pool.query<Row>(text, [...values])).rows.map(itemOf)
  return {
    get: async (kind, id) =>
      (await rows(`SELECT * FROM ${table} WHERE kind = $1 AND id = $2 AND ${alive(3)}`, [kind, id, now()]))[0],
    list: (kind, { after = '', limit = 100 } = {}) =>
      rows(`SELECT * FROM ${table} WHERE kind = $1 AND id > $2 AND ${alive(3)} ORDER BY id LIMIT $4`, [
        kind,
        after,
        now(),
        Math.min(limit, 1000),
      ]),
    put: async ({ kind, id, at, expires, content }, version) => {
      const present = `(CASE WHEN ${alive(6).replaceAll('expires', 'shelf.expires')} THEN shelf.version ELSE 0 END)`
      const text = `INSERT INTO ${table} AS shelf
        SELECT $1, $2, 1, $3, $4, $5 WHERE $7::int IS NULL OR $7 = 0 OR EXISTS
          (SELECT FROM ${table} WHERE kind = $1 AND id = $2 AND ${alive(6)})
        ON CONFLICT (kind, id) DO UPDATE SET version = ${present} + 1, at = excluded.at, expires = excluded.expires, content = excluded.content
        WHERE $7::int IS NULL OR ${present} = $7`
      const values = [kind, id, at, expires ?? null, JSON.stringify(content), now(), version ?? null]
      return ((await pool.query(text, values)).rowCount ?? 0) > 0
    },
    drop: async (kind, id) =>
      ((await pool.query(`DELETE FROM ${table} WHERE kind = $1 AND id = $2 AND ${alive(3)}`, [kind, id, now()]))
        .rowCount ?? 0) > 0,
    forget: async (before) => {
      await pool.query(`DELETE FROM ${table} WHERE expires <= $1`, [before])
    },
    close: () => pool.end(),
  }
}

/** Nodes may start at the same moment: the lock keeps one from making what another makes. */
async function makeTable(pool: pg.Pool, schema: string): Promise<void> {
  const client = await pool.connect()
  try {
    await client.query('BEGIN')
    await client.query(`SELECT pg_advisory_xact_lock(hashtext('lockstep shelf'))`)
    await client.query(`CREATE SCHEMA IF NOT EXISTS ${schema}`)
    await client.query(`CREATE TABLE IF NOT EXISTS ${schema}.shelf (
      kind text NOT NULL, id text COLLATE "C" NOT NULL, version int NOT NULL, at bigint NOT NULL, expires bigint, content text NOT NULL,
      PRIMARY KEY (kind, id))`)
    await client.query('COMMIT')
  } finally {
    client.release()
  }
}

function itemOf({ kind, id, version, at, expires, content }: Row): Item {
  const item = { kind, id, version, at: Number(at), content: JSON.parse(content) as unknown }
  return expires === null ? item : { ...item, expires: Number(expires) }
}
