// What changes where an object is found by what it says: calls are made up that find one.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { diffCharters } from '../../src/simulate/diff/diff.ts'
import { charterFrom } from '../decide/charters.ts'

const text = readFileSync('cases/charters/auctions.yaml', 'utf8')

const changes: readonly [from: string, to: string, ...expected: RegExp[]][] = [
  [
    '/saleId: $object#/saleId }, in: approved',
    '/saleId: $object#/saleId }, in: [approved, pending]',
    /^looser .*bid\.registration/,
  ],
  ['/bidderId: $principal.id, /saleId: $object#/saleId', '/bidderId: $principal.id', /^other .*registration/],
  ['in: open, none: true', 'in: open', /^other .*dispute/, /tighter house\.settle allow → deny/],
  ['in: open, none: true', 'in: [open, rejected], none: true', /^tighter .*dispute/],
]

for (const [from, to, ...expected] of changes)
  test(`${from} → ${to}`, () => {
    const diff = diffCharters(charterFrom(text), charterFrom(text.replace(from, to)), [])
    const said = [
      ...diff.changes.map((each) => `${each.direction} ${each.says}`),
      ...diff.sampled.differences.map((each) => `≈ ${each.direction} ${each.operation} ${each.before} → ${each.after}`),
    ]
    for (const each of expected)
      assert.ok(
        said.some((line) => each.test(line)),
        `${each} in ${said.join('\n')}`,
      )
  })
