/** What is known of each constraint of each use: proven broken, held, not reached, or never tried. Pure. */
import type { Charter } from '../../charter/charter.ts'
import { groupBy } from '../../charter/group-by.ts'
import type { FindingsFile } from '../../prove/report/json.ts'
import type { FindingState, Life } from './life.ts'
import type { ProofRun } from './run.ts'

export type Cell = FindingsFile['cells'][number]

export const coverageVerdicts = ['proven', 'held', 'not-reached', 'untried'] as const
export type CoverageVerdict = (typeof coverageVerdicts)[number]

/** What the last run that reached a constraint of a use made of it. */
export interface Covered {
  readonly use: string
  readonly operation: string
  readonly constraint: string
  readonly verdict: Exclude<CoverageVerdict, 'untried'>
  readonly attempts: ProofRun['cells']
  /** How it was refused, or why it was not reached. */
  readonly why: string
  readonly at: number
  readonly run: string
}

/** By use and constraint. */
export type Coverage = Readonly<Record<string, Covered>>

const longestWhy = 300

export function keyOf({ use, constraint }: Pick<Cell, 'use' | 'constraint'>): string {
  return `${use} ${constraint}`
}

/** The attempts of one run by what they were against. */
export function coverageOf(cells: readonly Cell[], run: Pick<ProofRun, 'id' | 'startedAt'>): Coverage {
  const groups = groupBy(cells, keyOf)
  return Object.fromEntries(
    [...groups].flatMap(([key, group]) => {
      const [first] = group
      return first === undefined ? [] : [[key, { ...summedUp(first, group), at: run.startedAt, run: run.id }]]
    }),
  )
}

function summedUp({ use, operation, constraint }: Cell, group: readonly Cell[]): Omit<Covered, 'at' | 'run'> {
  const of = (verdict: Cell['verdict']): readonly Cell[] => group.filter((cell) => cell.verdict === verdict)
  const [proven, held, missed] = [of('proven'), of('held'), of('not-reached')]
  const verdict = proven.length > 0 ? 'proven' : held.length > 0 ? 'held' : 'not-reached'
  const why = (proven[0] ?? held[0] ?? missed[0])?.why.slice(0, longestWhy) ?? ''
  const attempts = { proven: proven.length, held: held.length, 'not-reached': missed.length }
  return { use, operation, constraint, verdict, attempts, why }
}

/** What is known after another run. One that did not reach a constraint takes back nothing that was seen of it. */
export function extended(known: Coverage, run: Coverage): Coverage {
  const news = Object.entries(run).filter(([key, { at, verdict }]) => {
    const before = known[key]
    return before === undefined || (at >= before.at && (verdict !== 'not-reached' || before.verdict === 'not-reached'))
  })
  return { ...known, ...Object.fromEntries(news) }
}

/** One line of the charter in force, with what is known of it. */
export interface CoveredConstraint {
  readonly use: string
  readonly operation: string
  readonly constraint: string
  readonly verdict: CoverageVerdict
  readonly attempts: ProofRun['cells']
  readonly why: string
  readonly at?: number
  readonly run?: string
  /** Findings about it that are there now. */
  readonly findings: readonly string[]
}

/** Every constraint of every use of the charter. What was proven and is fixed since counts as held. */
export function coverageFor(
  charter: Charter,
  known: Coverage,
  lives: readonly (Pick<Life, 'use' | 'constraint' | 'fingerprint'> & { readonly state: FindingState })[],
): readonly CoveredConstraint[] {
  const about = groupBy(lives, keyOf)
  return demandsOf(charter).map((demand) => {
    const key = keyOf(demand)
    const there = (about.get(key) ?? []).filter(({ state }) => state !== 'fixed').map(({ fingerprint }) => fingerprint)
    const covered = known[key]
    if (covered === undefined)
      return {
        ...demand,
        verdict: there.length > 0 ? 'proven' : 'untried',
        attempts: { proven: 0, held: 0, 'not-reached': 0 },
        why: '',
        findings: there,
      }
    const wasFixed = covered.verdict === 'proven' && there.length === 0 && about.has(key)
    const verdict = there.length > 0 ? 'proven' : wasFixed ? 'held' : covered.verdict
    return { ...covered, verdict, findings: there, why: wasFixed ? 'proven then, fixed since' : covered.why }
  })
}

function demandsOf(charter: Charter): readonly Pick<Cell, 'use' | 'operation' | 'constraint'>[] {
  const uses = [...charter.operations.values()].flatMap(({ uses }) => uses)
  return uses.flatMap(({ id, operation, constraints }) =>
    [...new Set(constraints.map((each) => each.id))].map((constraint) => ({ use: id, operation, constraint })),
  )
}
