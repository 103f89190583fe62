/** The same calls decided under two charters. */

import { stageCase } from '../../case/case-facts.ts'
import type { RawCase, RawCases, RawPrincipal } from '../../case/case-schema.ts'
import type { Charter } from '../../charter/charter.ts'
import { textOf } from '../../charter/object-fact.ts'
import { getPointer } from '../../charter/pointer.ts'
import { isSought, type SoughtText } from '../../constraint/where.ts'
import { neededFacts } from '../../decide/needed.ts'
import { type Judgement, judge } from '../judge.ts'
import { type Cell, cellsOf, type Palette } from './cell.ts'
import type { Direction } from './change.ts'
import { principalFor, type Seed, seedOfUse, seedsOfCases, typeAt } from './seed.ts'

/** Calls that are decided differently for the same reasons, with the plainest of them. */
export interface Difference {
  readonly direction: Direction
  readonly operation: string
  readonly before: Judgement['effect']
  readonly after: Judgement['effect']
  /** What refuses: under the new charter when it is tighter, under the old one when it is looser. */
  readonly reasons: readonly { readonly constraint: string; readonly says: string }[]
  readonly count: number
  readonly example: Example
}

/** One such call; `facts` and `call` as a file of cases writes them. */
export interface Example {
  readonly from: string
  readonly changed: readonly string[]
  readonly call: RawCase['call']
  readonly facts: NonNullable<RawCase['facts']>
}

/** What was tried, and what came out differently. `untold`: how many could not be decided under one of the charters. */
export interface Sampled {
  readonly tried: number
  readonly untold: number
  readonly differences: readonly Difference[]
}

/**
 * Decides calls made of cases and descriptions under both charters. Pure; the same files give the same result.
 *
 * A sample: that no difference is found does not prove that there is none.
 */
export function sample(before: Charter, after: Charter, files: readonly RawCases[]): Sampled {
  const charters = [before, after] as const
  const seeds = seedsFor(charters, files)
  const palette: Palette = { charters, principals: principalsOf(charters, files) }
  const pool = poolOf(charters, seeds)
  const groups = new Map<string, Difference>()
  let [tried, untold] = [0, 0]
  for (const seed of seeds) {
    for (const cell of cellsAround(charters, completed(charters, seed, pool), palette)) {
      const judged = charters.map((charter) => judgeCell(charter, cell))
      const [old, now] = judged
      if (old === undefined || now === undefined) continue
      tried += 1
      if (old.effect === 'untold' || now.effect === 'untold') untold += 1
      else if (isDifferent(old, now)) addTo(groups, cell, old, now)
    }
  }
  return { tried, untold, differences: [...groups.values()] }
}

/** Steps of variation towards a call that is allowed. */
const mostSteps = 3

/** The variations of a call; of one that neither charter allows, also those of the nearest that one does. */
function cellsAround(charters: readonly [Charter, Charter], seed: Seed, palette: Palette): readonly Cell[] {
  const cells = [...cellsOf(seed, palette)]
  for (const charter of charters) {
    let nearest: Cell | undefined = cells[0]
    let distance = nearest === undefined ? 0 : distanceOf(charter, nearest)
    for (let step = 0; step < mostSteps && distance > 0 && nearest !== undefined; step += 1) {
      const around = cellsOf(nearest, palette, nearest.changed)
      const better = around
        .map((cell) => ({ cell, far: distanceOf(charter, cell) }))
        .reduce((best, each) => (each.far < best.far ? each : best), { cell: nearest, far: distance })
      if (better.far === distance) break
      nearest = better.cell
      distance = better.far
      cells.push(...cellsOf(nearest, palette, nearest.changed))
    }
  }
  return cells
}

/** How many demands stand in the way. */
function distanceOf(charter: Charter, cell: Cell): number {
  return judgeCell(charter, cell).decision.reasons.length
}

function judgeCell(charter: Charter, cell: Cell): Judgement {
  const { operation, as, request, facts } = cell
  const raw: RawCase = { description: '', call: { operation, as, request }, facts, expect: { effect: 'allow' } }
  const staged = stageCase(charter, noCases, raw, () => undefined)
  return judge(charter, staged.facts, staged.call)
}

const noCases: RawCases = { cases: [] }

