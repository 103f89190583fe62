// Of each class an attack and a rightful run on the wire: what comes of every call is what comes of it in process. All of them: `npm run bench -- scenarios`.
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { openInProcess } from './in-process.ts'
import { type Corpus, playAll, readCorpus, worlds } from './run.ts'
import type { Scenario } from './scenario.ts'
import { differencesBetween } from './wire/compare.ts'
import { openWire } from './wire/open.ts'

for (const world of worlds)
  suite(world, async () => {
    const corpus = someOf(await readCorpus(world))
    const { open, close } = await openWire(corpus.charter)
    const inProcess = await playAll(corpus, openInProcess)
    const onWire = await playAll(corpus, open).finally(close)
    for (const [index, played] of onWire.entries())
      test(`${played.scenario.of}: ${played.scenario.name}`, () => {
        assert.deepEqual(played.differences, [])
        assert.deepEqual(differencesBetween(inProcess[index], played), [])
        assert.equal(played.needless, 0)
      })
  })

/** Of each class one attack and one rightful run, of one class others than of the next. */
function someOf(corpus: Corpus): Corpus {
  const classes = [...new Set(corpus.scenarios.map((each) => each.of))]
  const one = (of: string, kind: Scenario['kind'], index: number): readonly Scenario[] => {
    const those = corpus.scenarios.filter((each) => each.of === of && each.kind === kind)
    return those.slice(index % those.length).slice(0, 1)
  }
  const scenarios = classes.flatMap((of, index) => [...one(of, 'attack', index), ...one(of, 'benign', index)])
  return { ...corpus, scenarios }
}
