// Agents of all the worlds there are, each scenario in a world of its own: attacks, and rightful runs that look like them.
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { openInProcess } from './in-process.ts'
import { playAll, readCorpus, worlds } from './run.ts'

for (const world of worlds)
  suite(world, async () => {
    for (const { scenario, differences, needless } of await playAll(await readCorpus(world), openInProcess))
      test(`${scenario.of}: ${scenario.name}`, () => {
        assert.deepEqual(differences, [])
        assert.equal(needless, 0)
      })
  })
