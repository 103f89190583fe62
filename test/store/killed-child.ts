// Writes calls to the store it is told to open, eight at once, and says each one's id when it is kept, until it is killed.
import { writeSync } from 'node:fs'
import type { Store } from '../../src/guard/store.ts'
import { openPostgresStore } from '../../src/store/postgres/open.ts'
import { openSqliteStore } from '../../src/store/sqlite/open.ts'

const [engine, place = '', schema = ''] = process.argv.slice(2)
const store: Store = engine === 'sqlite' ? openSqliteStore(place) : await openPostgresStore(place, { schema })
let turn = 0

async function writeForEver(): Promise<never> {
  for (;;) {
    turn += 1
    const id = `killed ${process.pid} ${turn}`
    await store.transact([id], (transaction) =>
      transaction.write([
        { kind: 'call', call: { id, node: 'n', state: 'reserved', operation: 'o', at: 1, detail: null } },
      ]),
    )
    writeSync(1, `${id}\n`)
  }
}

await Promise.all(Array.from({ length: 8 }, writeForEver))
