import { createHash } from 'node:crypto'
import pg from 'pg'
import { VaultError } from '../error.ts'
import type { StoredHead, StoredVersion, UseCount, VaultRows, VaultStore } from '../store.ts'

interface HeadRow extends Omit<StoredHead, 'revision'> {
  readonly revision: string
}

interface UseRow extends Omit<UseCount, 'count' | 'last'> {
  readonly count: string
  readonly last: string
}

// Names compare by their bytes, as in the other engine.
const text = 'text COLLATE "C"'

function tablesSql(schema: string): string {
  return `
    CREATE SCHEMA IF NOT EXISTS ${schema};
    CREATE TABLE IF NOT EXISTS ${schema}.vault_state (value bigint NOT NULL);
    INSERT INTO ${schema}.vault_state SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM ${schema}.vault_state);
    CREATE TABLE IF NOT EXISTS ${schema}.vault_secret (
      name ${text} PRIMARY KEY, revision bigint NOT NULL, detail text NOT NULL, seal text NOT NULL
    );
    CREATE TABLE IF NOT EXISTS ${schema}.vault_version (
      name ${text}, version integer, detail text NOT NULL, PRIMARY KEY (name, version)
    );
    CREATE TABLE IF NOT EXISTS ${schema}.vault_use (
      name ${text}, version integer, workflow ${text}, operation ${text}, agent ${text}, count bigint NOT NULL,
      last bigint NOT NULL, PRIMARY KEY (name, version, workflow, operation, agent)
    );`
}

/** Keeps secrets in tables beside those of the guard (PostgreSQL 14 or newer). @throws {VaultError} `unavailable`. */
export async function openPostgresVault(url: string, schema: string): Promise<VaultStore> {
  // SECURITY: the name of the schema becomes part of statements; everything else is a parameter.
  if (!/^[a-z_][a-z0-9_]{0,50}$/.test(schema)) throw new TypeError('the name of a schema is a-z, 0-9 and _')
  const pool = new pg.Pool({
    connectionString: url,
    max: 4,
    connectionTimeoutMillis: 5000,
    statement_timeout: 10_000,
    query_timeout: 12_000,
    application_name: 'lockstep',
  })
  pool.on('error', () => undefined)
  const vault = new PostgresVault(pool, schema)
  try {
    await vault.make()
    return vault
  } catch (error) {
    await pool.end()
    throw error
  }
}

class PostgresVault implements VaultStore {
  readonly #pool: pg.Pool
  readonly #schema: string

  constructor(pool: pg.Pool, schema: string) {
    this.#pool = pool
    this.#schema = schema
  }

  /** One node at a time. */
  make(): Promise<void> {
    return this.#transact(async (client) => {
      await client.query('SELECT pg_advisory_xact_lock($1)', [String(lockOf(this.#schema))])
      await client.query(tablesSql(this.#schema))
    })
  }

  async generation(): Promise<number> {
    const { rows } = await this.#transact((client) =>
      client.query<{ value: string }>(`SELECT value FROM ${this.#schema}.vault_state`),
    )
    return Number(rows[0]?.value ?? 0)
  }

  read(): Promise<VaultRows> {
    const schema = this.#schema
    return this.#transact(async (client) => {
      await client.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY')
      const state = await client.query<{ value: string }>(`SELECT value FROM ${schema}.vault_state`)
      const heads = await client.query<HeadRow>(
        `SELECT name, revision, detail, seal FROM ${schema}.vault_secret ORDER BY name`,
      )
      const versions = await client.query<StoredVersion>(
        `SELECT name, version, detail FROM ${schema}.vault_version ORDER BY name, version`,
      )
      return {
        generation: Number(state.rows[0]?.value ?? 0),
        heads: heads.rows.map((row) => ({ ...row, revision: Number(row.revision) })),
        versions: versions.rows,
      }
    })
  }

  replace(expected: number, head: StoredHead, versions: readonly StoredVersion[]): Promise<boolean> {
    const schema = this.#schema
    return this.#transact(async (client) => {
      // The one row that every change takes: changes come one after the other, on any number of nodes.
      await client.query(`UPDATE ${schema}.vault_state SET value = value + 1`)
      const { name, revision, detail, seal } = head
      const found = await client.query<{ revision: string }>(
        `SELECT revision FROM ${schema}.vault_secret WHERE name = $1`,
        [name],
      )
      if (Number(found.rows[0]?.revision ?? 0) !== expected) return false
      await client.query(
        `INSERT INTO ${schema}.vault_secret VALUES ($1, $2, $3, $4)
         ON CONFLICT (name) DO UPDATE SET revision = $2, detail = $3, seal = $4`,
        [name, revision, detail, seal],
      )
      await client.query(`DELETE FROM ${schema}.vault_version WHERE name = $1`, [name])
      await client.query(
        `INSERT INTO ${schema}.vault_version SELECT $1, v, d FROM unnest($2::int[], $3::text[]) AS t (v, d)`,
        [name, versions.map((each) => each.version), versions.map((each) => each.detail)],
      )
      return true
    })
  }

  async count(uses: readonly UseCount[]): Promise<void> {
    const sorted = [...uses].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
    const columns = ['name', 'version', 'workflow', 'operation', 'agent', 'count', 'last'] as const
    await this.#transact((client) =>
      client.query(
        `INSERT INTO ${this.#schema}.vault_use AS u
         SELECT * FROM unnest($1::text[], $2::int[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::bigint[])
         ON CONFLICT (name, version, workflow, operation, agent)
         DO UPDATE SET count = u.count + excluded.count, last = greatest(u.last, excluded.last)`,
        columns.map((column) => sorted.map((each) => each[column])),
      ),
    )
  }

  async uses(): Promise<readonly UseCount[]> {
    const { rows } = await this.#transact((client) =>
      client.query<UseRow>(
        `SELECT * FROM ${this.#schema}.vault_use ORDER BY name, version, workflow, operation, agent`,
      ),
    )
    return rows.map((row) => ({ ...row, count: Number(row.count), last: Number(row.last) }))
  }

  close(): Promise<void> {
    return this.#pool.end()
  }

  async #transact<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    let client: pg.PoolClient | undefined
    let failed = true
    try {
      client = await this.#pool.connect()
      await client.query('BEGIN')
      const value = await work(client)
      await client.query('COMMIT')
      failed = false
      return value
    } catch (cause) {
      throw new VaultError('unavailable', 'the store of the vault failed', { cause })
    } finally {
      // After a failure the connection may be in the middle of anything: closing it rolls back.
      client?.release(failed)
    }
  }
}

// Rows in one order everywhere, so that two nodes that count at once do not wait for each other in a circle.
function keyOf({ name, version, workflow, operation, agent }: UseCount): string {
  return JSON.stringify([name, version, workflow, operation, agent])
}

function lockOf(schema: string): bigint {
  return createHash('sha256').update(`vault ${schema}`).digest().readBigInt64BE()
}
