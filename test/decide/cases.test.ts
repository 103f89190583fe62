import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, it } from 'node:test'
import { charterOfCases, runCases } from '../../src/case/run-cases.ts'
import type { Charter, ConstraintKind } from '../../src/charter/charter.ts'
import { hasErrors } from '../../src/charter/diagnostic.ts'
import { loadCharter } from '../../src/charter/load.ts'

const charters = new Map<string, Charter>()
const denying: ConstraintKind[] = [
  'by',
  'from',
  'there',
  'separation',
  'when',
  'once',
  'limit',
  'rate',
  'approval',
  'set-by',
  'order',
  'idempotency',
]
const seen = new Set<ConstraintKind>()
let count = 0

for (const file of globSync('cases/charters/*.yaml')) {
  const { charter, diagnostics } = await loadCharter(file, { today: '2026-01-01' })
  assert.ok(charter !== undefined && !hasErrors(diagnostics), JSON.stringify(diagnostics, null, 1))
  charters.set(file, charter)
}

describe('cases of decisions', () => {
  for (const file of globSync('cases/decide/*.yaml').sort()) {
    it(file, () => {
      const text = readFileSync(file, 'utf8')
      const charter = charters.get(join(dirname(file), charterOfCases(text, file) ?? 'charter.yaml'))
      assert.ok(charter, 'names a charter')
      const { results, diagnostics } = runCases(charter, text, file)
      assert.deepEqual(diagnostics, [])
      count += results.length
      for (const { decision } of results) for (const reason of decision.reasons) seen.add(reason.kind)
      const wrong = results.filter((each) => each.differences.length > 0)
      assert.deepEqual(
        wrong.map((each) => [
          each.description,
          each.position.line,
          ...each.differences,
          ...each.decision.reasons.map((r) => r.says),
        ]),
        [],
      )
    })
  }

  it('shows every kind that can deny', () => {
    assert.deepEqual(
      denying.filter((kind) => !seen.has(kind)),
      [],
    )
    assert.ok(count >= 45, `${count} cases`)
  })
})
