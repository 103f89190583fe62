/** Opens stores. The driver of an engine is loaded when the first store of it is opened: who needs none loads none. */
import type { Store } from '../guard/store.ts'
import type { PostgresOptions } from './postgres/open.ts'
import type { SqliteOptions } from './sqlite/open.ts'

/**
 * Opens a store in one SQLite file, made if it is not there, and brings it to the version this program knows.
 *
 * Any number of processes on one machine may open the same file; never put it on a network file system. New folders and files can be
 * read by their owner only.
 *
 * @throws {StoreError} when the file cannot be opened, is of something else, or of a newer program.
 */
export async function openSqliteStore(file: string, options?: SqliteOptions): Promise<Store> {
  const engine = await import('./sqlite/open.ts')
  return engine.openSqliteStore(file, options)
}

/**
 * Opens a store in one schema of a PostgreSQL database (14 or newer), and brings it to the version this program knows.
 *
 * @param url - `postgres://user:password@host:port/database`, with the parameters the driver knows.
 * @throws {TypeError} when the name of the schema is not plain.
 * @throws {StoreError} when the database cannot be reached, or is of a newer program.
 */
export async function openPostgresStore(url: string, options?: PostgresOptions): Promise<Store> {
  const engine = await import('./postgres/open.ts')
  return engine.openPostgresStore(url, options)
}
