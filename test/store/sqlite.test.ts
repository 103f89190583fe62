import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSqliteStore } from '../../src/store/sqlite/open.ts'
import { storeContract } from './contract.ts'

storeContract(
  'SQLite',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'lockstep-store-'))
    const file = join(folder, 'state.db')
    return {
      open: async () => openSqliteStore(file),
      child: ['sqlite', file],
      remove: async () => rmSync(folder, { recursive: true }),
    }
  },
  150,
)
