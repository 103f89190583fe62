/** What is on the record: entries by what they are about, sessions and runs, and counts. */
import { z } from 'zod'
import { Problem } from '../../gateway/control/problem.ts'
import { entryKinds } from '../../ledger/entry.ts'
import type { OpenOverview } from '../../overview/overview.ts'
import type { Summary } from '../../overview/summary.ts'
import { type EndpointTable, type Mounted, mount } from '../endpoint.ts'

const moment = z.coerce.number().int().min(0).meta({ description: 'Milliseconds since 1970.' })
const name = z.string().min(1).max(1000)

/** One entry of the ledger in a line. */
export const summarySchema = z.object({
  index: z.number(),
  at: z.number(),
  kind: z.enum(entryKinds),
  call: z.string().optional(),
  operation: z.string().optional(),
  use: z.string().optional(),
  principal: z.string().optional(),
  principalKind: z.string().optional(),
  person: z.string().optional(),
  through: z.array(z.string()).optional(),
  tenant: z.string().optional(),
  effect: z.string().optional(),
  run: z.string().optional(),
  workflow: z.string().optional(),
  objects: z.array(z.string()).optional(),
  state: z.string().optional(),
  constraint: z.string().optional(),
  says: z.string().optional(),
  hold: z.string().optional(),
  mode: z.string().optional(),
  status: z.number().optional(),
  ms: z.number().optional(),
})

/** A session, or a run. Times in milliseconds since 1970. */
export const sessionSchema = z.object({
  id: z.string(),
  run: z.string().optional(),
  principal: z.string().optional(),
  person: z.string().optional(),
  workflow: z.string().optional(),
  state: z.string().optional(),
  first: z.number(),
  last: z.number(),
  calls: z.number(),
  refused: z.number(),
  asked: z.number(),
})

const entryQuery = z.strictObject({
  from: moment.optional(),
  to: moment.optional(),
  kind: z.enum(entryKinds).optional(),
  effect: name.optional(),
  call: name.optional(),
  operation: name.optional(),
  use: name.optional(),
  principal: name.optional(),
  person: name.optional(),
  tenant: name.optional(),
  run: name.optional(),
  workflow: name.optional(),
  object: name.optional(),
  state: name.optional(),
  rule: name.optional(),
  hold: name.optional(),
  session: name.optional(),
  any: name.optional(),
  order: z.enum(['newest', 'oldest']).optional(),
  past: z.coerce.number().int().optional(),
  limit: z.coerce.number().int().min(1).max(500).optional(),
})

const sessionQuery = z.strictObject({
  principal: name.optional(),
  person: name.optional(),
  workflow: name.optional(),
  runs: z.stringbool().optional(),
  refused: z.stringbool().optional(),
  from: moment.optional(),
  to: moment.optional(),
  any: name.optional(),
  before: moment.optional(),
  past: name.optional(),
  limit: z.coerce.number().int().min(1).max(500).optional(),
})

const countBy = ['operation', 'use', 'effect', 'kind', 'state'] as const

const countQuery = z.strictObject({
  from: moment,
  to: moment,
  step: z.coerce.number().int().min(60_000).optional().meta({ description: 'Milliseconds, whole minutes.' }),
  kind: z.enum(entryKinds).optional(),
  operation: name.optional(),
  use: name.optional(),
  effect: name.optional(),
  by: z
    .string()
    .default('effect')
    .transform((text) => countBy.filter((each) => text.split(',').includes(each)))
    .meta({ description: `A list of ${countBy.join(', ')}.` }),
})

export const recordEndpoints = {
  'GET /api/entries': {
    id: 'listEntries',
    summary: 'Entries of the ledger, by what they are about',
    needs: 'view',
    query: entryQuery,
    answer: z.object({ entries: z.array(summarySchema), next: z.number().optional() }),
  },
  'GET /api/sessions': {
    id: 'listSessions',
    summary: 'Sessions and runs, the latest first',
    needs: 'view',
    query: sessionQuery,
    answer: z.object({
      sessions: z.array(sessionSchema),
    }),
  },
  'GET /api/counts': {
    id: 'countEntries',
    summary: 'How many entries there were, in spans of time',
    needs: 'view',
    query: countQuery,
    answer: z.object({
      counts: z.array(
        z.object({
          at: z.number(),
          kind: z.string(),
          operation: z.string(),
          use: z.string(),
          effect: z.string(),
          state: z.string(),
          n: z.number(),
        }),
      ),
    }),
  },
  'GET /api/tallies/{of}': {
    id: 'listTallies',
    summary:
      'How often each agent, principal, operation, workflow, tenant or constraint was seen, with what came of it',
    needs: 'view',
    query: z.strictObject({ name: name.optional() }),
    answer: z.object({
      tallies: z.array(
        z.object({
          name: z.string(),
          beside: z.string(),
          effect: z.string(),
          n: z.number(),
          first: z.number(),
          last: z.number(),
        }),
      ),
    }),
  },
} as const satisfies EndpointTable

const tallied = ['agent', 'principal', 'operation', 'workflow', 'tenant', 'constraint'] as const

export function recordArea(overview: OpenOverview): readonly Mounted[] {
  return mount(recordEndpoints, {
    'GET /api/entries': async ({ query }) => {
      const { entries, next } = await overview.entries(query)
      return { entries: entries.map(shown), ...(next === undefined ? {} : { next }) }
    },
    'GET /api/sessions': async ({ query }) => ({ sessions: [...(await overview.sessions(query))] }),
    'GET /api/counts': async ({ query: { step, ...query } }) => ({
      counts: [...(await overview.counts({ ...query, stepMs: step }))],
    }),
    'GET /api/tallies/{of}': async ({ parameters, query }) => {
      const of = tallied.find((each) => each === parameters.of)
      if (of === undefined) throw new Problem(404, 'unknown', `what is counted is ${tallied.join(', ')}`)
      return { tallies: [...(await overview.tallies(of, query.name))] }
    },
  })
}

/** A summary as it is answered with. */
export function shown({ objects, through, ...summary }: Summary): z.input<typeof summarySchema> {
  return {
    ...summary,
    ...(objects === undefined ? {} : { objects: [...objects] }),
    ...(through === undefined ? {} : { through: [...through] }),
  }
}
