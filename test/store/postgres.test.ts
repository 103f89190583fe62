import { after, before } from 'node:test'
import { openPostgresStore } from '../../src/store/postgres/open.ts'
import { storeContract } from './contract.ts'
import { type Postgres, startPostgres } from './postgres.ts'

let server: Postgres
before(async () => {
  server = await startPostgres()
})
after(async () => {
  await server?.stop()
})

storeContract(
  'PostgreSQL',
  async () => ({
    open: () => openPostgresStore(server.url, { schema: 'contract' }),
    child: ['postgres', server.url, 'contract'],
    remove: async () => undefined,
  }),
  30,
)
