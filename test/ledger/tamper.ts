// What somebody who owns the disk may do to a ledger.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { exportItems, exportLedger } from '../../src/ledger/export/ledger-file.ts'
import { type Ledger, openLedger } from '../../src/ledger/ledger.ts'
import { hashLeaf } from '../../src/ledger/tree.ts'
import { type VerifyReport, verifyLedger } from '../../src/ledger/verify.ts'
import { all, fill, type Setting, verify } from './setting.ts'

/** What is done to a ledger, and what verifying it must say. */
export interface Mutation {
  readonly name: string
  readonly sql: readonly string[]
  /** Or what becomes of the text of entry `at`, its hash made anew. */
  readonly change?: (text: string) => string
  /** What must be reported, and which entry must lie in its range. */
  readonly code: string
  readonly at: number
}

const swap = (column: string): string =>
  `UPDATE ledger_entry SET ${column} = (SELECT other.${column} FROM ledger_entry other WHERE other.idx = 23 - ledger_entry.idx) WHERE idx IN (11, 12)`

// There are checkpoints over 11, 21, 31 entries.
/** Six ways to change a ledger behind its back. */
export const mutations: readonly Mutation[] = [
  {
    name: 'an edit',
    sql: [`UPDATE ledger_entry SET text = replace(text, 'allow', 'deny') WHERE idx = 15`],
    code: 'changed',
    at: 15,
  },
  {
    name: 'a changed argument, the hash with it',
    sql: [],
    change: (text) => text.replace('shop.refundOrder', 'shop.cancelOrder'),
    code: 'mismatch',
    at: 15,
  },
  { name: 'a deletion', sql: ['DELETE FROM ledger_entry WHERE idx = 15'], code: 'missing', at: 15 },
  {
    name: 'a deletion, the rest moved up',
    sql: [
      'DELETE FROM ledger_entry WHERE idx = 15',
      ...Array.from({ length: 16 }, (_, at) => `UPDATE ledger_entry SET idx = ${15 + at} WHERE idx = ${16 + at}`),
    ],
    code: 'mismatch',
    at: 15,
  },
  { name: 'a reordering', sql: [swap('text'), swap('hash')], code: 'mismatch', at: 11 },
  {
    name: 'a cut tail',
    sql: ['DELETE FROM ledger_entry WHERE idx >= 25', 'DELETE FROM ledger_checkpoint WHERE size > 25'],
    code: 'cut',
    at: 25,
  },
]

/** Changes a ledger of three checkpoints and verifies it offline, from the storage and from a file. */
export async function mutated({ options, room, folder }: Setting, { sql, change, code, at }: Mutation): Promise<void> {
  const outside = join(folder, 'outside', 'checkpoints')
  const ledger = await openLedger({ ...options, checkpoints: { places: [{ type: 'file', path: outside }] } })
  const notes: string[] = []
  for (let round = 0; round < 3; round += 1) {
    await fill(ledger, 10)
    notes.push((await ledger.checkpoint()) ?? '')
  }
  assert.deepEqual((await verify(ledger, notes)).problems, [])
  for (const statement of sql) await room.run(statement)
  if (change !== undefined) {
    const text = change((await all(ledger))[at]?.text ?? '')
    const hash = room.blob(hashLeaf(text).toString('hex'))
    await room.run(`UPDATE ledger_entry SET text = '${text}', hash = ${hash} WHERE idx = ${at}`)
  }
  for (const report of [await verify(ledger, notes), await verifyFile(ledger, notes)]) {
    assert.ok(
      report.problems.some((problem) => problem.from <= at && at <= problem.to),
      JSON.stringify(report),
    )
  }
  const codes = (await verify(ledger, notes)).problems.map((problem) => problem.code)
  assert.ok(
    codes.some((each) => each === code),
    `${codes}`,
  )
  await ledger.close()
}

/** The same from a file: there only texts and checkpoints count. */
async function verifyFile(ledger: Ledger, notes: readonly string[]): Promise<VerifyReport> {
  const items = exportItems(exportLedger(ledger.reader))
  return verifyLedger({ items, publicKey: ledger.publicKey, checkpoints: notes })
}

/** What is done to a ledger that must not open then. */
export interface Forgery {
  readonly name: string
  readonly sql: readonly string[]
  readonly index?: number
}

// Thirty-one entries, a checkpoint over the first twenty-one; a crash before the next.
/** Ways to change it before it starts again. */
export const forgeries: readonly Forgery[] = [
  {
    name: 'an entry after the last checkpoint was edited',
    sql: [`UPDATE ledger_entry SET text = replace(text, 'allow', 'deny') WHERE idx = 27`],
    index: 27,
  },
  {
    name: 'and its hash with it',
    sql: [
      `UPDATE ledger_entry SET text = (SELECT o.text FROM ledger_entry o WHERE o.idx = 22), hash = (SELECT o.hash FROM ledger_entry o WHERE o.idx = 22) WHERE idx = 27`,
    ],
    index: 21,
  },
  {
    name: 'an entry before the last checkpoint was replaced',
    sql: ['UPDATE ledger_entry SET hash = (SELECT o.hash FROM ledger_entry o WHERE o.idx = 3) WHERE idx = 4'],
  },
  {
    name: 'the tail was cut, the head set back',
    sql: ['DELETE FROM ledger_entry WHERE idx >= 16', 'UPDATE ledger_head SET size = 16'],
  },
  { name: 'the tail was cut', sql: ['DELETE FROM ledger_entry WHERE idx >= 28'] },
  {
    name: 'the disk was set back to an earlier state',
    sql: [
      'DELETE FROM ledger_entry WHERE idx >= 6',
      'DELETE FROM ledger_checkpoint',
      'DELETE FROM ledger_head',
      'INSERT INTO ledger_head SELECT * FROM saved',
    ],
    index: 6,
  },
  {
    name: 'everything was removed',
    sql: [
      'DELETE FROM ledger_entry',
      'DELETE FROM ledger_checkpoint',
      'DELETE FROM ledger_node',
      'DELETE FROM ledger_head',
    ],
  },
]

/** Changes a ledger that crashed, and starts it. */
export async function refused({ options, room, folder }: Setting, { sql, index }: Forgery): Promise<void> {
  const places = [{ type: 'file' as const, path: join(folder, 'outside') }]
  const ledger = await openLedger({ ...options, checkpoints: { places } })
  await fill(ledger, 5)
  await room.run('CREATE TABLE saved AS SELECT * FROM ledger_head')
  await fill(ledger, 15)
  await ledger.checkpoint()
  await published(ledger)
  await fill(ledger, 10)
  // As a crash leaves it: no last checkpoint.
  await room.run('DELETE FROM ledger_checkpoint WHERE size > 21')
  for (const statement of sql) await room.run(statement)
  await assert.rejects(openLedger({ ...options, checkpoints: { places } }), {
    code: 'forged',
    ...(index === undefined ? {} : { index }),
  })
  await ledger.close().catch(() => undefined)
}

/** Publishing goes on after a checkpoint is made. */
async function published(ledger: Ledger): Promise<void> {
  while (ledger.status().places.some((place) => place.size < ledger.status().covered)) {
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
