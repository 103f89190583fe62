import pg from 'pg'
import { StoreError } from '../../guard/store.ts'
import { grantTaken } from './functions.ts'

/** By the beginning of the SQLSTATE; the first that fits. */
const codes: readonly (readonly [string, StoreError['code']])[] = [
  [grantTaken, 'busy'],
  ['53100', 'full'],
  ['53', 'busy'],
  ['40', 'busy'],
  ['55P03', 'busy'],
  ['57014', 'busy'],
  ['25P03', 'busy'],
  ['57P', 'unreachable'],
  ['08', 'unreachable'],
  ['25006', 'unreachable'],
]

/** Turns what the driver throws into a StoreError. Whatever the server did not say itself is a connection that failed. */
export function asFailure(error: unknown): StoreError {
  if (error instanceof StoreError) return error
  const message = error instanceof Error ? error.message : String(error)
  if (!(error instanceof pg.DatabaseError)) {
    return new StoreError('unreachable', `the store cannot be reached: ${message}`, { cause: error })
  }
  const code = codes.find(([state]) => error.code?.startsWith(state))?.[1] ?? 'broken'
  return new StoreError(code, `the store failed: ${message} (${error.code})`, { cause: error })
}

/** Whether the server gave up one of several transactions that stood in each other's way: doing it again helps. */
export function isConflict(error: unknown): boolean {
  if (!(error instanceof StoreError && error.cause instanceof pg.DatabaseError)) return false
  return error.cause.code === '40001' || error.cause.code === '40P01'
}
