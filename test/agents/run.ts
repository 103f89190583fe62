// Plays the scenarios of a folder, each in a world of its own.
import { fileURLToPath } from 'node:url'
import type { Charter } from '../../src/charter/charter.ts'
import { hasErrors } from '../../src/charter/diagnostic.ts'
import { loadCharter } from '../../src/charter/load.ts'
import { type Played, play } from './play.ts'
import type { OpenPlayer } from './player.ts'
import { readScenarios, type Scenario } from './scenario.ts'
import { World } from './world.ts'

/** The names of the worlds there are. */
export const worlds = [
  'ward',
  'delivery',
  'lettings',
  'chambers',
  'payroll',
  'depot',
  'brokerage',
  'festival',
  'insurer',
  'school',
  'forwarder',
  'foundation',
  'museum',
  'cooperative',
] as const

/** The scenarios of a world, and the charter they are played under. */
export interface Corpus {
  readonly folder: URL
  readonly charter: Charter
  readonly scenarios: readonly Scenario[]
}

/** @throws where the charter has errors, or a scenario cannot be read. */
export async function readCorpus(world: string): Promise<Corpus> {
  const folder = new URL(`../../cases/agents/${world}/`, import.meta.url)
  const { charter, diagnostics } = await loadCharter(fileURLToPath(new URL('world/charter.yaml', folder)))
  if (charter === undefined || hasErrors(diagnostics)) throw new Error(JSON.stringify(diagnostics, null, 2))
  return { folder, charter, scenarios: readScenarios(folder) }
}

/** Plays one after the other. */
export async function playAll({ folder, charter, scenarios }: Corpus, open: OpenPlayer): Promise<readonly Played[]> {
  const played: Played[] = []
  for (const scenario of scenarios) {
    const world = new World(new URL('world/', folder))
    world.plant(scenario.plant)
    const player = await open(charter, world, scenario)
    try {
      played.push(await play(scenario, player, world))
    } finally {
      await player.close()
    }
  }
  return played
}
