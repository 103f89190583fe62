import { readFile } from 'node:fs/promises'
import { relative } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Charter } from '../../src/charter/charter.ts'
import { hasErrors } from '../../src/charter/diagnostic.ts'
import { loadCharter } from '../../src/charter/load.ts'
import type { Outcome, ProveEvent } from '../../src/prove/finding.ts'
import { openIdentities } from '../../src/prove/identity/identities.ts'
import { parseIdentities } from '../../src/prove/identity/parse-identities.ts'
import type { RawIdentities } from '../../src/prove/identity/schema.ts'
import { isSecretHeader, isSecretMember } from '../../src/prove/identity/secret.ts'
import type { ReportContext } from '../../src/prove/report/context.ts'
import { openLab, seededRandom } from '../../src/prove/run/open-lab.ts'
import { prove } from '../../src/prove/run/prove.ts'
import { openTransport } from '../../src/prove/transport/transport.ts'

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
  return { name, charter, identities: parsed.identities, start }
}

/** What to prove of an example. */
export interface Trial {
  /** The checks the example leaves out. */
  readonly flaws: readonly string[]
  /** Operations to prove; all when absent. */
  readonly only?: readonly string[]
  readonly listen?: (event: ProveEvent, used: { readonly requests: number; readonly ms: number }) => void
}

/** Starts an example with flaws and proves it, or a part of its operations; gives the outcome and what reports need beside it. */
export async function proveExample(
  example: Example,
  trial: Trial,
): Promise<{ outcome: Outcome; context: ReportContext }> {
  const startedAt = new Date().toISOString()
  const running = await example.start(trial.flaws)
  const transport = openTransport({
    allowHosts: [new URL(running.url).host],
    maxRequests: 200_000,
    maxDurationMs: 1_200_000,
    paceMs: 0,
    timeoutMs: 10_000,
    maxBodyBytes: 1_000_000,
    now: Date.now,
    sleep: (ms) => pause(ms),
    signal: new AbortController().signal,
  })
  try {
    const identities = openIdentities(example.identities, transport, {
      readFile: async (path) => tokenAt(running, path),
      env: {},
      now: Date.now,
      fresh: counter('run'),
      targets: Object.fromEntries([...example.charter.sources.keys()].map((source) => [source, running.url])),
    })
    const { lab, absent } = await openLab({
      charter: example.charter,
      file: example.identities,
      identities,
      transport,
      random: seededRandom(example.name),
      nonce: 'n',
      now: Date.now,
      sleep: (ms) => pause(ms),
      racing: { width: 20, rounds: 3 },
    })
    if (absent.length > 0) throw new Error(absent.join('\n'))
    const events = prove({
      lab,
      seed: example.name,
      repeats: 1,
      stopped: () => undefined,
      usage: () => transport.used(),
      notes: [],
      ...(trial.only === undefined ? {} : { only: new Set(trial.only) }),
    })
    const outcome = await outcomeOf(events, (event) => trial.listen?.(event, transport.used()))
    const context = {
      charter: example.charter,
      redact: identities.redact,
      isSecretHeader,
      isSecretMember,
      version: '0',
      startedAt,
      accepted: new Map(),
    }
    return { outcome, context }
  } finally {
    await transport.close()
    await running.close()
  }
}

async function outcomeOf(events: AsyncIterable<ProveEvent>, listen: (event: ProveEvent) => void): Promise<Outcome> {
  for await (const event of events) {
    listen(event)
    if (event.kind === 'end') return event.outcome
  }
  throw new Error('the run ended without an outcome')
}

function counter(prefix: string): () => string {
  let count = 0
  return () => `${prefix}${count++}`
}

/** The servers write one token a file, named after its user. */
function tokenAt({ tokens }: RunningExample, path: string): string {
  const name = /([^/]+?)(\.token)?$/.exec(path)?.[1] ?? ''
  const token = tokens[name]
  if (token === undefined) throw new Error(`no token for ${path}`)
  return token
}
