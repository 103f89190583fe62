/** The charter in force, and what somebody would make of it. Nothing here puts anything in force. */
import { createHash } from 'node:crypto'
import { resolve } from 'node:path'
import { Problem } from '../../../gateway/control/problem.ts'
import type { Guard } from '../../../guard/guard.ts'
import type { Checked } from '../../../revise/check.ts'
import { type Desk, type Job, JobError, type JobOptions, type JobResults } from '../../../revise/desk.ts'
import type { KeepPlace } from '../../../revise/keep.ts'
import { patched, patchOf } from '../../../revise/patch.ts'
import { type Files, type InForceFiles, nameOf } from '../../../revise/revision.ts'
import type { Tally } from '../../../simulate/tally.ts'
import { type Mounted, mount } from '../../endpoint.ts'
import type { Shelf } from '../../shelf.ts'
import { findChange, listChanges, propose } from './changes.ts'
import { charterEndpoints, type SimulationLine } from './endpoints.ts'
import { shownCheck, shownDifference, shownTally } from './shown.ts'

export interface CharterAreaOptions {
  readonly guard: Pick<Guard, 'note' | 'charter'>
  readonly shelf: Shelf
  readonly desk: Desk
  readonly inForce: () => InForceFiles & { readonly version: string }
  /** Absent: kept on the shelf alone. */
  readonly place?: KeepPlace
  readonly now: () => number
}

/** Files in force, by name. */
export function filesOf(inForce: InForceFiles): Files {
  return Object.fromEntries([...inForce.texts].map(([file, text]) => [nameOf(inForce, file), text]))
}

export function charterArea(options: CharterAreaOptions): readonly Mounted[] {
  const { guard, shelf, desk, inForce, place } = options
  const tallies = new Tallies()
  const begun = (version: string): ReturnType<typeof inForce> => {
    const now = inForce()
    if (version !== now.version)
      throw new Problem(409, 'charter-changed', 'another charter was put in force meanwhile: carry your changes over')
    return now
  }
  const work = <Kind extends Job['kind']>(job: Extract<Job, { readonly kind: Kind }>, given: JobOptions) =>
    desk.run<Kind>(job, given).catch((error: unknown) => {
      throw problemOf(error)
    })
  const unchanged = checkOnce(() => work({ kind: 'check', files: {} }, everybody))
  // The first thread takes half a second to begin: sooner than anybody asks. Whoever asks is told what went wrong.
  unchanged(inForce().version).catch(() => undefined)
  return mount(charterEndpoints, {
    'GET /api/charter': async () => {
      const now = inForce()
      return {
        name: guard.charter().name,
        version: now.version,
        main: nameOf(now, now.main),
        files: filesOf(now),
        keeps: place === undefined ? ('here' as const) : place.type,
      }
    },
    'POST /api/charter/check': async ({ body, viewer, signal }) => {
      begun(body.version)
      if (Object.keys(body.files).length === 0) return shownCheck(await unchanged(body.version))
      return shownCheck(await work({ kind: 'check', files: body.files }, { viewer: viewer.principal.id, signal }))
    },
    'POST /api/charter/completion': async ({ body: { version, files, file, offset }, viewer, signal }) => {
      const all = { ...filesOf(begun(version)), ...files }
      const job = { kind: 'complete', files: { ...files, [file]: all[file] ?? '' }, file, offset } as const
      const { from, to, options } = await work(job, { viewer: viewer.principal.id, signal })
      return { from, to, options: [...options] }
    },
    'POST /api/charter/difference': async ({ body, viewer, signal }) => {
      const now = begun(body.version)
      const compared = await work({ kind: 'compare', files: body.files }, { viewer: viewer.principal.id, signal })
      return shownDifference(compared, patchBetween(filesOf(now), body.files))
    },
    'POST /api/charter/simulation': async ({ body: { version, files, last }, viewer, signal }) => {
      begun(version)
      const job = { kind: 'simulate', files, ...(last === undefined ? {} : { last }) } as const
      return simulate(desk, job, {
        viewer: viewer.principal.id,
        signal,
        keep: (tally) => tallies.keep(version, files, tally),
      })
    },
    'POST /api/charter/carry-over': async ({ body }) => ({ files: carryOver(filesOf(inForce()), body) }),
    'GET /api/charter/changes': async () => ({ changes: [...(await listChanges(shelf))] }),
    'POST /api/charter/changes': async ({ body, viewer, signal }) => {
      const now = begun(body.version)
      const { id } = viewer.principal
      const patch = patchBetween(filesOf(now), body.files)
      if (patch === '') throw new Problem(422, 'nothing-changed', 'nothing is changed')
      const compared = await work({ kind: 'compare', files: body.files }, { viewer: `${id} proposing`, signal })
      const tally = tallies.find(body.version, body.files)
      const found = { compared, patch, ...(tally === undefined ? {} : { tally }) }
      return propose(options, { ...body, before: filesOf(now), folder: resolve(now.main, '..'), author: id }, found)
    },
    'GET /api/charter/changes/{id}/patch': async ({ parameters }) => oneText(await findChange(shelf, parameters.id)),
  })
}

