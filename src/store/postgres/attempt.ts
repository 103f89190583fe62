import { setTimeout as delay } from 'node:timers/promises'
import type { Pool, PoolClient } from 'pg'
import { StoreError, type Transaction } from '../../guard/store.ts'
import { asFailure, isConflict } from './failure.ts'
import { ask, type Ended, runOn } from './session.ts'

const maxAttempts = 5
const doubtLooks = 20
const doubtMs = 100

/**
 * Runs work in one transaction, again when the server gave it up for another one's sake, or a connection was dead when it was taken.
 *
 * @throws {StoreError} when it did not succeed in the end, or nobody can be asked whether it did.
 */
export async function runWork<T>(
  pool: Pool,
  schema: string,
  locks: readonly bigint[],
  work: (transaction: Transaction) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    const ended = await tryOnce(pool, schema, locks, work, attempt)
    if (ended !== undefined) {
      if (ended.doubt !== undefined) await settleDoubt(pool, ended.doubt)
      return ended.value
    }
    await delay(Math.random() * 10 * attempt)
  }
}

// Undefined when it is worth another attempt.
async function tryOnce<T>(
  pool: Pool,
  schema: string,
  locks: readonly bigint[],
  work: (transaction: Transaction) => Promise<T>,
  attempt: number,
): Promise<Ended<T> | undefined> {
  const client = await connect(pool)
  try {
    const ended = await runOn(client, schema, locks, work)
    client.release(ended.doubt !== undefined)
    return ended
  } catch (error) {
    const lost = error instanceof StoreError && error.code === 'unreachable'
    await giveBack(client, lost)
    if (attempt < maxAttempts && isConflict(error)) return undefined
    if (attempt === 1 && lost) return undefined
    throw error
  }
}

/**
 * Lends a connection.
 *
 * @throws {StoreError} when there is none.
 */
export async function withClient<T>(pool: Pool, use: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await connect(pool)
  try {
    const value = await use(client)
    client.release()
    return value
  } catch (error) {
    client.release(true)
    throw error
  }
}

async function connect(pool: Pool): Promise<PoolClient> {
  try {
    return await pool.connect()
  } catch (error) {
    throw asFailure(error)
  }
}

async function giveBack(client: PoolClient, lost: boolean): Promise<void> {
  if (lost) {
    client.release(true)
    return
  }
  try {
    await ask(client, 'ROLLBACK')
    client.release()
  } catch {
    client.release(true)
  }
}

async function settleDoubt(pool: Pool, doubt: NonNullable<Ended<unknown>['doubt']>): Promise<void> {
  for (let look = 0; look < doubtLooks; look += 1) {
    const status = await statusOf(pool, doubt.transaction)
    if (status === 'committed') return
    if (status === 'aborted') throw doubt.cause
    await delay(doubtMs)
  }
  throw new StoreError('unreachable', 'nobody can be asked whether the store kept this', { cause: doubt.cause })
}

async function statusOf(pool: Pool, transaction: string): Promise<string | undefined> {
  try {
    const result = await withClient(pool, (client) =>
      ask<{ status: string }>(client, 'SELECT pg_xact_status($1::xid8) AS status', [transaction]),
    )
    return result.rows[0]?.status
  } catch {
    // The next look may find a server.
    return undefined
  }
}
