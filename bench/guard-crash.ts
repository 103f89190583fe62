// npm run bench -- guard-crash [--kills 200] [--postgres] [--nodes N] [--clients 50] [--seed N]: nodes of one guard are killed at random
// moments while clients send calls to an API that checks nothing; then what happened there is compared with store and ledger.
import { parseArgs } from 'node:util'
import { crashRun } from '../test/guard/crash-run.ts'
import { startPostgres } from '../test/store/postgres.ts'

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '200' },
    postgres: { type: 'boolean', default: false },
    nodes: { type: 'string' },
    clients: { type: 'string', default: '50' },
    seed: { type: 'string', default: '1' },
  },
})
const server = values.postgres ? await startPostgres() : undefined
const plan = {
  nodes: Number(values.nodes ?? (values.postgres ? 4 : 1)),
  kills: Number(values.kills),
  clients: Number(values.clients),
  seed: Number(values.seed),
}
try {
  const began = performance.now()
  const found = await crashRun({ ...plan, ...(server === undefined ? {} : { postgres: server.url }) })
  const seconds = ((performance.now() - began) / 1000).toFixed(0)
  const say = (name: string, value: unknown): void => console.log(`${name.padEnd(44)} ${value}`)
  say('store', server === undefined ? 'SQLite' : 'PostgreSQL')
  say('nodes, clients, seconds', `${plan.nodes}, ${plan.clients}, ${seconds}`)
  say('nodes killed', found.kills)
  say('calls that took effect', found.effects)
  say('limits, single uses, approvals overrun', found.overruns.length)
  say('money lost or counted twice', found.drift.length)
  say('calls still in doubt at the end', found.doubts)
  say('entries of the ledger', found.entries)
  say('wrong with the ledger, effects not on record', found.offRecord.length)
  const problems = [...found.overruns, ...found.drift, ...found.offRecord]
  for (const problem of problems) console.log(`  ${problem}`)
  process.exitCode = problems.length === 0 ? 0 : 1
} finally {
  await server?.stop()
}
