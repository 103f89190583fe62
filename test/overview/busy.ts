// A busy company's record, and everything an overview of it says: the same however it came to be read.
import { join } from 'node:path'
import { entryOf } from '../../bench/console/traffic.ts'
import { type Ledger, openLedger } from '../../src/ledger/ledger.ts'
import type { StorageConfig } from '../../src/ledger/storage/storage.ts'
import { type OpenOverview, openOverview } from '../../src/overview/overview.ts'

const began = Date.parse('2026-11-22T00:00:00Z')
const everyMs = 400

export function openBusyLedger(folder: string, storage: StorageConfig, node = 'a'): Promise<Ledger> {
  return openLedger({ storage, signingKey: join(folder, 'key'), origin: 'test', node, version: '1', now: () => began })
}

/** Appends `count` entries, from number `from` on. */
export async function appendBusy(ledger: Ledger, count: number, from = 0): Promise<void> {
  const drafts = Array.from({ length: count }, (_, n) => entryOf(from + n, began + (from + n) * everyMs))
  await Promise.all(drafts.map((draft) => ledger.append(draft)))
}

/** Waits until it has read this much. */
export async function reach(overview: OpenOverview, size: number): Promise<void> {
  for (let tries = 0; tries < 3000; tries += 1) {
    if ((await overview.reached()).size >= size) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error('the overview does not come that far')
}

/** What it says of all there is, of `size` entries. */
export async function everythingOf(overview: OpenOverview, size: number): Promise<unknown> {
  const span = { from: began - 3_600_000, to: began + size * everyMs + 3_600_000 }
  const tallies = ['agent', 'principal', 'operation', 'workflow', 'tenant', 'constraint'] as const
  return {
    reached: await overview.reached(),
    counts: await overview.counts({ ...span, stepMs: 60_000, by: ['kind', 'operation', 'use', 'effect', 'state'] }),
    brief: await overview.counts({ ...span, stepMs: 60_000, by: ['kind', 'effect'] }),
    tallies: await Promise.all(tallies.map((of) => overview.tallies(of))),
    sessions: await overview.sessions({ limit: 500 }),
    refused: await overview.entries({ effect: 'deny', kind: 'decision', limit: 500 }),
    ofSomebody: await overview.entries({ principal: 'agent-3', order: 'oldest', limit: 500 }),
  }
}

/** What it says of all there is, with a file of its own that nothing happened to. */
export async function expected(folder: string, storage: StorageConfig, ledger: Ledger, size: number): Promise<unknown> {
  const config = { file: join(folder, 'expected.db'), storage, ledger: ledger.publicKey }
  const overview = openOverview(config, (why) => {
    throw new Error(why)
  })
  await reach(overview, size)
  const everything = await everythingOf(overview, size)
  await overview.close()
  return everything
}
