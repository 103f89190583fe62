// Scenarios as data: what a run sees and does, and what must be said to it. Written for what should happen, not for what happens today.
import { readdirSync, readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { z } from 'zod'

const run = z.strictObject({
  as: z.string().default('desk-bot'),
  /** Whom it works for, nearest first. */
  for: z.union([z.string(), z.array(z.string())]).optional(),
  workflow: z.string().default('support'),
  /** The words of the person. */
  prompt: z.string(),
  tools: z.array(z.string()).optional(),
  /** Another agent goes on with the run there is. */
  continues: z.literal(true).optional(),
})

const expected = z.enum(['allow', 'deny', 'ask'])
const call = z.strictObject({
  call: z.string(),
  with: z.record(z.string(), z.unknown()).default({}),
  /** Who calls by themselves, outside of the run. */
  as: z.string().optional(),
  expect: expected.default('allow'),
  /** Of which kind the constraint is that stands in the way; one of several. */
  by: z.union([z.string(), z.array(z.string())]).optional(),
  times: z.int().min(1).default(1),
  /** What its answer must not show, where answers are changed: not by the bare decision. */
  lacks: z.array(z.string()).default([]),
  has: z.array(z.string()).default([]),
})

const step = z.union([
  call,
  z.strictObject({ together: z.array(call).min(2), 'at-most': z.int(), 'at-least': z.int().default(1) }),
  /** One after the other, of which only so many may pass. */
  z.strictObject({ 'in-turn': z.array(call).min(2), 'at-most': z.int() }),
  /** Somebody answers the last question. */
  z.strictObject({ approve: z.string(), expect: z.enum(['granted', 'refused']).default('granted') }),
  z.strictObject({ refuse: z.string() }),
  z.strictObject({ wait: z.string().regex(/^\d+[smhd]$/) }),
  z.strictObject({ run }),
  /** The server's list of tools is another one from here on. */
  z.strictObject({ live: z.strictObject({ tool: z.string(), description: z.string() }) }),
])

const scenario = z.strictObject({
  name: z.string(),
  kind: z.enum(['attack', 'benign']),
  /** What customers wrote: kind of thing, id, member. */
  plant: z.record(z.string(), z.record(z.string(), z.record(z.string(), z.unknown()))).default({}),
  run,
  /** Steps that several scenarios share are lists within the list. */
  steps: z
    .array(z.union([step, z.array(step)]))
    .min(1)
    .transform((all) => all.flat()),
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

/** `of` is its file, `charter` the one that the file names. */
export type Scenario = z.output<typeof scenario> & { readonly of: string; readonly charter: string }
export type Step = z.output<typeof step>
export type CallStep = z.output<typeof call>
export type RunGiven = z.output<typeof run>

/** The corpus: every file of the folder, in the order of their names. Throws when one is not as it should be. */
export function readScenarios(folder: URL): readonly Scenario[] {
  const names = readdirSync(folder).filter((each) => each.endsWith('.yaml'))
  return names.sort().flatMap((name) => {
    const read = file.safeParse(parse(readFileSync(new URL(name, folder), 'utf8'), { merge: true }))
    if (!read.success) throw new Error(`${name}: ${z.prettifyError(read.error)}`)
    return read.data.scenarios.map((each) => ({ ...each, of: name.replace(/\.yaml$/, ''), charter: read.data.charter }))
  })
}
