// Scenarios of agents in worlds of their own: what is kept, what systems do, what a run does, and what must be said to it.
import { readdirSync, readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { z } from 'zod'

const record = z.record(z.string(), z.unknown())
const texts = z.array(z.string()).default([])

const run = z.strictObject({
  as: z.string().default(''),
  /** Whom it works for. */
  for: z.string().optional(),
  workflow: z.string().optional(),
  /** The words of the person. */
  prompt: z.string(),
  tools: z.array(z.string()).optional(),
  /** Under which name its handle is shown later. */
  name: z.string().default(''),
})

const call = z.strictObject({
  call: z.string(),
  with: record.default({}),
  /** Another caller: `AGENT for PERSON`, or a person. */
  as: z.string().optional(),
  /** Another handle than that of the run. */
  handle: z.string().optional(),
  /** What the system says this time. */
  answer: z.unknown().optional(),
  expect: z.enum(['allow', 'deny', 'ask']).default('allow'),
  /** Of which kind the constraint is that stands in the way; one of several. */
  by: z.union([z.string(), z.array(z.string())]).optional(),
  times: z.int().min(1).default(1),
  has: texts,
  lacks: texts,
  /** What must stand in what the system was sent. */
  sent: texts,
  /** Parts of the answer, by patterns, that later steps name as `{NAME}`. */
  keeps: z.record(z.string(), z.string()).default({}),
})

const step = z.union([
  call,
  z.strictObject({ together: z.array(call).min(2), 'at-most': z.int() }),
  z.strictObject({ 'in-turn': z.array(call).min(2), 'at-most': z.int() }),
  z.strictObject({ approve: z.string(), expect: z.enum(['granted', 'refused']).default('granted') }),
  z.strictObject({ refuse: z.string() }),
  z.strictObject({ wait: z.string().regex(/^\d+[smhd]$/) }),
  z.strictObject({ run }),
  /** The agent passes its run on to another one, which goes on. */
  z.strictObject({
    pass: z.strictObject({ to: z.string(), tools: z.array(z.string()).optional(), name: z.string().default('') }),
    expect: z.enum(['granted', 'refused']).default('granted'),
  }),
  /** Whoever has the handle of that name goes on. */
  z.strictObject({ back: z.string() }),
  /** The run of that name ends. */
  z.strictObject({ end: z.string() }),
  /** A server describes a tool so from here on; without a description, an agent's card is another one. */
  z.strictObject({ live: z.strictObject({ tool: z.string(), description: z.string().optional() }) }),
])

const scenario = z.strictObject({
  name: z.string(),
  kind: z.enum(['attack', 'benign']),
  /** What others wrote: kind of thing, id, member. */
  plant: z.record(z.string(), z.record(z.string(), record)).default({}),
  run,
  steps: z.array(step).min(1),
  /** What no system is ever sent. */
  never: texts,
  /** How many effects of a kind there are in the end; of kinds that are not named, none. `any`: the steps say enough. */
  left: z.union([z.literal('any'), z.record(z.string(), z.int())]).default({}),
})

const file = z.strictObject({
  about: z.string(),
  charter: z.string(),
  /** Place for YAML anchors. */
  shared: z.unknown().optional(),
  scenarios: z.array(scenario).min(2),
})

export type Scenario = z.output<typeof scenario> & { readonly of: string }
export type Step = z.output<typeof step>
export type CallStep = z.output<typeof call>
export type RunGiven = z.output<typeof run>

/** All scenarios of a folder, by file. Throws when one is not as it should be. */
export function readScenarios(folder: URL): readonly Scenario[] {
  const names = readdirSync(folder).filter((each) => each.endsWith('.yaml'))
  return names.sort().flatMap((name) => {
    const read = file.safeParse(parse(readFileSync(new URL(name, folder), 'utf8'), { merge: true }))
    if (!read.success) throw new Error(`${name}: ${z.prettifyError(read.error)}`)
    return read.data.scenarios.map((each) => ({ ...each, of: name.replace(/\.yaml$/, '') }))
  })
}
