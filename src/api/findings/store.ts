/** Findings, the runs they come from and what became of them, kept on the shelf: every node sees the same. */
import { randomUUID } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import type { Charter } from '../../charter/charter.ts'
import { Problem } from '../../gateway/control/problem.ts'
import type { Guard } from '../../guard/guard.ts'
import type { StoredFinding } from '../../prove/report/json.ts'
import { movedIn } from '../../prove/report/moved.ts'
import type { Masking } from '../../prove/report/show.ts'
import { makeLease } from '../notice/lease.ts'
import type { Item, Shelf } from '../shelf.ts'
import {
  type Cell,
  type Coverage,
  type CoveredConstraint,
  coverageFor,
  coverageOf,
  extended,
  keyOf,
} from './coverage.ts'
import {
  type Acceptance,
  accepted,
  type FindingState,
  found,
  type Life,
  type Moment,
  missed,
  stateOf,
  type VerifiedAs,
  verified,
  withdrawn,
} from './life.ts'
import { readReport } from './receive.ts'
import { type Origin, type ProofRun, runOf } from './run.ts'

/** A finding with where it stands today. */
export type KnownFinding = Life & { readonly state: FindingState }

export interface FindingStore {
  /**
   * Takes in a report: what it found, and what it did not find any more. The same report twice is taken in once.
   *
   * @throws {Problem} when it is none, or not about the charter in force.
   */
  receive(report: unknown, origin: Origin): Promise<{ readonly run: ProofRun; readonly isNew: boolean }>
  list(): Promise<readonly KnownFinding[]>
  get(fingerprint: string): Promise<KnownFinding | undefined>
  /** The finding as the last run that saw it told it, with its proof. */
  proof(fingerprint: string): Promise<StoredFinding | undefined>
  runs(): Promise<readonly ProofRun[]>
  /** Undefined when there is no such run, or its attempts are kept no more. */
  cells(run: string): Promise<readonly Cell[] | undefined>
  coverage(): Promise<readonly CoveredConstraint[]>
  /** @throws {Problem} 404, 409 when it is fixed. */
  accept(fingerprint: string, acceptance: Omit<Acceptance, 'at'>): Promise<void>
  /** @throws {Problem} 404 when nobody accepted it. */
  withdraw(fingerprint: string, by: string): Promise<void>
  verified(fingerprint: string, result: Omit<VerifiedAs, 'at'>): Promise<void>
}

export interface FindingStoreOptions {
  readonly shelf: Shelf
  readonly guard: Pick<Guard, 'note'>
  /** In force. */
  readonly charter: () => Charter
  /** What takes credentials out of reports. */
  readonly masking: Masking
  readonly now?: () => number
}

const kinds = { life: 'finding', proof: 'finding-proof', run: 'prove-run', cells: 'prove-cells', coverage: 'coverage' }
const dayMs = 86_400_000
const runsKeptMs = 400 * dayMs
const cellsKeptMs = 90 * dayMs
const mostTries = 20
/** Of many new ones in one run, so many are told one by one. */
const mostTold = 50

export function openFindings({ shelf, guard, charter, masking, now = Date.now }: FindingStoreOptions): FindingStore {
  const today = (): string => new Date(now()).toISOString().slice(0, 10)
  const known = (item: Item): KnownFinding => {
    const life = item.content as Life
    return { ...life, state: stateOf(life, today()) }
  }
  const change = (fingerprint: string, make: (life: Life) => Life): Promise<void> =>
    changed(shelf, { kind: kinds.life, id: fingerprint, at: now() }, (content) => {
      if (content === undefined) throw new Problem(404, 'unknown', 'there is no such finding')
      return make(content as Life)
    })
  const note = (effect: string, of: string, principal: string, why: string): Promise<void> =>
    guard.note({ kind: 'act', effect, of, principal, why })
  const lives = async (): Promise<readonly KnownFinding[]> => (await all(shelf, kinds.life)).map(known)
  return {
    async receive(report, origin) {
      const file = readReport(report, { charter: charter().name, masking, now: now() })
      const run = runOf(file, origin, now())
      return alone(shelf, now, async (goOn) => {
        if ((await shelf.get(kinds.run, run.id)) !== undefined) return { run, isNew: false }
        const words = `${run.findings.length} found, ${run.cells.held} attempts held`
        await note('report-received', run.id, origin.by, words)
        const others = await takeIn(shelf, { ...file, run, charter: charter(), now: now(), goOn })
        for (const { fingerprint, what, title } of others.slice(0, mostTold))
          await note(`finding-${what}`, fingerprint, origin.by, title)
        // Last: what was taken in or told by half is taken in again, which changes nothing that was, and told.
        await shelf.put({ kind: kinds.run, id: run.id, at: now(), expires: now() + runsKeptMs, content: run })
        return { run, isNew: true }
      })
    },
    list: lives,
    async get(fingerprint) {
      const item = await shelf.get(kinds.life, fingerprint)
      return item === undefined ? undefined : known(item)
    },
    proof: async (fingerprint) => (await shelf.get(kinds.proof, fingerprint))?.content as StoredFinding | undefined,
    runs: async () => (await shelf.list(kinds.run, { limit: 1000 })).map(({ content }) => content as ProofRun),
    cells: async (run) => (await shelf.get(kinds.cells, run))?.content as readonly Cell[] | undefined,
    async coverage() {
      const item = await shelf.get(kinds.coverage, charter().name)
      return coverageFor(charter(), (item?.content ?? {}) as Coverage, await lives())
    },
    async accept(fingerprint, acceptance) {
      const { owner, until, because, by } = acceptance
      if (until < today()) throw new Problem(400, 'malformed', 'the last day it holds is over')
      await change(fingerprint, (life) => {
        if (!life.there) throw new Problem(409, 'fixed', 'it is fixed: there is nothing to accept')
        return accepted(life, { ...acceptance, at: now() })
      })
      await note('finding-accepted', fingerprint, by, `${owner} until ${until}: ${because}`)
    },
    async withdraw(fingerprint, by) {
      await change(fingerprint, (life) => {
        if (life.acceptance === undefined) throw new Problem(404, 'unknown', 'nobody accepted it')
        return withdrawn(life, by, now())
      })
      await note('finding-acceptance-withdrawn', fingerprint, by, 'it counts again')
    },
    async verified(fingerprint, result) {
      await change(fingerprint, (life) => verified(life, { ...result, at: now() }))
      await note(
        `finding-${result.way === 'guarded' ? 'guarded-' : ''}${result.verdict}`,
        fingerprint,
        result.by,
        result.why.slice(0, 300),
      )
    },
  }
}

