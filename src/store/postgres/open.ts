import pg from 'pg'
import { type Store, StoreError } from '../../guard/store.ts'
import { openWatchers } from '../watchers.ts'
import { runWork, withClient } from './attempt.ts'
import { asFailure } from './failure.ts'
import { openListener } from './listener.ts'
import { migrate } from './migrate.ts'
import { ask, locksOf } from './session.ts'
import { openTurns } from './turns.ts'

/** How a store in PostgreSQL behaves. */
export interface PostgresOptions {
  /** The schema that holds all of it, made if it is not there: lower-case letters, digits and `_`; `lockstep` by default. */
  readonly schema?: string
  /** Connections of this node, beside one that listens; 10 by default. */
  readonly poolSize?: number
  /** How long to wait for a connection; 5,000 by default. */
  readonly connectTimeoutMs?: number
  /** How long one statement may take, waiting for others included, and waiting for a turn in this node; 10,000 by default. */
  readonly statementTimeoutMs?: number
}

const lookEveryMs = 500
const defaultTimeoutMs = 10_000

/**
 * Opens a store in one schema of a PostgreSQL database (14 or newer), and brings it to the version this program knows.
 *
 * @param url - `postgres://user:password@host:port/database`, with the parameters the driver knows.
 * @throws {TypeError} when the name of the schema is not plain.
 * @throws {StoreError} when the database cannot be reached, or is of a newer program.
 */
export async function openPostgresStore(url: string, options: PostgresOptions = {}): Promise<Store> {
  const { schema = 'lockstep' } = options
  // SECURITY: the name of the schema becomes part of statements; everything else is a parameter.
  if (!/^[a-z_][a-z0-9_]{0,50}$/.test(schema)) throw new TypeError('the name of a schema is a-z, 0-9 and _')
  const config = configOf(url, options)
  const pool = new pg.Pool(config)
  // A connection that breaks is replaced when one is needed; whoever uses it learns of it by its statement.
  pool.on('error', () => undefined)
  pool.on('connect', (client) => client.on('error', () => undefined))
  try {
    await withClient(pool, (client) => migrate(client, schema))
  } catch (error) {
    await pool.end()
    throw asFailure(error)
  }
  return storeOn(pool, schema, config, options.statementTimeoutMs ?? defaultTimeoutMs)
}

function configOf(url: string, options: PostgresOptions): pg.PoolConfig {
  const { poolSize = 10, connectTimeoutMs = 5000, statementTimeoutMs = defaultTimeoutMs } = options
  return {
    connectionString: url,
    pipeline: true,
    max: poolSize,
    connectionTimeoutMillis: connectTimeoutMs,
    statement_timeout: statementTimeoutMs,
    // The server ends a slow statement; this one is for a server that is silent.
    query_timeout: statementTimeoutMs + 2000,
    idle_in_transaction_session_timeout: statementTimeoutMs,
    keepAlive: true,
    application_name: 'lockstep',
  }
}

function storeOn(pool: pg.Pool, schema: string, config: pg.PoolConfig, turnTimeoutMs: number): Store {
  const watchers = openWatchers(() => signalOf(pool, schema), lookEveryMs)
  const listener = openListener(config, schema, watchers.notify)
  const turns = openTurns(turnTimeoutMs)
  const running = new Set<Promise<unknown>>()
  let closed = false
  const transact: Store['transact'] = async (keys, work) => {
    if (closed) throw new StoreError('unreachable', 'the store is closed')
    const locks = locksOf(schema, keys)
    const run = turns.take(locks, () => runWork(pool, schema, locks, work))
    running.add(run)
    try {
      return await run
    } finally {
      running.delete(run)
    }
  }
  return {
    transact,
    read: (query) => transact([], (transaction) => transaction.read(query)),
    // A commit is durable: the server may lose power while this node lives on.
    flush: () => Promise.resolve(),
    watch(heard) {
      listener.start()
      return watchers.watch(heard)
    },
    async close() {
      if (closed) return
      closed = true
      watchers.close()
      await Promise.allSettled(running)
      await Promise.all([listener.close(), pool.end()])
    },
  }
}

async function signalOf(pool: pg.Pool, schema: string): Promise<number | undefined> {
  try {
    const result = await withClient(pool, (client) =>
      ask<{ value: string }>(client, `SELECT value FROM ${schema}.signal`),
    )
    return Number(result.rows[0]?.value)
  } catch {
    // Another look follows soon.
    return undefined
  }
}
