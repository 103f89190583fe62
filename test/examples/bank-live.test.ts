// The running example of `npm start`: traffic that is allowed, refused and asked about, for the reasons it should be.
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { openCare } from '../../examples/bank-live/care.ts'
import { type Live, openLive } from '../../examples/bank-live/live.ts'
import { openOverview } from '../../src/overview/overview.ts'
import { approve } from '../guard/approve.ts'

const folder = mkdtempSync(join(tmpdir(), 'bank-live-'))
const failures: string[] = []
let live: Live
before(async () => {
  live = await openLive({
    flaws: ['approve-own', 'cross-tenant-reversal'],
    folder: join(folder, 'run'),
    fail: (why) => failures.push(why),
  })
})
after(async () => {
  await live?.close()
  rmSync(folder, { recursive: true })
})

test('the tools are as they were approved', async () => {
  const care = await openCare(async () => ({}))
  const client = new Client({ name: 'test', version: '1' }, {})
  await client.connect(new StreamableHTTPClientTransport(new URL(care.url)))
  const { tools } = await client.listTools()
  const file = new URL('../../examples/bank-payments/care.tools.json', import.meta.url)
  assert.deepEqual(JSON.parse(readFileSync(file, 'utf8')).tools, tools)
  await client.close()
  await care.close()
})

test('what should not be is refused, each for its own reason; what is due works', async () => {
  const { ledger } = live.serving.core
  const store = join(folder, 'run/store')
  const storage = { type: 'sqlite', file: join(store, 'ledger.db'), keys: join(store, 'keys.db') } as const
  const overview = openOverview({ file: join(folder, 'overview.db'), storage, ledger: ledger.publicKey }, assert.fail)
  const size = (await ledger.reader.head())?.size ?? 0
  while ((await overview.reached()).size < size) await pause(20)
  const refused = await overview.entries({ effect: 'deny', kind: 'decision', order: 'oldest', limit: 100 })
  await overview.close()
  const said = refused.entries.map(({ operation, principal, says }) => `${principal} ${operation}: ${says}`)
  for (const each of [
    /^bob bank.createTransfer: only the owner of the account may do it/,
    /^dirk bank.reverseTransfer: only a clerk may do it/,
    /^care-bot care.give_back: `\/amount` comes from .*untrusted content of `care.get_case` at `\/message`/,
    /^care-bot care.send_mail: `\/to` comes from .*untrusted content of `care.get_case` at `\/message`/,
    /^eve bank.approveTransfer: the owner or orderer may not do it/,
    /^dana bank.reverseTransfer: no more comes back than was sent/,
  ])
    assert.ok(
      said.some((line) => each.test(line)),
      `${each}\n${said.join('\n')}`,
    )
  // Whoever is refused here meant it.
  assert.deepEqual([...new Set(refused.entries.map(({ principal }) => principal))].sort(), [
    'bob',
    'care-bot',
    'dana',
    'dirk',
    'eve',
  ])
  assert.deepEqual(failures, [])
})

test('two calls wait; once an approver agrees, the guard sends the one, and the agent comes back with the other', async () => {
  const { guard } = live.serving.core
  const { approvals } = guard
  const waiting = await approvals.list(['pending'])
  assert.deepEqual(waiting.map(({ call }) => [call.operation, call.principal.id]).sort(), [
    ['bank.reverseTransfer', 'dana'],
    ['care.give_back', 'care-bot'],
  ])
  const you = { id: 'you', kind: 'user', roles: ['approver'], tenant: 'north' } as const
  for (const { reference } of waiting) assert.ok((await approve(guard, reference, you)).ok)
  // What it was about is given back in the end, whoever sent it.
  for (const { call } of waiting) {
    const body = call.request.body as { readonly transfer_id?: string; readonly amount: number }
    const id = body.transfer_id ?? String(call.request.path?.['transferId'])
    const end = Date.now() + 45_000
    const given = async (): Promise<unknown> => {
      const headers = { authorization: `Bearer ${live.bank.tokens['dana']}` }
      return ((await (await fetch(`${live.bank.url}/transfers/${id}`, { headers })).json()) as Record<string, unknown>)[
        'reversedAmount'
      ]
    }
    while ((await given()) !== body.amount && Date.now() < end) await pause(200)
    assert.equal(await given(), body.amount, call.operation)
  }
})
