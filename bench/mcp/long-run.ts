// One run of many calls with large answers, through a guard with its store on disk: what tracing values and finding classes add to a call.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Principal } from '../../src/charter/charter.ts'
import { createGuard } from '../../src/guard/guard.ts'
import { openSqliteStore } from '../../src/store/sqlite/open.ts'
import { toolCharter } from '../../test/gateway/mcp/stage.ts'

/** What the charter asks of the calls of a run. */
export interface Asked {
  /** Else a person calls for themselves. */
  readonly agent: boolean
  readonly values: boolean
  /** Where classes are: at labelled places, and also wherever detectors find them. */
  readonly classes: 'none' | 'places' | 'detectors'
}

export interface LongRun {
  readonly calls: number
  readonly bytes: number
  readonly msPerCall: number
  /** Of the last tenth. */
  readonly msOfLast: number
}

const tools = [
  {
    name: 'list_customers',
    description: 'lists customers',
    inputSchema: {
      type: 'object',
      properties: { page: { type: 'string' }, like: { type: 'string' }, note: { type: 'string' } },
    },
  },
]

const syllables = ['ba', 'ke', 'mi', 'no', 'ru', 'sta', 'tor', 'lin', 'ver', 'qua', 'zel', 'dri']

/** Twelve customers, always the same for the same seed. */
export function makeAnswer(seed: number): { readonly next: string; readonly customers: readonly object[] } {
  let state = seed + 1
  const next = (bound: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    return (state >>> 8) % bound
  }
  const word = (): string => Array.from({ length: 1 + next(3) }, () => syllables[next(12)]).join('')
  const customers = Array.from({ length: 12 }, (_, index) => {
    const [first, last] = [word(), word()]
    return {
      id: `c-${seed}-${index}`,
      name: `${first} ${last}`,
      email: `${first}.${last}@${word()}.example`,
      phone: `+49 30 ${1_000_000 + next(9_000_000)}`,
      total: next(100_000) / 100,
      since: `2026-0${1 + next(9)}-1${next(10)}`,
      note: Array.from({ length: 24 }, word).join(' '),
    }
  })
  return { next: `p-${seed + 1}`, customers }
}

function charterFor({ values, classes }: Asked) {
  const detectors = classes === 'detectors' ? ['iban', 'credential'] : []
  return toolCharter(
    {
      actors: { clerk: {}, bot: { kind: 'agent', workflow: 'support', 'acts-for': 'clerk' } },
      operations: {
        'desk.list_customers': {
          by: 'clerk',
          safe: true,
          trusted: ['/next', '/customers/*/id'],
          ...(values
            ? {
                values: {
                  page: { from: ['prompt', 'desk.list_customers#/next'] },
                  like: { from: ['prompt', 'desk.list_customers#/customers/*/id'] },
                },
              }
            : {}),
        },
      },
      workflows: {
        support: {
          owners: { workflow: 'support-lead', data: 'privacy' },
          operations: ['desk.list_customers'],
          ...(classes === 'none' ? {} : { data: ['public', 'personal', 'secret'] }),
        },
      },
      ...(classes === 'none'
        ? {}
        : {
            data: {
              classes: ['public', 'personal', 'secret'],
              labels: [
                ...['name', 'email', 'phone'].map((name) => ({
                  at: `desk.list_customers#/customers/*/${name}`,
                  class: 'personal',
                })),
                ...detectors.map((pattern) => ({ pattern, class: 'secret' })),
              ],
              flows: [
                { class: 'personal', to: ['desk.*'] },
                { class: 'secret', to: ['desk.list_customers#/note'] },
              ],
            },
          }),
    },
    { desk: { tools } },
  )
}

const person: Principal = { id: 'ann', kind: 'user', actors: ['clerk'] }
const agent: Principal = { id: 'bot', kind: 'agent', actors: ['bot'], chain: [person] }

/** @throws {Error} when a call is refused, which none should be. */
export async function measureLongRun(asked: Asked, calls = 500): Promise<LongRun> {
  const folder = mkdtempSync(join(tmpdir(), 'long-run-'))
  const store = openSqliteStore(join(folder, 'state.db'))
  const guard = await createGuard(charterFor(asked), {
    version: '1',
    store,
    journal: { append: async () => undefined },
  })
  const answers = Array.from({ length: calls }, (_, seed) => makeAnswer(seed))
  const bytes = answers.reduce((sum, each) => sum + JSON.stringify(each).length, 0)
  const run = { id: 'run-1', workflow: 'support', purpose: 'List all customers, from page p-0 on.' }
  const who = asked.agent ? { principal: agent, run } : { principal: person }
  const started = process.cpuUsage()
  let tail = started
  for (const [seed, body] of answers.entries()) {
    if (seed === calls - calls / 10) tail = process.cpuUsage()
    const note = `Customers of ${answers[seed >> 1]?.next ?? ''}, to be looked through for what is due. `.repeat(3)
    const like = seed === 0 ? {} : { like: `c-${seed >> 1}-3` }
    const result = await guard.call(
      {
        operation: 'desk.list_customers',
        ...who,
        pin: 'pinned',
        request: { path: {}, query: {}, header: {}, body: { page: `p-${seed}`, ...like, note } },
      },
      async () => ({ kind: 'answered', answer: { status: 200, headers: {}, body } }),
    )
    if (result.kind !== 'answered') throw new Error(JSON.stringify(result))
  }
  const [all, last] = [process.cpuUsage(started), process.cpuUsage(tail)]
  await guard.close()
  await store.close()
  rmSync(folder, { recursive: true, force: true })
  return {
    calls,
    bytes,
    msPerCall: (all.user + all.system) / 1000 / calls,
    msOfLast: (last.user + last.system) / 1000 / (calls / 10),
  }
}