function seedsFor(charters: readonly [Charter, Charter], files: readonly RawCases[]): readonly Seed[] {
  const given = files.flatMap(seedsOfCases)
  const made = charters.flatMap((charter) =>
    [...charter.operations.values()].flatMap(({ uses }) => uses.map((use) => seedOfUse(charter, use))),
  )
  const unique = new Map(made.map((seed) => [`${seed.operation} ${seed.from}`, seed]))
  return [...given, ...unique.values()]
}

function principalsOf(charters: readonly [Charter, Charter], files: readonly RawCases[]): Palette['principals'] {
  const found = new Map<string, RawPrincipal>()
  for (const file of files) for (const [name, as] of Object.entries(file.principals ?? {})) found.set(name, as)
  for (const charter of charters)
    for (const actor of charter.actors.keys())
      found.set(`somebody else who is ${actor}`, principalFor(charter, actor, 'caller-2', 'tenant-1'))
  return [...found].map(([name, as]) => ({ name, as }))
}

type Pool = ReadonlyMap<string, unknown>

/** All objects any case knows, by type and key, for calls that need one which their own case did not. */
function poolOf(charters: readonly [Charter, Charter], seeds: readonly Seed[]): Pool {
  const pool = new Map<string, unknown>()
  for (const { operation, facts } of seeds) {
    for (const [slot, value] of Object.entries(facts.objects ?? {})) {
      const type = charters.map((charter) => typeAt(charter, operation, slot)).find((each) => each !== undefined)
      const key = type === undefined ? undefined : textOf(getPointer(value, type.key))
      if (type !== undefined && key !== undefined && !pool.has(`${type.name}/${key}`))
        pool.set(`${type.name}/${key}`, value)
    }
  }
  return pool
}

/** The call with objects that only one of the charters asks for. */
function completed(charters: readonly [Charter, Charter], seed: Seed, pool: Pool): Seed {
  let objects = seed.facts.objects ?? {}
  for (const charter of charters) {
    const { operation, as, request } = seed
    const raw: RawCase = {
      description: '',
      call: { operation, as, request },
      facts: { objects },
      expect: { effect: 'allow' },
    }
    const staged = stageCase(charter, noCases, raw, () => undefined)
    for (const { slot, type, key, sought } of neededFacts(charter, staged.call, staged.facts.objects).objects) {
      const found = sought === undefined ? pool.get(`${type}/${key}`) : soughtIn(pool, type, sought.members)
      if (!Object.hasOwn(objects, slot) && found !== undefined) objects = { ...objects, [slot]: found }
    }
  }
  return { ...seed, facts: { ...seed.facts, objects } }
}

function soughtIn(pool: Pool, type: string, sought: readonly SoughtText[]): unknown {
  return [...pool].find(([name, value]) => name.startsWith(`${type}/`) && isSought(sought, value) === true)?.[1]
}

const rank: Readonly<Record<Judgement['effect'], number>> = {
  allow: 0,
  modify: 1,
  ask: 2,
  defer: 3,
  untold: 3,
  deny: 4,
}

function isDifferent(old: Judgement, now: Judgement): boolean {
  return old.effect !== now.effect || owed(old) !== owed(now)
}

/** What is taken out of an answer. */
function owed({ decision }: Judgement): string {
  return decision.obligations
    .map((each) => JSON.stringify({ ...each, constraint: '' }))
    .sort()
    .join(' ')
}

/** Which way one decision went. */
export function directionBetween(old: Judgement['effect'], now: Judgement['effect']): Direction {
  if (old === now) return 'other'
  return rank[now] < rank[old] ? 'looser' : 'tighter'
}

function addTo(groups: Map<string, Difference>, cell: Cell, old: Judgement, now: Judgement): void {
  const direction = directionBetween(old.effect, now.effect)
  const told = direction === 'looser' ? old : now
  const reasons = told.decision.reasons.map(({ constraint, says }) => ({ constraint, says }))
  const key = [cell.operation, old.effect, now.effect, ...reasons.map((each) => each.constraint)].join(' ')
  const known = groups.get(key)
  if (known !== undefined) {
    groups.set(key, { ...known, count: known.count + 1 })
    return
  }
  const { from, changed, operation, as, request, facts } = cell
  const example: Example = { from, changed, call: { operation, as, request }, facts }
  groups.set(key, { direction, operation, before: old.effect, after: now.effect, reasons, count: 1, example })
}
