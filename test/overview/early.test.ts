// While much is read, indexes are made late: what is asked meanwhile is found as well, only page by page.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { entryOf } from '../../bench/console/traffic.ts'
import type { Entry } from '../../src/ledger/entry.ts'
import { openOverviewFile } from '../../src/overview/database.ts'
import { openIntake } from '../../src/overview/intake.ts'
import { type EntryQuery, openQueries } from '../../src/overview/query.ts'
import { summaryOf } from '../../src/overview/summary.ts'

const folder = mkdtempSync(join(tmpdir(), 'lockstep-overview-'))
after(() => rmSync(folder, { recursive: true }))
const count = 3000
const summaries = Array.from({ length: count }, (_, index) => {
  const draft = entryOf(index, Date.parse('2026-11-22T10:00:00Z') + index * 1000)
  return summaryOf(index, { ...draft, at: new Date(draft.at).toISOString() } as Entry)
})

test('every question has the same answer before and after its index is made', () => {
  const db = openOverviewFile(join(folder, 'overview.db'), 'key')
  const intake = openIntake(db)
  intake.take(summaries, count)
  const { entries, sessions, reached } = openQueries(db, () => count + 7)
  const questions: readonly EntryQuery[] = [
    {},
    { kind: 'decision', effect: 'deny' },
    { effect: 'ask', order: 'oldest' },
    { principal: 'person-5' },
    { run: 'run-3', effect: 'allow' },
    { any: 'shop.operation3', limit: 20 },
    { any: 'order/order-77', kind: 'outcome' },
    { object: 'order/order-77' },
    { call: '01a20000-000000000100' },
    { workflow: 'workflow-2', from: Date.parse('2026-11-22T10:20:00Z') },
    { tenant: 'south', kind: 'outcome' },
  ]
  const answers = () => [
    questions.map((question) => entries(question).entries),
    sessions({ any: 'order/order-77' }),
    sessions({ refused: true, limit: 20 }),
    sessions({ workflow: 'workflow-3' }),
    reached(),
  ]
  const early = answers()
  assert.equal(reached().behind, 7)
  assert.ok(questions.every((question) => entries(question).entries.length > 0 || question.kind === 'outcome'))
  let made = 0
  while (intake.index()) made += 1
  assert.ok(made > 10)
  assert.deepEqual(answers(), early)
  db.close()
})
