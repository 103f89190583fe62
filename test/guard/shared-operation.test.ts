// One operation in two workflows: each run spends its own budget, is on the record under its own name, and is stopped by its own switch.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Charter, Principal } from '../../src/charter/charter.ts'
import { loadCharter } from '../../src/charter/load.ts'
import { createGuard, type Guard } from '../../src/guard/guard.ts'
import type { GuardEvent } from '../../src/guard/journal.ts'
import type { Store } from '../../src/guard/store.ts'
import { openSqliteStore } from '../../src/store/sqlite/open.ts'
import { answered } from './wallet.ts'

const clara: Principal = { id: 'clara', kind: 'user', roles: ['clerk'] }
const agents: Readonly<Record<string, Principal>> = {
  sales: { id: 's1', kind: 'agent', roles: ['sales-bot'], chain: [clara] },
  help: { id: 'h1', kind: 'agent', roles: ['help-bot'], chain: [clara] },
}

let charter: Charter
let store: Store
let guard: Guard
const events: GuardEvent[] = []
before(async () => {
  const loaded = await loadCharter(join(import.meta.dirname, '../../cases/charters/shared-tools.yaml'))
  assert.ok(loaded.charter)
  charter = loaded.charter
  store = openSqliteStore(':memory:')
  const journal = { append: async (event: GuardEvent) => events.push(event) }
  guard = await createGuard(charter, { version: '1', store, journal, node: 'one' })
})
after(async () => {
  await guard.close()
  await store.close()
})

const send = async (workflow?: string): Promise<string> => {
  const run = workflow === undefined ? {} : { run: { id: `run-${workflow}`, workflow } }
  const principal = agents[workflow ?? ''] ?? clara
  const result = await guard.call(
    { operation: 'post.send', principal, request: { body: { to: 'a' } }, ...run },
    async () => answered(200, { ok: true }),
  )
  return result.kind === 'refused'
    ? `${result.refusal.code} ${result.refusal.reasons.map((each) => each.constraint).join(' ')}`.trim()
    : result.kind
}

test('budgets are spent by runs of their own workflow', async () => {
  assert.deepEqual([await send('sales'), await send('sales')], ['answered', 'answered'])
  assert.equal(await send('sales'), 'denied workflow.sales.budget')
  assert.deepEqual([await send(), await send('help'), await send('help')], ['answered', 'answered', 'answered'])
  assert.deepEqual([await send('help'), await send('help')], ['answered', 'denied workflow.help.budget'])
  assert.equal(await send(), 'answered')
})

test('the record names the workflow of the run, and keeps as little as the strictest wants', () => {
  const decisions = events.flatMap((each) => (each.kind === 'decision' ? [each] : []))
  assert.deepEqual(
    [...new Set(decisions.map(({ workflow, mode, recording }) => `${workflow} ${mode} ${recording}`))],
    ['sales enforce redacted', 'undefined enforce redacted', 'help enforce redacted'],
  )
})

test('a switch stops the runs of its own workflow', async () => {
  await guard.switches.off({ of: 'workflow', name: 'help', by: 'op', why: 'test', at: 1 })
  assert.equal(await send('help'), 'switched-off')
  assert.equal(await send('sales'), 'denied workflow.sales.budget')
  assert.equal(await send(), 'answered')
})
