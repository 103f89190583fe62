// The back office: its tools are the approved ones, and the scenarios, written before anybody played them, are decided as they should be.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { HOUSES, officeScenarios, playAll } from '../../examples/agents-back-office/corpus.ts'
import { KNOWN } from '../../examples/agents-back-office/expected.ts'
import { listsOf } from '../../examples/agents-back-office/house.ts'
import { surprises } from '../../examples/agents-support-desk/corpus.ts'

const folder = new URL('../../examples/agents-back-office/', import.meta.url)

test('the approved tools are those of the houses', () => {
  for (const [name, house] of Object.entries(HOUSES))
    for (const [source, list] of listsOf(house)) {
      const approved: unknown = JSON.parse(readFileSync(new URL(`${name}.${source}.tools.json`, folder), 'utf8'))
      assert.deepEqual(approved, list, `${name} ${source}`)
    }
})

test('every class of scenarios has attacks and benign twins', () => {
  const kinds = new Map<string, Set<string>>()
  for (const [, { of, kind }] of officeScenarios()) kinds.set(of, (kinds.get(of) ?? new Set()).add(kind))
  assert.ok(kinds.size >= 20, `${kinds.size} classes`)
  for (const [name, both] of kinds) assert.equal(both.size, 2, name)
})

test('every scenario is decided as it should be, but for those that are known', async () => {
  const played = await playAll(officeScenarios())
  assert.deepEqual(surprises(played, KNOWN), [])
  const asked = played.filter(({ scenario, questions }) => scenario.kind === 'benign' && questions > 0)
  const wanted = asked.filter(({ scenario }) =>
    scenario.steps.some((each) => 'expect' in each && each.expect === 'ask'),
  )
  assert.equal(asked.length, wanted.length, 'nobody is asked where no scenario says so')
})
