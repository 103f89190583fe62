import { createHash } from 'node:crypto'
import type { PoolClient, QueryResult, QueryResultRow } from 'pg'
import { type Change, StoreError, type Transaction } from '../../guard/store.ts'
import { openTransaction } from '../transaction.ts'
import { asFailure } from './failure.ts'
import { type Answer, changesText, queryText, rowsOf } from './wire.ts'

/** How a transaction ended. */
export interface Ended<T> {
  readonly value: T
  /** The connection broke during the commit, and only the server knows whether it took place. */
  readonly doubt?: { readonly transaction: string; readonly cause: StoreError }
}

/** The number of each key's lock in the whole database, in the order in which everybody takes them. */
export function locksOf(schema: string, keys: readonly string[]): bigint[] {
  const locks = new Set(keys.map((key) => lockOf(schema, key)))
  return [...locks].sort((a, b) => (a < b ? -1 : 1))
}

function lockOf(schema: string, key: string): bigint {
  return createHash('sha256')
    .update(JSON.stringify([schema, key]))
    .digest()
    .readBigInt64BE()
}

/** Sends one statement, without waiting for those before it. */
export async function ask<R extends QueryResultRow>(
  client: PoolClient,
  text: string,
  values: readonly unknown[] = [],
): Promise<QueryResult<R>> {
  try {
    return await client.query<R>(text, [...values])
  } catch (error) {
    throw asFailure(error)
  }
}

/**
 * Runs work in one transaction on one connection, in two round trips if it reads once before it writes.
 *
 * The beginning, the locks and the first read travel together, and so do the last write and the commit. A commit is sent only once the
 * id of the transaction is known, so that it can be asked for if the answer is lost.
 *
 * @throws {StoreError} when nothing was kept.
 */
export async function runOn<T>(
  client: PoolClient,
  schema: string,
  locks: readonly bigint[],
  work: (transaction: Transaction) => Promise<T>,
): Promise<Ended<T>> {
  const state: { begun?: Promise<unknown>; id?: string; unsent: Change[]; wrote: boolean } = {
    unsent: [],
    wrote: false,
  }
  const learn = ({ rows: [row] }: QueryResult<{ readonly id: string }>): void => {
    if (row !== undefined) state.id = row.id
  }
  const begin = (): Promise<unknown> => {
    state.begun ??= all([ask(client, 'BEGIN'), locks.length === 0 ? undefined : takeLocks(client, locks).then(learn)])
    return state.begun
  }
  const flush = async (): Promise<void> => {
    if (state.unsent.length === 0) return
    const text = changesText(state.unsent.splice(0))
    state.wrote = true
    learn(await ask(client, `SELECT ${schema}.apply_changes($1) AS id`, [text]))
  }
  const transaction: Transaction = {
    async read(query) {
      const before = [begin(), flush()]
      const answer = ask<{ answer: Answer }>(client, `SELECT ${schema}.read_rows($1) AS answer`, [queryText(query)])
      await all([...before, answer])
      return rowsOf((await answer).rows[0]?.answer ?? {})
    },
    async write(changes) {
      state.unsent.push(...changes)
    },
  }
  const value = await openTransaction(transaction, work)
  if (state.begun === undefined && state.unsent.length === 0) return { value }
  const last = [begin(), flush()]
  if (state.id === undefined) await all(last)
  const lost = await commit(client, last)
  if (lost === undefined || !state.wrote) return { value }
  return { value, doubt: { transaction: state.id ?? '', cause: lost } }
}

function takeLocks(client: PoolClient, locks: readonly bigint[]): Promise<QueryResult<{ readonly id: string }>> {
  const text = `SELECT pg_current_xact_id()::text AS id, count(pg_advisory_xact_lock(lock)) FROM unnest($1::bigint[]) AS lock`
  return ask(client, text, [locks.map(String)])
}

// Returns how the connection broke, if it did: whether anything was kept is open then.
async function commit(client: PoolClient, last: readonly Promise<unknown>[]): Promise<StoreError | undefined> {
  const committed = ask(client, 'COMMIT')
  try {
    await all([...last, committed])
  } catch (error) {
    if (error instanceof StoreError && error.code === 'unreachable') return error
    throw error
  }
  // A server that could not commit says so by the name of what it did instead.
  if ((await committed).command !== 'COMMIT') throw new StoreError('broken', 'the store did not commit')
  return undefined
}

// Waits for all, so that nothing is left under way, and fails for the first: those behind it fail only because of it.
async function all(parts: readonly (Promise<unknown> | undefined)[]): Promise<void> {
  const results = await Promise.allSettled(parts)
  const failed = results.find((result) => result.status === 'rejected')
  if (failed !== undefined) throw failed.reason
}
