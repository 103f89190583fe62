import { after } from 'node:test'
import pg from 'pg'
import { startPostgres } from '../store/postgres.ts'
import { ledgerContract } from './contract.ts'

const server = await startPostgres()
let rooms = 0
after(() => server.stop())

ledgerContract('PostgreSQL', async () => {
  const name = `room_${rooms++}`
  await query(server.url, `CREATE DATABASE ${name}`)
  const url = server.url.replace(/\/postgres$/, `/${name}`)
  return {
    storage: { type: 'postgres', url },
    run: (sql) => query(url, sql),
    blob: (hex) => `'\\x${hex}'`,
    remove: () => query(server.url, `DROP DATABASE ${name} WITH (FORCE)`),
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
