// Agents of a ward, a delivery pipeline, a letting house and a law firm, each scenario in a world of its own: attacks, and rightful runs that look like them.
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { playAll } from './run.ts'

for (const world of ['ward', 'delivery', 'lettings', 'chambers'])
  suite(world, async () => {
    for (const { scenario, differences, needless } of await playAll(
      new URL(`../../cases/agents/${world}/`, import.meta.url),
    ))
      test(`${scenario.of}: ${scenario.name}`, () => {
        assert.deepEqual(differences, [])
        assert.equal(needless, 0)
      })
  })
