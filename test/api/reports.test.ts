// Reports handed in: what a node took in when it died is told by the next one that is handed it.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { openFindings } from '../../src/api/findings/store.ts'
import type { Noted } from '../../src/guard/journal.ts'
import { type FindingsFile, printFindings } from '../../src/prove/report/json.ts'
import { openShelf } from '../../src/store/shelf/open.ts'
import { charter } from '../report/bank.ts'
import { makeContext, outcome } from '../report/outcome.ts'

const folder = mkdtempSync(join(tmpdir(), 'lockstep-reports-'))
const shelf = await openShelf({ type: 'sqlite', file: join(folder, 'console.db') })
after(async () => {
  await shelf.close()
  rmSync(folder, { recursive: true })
})

const printed = JSON.parse(printFindings(outcome, makeContext())) as FindingsFile
const prints = printed.findings.map((_, at) => `${at}`.padStart(16, 'a'))
const report = {
  ...printed,
  findings: printed.findings.map((each, at) => ({ ...each, fingerprint: prints[at] ?? '' })),
}
const masking = makeContext()

/** A node whose record takes so many notes, and then no more. */
function node(most: number) {
  const told: string[] = []
  const note = async (noted: Noted): Promise<void> => {
    if (told.length >= most) throw new Error('the disk is full')
    if (noted.kind === 'act') told.push(`${noted.effect} ${noted.of}`)
  }
  return { told, findings: openFindings({ shelf, guard: { note }, charter: () => charter, masking }) }
}

test('what was taken in and not told is told by whoever takes it in again; then it is known', async () => {
  const dying = node(2)
  await assert.rejects(dying.findings.receive(report, { by: 'ci' }), /disk is full/)
  const found = prints.map((each) => `finding-found ${each}`)
  assert.equal(dying.told.length, 2, 'the report, and one of several')
  const next = node(100)
  assert.equal((await next.findings.receive(report, { by: 'ci' })).isNew, true)
  assert.deepEqual(next.told.filter((each) => each.startsWith('finding')).sort(), [...found].sort())
  const third = node(100)
  assert.equal((await third.findings.receive(report, { by: 'ci' })).isNew, false)
  assert.deepEqual(third.told, [])
  assert.deepEqual(
    (await third.findings.list()).map(({ runs }) => runs),
    found.map(() => 1),
  )
})

test('handed in several times at once, it is taken in and told once', async () => {
  const later = { ...report, startedAt: new Date(Date.now() - 1000).toISOString(), seed: 'another' }
  const nodes = [node(100), node(100), node(100)]
  const taken = await Promise.all(nodes.map(({ findings }) => findings.receive(later, { by: 'ci' })))
  assert.deepEqual(taken.map(({ isNew }) => isNew).sort(), [false, false, true])
  assert.equal(nodes.flatMap(({ told }) => told).filter((each) => each.startsWith('report-received')).length, 1)
})
