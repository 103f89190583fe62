// The scenarios of both houses before the guard.
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Charter, Principal } from '../../src/charter/charter.ts'
import { hasErrors } from '../../src/charter/diagnostic.ts'
import { loadCharter } from '../../src/charter/load.ts'
import { decideAt, type Place } from '../agents-support-desk/guarded.ts'
import { type Played, play } from '../agents-support-desk/play.ts'
import { readScenarios, type Scenario } from '../agents-support-desk/scenario.ts'
import { NotFound } from '../agents-support-desk/tools.ts'
import { type House, NothingThere, type Records } from './house.ts'
import { payables } from './payables.ts'
import { travel } from './travel.ts'

/** The houses, by the name of their charter. */
export const HOUSES: Readonly<Record<string, House>> = { payables, travel }

/** The scenarios of these houses, with the house of each. */
export function officeScenarios(): readonly (readonly [house: string, scenario: Scenario])[] {
  return readScenarios(new URL('../../cases/agents/', import.meta.url)).flatMap((scenario) => {
    const [, house] = /agents-back-office\/(\w+)\.yaml$/.exec(scenario.charter) ?? []
    return house === undefined ? [] : [[house, scenario] as const]
  })
}

/** The charter of a house; throws when it has errors. */
export async function charterOf(house: string): Promise<Charter> {
  const file = relative(process.cwd(), fileURLToPath(new URL(`${house}.yaml`, import.meta.url)))
  const { charter, diagnostics } = await loadCharter(file)
  if (charter === undefined || hasErrors(diagnostics)) throw new Error(JSON.stringify(diagnostics, null, 2))
  return charter
}

/** Plays scenarios one after the other, each in a house as it is before anything happens, with what others wrote planted in it. */
export async function playAll(
  all: readonly (readonly [house: string, scenario: Scenario])[],
): Promise<readonly Played[]> {
  const charters = new Map<string, Charter>()
  const results: Played[] = []
  for (const [name, scenario] of all) {
    const house = HOUSES[name]
    if (house === undefined) throw new Error(`${scenario.name}: there is no house ${name}`)
    const charter = charters.get(name) ?? (await charterOf(name))
    charters.set(name, charter)
    const records = planted(house, scenario)
    const decider = await decideAt(charter, placeOf(house, records))
    try {
      results.push(await play(scenario, decider, records))
    } finally {
      await decider.close()
    }
  }
  return results
}

function planted({ kept }: House, { name, plant }: Scenario): Records {
  const records: Records = { kept: structuredClone(kept), outbox: [] }
  for (const [kind, things] of Object.entries(plant))
    for (const [id, members] of Object.entries(things)) {
      const thing = records.kept[kind]?.[id]
      if (thing === undefined) throw new Error(`${name}: there is no ${id} among ${kind}`)
      Object.assign(thing, members)
    }
  return records
}

function placeOf({ people, objects, tools }: House, records: Records): Place {
  return {
    person: (id): Principal => {
      const found = people.find((each) => each.id === id)
      if (found === undefined) throw new Error(`there is nobody called ${id}`)
      return found
    },
    look: (type, key) => records.kept[objects[type] ?? '']?.[key.toLowerCase()] ?? null,
    run: (operation, given) => {
      try {
        return tools[operation]?.run(records, given) ?? { text: 'Understood.' }
      } catch (error) {
        throw error instanceof NothingThere ? new NotFound(error.message) : error
      }
    },
  }
}
