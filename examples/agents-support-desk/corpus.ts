// The corpus before one kind of decider, compared with what is known.
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Charter } from '../../src/charter/charter.ts'
import { hasErrors } from '../../src/charter/diagnostic.ts'
import { loadCharter } from '../../src/charter/load.ts'
import type { Decider } from './decider.ts'
import { type Played, play } from './play.ts'
import type { Desk } from './records.ts'
import { readScenarios, type Scenario } from './scenario.ts'
import { plantedDesk } from './world.ts'

/** Makes a decider for one desk. */
export type OpenDecider = (charter: Charter, desk: Desk) => Decider | Promise<Decider>

/** The charter of the desk; throws when it has errors. */
export async function deskCharter(): Promise<Charter> {
  const file = relative(process.cwd(), fileURLToPath(new URL('charter.yaml', import.meta.url)))
  const { charter, diagnostics } = await loadCharter(file)
  if (charter === undefined || hasErrors(diagnostics)) throw new Error(JSON.stringify(diagnostics, null, 2))
  return charter
}

/** The scenarios of this desk. */
export function deskScenarios(): readonly Scenario[] {
  const all = readScenarios(new URL('../../cases/agents/', import.meta.url))
  return all.filter(({ charter }) => charter.endsWith('agents-support-desk/charter.yaml'))
}

/** Plays scenarios one after the other, each on a desk of its own. */
export async function playAll(charter: Charter, open: OpenDecider, scenarios: readonly Scenario[]): Promise<Played[]> {
  const results: Played[] = []
  for (const scenario of scenarios) {
    const desk = plantedDesk(scenario)
    const decider = await open(charter, desk)
    try {
      results.push(await play(scenario, decider, desk))
    } finally {
      await decider.close()
    }
  }
  return results
}

/** What is not as it is known to be: new differences, and known ones that are gone. */
export function surprises(played: readonly Played[], known: Readonly<Record<string, string>>): readonly string[] {
  return played.flatMap(({ scenario, differences }) => {
    const name = `${scenario.of}: ${scenario.name}`
    if (known[name] === undefined) return differences.map((each) => `${name}: ${each}`)
    return differences.length > 0 ? [] : [`${name}: as it should be now; take it out of the known differences`]
  })
}
