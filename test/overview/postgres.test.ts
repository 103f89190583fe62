// The ledger of several nodes: each node's overview reads what all of them wrote, says the same, and goes on after the server was away.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import pg from 'pg'
import { type OpenOverview, openOverview } from '../../src/overview/overview.ts'
import { startPostgres } from '../store/postgres.ts'
import { appendBusy, everythingOf, expected, openBusyLedger, reach } from './busy.ts'

const server = await startPostgres()
const folder = mkdtempSync(join(tmpdir(), 'lockstep-overview-'))
after(async () => {
  rmSync(folder, { recursive: true })
  await server.stop()
})
const storage = { type: 'postgres', url: server.url } as const
const count = 6000

test('two nodes, one ledger: both overviews say the same of what either wrote, again after a restart and a server that hung up', async () => {
  const [one, other] = [await openBusyLedger(folder, storage), await openBusyLedger(folder, storage, 'b')]
  await Promise.all([appendBusy(one, count), appendBusy(other, count, count)])
  const failures: string[] = []
  const open = (name: string): OpenOverview =>
    openOverview({ file: join(folder, name), storage, ledger: one.publicKey }, (why) => failures.push(why))
  const overviews = [open('a.db'), open('b.db')]
  for (const overview of overviews) await reach(overview, 2 * count + 2)
  await overviews[0]?.close()
  // Whatever is being read is broken off, and read again.
  await appendBusy(other, count, 2 * count)
  await hangUp()
  const size = 3 * count + 2
  const again = open('a.db')
  assert.ok((await again.reached()).size >= 2 * count + 2, 'what was read is not read again')
  const both = [again, ...overviews.slice(1)]
  for (const overview of both) await reach(overview, size)
  const wanted = await expected(folder, storage, one, size)
  for (const overview of both) assert.deepEqual(await everythingOf(overview, size), wanted)
  await Promise.all(both.map((overview) => overview.close()))
  await Promise.all([one.close(), other.close()])
  assert.ok(
    failures.every((why) => /cannot read the ledger/.test(why)),
    failures.join('\n'),
  )
})

/** Ends every connection but its own. */
async function hangUp(): Promise<void> {
  const client = new pg.Client({ connectionString: server.url })
  await client.connect()
  await client.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()')
  await client.end()
}
