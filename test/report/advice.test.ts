import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Cell } from '../../src/prove/finding.ts'
import { adviceFor } from '../../src/prove/report/advice.ts'
import { coverageOf } from '../../src/prove/report/coverage.ts'
import { outcome } from './outcome.ts'

/** Reasons as they are given, and a word of what is to be done about them. */
const reasons: readonly (readonly [why: string, word: RegExp | undefined])[] = [
  ['no existing event was found: the charter names no `list` operation for it', /`list`.*`example: \{ path/],
  ['no control: `order.place` as ann was refused: 422 no such shop', /`example`/],
  ['`claim.pay` as ina was refused: 409 claim is submitted', /`from`/],
  ['`slot.open` as fay was refused: 403 not your office', /`by`/],
  ['it was accepted (204), and what it leads to is so already, so that nothing could show', /`read`/],
  ['what ann calls with cannot be given back: the identities file has no reset hook', /reset/],
  ['ann is not let in at all (401): the credential may be wrong or have run out', /identities file/],
  ['another use of `shop.edit` allows this call', undefined],
  ['everyone who may read the object may read the field', undefined],
]

for (const [why, word] of reasons)
  test(`what helps: ${why}`, () => {
    const advice = adviceFor(why)
    if (word === undefined) assert.equal(advice, undefined)
    else assert.match(advice ?? '', word)
  })

test('reasons about which nobody can do anything come last, however many attempts share them', () => {
  const [model] = outcome.cells
  assert.ok(model !== undefined)
  const because = (why: string, index: number): Cell => ({
    ...model,
    verdict: 'not-reached',
    tactic: `try-${index}`,
    why,
  })
  const cells = [
    'nothing that `claim.approve` is to be separated from comes before it',
    'nothing that `claim.file` is to be separated from comes before it',
    'everyone who may reach the object may see the field',
    'no existing event was found',
  ].map(because)
  const { reasons } = coverageOf({ ...outcome, cells })
  assert.deepEqual(
    reasons.map(({ cells, advice }) => [cells.length, advice?.startsWith('nothing to do')]),
    [
      [1, false],
      [2, true],
      [1, true],
    ],
  )
})
