import { StoreError, type Transaction } from '../guard/store.ts'

/**
 * Runs work on a transaction that ends with it.
 *
 * Once a read or a write failed nothing of it may be kept, so the work fails too, even if it caught the error.
 *
 * @throws {StoreError} what made a read or a write fail.
 */
export async function openTransaction<T>(
  transaction: Transaction,
  work: (transaction: Transaction) => Promise<T>,
): Promise<T> {
  let open = true
  const failures: unknown[] = []
  const step = async <R>(run: () => Promise<R>): Promise<R> => {
    if (!open) throw new TypeError('the transaction is over')
    if (failures.length > 0) throw new StoreError('broken', 'the transaction failed before', { cause: failures[0] })
    try {
      return await run()
    } catch (error) {
      failures.push(error)
      throw error
    }
  }
  try {
    const value = await work({
      read: (query) => step(() => transaction.read(query)),
      write: (changes) => step(() => transaction.write(changes)),
    })
    if (failures.length > 0) throw failures[0]
    return value
  } finally {
    open = false
  }
}
