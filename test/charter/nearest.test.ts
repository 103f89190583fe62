import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nearest } from '../../src/charter/nearest.ts'

const cases: [word: string, candidates: string[], meant: string | undefined][] = [
  ['nmae', ['lockstep', 'name'], 'name'],
  ['ordr', ['order', 'other'], 'order'],
  ['OrderID', ['orderId'], 'orderId'],
  ['x', ['completely', 'different'], undefined],
  ['refund', ['refunds', 'fund'], 'refunds'],
  ['anything', [], undefined],
]
for (const [word, candidates, meant] of cases) {
  test(`${word} → ${meant ?? 'nothing'}`, () => assert.equal(nearest(word, candidates), meant))
}
