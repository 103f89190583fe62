// Nodes killed at random moments, in short; `npm run bench -- guard-crash` does it at length.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type Postgres, startPostgres } from '../store/postgres.ts'
import { type CrashRun, crashRun } from './crash-run.ts'

async function holds(run: CrashRun): Promise<void> {
  const { overruns, drift, offRecord, effects, kills } = await crashRun(run)
  assert.deepEqual({ overruns, drift, offRecord }, { overruns: [], drift: [], offRecord: [] })
  assert.equal(kills, run.kills)
  assert.ok(effects > 0, 'nothing happened at all')
}

describe('nodes that are killed', { concurrency: true }, () => {
  let server: Postgres
  before(async () => {
    server = await startPostgres()
  })
  after(async () => {
    await server?.stop()
  })

  test('one node on SQLite: nothing is spent twice, lost, or off the record', () =>
    holds({ nodes: 1, kills: 2, clients: 12, seed: 1 }))

  test('two nodes on PostgreSQL: the same', () =>
    holds({ nodes: 2, kills: 2, clients: 12, seed: 2, postgres: server.url }))
})
