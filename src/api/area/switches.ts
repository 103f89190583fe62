/** What is switched off, what switching off would stop, and switching. */
import { z } from 'zod'
import { Problem } from '../../gateway/control/problem.ts'
import type { Guard } from '../../guard/guard.ts'
import type { Switch } from '../../guard/store.ts'
import type { OpenOverview } from '../../overview/overview.ts'
import type { EntryQuery } from '../../overview/query.ts'
import type { Summary } from '../../overview/summary.ts'
import { type EndpointTable, type Mounted, mount } from '../endpoint.ts'

const kinds = ['principal', 'agent', 'workflow', 'operation', 'tenant', 'object', 'run'] as const

const shown = z.object({
  of: z.enum(kinds),
  name: z.string(),
  by: z.string(),
  why: z.string(),
  at: z.number().meta({ description: 'Milliseconds since 1970.' }),
})

const text = z
  .string()
  .max(1000)
  .refine((given) => given.trim() !== '', 'must not be empty')
const which = { of: z.enum(kinds), name: text, why: text }

export const switchEndpoints = {
  'GET /api/switches': {
    id: 'listSwitches',
    summary: 'Everything that is switched off',
    needs: 'view',
    answer: z.object({ switches: z.array(shown) }),
  },
  'GET /api/switches/reach': {
    id: 'reachOfSwitch',
    summary: 'What switching something off would stop, told by the calls of the last hour',
    needs: 'view',
    query: z.strictObject({ of: z.enum(kinds), name: text }),
    answer: z.object({
      off: shown.optional(),
      since: z.number(),
      calls: z.number(),
      passed: z.number().meta({ description: 'How many of them were let through.' }),
      more: z.boolean().meta({ description: 'There were more than were looked at.' }),
      last: z.number().optional(),
      operations: z.array(z.object({ name: z.string(), calls: z.number() })),
      known: z.boolean().meta({ description: 'Whether the charter or the record knows it at all.' }),
    }),
  },
  'POST /api/switches': {
    id: 'switchOff',
    summary: 'Refuses every call of somebody or something, on every node, within a second',
    needs: 'operate',
    body: z.strictObject(which),
    answer: shown,
  },
  'POST /api/switches/on': {
    id: 'switchOn',
    summary: 'Lets it be used again',
    needs: 'operate',
    body: z.strictObject(which),
  },
} as const satisfies EndpointTable

type Looking = Pick<OpenOverview, 'entries'>
const hourMs = 60 * 60_000
const pages = 4
const perPage = 500

export function switchArea(
  { switches, charter }: Pick<Guard, 'switches' | 'charter'>,
  overview: Looking,
  now: () => number,
): readonly Mounted[] {
  return mount(switchEndpoints, {
    'GET /api/switches': async () => ({ switches: [...switches.list()] }),
    'GET /api/switches/reach': async ({ query: { of, name } }) => {
      const off = switches.list().find((each) => each.of === of && each.name === name)
      const since = now() - hourMs
      const { entries, more } = await callsOf(overview, of, name, since)
      const passed = entries.filter(({ effect }) => effect === 'allow' || effect === 'modify')
      const { workflows, operations } = charter()
      const last = entries[0]?.at ?? (await lastOf(overview, of, name))
      const isNamed = (of === 'workflow' && workflows.has(name)) || (of === 'operation' && operations.has(name))
      return {
        since,
        calls: entries.length,
        passed: passed.length,
        more,
        operations: countsOf(entries),
        known: isNamed || last !== undefined,
        ...(off === undefined ? {} : { off }),
        ...(last === undefined ? {} : { last }),
      }
    },
    'POST /api/switches': async ({ body, viewer }) => {
      const made = { ...body, by: viewer.principal.id, at: now() }
      await switches.off(made)
      return made
    },
    'POST /api/switches/on': async ({ body: { of, name, why }, viewer }) => {
      const was = await switches.on(of, name, viewer.principal.id, why, now())
      if (!was) throw new Problem(404, 'unknown', 'it is not switched off')
    },
  })
}

/** By what the record finds calls that a switch would stop. Whoever is switched off can neither call nor be acted for. */
function queriesFor(of: Switch['of'], name: string): readonly EntryQuery[] {
  const decisions = { kind: 'decision' } as const
  switch (of) {
    case 'principal':
      return [
        { ...decisions, principal: name },
        { ...decisions, person: name },
      ]
    case 'agent':
      return [{ ...decisions, principal: name }]
    default:
      return [{ ...decisions, [of]: name }]
  }
}

/** The latest first, each once. */
async function callsOf(
  overview: Looking,
  of: Switch['of'],
  name: string,
  from: number,
): Promise<{ readonly entries: readonly Summary[]; readonly more: boolean }> {
  const found = new Map<number, Summary>()
  let more = false
  for (const query of queriesFor(of, name)) {
    let past: number | undefined
    for (let page = 0; page < pages; page += 1) {
      const { entries, next } = await overview.entries({ ...query, from, past, limit: perPage })
      for (const entry of entries) found.set(entry.index, entry)
      past = next
      if (next === undefined) break
    }
    more ||= past !== undefined && found.size >= perPage
  }
  return { entries: [...found.values()].toSorted((a, b) => b.index - a.index), more }
}

async function lastOf(overview: Looking, of: Switch['of'], name: string): Promise<number | undefined> {
  const pages = await Promise.all(queriesFor(of, name).map((query) => overview.entries({ ...query, limit: 1 })))
  const times = pages.flatMap(({ entries }) => entries.map(({ at }) => at))
  return times.length === 0 ? undefined : Math.max(...times)
}

function countsOf(entries: readonly Summary[]): { name: string; calls: number }[] {
  const counts = new Map<string, number>()
  for (const { operation } of entries)
    if (operation !== undefined) counts.set(operation, (counts.get(operation) ?? 0) + 1)
  return [...counts]
    .map(([name, calls]) => ({ name, calls }))
    .toSorted((a, b) => b.calls - a.calls)
    .slice(0, 8)
}
