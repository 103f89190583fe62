// Counts over any span, whatever they are added up from: the same as counting the entries one by one.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { entryOf } from '../../bench/console/traffic.ts'
import type { Entry } from '../../src/ledger/entry.ts'
import { openOverviewFile } from '../../src/overview/database.ts'
import { openIntake } from '../../src/overview/intake.ts'
import { type Count, type CountQuery, openQueries } from '../../src/overview/query.ts'
import { summaryOf } from '../../src/overview/summary.ts'

const folder = mkdtempSync(join(tmpdir(), 'lockstep-overview-'))
after(() => rmSync(folder, { recursive: true }))
const minute = 60_000
const began = Date.parse('2026-11-22T10:17:00Z')
const count = 4000
const summaries = Array.from({ length: count }, (_, index) => {
  const draft = entryOf(index, began + index * 11_000)
  return summaryOf(index, { ...draft, at: new Date(draft.at).toISOString() } as Entry)
})

function countedOneByOne({ from, to, stepMs, by, kind, operation }: CountQuery): readonly string[] {
  const sums = new Map<string, number>()
  for (const each of summaries) {
    const at = Math.floor(each.at / minute) * minute
    if (at < Math.floor(from / minute) * minute || at >= to) continue
    if ((kind ?? each.kind) !== each.kind || (operation ?? each.operation) !== each.operation) continue
    const { use = '', effect = '', state = '', workflow = '' } = each
    const values = { kind: each.kind, operation: each.operation ?? '', use, effect, state, workflow }
    const span = stepMs === undefined ? from : Math.floor(at / stepMs) * stepMs
    const key = [span, ...columns.map((column) => (by.includes(column) ? values[column] : ''))].join(' ')
    sums.set(key, (sums.get(key) ?? 0) + 1)
  }
  return [...sums].map(([key, n]) => `${key} ${n}`).toSorted()
}

const columns = ['kind', 'operation', 'use', 'effect', 'state', 'workflow'] as const

function told(counts: readonly Count[]): readonly string[] {
  return counts.map((each) => `${each.at} ${columns.map((column) => each[column]).join(' ')} ${each.n}`).toSorted()
}

test('counts are those of the entries, by the hour, by the minute and over hours that are not whole', () => {
  const db = openOverviewFile(join(folder, 'overview.db'), 'key')
  const intake = openIntake(db)
  for (let from = 0; from < count; from += 700)
    intake.take(summaries.slice(from, from + 700), Math.min(count, from + 700))
  intake.keep()
  const { counts } = openQueries(db, () => count)
  const spans = [
    [0, 43_000],
    [63, 65],
    [-500, 5000],
    [13, 14],
    [43, 163],
    [103, 104],
    [103, 223],
    [99.5, 700.25],
  ] as const
  const asked: readonly Omit<CountQuery, 'from' | 'to'>[] = [
    { by: ['use', 'effect', 'state'], kind: 'decision' },
    { by: ['operation'] },
    { by: ['workflow', 'effect'], kind: 'decision' },
    { by: ['effect', 'kind'], operation: 'shop.operation3', stepMs: 60 * minute },
    { by: ['kind', 'use'], stepMs: 15 * minute },
    { by: ['operation'], stepMs: 120 * minute },
    { by: ['kind', 'effect'], stepMs: 60 * minute },
  ]
  let seen = 0
  for (const [first, last] of spans)
    for (const each of asked) {
      const query = { ...each, from: began + first * minute, to: began + last * minute }
      const found = counts(query)
      assert.deepEqual(told(found), countedOneByOne(query), JSON.stringify(query))
      seen += found.length
    }
  assert.ok(seen > 1000)
  db.close()
})
