/** Answers what is asked of the ledger itself. What proves an entry is made here; whether it does, the browser finds out. */
import { Problem } from '../../../gateway/control/problem.ts'
import type { Guard } from '../../../guard/guard.ts'
import { exportInThread } from '../../../ledger/export/thread.ts'
import type { Ledger } from '../../../ledger/ledger.ts'
import { proveConsistency } from '../../../ledger/proof.ts'
import { proveEntry } from '../../../ledger/prove.ts'
import type { StorageConfig } from '../../../ledger/storage/storage.ts'
import type { OpenOverview } from '../../../overview/overview.ts'
import type { Session } from '../../../overview/query.ts'
import { type Handlers, type Mounted, mount } from '../../endpoint.ts'
import { shown } from '../record.ts'
import { ledgerEndpoints } from './endpoints.ts'
import { readEntries } from './readable.ts'

export interface LedgerAreaOptions {
  readonly ledger: Pick<Ledger, 'reader' | 'publicKey' | 'content' | 'status'>
  readonly overview: OpenOverview
  readonly guard: Pick<Guard, 'charter' | 'note'>
  readonly storage: () => Promise<StorageConfig>
  /** Of the software: exports name it. */
  readonly version: string
}

/** Exports at once, of all viewers together: each reads the whole ledger. */
const mostExports = 2

export function ledgerArea(options: LedgerAreaOptions): readonly Mounted[] {
  return mount(ledgerEndpoints, { ...proving(options), ...telling(options), ...exporting(options) })
}

type Names<Prefix extends string> = Extract<keyof typeof ledgerEndpoints, `GET /api/${Prefix}`>
type Part<Name extends keyof typeof ledgerEndpoints> = Pick<Handlers<typeof ledgerEndpoints>, Name>

function proving({
  ledger,
}: LedgerAreaOptions): Part<'GET /api/ledger' | Names<`ledger/entries/${string}`> | 'GET /api/ledger/consistency'> {
  const { reader } = ledger
  return {
    'GET /api/ledger': async () => {
      const [head, checkpoint] = await Promise.all([reader.head(), reader.lastCheckpoint()])
      const { covered, failing, places } = ledger.status()
      return {
        key: ledger.publicKey,
        size: head?.size ?? 0,
        covered,
        places: [...places],
        ...(failing === undefined ? {} : { failing }),
        ...(checkpoint === undefined ? {} : { checkpoint }),
      }
    },
    'GET /api/ledger/entries/{index}': async ({ parameters, viewer }) => {
      const [entry] = await readEntries(ledger, [indexOf(parameters.index)], viewer)
      if (entry === undefined) throw new Problem(404, 'unknown', 'there is no such entry')
      return entry
    },
    'GET /api/ledger/entries/{index}/proof': async ({ parameters, query: { size } }) => {
      const proof = await proveEntry(reader, indexOf(parameters.index), size === undefined ? {} : { size })
      return proof === undefined ? {} : { proof }
    },
    'GET /api/ledger/consistency': async ({ query: { from, to } }) => {
      const size = (await reader.head())?.size ?? 0
      if (from > to || to > size) throw new Problem(400, 'malformed', `there are ${size} entries`)
      const path = await proveConsistency(reader.hashes, from, to)
      return { path: path.map((hash) => hash.toString('base64')) }
    },
  }
}

function telling({
  ledger,
  overview,
  guard,
}: LedgerAreaOptions): Part<'GET /api/calls/{call}' | 'GET /api/sessions/{id}' | 'GET /api/operations'> {
  return {
    'GET /api/calls/{call}': async ({ parameters: { call }, viewer }) => {
      const entries = await entriesOfCall(overview, call)
      if (entries.length === 0) throw new Problem(404, 'unknown', 'nothing is on the record about such a call')
      const [session] = await overview.sessions({ any: call, limit: 1 })
      const read = await readEntries(ledger, entries, viewer)
      return { call, entries: [...read], ...(session === undefined ? {} : { session }) }
    },
    'GET /api/sessions/{id}': async ({ parameters: { id } }) => {
      const session = await overview.session(id)
      if (session === undefined) throw new Problem(404, 'unknown', 'there is no such session or run')
      return { session, switches: (await switchesDuring(overview, session)).map(shown) }
    },
    'GET /api/operations': async () => {
      const { operations } = guard.charter()
      return {
        operations: [...operations.values()].map(({ shape }) => ({ name: shape.id, sort: sortOf(shape.method) })),
      }
    },
  }
}

function exporting({ storage, ledger, guard, version }: LedgerAreaOptions): Part<'GET /api/ledger/export'> {
  let running = 0
  return {
    'GET /api/ledger/export': async ({ query: { format, ...query }, viewer }) => {
      if (running >= mostExports) throw new Problem(429, 'busy', 'other exports are on their way: try again later')
      running += 1
      const done = (): void => {
        running -= 1
      }
      const given = Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined))
      const origin = ledger.publicKey.slice(0, ledger.publicKey.indexOf('+'))
      try {
        await guard.note({
          kind: 'act',
          effect: 'exported',
          of: `the ledger as ${format}`,
          principal: viewer.principal.id,
        })
        const order = { storage: await storage(), format, query: given, source: { origin, version } }
        return ended(exportInThread(order), done)
      } catch (error) {
        done()
        throw error
      }
    },
  }
}

async function* ended(pieces: AsyncIterable<string>, done: () => void): AsyncGenerator<string> {
  try {
    yield* pieces
  } finally {
    done()
  }
}

/** Its own entries, and those about whatever was asked of somebody because of it; oldest first. */
async function entriesOfCall(overview: OpenOverview, call: string): Promise<readonly number[]> {
  const { entries } = await overview.entries({ call, order: 'oldest', limit: 500 })
  const holds = new Set(entries.flatMap(({ hold }) => hold ?? []))
  const about = await Promise.all([...holds].map((hold) => overview.entries({ hold, order: 'oldest', limit: 500 })))
  const all = [...entries, ...about.flatMap((page) => page.entries)].map(({ index }) => index)
  return [...new Set(all)].sort((a, b) => a - b)
}

/** At most so many switches are told of one session. */
const mostSwitches = 100

async function switchesDuring(overview: OpenOverview, session: Session) {
  const { entries } = await overview.entries({
    kind: 'switch',
    from: session.first,
    to: session.last + 1,
    order: 'oldest',
    limit: mostSwitches,
  })
  const { principal, person, workflow, run } = session
  const own = [
    ...[principal, person].flatMap((id) => (id === undefined ? [] : [`principal ${id}: `, `agent ${id}: `])),
    ...(workflow === undefined ? [] : [`workflow ${workflow}: `]),
    ...(run === undefined ? [] : [`run ${run}: `]),
  ]
  return entries.filter(({ says = '' }) => own.some((start) => says.startsWith(start)))
}

function indexOf(text: string): number {
  const index = Number(text)
  if (/^(0|[1-9]\d*)$/.test(text) && Number.isSafeInteger(index)) return index
  throw new Problem(404, 'unknown', 'there is no such entry')
}

function sortOf(method: string): 'api' | 'tool' | 'model' | 'agent' {
  if (method === 'TOOL') return 'tool'
  if (method === 'MODEL') return 'model'
  return method === 'AGENT' || method === 'ASK' ? 'agent' : 'api'
}
