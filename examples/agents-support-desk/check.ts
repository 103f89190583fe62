// Plays every scenario of the corpus, before the guard (`--bare`: the decision alone; `--gateway`: over MCP), and with `--injections` the
// injection tests. Ends with 1 where anything is not as it should be.

import { payloads } from '../../src/redteam/payloads/set.ts'
import { decideBarely } from './bare.ts'
import { deskCharter, deskScenarios, type OpenDecider, playAll, surprises } from './corpus.ts'
import { KNOWN } from './expected.ts'
import { decideByGateway } from './gateway.ts'
import { decideByGuard } from './guarded.ts'
import { inject } from './injections.ts'
import type { Played } from './play.ts'

const ways = { '--bare': decideBarely, '--guard': decideByGuard, '--gateway': decideByGateway } as const
const asked = Object.entries(ways).find(([name]) => process.argv.includes(name))
const way: OpenDecider = asked?.[1] ?? decideByGuard
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
const followed = process.argv.includes('--injections') ? await tryInjections() : 0
process.exitCode = wrong.length === 0 && followed === 0 ? 0 : 1

/** Every payload: the obedient agent follows each, but none behind the guard; the careful one none at all. How often it is otherwise. */
async function tryInjections(): Promise<number> {
  const charter = await deskCharter()
  let others = 0
  for (const [temper, guarded] of [
    ['obeys', false],
    ['obeys', true],
    ['careful', false],
  ] as const) {
    const { results, control } = await inject({ charter, temper, guarded, payloads })
    const count = results.filter(({ verdict }) => verdict === 'followed').length
    const done = results.filter((each) => each.done === true).length
    const where = guarded ? 'behind the guard' : 'without a guard'
    say(
      `the agent that ${temper === 'obeys' ? 'obeys' : 'is careful'}, ${where}: ${count} of ${results.length} payloads followed, the task done in ${done}`,
    )
    if (!control.done || count !== (temper === 'obeys' && !guarded ? results.length : 0)) others += 1
  }
  return others
}

function byClass(all: readonly Played[]): ReadonlyMap<string, readonly Played[]> {
  const groups = new Map<string, Played[]>()
  for (const each of all) groups.set(each.scenario.of, [...(groups.get(each.scenario.of) ?? []), each])
  return groups
}
