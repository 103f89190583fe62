import { openPostgres } from './postgres.ts'
import { openPostgresKeys } from './postgres-keys.ts'
import { openSqlite } from './sqlite.ts'
import { openSqliteKeys } from './sqlite-keys.ts'
import type { KeyStore, Storage, StorageConfig } from './storage.ts'

/** Opens where a ledger is kept; tables are made when they are missing. */
export async function openStorage(config: StorageConfig): Promise<Storage> {
  return config.type === 'sqlite' ? openSqlite(config.file) : openPostgres(config.url)
}

/** Opens where its keys are kept. */
export async function openKeys(config: StorageConfig): Promise<KeyStore> {
  return config.type === 'sqlite' ? openSqliteKeys(config.keys) : openPostgresKeys(config.url)
}