interface Taken {
  readonly run: ProofRun
  readonly findings: readonly StoredFinding[]
  readonly cells: readonly Cell[]
  readonly charter: Charter
  readonly now: number
  /** @throws {Problem} 503 when another node does it by now. */
  readonly goOn: () => Promise<void>
}

interface Told {
  readonly fingerprint: string
  readonly what: 'found' | 'came-back' | 'held'
  readonly title: string
}

/** @returns those that this run made otherwise, also where they were taken in before and nobody was told. */
async function takeIn(shelf: Shelf, { run, findings, cells, charter, now, goOn }: Taken): Promise<readonly Told[]> {
  const inRun = coverageOf(cells, run)
  const told = new Map<string, Told>()
  const next = (before: Life | undefined, make: () => Life): Life => {
    const isIn = ({ run: by }: Moment): boolean => by === run.id
    const life = before?.history.some(isIn) === true ? before : make()
    const { fingerprint, title, history } = life
    const what = history.find(isIn)?.what
    if (what === 'found' || what === 'came-back' || what === 'held') told.set(fingerprint, { fingerprint, what, title })
    return life
  }
  for (const finding of findings) {
    await goOn()
    const { fingerprint: id } = finding
    const before = (await shelf.get(kinds.life, id))?.content as Life | undefined
    if (before === undefined || before.last <= run.startedAt)
      await shelf.put({ kind: kinds.proof, id, at: now, content: finding })
    const placed = { ...finding, moved: movedIn(charter, finding.proof) }
    await changed(shelf, { kind: kinds.life, id, at: now }, (life) =>
      next(life as Life | undefined, () => found(life as Life | undefined, placed, run)),
    )
  }
  const seen = new Set(run.findings)
  for (const { id, content } of await all(shelf, kinds.life)) {
    if (seen.has(id)) continue
    await goOn()
    const verdict = inRun[keyOf(content as Life)]?.verdict
    if (verdict === 'held' || verdict === 'not-reached')
      await changed(shelf, { kind: kinds.life, id, at: now }, (life) =>
        next(life as Life, () => missed(life as Life, verdict, run)),
      )
  }
  await changed(shelf, { kind: kinds.coverage, id: run.charter, at: now }, (before) =>
    extended((before ?? {}) as Coverage, inRun),
  )
  await shelf.put({ kind: kinds.cells, id: run.id, at: now, expires: now + cellsKeptMs, content: cells })
  return [...told.values()]
}

/** How long a node that died may keep others from taking in reports, and how long they wait for one that works. */
const leaseMs = 5000
const waitMs = 30_000

/** Of several nodes that are handed reports, one takes in after the other: each finding is told once. @throws {Problem} 503 */
async function alone<T>(shelf: Shelf, now: () => number, work: (goOn: () => Promise<void>) => Promise<T>): Promise<T> {
  const lease = makeLease(shelf, { id: 'reports', node: randomUUID(), ms: leaseMs, now })
  const busy = (): Problem => new Problem(503, 'busy', 'another report is being taken in: try again')
  for (const end = now() + waitMs; !(await lease.hold()); await setTimeout(50)) if (now() > end) throw busy()
  try {
    return await work(async () => {
      if (!(await lease.hold())) throw busy()
    })
  } finally {
    await lease.drop()
  }
}

/** Changes what is there, whoever else does at the same moment. */
async function changed(
  shelf: Shelf,
  { kind, id, at }: Pick<Item, 'kind' | 'id' | 'at'>,
  make: (content: unknown) => unknown,
): Promise<void> {
  for (let tries = 0; tries < mostTries; tries += 1) {
    const item = await shelf.get(kind, id)
    const content = make(item?.content)
    if (content === item?.content || (await shelf.put({ kind, id, at, content }, item?.version ?? 0))) return
  }
  throw new Problem(503, 'busy', 'others change it at the same time: try again')
}

async function all(shelf: Shelf, kind: string): Promise<readonly Item[]> {
  const items: Item[] = []
  for (;;) {
    const after = items.at(-1)?.id
    const page = await shelf.list(kind, { limit: 1000, ...(after === undefined ? {} : { after }) })
    items.push(...page)
    if (page.length < 1000) return items
  }
}
