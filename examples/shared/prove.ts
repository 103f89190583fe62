import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Charter } from '../../src/charter/charter.ts'
import { hasErrors } from '../../src/charter/diagnostic.ts'
import { loadCharter } from '../../src/charter/load.ts'
import type { GuardConfig, ReadyCharter } from '../../src/cli/guard/config.ts'
import { guardWith } from '../../src/cli/prove/guarded.ts'
import type { OpenRun } from '../../src/cli/prove/open-run.ts'
import type { Journal } from '../../src/guard/journal.ts'
import type { Outcome, ProveEvent } from '../../src/prove/finding.ts'
import { parseIdentities } from '../../src/prove/identity/parse-identities.ts'
import type { RawIdentities } from '../../src/prove/identity/schema.ts'
import { isSecretHeader, isSecretMember } from '../../src/prove/identity/secret.ts'
import type { ReportContext } from '../../src/prove/report/context.ts'
import { loadExampleGuard } from './guard.ts'
import { openStage, proveAll, type Reach } from './stage.ts'

/** A running example: its address, and the bearer token of everybody by name. */
export interface RunningExample {
  readonly url: string
  readonly tokens: Readonly<Record<string, string>>
  close(): Promise<void>
}

/** One of the example products, its charter and its identities read once. */
export interface Example {
  readonly name: string
  readonly charter: Charter
  readonly identities: RawIdentities
  readonly start: (flaws: readonly string[]) => Promise<RunningExample>
  /** The guard that stands in front of it when asked to. */
  readonly guard: GuardConfig & ReadyCharter
}

/** Reads charter and identities of an example; throws when either has errors. */
export async function loadExample(name: string, start: Example['start']): Promise<Example> {
  const folder = new URL(`../../examples/${name}/`, import.meta.url)
  const { charter, diagnostics } = await loadCharter(
    relative(process.cwd(), fileURLToPath(new URL('charter.yaml', folder))),
  )
  if (charter === undefined || hasErrors(diagnostics)) throw new Error(JSON.stringify(diagnostics, null, 2))
  const text = await readFile(new URL('identities.yaml', folder), 'utf8')
  const known = { actors: [...charter.actors.keys()], sources: [...charter.sources.keys()] }
  const parsed = parseIdentities({ file: 'identities.yaml', text }, known)
  if (parsed.identities === undefined) throw new Error(JSON.stringify(parsed.diagnostics, null, 2))
  return { name, charter, identities: parsed.identities, start, guard: await loadExampleGuard(name) }
}

/** What to prove of an example. */
export interface Trial {
  /** The checks the example leaves out. */
  readonly flaws: readonly string[]
  /** Operations to prove; all when absent. */
  readonly only?: readonly string[]
  readonly listen?: (event: ProveEvent, used: { readonly requests: number; readonly ms: number }) => void
  /** Through the guard of the example; a journal to record what it decides. */
  readonly guarded?: Journal | true
}

/** Starts an example with flaws, opens a run on it as the command line does, and lets go of both. */
export async function withRun<T>(
  { charter, identities, start, guard }: Example,
  flaws: readonly string[],
  work: (run: OpenRun) => Promise<T>,
  { guarded, ...reach }: Reach & { readonly guarded?: Journal | true } = {},
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'example-'))
  const running = await start(flaws)
  try {
    await writeTokens(folder, running)
    const run = await openStage({ charter, identities }, running.url, {
      identities: join(folder, 'identities.yaml'),
      ...(guarded === undefined
        ? {}
        : {
            guardBy: guardWith({
              config: { ...guard, folder },
              env: {},
              ...(guarded === true ? {} : { journal: guarded }),
            }),
          }),
      ...reach,
    })
    return await work(run).finally(() => run.close())
  } finally {
    await running.close()
    await rm(folder, { recursive: true })
  }
}

/** Where the identities files look for them: one file for each user, with or without an ending. */
async function writeTokens(folder: string, { tokens }: RunningExample): Promise<void> {
  await mkdir(join(folder, '.lockstep'))
  for (const [name, token] of Object.entries(tokens))
    for (const file of [name, `${name}.token`]) await writeFile(join(folder, '.lockstep', file), token)
}

/** Starts an example with flaws and proves it, or a part of its operations; gives the outcome and what reports need beside it. */
export async function proveExample(
  example: Example,
  { flaws, only, listen, guarded }: Trial,
): Promise<{ outcome: Outcome; context: ReportContext }> {
  const startedAt = new Date().toISOString()
  const seed = example.name
  const work = async (run: OpenRun): Promise<{ outcome: Outcome; context: ReportContext }> => {
    if (run.absent.length > 0) throw new Error(run.absent.join('\n'))
    const outcome = await proveAll(run, {
      seed,
      repeats: 1,
      listen: (event) => listen?.(event, run.usage()),
      ...(only === undefined ? {} : { only }),
    })
    return { outcome, context: contextOf(example, run, startedAt) }
  }
  return withRun(example, flaws, work, { seed, ...(guarded === undefined ? {} : { guarded }) })
}

function contextOf({ charter }: Example, { identities }: OpenRun, startedAt: string): ReportContext {
  const redact = (text: string): string => identities.redact(text)
  return { charter, redact, isSecretHeader, isSecretMember, version: '0', startedAt, accepted: new Map() }
}
