// Plays scenarios and says what came of them: `node test/agents/run.ts [WORLD] [WORD]`. Ends with 1 where anything is not as it should be.
import { fileURLToPath } from 'node:url'
import { hasErrors } from '../../src/charter/diagnostic.ts'
import { loadCharter } from '../../src/charter/load.ts'
import { type Played, play } from './play.ts'
import { openPlayer } from './player.ts'
import { readScenarios } from './scenario.ts'
import { World } from './world.ts'

/** Plays the scenarios of a folder whose class or name has the word, each in a world of its own. */
export async function playAll(folder: URL, word = ''): Promise<readonly Played[]> {
  const { charter, diagnostics } = await loadCharter(fileURLToPath(new URL('world/charter.yaml', folder)))
  if (charter === undefined || hasErrors(diagnostics)) throw new Error(JSON.stringify(diagnostics, null, 2))
  const played: Played[] = []
  for (const scenario of readScenarios(folder).filter(({ of, name }) => `${of}: ${name}`.includes(word))) {
    const world = new World(new URL('world/', folder))
    const player = await openPlayer(charter, world, scenario)
    try {
      played.push(await play(scenario, player, world))
    } finally {
      await player.close()
    }
  }
  return played
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , world, word] = process.argv
  const say = (text: string): void => void process.stdout.write(`${text}\n`)
  const names = world === undefined ? ['ward', 'delivery', 'lettings', 'chambers'] : [world]
  const all: Played[] = []
  for (const name of names) all.push(...(await playAll(new URL(`../../cases/agents/${name}/`, import.meta.url), word)))
  for (const { scenario, differences } of all)
    for (const each of differences) say(`${scenario.kind.padEnd(6)} ${scenario.of}: ${scenario.name}: ${each}`)
  for (const kind of ['attack', 'benign'] as const) {
    const those = all.filter(({ scenario }) => scenario.kind === kind)
    const sum = (of: (each: Played) => number): number => those.reduce((total, each) => total + of(each), 0)
    const fine = those.filter(({ differences }) => differences.length === 0).length
    say(
      `${kind}: ${fine} of ${those.length} as they should be; steps ${sum((each) => each.fine)} of ${sum((each) => each.steps)}; asked without need ${sum((each) => each.needless)}`,
    )
  }
  process.exitCode = all.every(({ differences }) => differences.length === 0) ? 0 : 1
}
