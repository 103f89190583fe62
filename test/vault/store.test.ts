import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before } from 'node:test'
import { openVaultStore } from '../../src/vault/storage/open.ts'
import { type Postgres, startPostgres } from '../store/postgres.ts'
import { vaultStoreContract } from './contract.ts'

const folder = mkdtempSync(join(tmpdir(), 'vault-'))
let server: Postgres
before(async () => {
  server = await startPostgres()
})
after(async () => {
  await server?.stop()
  rmSync(folder, { recursive: true, force: true })
})

vaultStoreContract('SQLite', () => openVaultStore({ type: 'sqlite', file: join(folder, 'vault.db') }))
vaultStoreContract('PostgreSQL', () => openVaultStore({ type: 'postgres', url: server.url, schema: 'safe' }))
