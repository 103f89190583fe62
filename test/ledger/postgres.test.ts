import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import pg from 'pg'
import { openLedger } from '../../src/ledger/ledger.ts'
import { startPostgres } from '../store/postgres.ts'
import { ledgerContract } from './contract.ts'
import { decision } from './sample.ts'
import { type Room, verify } from './setting.ts'

const server = await startPostgres()
let rooms = 0
after(() => server.stop())

async function makeRoom(): Promise<Room> {
  const name = `room_${rooms++}`
  await query(server.url, `CREATE DATABASE ${name}`)
  const url = server.url.replace(/\/postgres$/, `/${name}`)
  return {
    storage: { type: 'postgres', url },
    run: (sql) => query(url, sql),
    blob: (hex) => `'\\x${hex}'`,
    remove: () => query(server.url, `DROP DATABASE ${name} WITH (FORCE)`),
  }
}

ledgerContract('PostgreSQL', makeRoom)

test('a server that ends its connections loses nothing that was promised', async () => {
  const room = await makeRoom()
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-ledger-'))
  const options = { origin: 'ledger.example/t', node: 'a', version: '1' }
  const ledger = await openLedger({ ...options, storage: room.storage, signingKey: join(folder, 'key.pem') })
  let kept = 1
  let failed = 0
  try {
    for (let round = 0; round < 4; round += 1) {
      const appends = Promise.allSettled(Array.from({ length: 20 }, () => ledger.append(decision())))
      await query(server.url, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname LIKE 'room%'")
      for (const { status } of await appends) {
        if (status === 'fulfilled') kept += 1
        else failed += 1
      }
    }
    await ledger.append(decision()).catch(() => ledger.append(decision()))
    const note = await ledger.checkpoint()
    const report = await verify(ledger, [note ?? ''])
    assert.deepEqual(report.problems, [])
    assert.ok(
      report.size > kept && report.size <= kept + failed + 2,
      `${kept} kept, ${failed} failed, ${report.size} there`,
    )
  } finally {
    await ledger.close()
    await room.remove()
    rmSync(folder, { recursive: true })
  }
})

async function query(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}
