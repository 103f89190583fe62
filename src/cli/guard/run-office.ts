/** What operators and agents do with runs, whether on the store itself or through a control API. */
import { z } from 'zod'
import { shownRun } from '../../gateway/control/runs.ts'
import type { Cut, Runs } from '../../guard/runs.ts'
import type { RunState } from '../../guard/store.ts'
import { locally, type Person, personOf } from './person.ts'

const runSchema = z.object({
  run: z.string(),
  state: z.enum(['open', 'ended', 'revoked']),
  agent: z.string(),
  agents: z.array(z.string()),
  person: z.string().optional(),
  workflow: z.string().optional(),
  tools: z.array(z.string()).optional(),
  purpose: z.string().optional(),
  charter: z.string(),
  at: z.string(),
  expires: z.string(),
  implicit: z.boolean().optional(),
  why: z.string().optional(),
})
const runsSchema = z.object({ runs: z.array(runSchema) })
const begunSchema = z.object({ handle: z.string(), lockstep_run: z.string(), lockstep_until: z.string() })

/** A run as it is shown. */
export type RunLine = z.output<typeof runSchema>

/** What is asked for at the beginning of a run. */
export interface BeginningRun {
  readonly workflow?: string
  readonly tools?: readonly string[]
  readonly purpose?: string
}

/** Somebody at work on the runs of one guard. */
export interface RunOffice {
  list(states: readonly RunState[]): Promise<readonly RunLine[]>
  get(run: string): Promise<RunLine | undefined>
  /** As the agent whose credential is used. @returns its handle. */
  begin(wanted: BeginningRun): Promise<z.output<typeof begunSchema>>
  /** @returns false when there is no such run, or it is over. */
  end(run: string, as: 'ended' | 'revoked', why: string): Promise<boolean>
  cut(cut: Cut, why: string): Promise<void>
}

/** Work on the store itself: whoever may write its files is believed, and the record says so. */
export function localRuns(runs: Runs, person: Person): RunOffice {
  const by = personOf(person)
  return {
    list: async (states) =>
      (await runs.list(states))
        .filter(({ state }) => states.includes(state))
        .map((run) => runSchema.parse(shownRun(run))),
    get: async (id) => {
      const run = await runs.get(id)
      return run === undefined ? undefined : runSchema.parse(shownRun(run))
    },
    begin: () => Promise.reject(new Error('an agent begins its run with a credential of its own: give --url')),
    end: (run, as, why) => runs.end(run, as, by, locally(why)),
    cut: (cut, why) => runs.cut(cut, by, locally(why)),
  }
}

/** Asks a control API; answers of 300 and more come back as they are. */
export type AskControl = (
  method: string,
  path: string,
  body?: unknown,
) => Promise<{ readonly status: number; readonly body: unknown }>

/**
 * The same through a control API.
 *
 * @param fine - The body of an answer. @throws for one that refuses.
 */
export function remoteRuns(ask: AskControl, fine: (answer: Awaited<ReturnType<AskControl>>) => unknown): RunOffice {
  return {
    list: async (states) => runsSchema.parse(fine(await ask('GET', `/v1/runs?state=${states.join(',')}`))).runs,
    get: async (run) => {
      const answer = await ask('GET', `/v1/runs/${encodeURIComponent(run)}`)
      return answer.status === 404 ? undefined : runSchema.parse(fine(answer))
    },
    begin: async (wanted) => begunSchema.parse(fine(await ask('POST', '/v1/runs', wanted))),
    end: async (run, _as, why) => {
      const answer = await ask('DELETE', `/v1/runs/${encodeURIComponent(run)}?why=${encodeURIComponent(why)}`)
      if (answer.status === 404 || answer.status === 409) return false
      fine(answer)
      return true
    },
    cut: async ({ of, name }, why) => {
      fine(await ask('PUT', `/v1/revocations/${of}/${encodeURIComponent(name)}`, { why }))
    },
  }
}
