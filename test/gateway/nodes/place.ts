// One store and its keys, of each engine, that several nodes of a guard open.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe } from 'node:test'
import pg from 'pg'
import type { GuardOptions } from '../../../src/guard/guard.ts'
import { openKeys } from '../../../src/ledger/storage/open.ts'
import { openPostgresStore, openSqliteStore } from '../../../src/store/open.ts'
import { type Postgres, startPostgres } from '../../store/postgres.ts'

/** What one node opens. */
export interface Opened {
  readonly on: Pick<GuardOptions, 'store' | 'keys' | 'node' | 'limits'>
  close(): Promise<void>
}

/** Opens the same place once more, as another node would. */
export type OpenNode = () => Promise<Opened>

let named = 0

async function opened(store: GuardOptions['store'], keys: Awaited<ReturnType<typeof openKeys>>): Promise<Opened> {
  named += 1
  return {
    // However slow the machine is, nobody is taken for gone.
    on: { store, keys, node: `node-${named}`, limits: { silentMs: 120_000 } },
    close: async () => {
      await store.close()
      await keys.close()
    },
  }
}

/** Runs `tests` over a store of each engine. `written`: everything that stands in its files or tables, but the keys. */
export function overEveryStore(tests: (open: OpenNode, written: () => Promise<string>) => void): void {
  describe('over SQLite', () => {
    let folder = ''
    before(() => {
      folder = mkdtempSync(join(tmpdir(), 'lockstep-nodes-'))
    })
    after(() => rmSync(folder, { recursive: true, force: true }))
    const open: OpenNode = async () =>
      opened(
        await openSqliteStore(join(folder, 'state.db')),
        await openKeys({ type: 'sqlite', file: join(folder, 'ledger.db'), keys: join(folder, 'keys.db') }),
      )
    const written = async (): Promise<string> =>
      readdirSync(folder)
        .filter((name) => !name.startsWith('keys.db'))
        .map((name) => readFileSync(join(folder, name), 'utf8'))
        .join('\n')
    tests(open, written)
  })
  describe('over PostgreSQL', () => {
    let postgres: Postgres
    before(async () => {
      postgres = await startPostgres()
    })
    after(() => postgres?.stop())
    tests(
      async () =>
        opened(await openPostgresStore(postgres.url), await openKeys({ type: 'postgres', url: postgres.url })),
      () => rowsOf(postgres.url),
    )
  })
}

async function rowsOf(connectionString: string): Promise<string> {
  const client = new pg.Client({ connectionString })
  await client.connect()
  try {
    const { rows: tables } = await client.query<{ name: string }>(
      `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname = 'lockstep'`,
    )
    const texts: string[] = []
    for (const { name } of tables) {
      const { rows } = await client.query<{ row: string }>(`SELECT t::text AS row FROM ${name} t`)
      texts.push(...rows.map(({ row }) => row))
    }
    return texts.join('\n')
  } finally {
    await client.end()
  }
}
