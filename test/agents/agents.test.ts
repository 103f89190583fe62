// Agents of a ward and of a delivery pipeline, each scenario in a world of its own: attacks, and rightful runs that look like them.
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { playAll } from './run.ts'

for (const world of ['ward', 'delivery'])
  suite(world, async () => {
    for (const { scenario, differences, needless } of await playAll(
      new URL(`../../cases/agents/${world}/`, import.meta.url),
    ))
      test(`${scenario.of}: ${scenario.name}`, () => {
        assert.deepEqual(differences, [])
        assert.equal(needless, 0)
      })
  })
