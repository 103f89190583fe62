import { join } from 'node:path'
import Database from 'better-sqlite3'
import { ledgerContract } from './contract.ts'

ledgerContract('SQLite', async (folder) => {
  const file = join(folder, 'ledger.db')
  return {
    storage: { type: 'sqlite', file, keys: join(folder, 'keys', 'keys.db') },
    run: async (sql) => {
      const database = new Database(file)
      database.exec(sql)
      database.close()
    },
    blob: (hex) => `x'${hex}'`,
    remove: async () => undefined,
  }
})
