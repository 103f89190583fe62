import { type Change, type Query, type Rows, StoreError, type Transaction } from '../guard/store.ts'

/** How one engine reads and writes: at once, or later. */
export interface Steps {
  read(query: Query): Rows | Promise<Rows>
  write(changes: readonly Change[]): void | Promise<void>
}

/**
 * Runs work on a transaction that ends with it.
 *
 * Once a read or a write failed nothing of it may be kept, so the work fails too, even if it caught the error.
 *
 * @throws {StoreError} what made a read or a write fail.
 */
export async function openTransaction<T>(steps: Steps, work: (transaction: Transaction) => Promise<T>): Promise<T> {
  let open = true
  const failures: unknown[] = []
  const noted = (error: unknown): unknown => {
    failures.push(error)
    return error
  }
  // Without a function that is async: a step that is done at once costs one promise.
  const step = <R>(run: () => R | Promise<R>): Promise<R> => {
    if (!open) return Promise.reject(new TypeError('the transaction is over'))
    if (failures.length > 0)
      return Promise.reject(new StoreError('broken', 'the transaction failed before', { cause: failures[0] }))
    try {
      const done = run()
      if (!(done instanceof Promise)) return Promise.resolve(done)
      return done.catch((error: unknown) => {
        throw noted(error)
      })
    } catch (error) {
      return Promise.reject(noted(error))
    }
  }
  try {
    const value = await work({
      read: (query) => step(() => steps.read(query)),
      write: (changes) => step(() => (changes.length === 0 ? undefined : steps.write(changes))),
    })
    if (failures.length > 0) throw failures[0]
    return value
  } finally {
    open = false
  }
}
