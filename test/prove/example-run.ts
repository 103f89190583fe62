import { readFile } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Charter } from '../../src/charter/charter.ts'
import { hasErrors } from '../../src/charter/diagnostic.ts'
import { loadCharter } from '../../src/charter/load.ts'
import type { Outcome, ProveEvent } from '../../src/prove/finding.ts'
import { openIdentities } from '../../src/prove/identity/identities.ts'
import { parseIdentities } from '../../src/prove/identity/parse-identities.ts'
import type { RawIdentities } from '../../src/prove/identity/schema.ts'
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
  const { charter, diagnostics } = await loadCharter(fileURLToPath(new URL('charter.yaml', folder)))
  if (charter === undefined || hasErrors(diagnostics)) throw new Error(JSON.stringify(diagnostics, null, 2))
  const text = await readFile(new URL('identities.yaml', folder), 'utf8')
  const known = { actors: [...charter.actors.keys()], sources: [...charter.sources.keys()] }
  const parsed = parseIdentities({ file: 'identities.yaml', text }, known)
  if (parsed.identities === undefined) throw new Error(JSON.stringify(parsed.diagnostics, null, 2))
  return { name, charter, identities: parsed.identities, start }
}

/** Starts an example with flaws and proves it, or a part of its operations; tells what happens on the way. */
export async function proveExample(
  example: Example,
  flaws: readonly string[],
  only?: readonly string[],
  listen: (event: ProveEvent) => void = () => {},
): Promise<Outcome> {
  const running = await example.start(flaws)
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
    const [source = ''] = example.charter.sources.keys()
    let count = 0
    const identities = openIdentities(example.identities, transport, {
      readFile: async (path) => tokenAt(running, path),
      env: {},
      now: Date.now,
      fresh: () => `run${count++}`,
      targets: { [source]: running.url },
    })
    const { lab, absent } = await openLab({
      charter: example.charter,
      file: example.identities,
      identities,
      transport,
      random: seededRandom('test'),
      nonce: 'n',
      now: Date.now,
      sleep: (ms) => pause(ms),
      racing: { width: 20, rounds: 3 },
    })
    if (absent.length > 0) throw new Error(absent.join('\n'))
    const options = {
      lab,
      seed: 'test',
      repeats: 1,
      stopped: () => undefined,
      usage: () => transport.used(),
      notes: [],
      ...(only === undefined ? {} : { only: new Set(only) }),
    }
    for await (const event of prove(options)) {
      listen(event)
      if (event.kind === 'end') return event.outcome
    }
    throw new Error('the run ended without an outcome')
  } finally {
    await transport.close()
    await running.close()
  }
}

/** The servers write one token a file, named after its user. */
function tokenAt({ tokens }: RunningExample, path: string): string {
  const name = /([^/]+?)(\.token)?$/.exec(path)?.[1] ?? ''
  const token = tokens[name]
  if (token === undefined) throw new Error(`no token for ${path}`)
  return token
}
