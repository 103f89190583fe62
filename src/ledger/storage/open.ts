import type { KeyStore, Storage, StorageConfig } from './storage.ts'

// The driver of an engine is loaded when it is needed: programs that keep no ledger load none.

/** Opens where a ledger is kept; tables are made when they are missing. */
export async function openStorage(config: StorageConfig): Promise<Storage> {
  return config.type === 'sqlite'
    ? (await import('./sqlite.ts')).openSqlite(config.file)
    : (await import('./postgres.ts')).openPostgres(config.url)
}

/** Opens where its keys are kept. */
export async function openKeys(config: StorageConfig): Promise<KeyStore> {
  return config.type === 'sqlite'
    ? openKeyFile(config.keys)
    : (await import('./postgres-keys.ts')).openPostgresKeys(config.url)
}

/** Opens a file of keys by itself. */
export async function openKeyFile(file: string): Promise<KeyStore> {
  return (await import('./sqlite-keys.ts')).openSqliteKeys(file)
}
