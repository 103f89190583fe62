import type { Inputs } from '../../src/cli/prove/load-inputs.ts'
import { type OpenRun, openRun } from '../../src/cli/prove/open-run.ts'
import type { ReachOptions } from '../../src/cli/prove/options.ts'
import { openTerminal } from '../../src/cli/terminal.ts'
import type { Outcome, ProveEvent } from '../../src/prove/finding.ts'
import type { Lab } from '../../src/prove/run/lab.ts'
import { prove } from '../../src/prove/run/prove.ts'

/** What differs from the defaults of `lockstep prove`. */
export type Reach = Partial<ReachOptions> & { readonly env?: Readonly<Record<string, string>> }

/** Opens a run the way `lockstep prove` does, on one address for every source of the charter. */
export function openStage(inputs: Inputs, url: string, { env, ...reach }: Reach = {}): Promise<OpenRun> {
  const silent = { write: () => true }
  return openRun(openTerminal(silent, silent, env ?? {}), inputs, {
    identities: 'identities.yaml',
    target: [...inputs.charter.sources.keys()].map((source) => `${source}=${url}`),
    maxRequests: 1_000_000,
    maxMinutes: undefined,
    pace: 0,
    timeout: 10_000,
    seed: '1',
    raceWidth: 20,
    raceRounds: 3,
    ...reach,
  })
}

/** How to prove; all operations when `only` is absent. */
export interface Wanted {
  readonly only?: readonly string[]
  readonly seed?: string
  readonly repeats?: number
  /** The lab to use in place of the run's own, such as one that records. */
  readonly lab?: Lab
  readonly listen?: (event: ProveEvent) => void
}

/** Proves to the end, or to where the brake stops it. */
export async function proveAll(run: OpenRun, wanted: Wanted = {}): Promise<Outcome> {
  const { only, seed = '1', repeats = 2, lab = run.lab, listen } = wanted
  const { brake, usage } = run
  const stopped = (): string | undefined => brake.stopped()
  const chosen = only === undefined ? {} : { only: new Set(only) }
  for await (const event of prove({ lab, seed, repeats, stopped, usage, notes: run.absent, ...chosen })) {
    listen?.(event)
    if (event.kind === 'end') return event.outcome
  }
  throw new Error('the run ended without an outcome')
}
