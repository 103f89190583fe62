// Processes that are killed while they read, and several that read at once: nothing is lost, and nothing is there twice.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { type OverviewConfig, openOverview } from '../../src/overview/overview.ts'
import { appendBusy, everythingOf, expected, openBusyLedger, reach } from './busy.ts'

const folder = mkdtempSync(join(tmpdir(), 'lockstep-overview-'))
after(() => rmSync(folder, { recursive: true }))
const storage = { type: 'sqlite', file: join(folder, 'ledger.db'), keys: join(folder, 'keys.db') } as const
const count = 24_000
const size = count + 1
const ledger = await openBusyLedger(folder, storage)
after(() => ledger.close())
await appendBusy(ledger, count)
const wanted = await expected(folder, storage, ledger, size)

/** Reads in a process that kills itself once it has come so far. @returns how far it was when it began. */
function readUntil(config: OverviewConfig, far: number): number {
  const child = new URL('reader-child.ts', import.meta.url).pathname
  const { stdout, stderr, signal } = spawnSync(process.execPath, [child, JSON.stringify(config), String(far)])
  assert.equal(signal, 'SIGKILL', String(stderr))
  return Number(stdout)
}

test('whoever was killed while it read goes on where it was, and says the same in the end', async () => {
  const config = { file: join(folder, 'killed.db'), storage, ledger: ledger.publicKey }
  const begun = [1, 7000, 12_500, 18_000].map((far) => readUntil(config, far))
  const overview = openOverview(config, (why) => assert.fail(why))
  await reach(overview, size)
  assert.deepEqual(await everythingOf(overview, size), wanted)
  await overview.close()
  assert.ok((begun[3] ?? 0) >= 10_000, `it began again: ${begun.join(', ')}`)
})

test('two in one folder do not count everything twice: each has a file of its own', async () => {
  const config = { file: join(folder, 'shared.db'), storage, ledger: ledger.publicKey }
  const both = [openOverview(config, assert.fail), openOverview(config, assert.fail)]
  for (const overview of both) await reach(overview, size)
  for (const overview of both) assert.deepEqual(await everythingOf(overview, size), wanted)
  await Promise.all(both.map((overview) => overview.close()))
  const files = readdirSync(folder).filter((name) => /^shared.*db$/.test(name))
  assert.deepEqual(files.toSorted(), ['shared-2.db', 'shared.db'])
})
