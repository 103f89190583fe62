import type { VaultStore } from '../store.ts'

/** Where a vault is kept. */
export type VaultPlace =
  | { readonly type: 'sqlite'; readonly file: string }
  | { readonly type: 'postgres'; readonly url: string; readonly schema: string }

// The driver of an engine is loaded when it is needed.

/** Opens where secrets are kept; tables are made when they are missing. @throws {VaultError} `unavailable`. */
export async function openVaultStore(place: VaultPlace): Promise<VaultStore> {
  return place.type === 'sqlite'
    ? (await import('./sqlite.ts')).openSqliteVault(place.file)
    : (await import('./postgres.ts')).openPostgresVault(place.url, place.schema)
}
