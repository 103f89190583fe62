// What changes from one charter to another: in what is written, and in what is decided.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { casesSchema } from '../../src/case/case-schema.ts'
import { loadCharter } from '../../src/charter/load.ts'
import { parseYaml } from '../../src/charter/parse.ts'
import { diffCharters } from '../../src/simulate/diff/diff.ts'
import { charterOf, text } from './charter.ts'

const before = charterOf(text)

test('a charter is the same as itself, however it is written', () => {
  const rewritten = text
    .replace('request.amount > 0', '(request.amount > 0)')
    .replace('by: [owner, boss]', 'by: [boss, owner]')
    .replace('within: 24h', 'within: 1d, says: not too much')
  const diff = diffCharters(before, charterOf(rewritten), [])
  assert.deepEqual([diff.changes, diff.sampled.differences, diff.same, diff.looser], [[], [], true, false])
  assert.ok(diff.sampled.tried > 50)
})

/** The change, then for each sentence its direction and some words; `≈` before what is found by deciding calls. */
const changes: readonly [from: string, to: string, ...expected: string[]][] = [
  ['request.amount > 0', 'request.amount > 10', 'tighter `order.open.when`', '≈ tighter api.open modify → deny'],
  ['request.amount > 0', 'request.amount > -1', 'looser `order.open.when`', '≈ looser api.open deny → modify'],
  ['request.amount <= 100', 'request.amount <= 1000', 'looser `order.refund.when`'],
  [
    ', when: request.amount > 0',
    '',
    'looser no longer refused by `order.open.when`',
    '≈ looser api.open deny → modify',
  ],
  ['by: user, when', 'by: [user, boss], when', 'looser `order.open.by`', '≈ looser api.open deny → '],
  [
    'by: user, when',
    'by: { actor: user, scope: till }, when',
    'tighter `order.open.by`',
    '≈ tighter api.open modify → deny',
  ],
  ['from: [paid]', 'from: [paid, open]', 'looser `order.refund.from`', '≈ looser api.refund deny → '],
  ['at-most: 500', 'at-most: 600', 'looser `order.refund.limit`'],
  ['at-most: 500', 'at-most: 400', 'tighter `order.refund.limit`'],
  ['within: 24h', 'within: 48h', 'tighter `order.refund.limit`'],
  ['at-most: 5 per 1m', 'at-most: 9 per 1m', 'looser ', '≈ looser api.ping deny → allow'],
  ['at-most: 5 per 1m', 'at-most: 3 per 1m', 'tighter ', '≈ tighter api.ping allow → deny'],
  [
    'needed-when: request.amount > 50',
    'needed-when: request.amount > 80',
    'looser the approval `large`',
    '≈ looser api.refund ask → modify',
  ],
  ['quorum: 2', 'quorum: 1', 'looser the approval `large`: needs 1 instead of 2'],
  ['not: requester', 'not: [requester, owner]', 'tighter the approval `large`: never given by'],
  ['by: boss, not', 'by: [boss, clerk], not', 'looser the approval `large`: given by'],
  ['seen-by: [boss]', 'seen-by: [boss, user]', 'looser ', '≈ looser api.get modify → allow'],
  ['when: "\'clerk\' in claims.jobs"', 'when: "\'chief\' in claims.jobs"', 'other the actor `clerk`'],
  ['owner: /owner', 'owner: /holder', 'other `owner` of order was `/owner`, and is `/holder`', '≈ '],
  [
    'api.ping: { by: user }',
    'api.get: { by: boss }',
    'tighter nobody may call `api.ping` any more',
    '≈ tighter api.ping',
  ],
  [
    'view: { on: api.get, by: owner }',
    'view: { on: api.get, by: owner }\n      look: { on: api.get, by: boss }',
    'looser `api.get` can also be used as `order.look`',
    '≈ looser api.get deny → ',
  ],
  [
    'approvals:',
    'undescribed: { reads: allow }\napprovals:',
    'looser reads that no description has are let through now',
  ],
  [
    'approvals:',
    'workflows: { trial: { operations: [api.ping], mode: observe } }\napprovals:',
    'looser nothing is refused any more, only recorded, of `api.ping`',
  ],
]
for (const [from, to, ...expected] of changes) {
  test(`${from} → ${to.replace(/\s+/g, ' ')}`, () => {
    assert.ok(text.includes(from))
    const { changes: written, sampled, same, looser } = diffCharters(before, charterOf(text.replace(from, to)), [])
    const decided = sampled.differences.map(
      (each) => `≈ ${each.direction} ${each.operation} ${each.before} → ${each.after}`,
    )
    const said = [...written.map((each) => `${each.direction} ${each.says}`), ...decided]
    for (const wanted of expected) {
      const [direction = '', ...words] = wanted.split(' ')
      const isThere = said.some((each) => each.startsWith(direction) && each.includes(words.join(' ')))
      assert.ok(isThere, `${wanted}\nin\n${said.join('\n')}`)
    }
    // What is said of the text must not be contradicted by what is decided.
    for (const [way, contrary] of [
      ['tighter', 'looser'],
      ['looser', 'tighter'],
    ] as const) {
      if (!written.every((each) => each.direction === way)) continue
      assert.deepEqual(
        sampled.differences.filter((each) => each.direction === contrary),
        [],
        said.join('\n'),
      )
    }
    const onlyTighter = expected.every((each) => /^(≈ )?tighter/.test(each))
    assert.deepEqual([same, looser], [false, !onlyTighter], said.join('\n'))
  })
}

test('what is gone one way comes back the other way', () => {
  for (const [from, to] of changes.filter(([, , first]) => /^(looser|tighter) /.test(first ?? ''))) {
    const after = charterOf(text.replace(from, to))
    const there = diffCharters(before, after, []).changes.map((each) => each.direction)
    const back = diffCharters(after, before, []).changes.map((each) => each.direction)
    const turned = there.map((each) => (each === 'looser' ? 'tighter' : each === 'tighter' ? 'looser' : each))
    assert.deepEqual(back.toSorted(), turned.toSorted(), `${from} → ${to}`)
  }
})

test('cases of the charter are varied around their bounds', async () => {
  const folder = new URL('../../examples/bank-payments/', import.meta.url).pathname
  const { charter } = await loadCharter(`${folder}charter.yaml`)
  assert.ok(charter)
  const file = `${folder}transfers.cases.yaml`
  const cases = parseYaml({ file, text: readFileSync(file, 'utf8') }, casesSchema).value
  assert.ok(cases)
  const few = { ...cases, cases: cases.cases.slice(0, 12) }
  const same = diffCharters(charter, charter, [few])
  assert.deepEqual([same.same, same.sampled.untold], [true, 0])
  // A bound that is a field of another object is reached through the cases only.
  const approval = charter.approvals.get('two-signatures')
  assert.ok(approval)
  const eased = { ...charter, approvals: new Map([['two-signatures', { ...approval, quorum: 1 }]]) }
  const { changes: written, sampled } = diffCharters(charter, eased, [few])
  assert.deepEqual(
    written.map((each) => each.direction),
    ['looser'],
  )
  const [first] = sampled.differences
  assert.deepEqual(
    [sampled.differences.length, first?.operation, first?.before, first?.after],
    [1, 'bank.executeTransfer', 'ask', 'modify'],
  )
})
