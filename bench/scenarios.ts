// npm run bench -- scenarios [--from NUMBER] [WORLD] [WORD]: attacks and rightful runs in process and on the wire, compared verdict by verdict.
import { parseArgs } from 'node:util'
import { openInProcess } from '../test/agents/in-process.ts'
import type { Played } from '../test/agents/play.ts'
import { playAll, readCorpus, worlds } from '../test/agents/run.ts'
import { differencesBetween } from '../test/agents/wire/compare.ts'
import { openWire } from '../test/agents/wire/open.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { from: { type: 'string', default: '0' } },
})
const [world, word = ''] = positionals
const say = (text: string): void => void process.stdout.write(`${text}\n`)
const all: Record<'in process' | 'on the wire', Played[]> = { 'in process': [], 'on the wire': [] }
let apart = 0

for (const name of world === undefined ? worlds : [world]) {
  const corpus = await readCorpus(name)
  const scenarios = corpus.scenarios.filter((each) => `${each.of}: ${each.name}`.includes(word))
  const wire = await openWire(corpus.charter, Number(values.from))
  const inProcess = await playAll({ ...corpus, scenarios }, openInProcess)
  const onWire = await playAll({ ...corpus, scenarios }, wire.open).finally(wire.close)
  all['in process'].push(...inProcess)
  all['on the wire'].push(...onWire)
  for (const [index, played] of onWire.entries()) {
    const found = differencesBetween(inProcess[index], played)
    if (found.length > 0) apart += 1
    for (const each of found) say(`${name} ${index} ${played.scenario.of}: ${played.scenario.name}: ${each}`)
  }
}

for (const [where, played] of Object.entries(all)) {
  for (const { scenario, differences } of played)
    for (const each of differences)
      say(`${where}: ${scenario.kind.padEnd(6)} ${scenario.of}: ${scenario.name}: ${each}`)
  for (const kind of ['attack', 'benign'] as const) {
    const those = played.filter(({ scenario }) => scenario.kind === kind)
    const sum = (of: (each: Played) => number): number => those.reduce((total, each) => total + of(each), 0)
    const fine = those.filter(({ differences }) => differences.length === 0).length
    say(
      `${where}, ${kind}: ${fine} of ${those.length} as they should be; steps ${sum((each) => each.fine)} of ${sum((each) => each.steps)}; asked without need ${sum((each) => each.needless)}`,
    )
  }
}
say(`${apart} of ${all['on the wire'].length} came out otherwise on the wire`)
const isFine = Object.values(all).every((played) => played.every(({ differences }) => differences.length === 0))
process.exitCode = isFine && apart === 0 ? 0 : 1
