import Sqlite from 'better-sqlite3'
import { StoreError } from '../../guard/store.ts'

const codes: readonly (readonly [RegExp, StoreError['code']])[] = [
  [/^SQLITE_(BUSY|LOCKED)/, 'busy'],
  [/^SQLITE_FULL/, 'full'],
  [/^SQLITE_(CANTOPEN|READONLY|PERM|AUTH)/, 'unreachable'],
]

/** Turns what SQLite throws into a StoreError; anything else comes back as it is. */
export function asFailure(error: unknown): unknown {
  if (!(error instanceof Sqlite.SqliteError)) return error
  const code = codes.find(([pattern]) => pattern.test(error.code))?.[1] ?? 'broken'
  return new StoreError(code, `the store failed: ${error.message} (${error.code})`, { cause: error })
}

/** Whether another process holds the lock, so that waiting helps. */
export function isBusy(error: unknown): boolean {
  return error instanceof Sqlite.SqliteError && error.code.startsWith('SQLITE_BUSY')
}