/** Nobody in particular: nobody's leaving ends it. */
const everybody: JobOptions = { viewer: '', signal: new AbortController().signal }

/** What is said of the charter in force is the same for everybody: it is found out once for each version. */
function checkOnce(check: () => Promise<Checked>): (version: string) => Promise<Checked> {
  let known: { readonly version: string; readonly checked: Promise<Checked> } | undefined
  return (version) => {
    if (known?.version === version) return known.checked
    const now = { version, checked: check() }
    known = now
    now.checked.catch(() => {
      if (known === now) known = undefined
    })
    return now.checked
  }
}

function patchBetween(before: Files, after: Files): string {
  try {
    return patchOf(before, after)
  } catch (error) {
    if (error instanceof RangeError) throw new Problem(422, 'too-large', error.message)
    throw error
  }
}

function carryOver(now: Files, { base, files }: { readonly base: Files; readonly files: Files }) {
  return Object.entries(files).map(([name, yours]) => {
    const before = base[name]
    const was = before === undefined ? {} : { [name]: before }
    const mine = patchBetween(was, { [name]: yours })
    const current = now[name]
    const theirs = current === undefined ? '' : patchBetween(was, { [name]: current })
    const merged = theirs === '' ? yours : before === undefined ? undefined : patched(current ?? before, mine, name)
    return { name, theirs, yours: mine, ...(merged === undefined ? {} : { merged }) }
  })
}

async function* oneText(text: string): AsyncGenerator<string> {
  yield text
}

/** Lines as they come: how far it is, then what came of it. */
async function* simulate(
  desk: Desk,
  job: Extract<Job, { readonly kind: 'simulate' }>,
  { viewer, signal, keep }: Pick<JobOptions, 'viewer' | 'signal'> & { readonly keep: (tally: Tally) => void },
): AsyncGenerator<string> {
  const waiting: SimulationLine[] = []
  let wake: () => void = () => undefined
  const say = (line: SimulationLine): void => {
    waiting.push(line)
    wake()
  }
  const run = async (): Promise<void> => {
    const tally: JobResults['simulate'] = await desk.run(job, {
      viewer,
      signal,
      onProgress: (progress) => say({ progress }),
    })
    keep(tally)
    say({ result: shownTally(tally) })
  }
  const running = run().catch((error: unknown) => {
    const { code, message } = problemOf(error)
    say({ problem: { code, detail: message } })
  })
  for (;;) {
    const line = waiting.shift()
    if (line === undefined) await new Promise<void>((resolve) => (wake = resolve))
    else {
      yield `${JSON.stringify(line)}\n`
      if (!('progress' in line)) break
    }
  }
  await running
}

const statuses = {
  unusable: 422,
  busy: 503,
  'too-long': 422,
  'too-large': 422,
  cancelled: 409,
  failed: 500,
} as const

function problemOf(error: unknown): Problem {
  if (error instanceof JobError) return new Problem(statuses[error.code], error.code, error.message)
  return error instanceof Problem ? error : new Problem(500, 'failed', 'the request failed; the operator can see why')
}

/** What was found out of the last changes that were tried on the record, so that a proposal can be told with it. */
class Tallies {
  readonly #found = new Map<string, Tally>()

  keep(version: string, files: Files, tally: Tally): void {
    this.#found.set(digestOf(version, files), tally)
    for (const old of [...this.#found.keys()].slice(0, -20)) this.#found.delete(old)
  }

  find(version: string, files: Files): Tally | undefined {
    return this.#found.get(digestOf(version, files))
  }
}

function digestOf(version: string, files: Files): string {
  const sorted = Object.entries(files).toSorted(([left], [right]) => (left < right ? -1 : 1))
  return createHash('sha256')
    .update(JSON.stringify([version, sorted]))
    .digest('hex')
}
