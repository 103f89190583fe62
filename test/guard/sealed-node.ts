// A node whose run has seen an account and got a token for it; says the token and waits to be killed.
import { join } from 'node:path'
import { createGuard } from '../../src/guard/guard.ts'
import { openKeyFile } from '../../src/ledger/storage/open.ts'
import { openSqliteStore } from '../../src/store/sqlite/open.ts'
import { bot, call, card, clara, officeCharter } from './office.ts'
import { Lines } from './wallet.ts'

const [folder = '', id = ''] = process.argv.slice(2)
const keys = await openKeyFile(join(folder, 'keys.db'))
const store = openSqliteStore(join(folder, 'state.db'))
const detail = { agent: 'bot', version: '1', workflow: 'work', person: clara, agents: { bot } }
await store.transact([], (transaction) =>
  transaction.write([
    { kind: 'run', run: { id, holder: 'h', state: 'open', at: Date.now(), expires: Date.now() + 3_600_000, detail } },
  ]),
)
const guard = await createGuard(officeCharter(), { version: '1', store, journal: new Lines(), keys, node: 'one' })
const run = { id, workflow: 'work', agent: 'bot' }
const read = await call(guard, { run, tool: 'read', body: {} }, { answer: card })
await guard.said(run, `Pay ${card.account} soon.`)
await store.flush()
process.stdout.write(/⟦secret:[0-9a-f]+⟧/.exec(JSON.stringify(read))?.[0] ?? JSON.stringify(read))
setInterval(() => undefined, 1000)
