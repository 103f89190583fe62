// Plays every scenario of the corpus and ends with 1 where anything is not as it should be.
import { decideBarely } from './bare.ts'
import { deskCharter, deskScenarios, playAll, surprises } from './corpus.ts'
import { KNOWN } from './expected.ts'
import { decideByGuard } from './guarded.ts'
import type { Played } from './play.ts'

const way = process.argv.includes('--guard') ? decideByGuard : decideBarely
const only = process.argv.slice(2).find((each) => !each.startsWith('--')) ?? ''
const say = (text: string): void => void process.stdout.write(`${text}\n`)
const scenarios = deskScenarios().filter(({ of, name }) => `${of}: ${name}`.includes(only))
const played = await playAll(await deskCharter(), way, scenarios)

for (const [of, all] of byClass(played)) {
  say(of)
  for (const { scenario, differences } of all) {
    const known = KNOWN[`${of}: ${scenario.name}`]
    const mark = differences.length === 0 ? 'ok' : known === undefined ? 'WRONG' : 'known'
    say(`  ${mark.padEnd(6)} ${scenario.kind.padEnd(7)} ${scenario.name}${known === undefined ? '' : ` (${known})`}`)
  }
}
say('')
for (const kind of ['attack', 'benign'] as const) {
  const all = played.filter(({ scenario }) => scenario.kind === kind)
  const fine = all.filter(({ differences }) => differences.length === 0).length
  say(`${kind === 'attack' ? 'attacks stopped' : 'benign runs as they should be'}: ${fine} of ${all.length}`)
}
const wrong = surprises(played, KNOWN)
for (const each of wrong) say(each)
process.exitCode = wrong.length === 0 ? 0 : 1

function byClass(all: readonly Played[]): ReadonlyMap<string, readonly Played[]> {
  const groups = new Map<string, Played[]>()
  for (const each of all) groups.set(each.scenario.of, [...(groups.get(each.scenario.of) ?? []), each])
  return groups
}
