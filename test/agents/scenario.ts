// Scenarios of agents in worlds of their own: what is kept, what systems do, what a run does, and what must be said to it.
import { readdirSync, readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { z } from 'zod'
import type { ConstraintKind } from '../../src/charter/charter.ts'

const record = z.record(z.string(), z.unknown())
const texts = z.array(z.string()).default([])

/** The kinds of constraints, by what each asks for. */
const kinds = {
  by: 'who calls; also where nothing permits the operation, or nobody knows it',
  from: 'the state of the object',
  there: 'an object that the call names is there',
  separation: 'somebody else than in an earlier step',
  when: 'a rule over the request, the object or the caller',
  once: 'not a second time',
  limit: 'so much in all; also budgets',
  rate: 'so often',
  approval: 'somebody approves',
  'set-by': 'who sets a field',
  'seen-by': 'who sees a field',
  order: 'what comes before what',
  idempotency: 'a key of the request',
  delegation: 'what an agent may do for whom it acts for, and in its workflow',
  integrity: 'a tool as it was approved',
  values: 'where arguments come from',
  flow: 'where data goes',
  items: 'which items of a list are seen',
} as const satisfies Record<ConstraintKind, string>

const kind = z.enum(Object.keys(kinds) as readonly ConstraintKind[])

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
  /** What the system says this time; of a tool, a record. */
  answer: z.unknown().optional(),
  expect: z.enum(['allow', 'deny', 'ask']).default('allow'),
  /** Of which kind the constraint is that stands in the way; one of several. Without it, also what no constraint stands for, as a run that is over. */
  by: z.union([kind, z.array(kind)]).optional(),
  times: z.int().min(1).default(1),
  has: texts,
  lacks: texts,
  /** What must stand in what the system was sent. */
  sent: texts,
  /** Parts of the answer that later steps name as `{NAME}`, in small letters: all that a pattern matches, whatever is in brackets; `nothing` where nothing does. */
  keeps: z.record(z.string().regex(/^[a-z]+$/), z.string().refine(isPattern, 'is no regular expression')).default({}),
})

/** On the wire a server is told for whom a call is beside the call: those on the way at the same moment are for one person. */
const together = z
  .array(call)
  .min(2)
  .refine(
    (calls) => new Set(calls.map(({ as }) => as?.split(' for ').at(-1))).size === 1,
    'calls for several people cannot be made together; take `in-turn`',
  )

const step = z.union([
  call,
  z.strictObject({ together, 'at-most': z.int() }),
  z.strictObject({ 'in-turn': z.array(call).min(2), 'at-most': z.int() }),
  z.strictObject({ approve: z.string(), expect: z.enum(['granted', 'refused']).default('granted') }),
  z.strictObject({ refuse: z.string(), expect: z.enum(['granted', 'refused']).default('granted') }),
  z.strictObject({ wait: z.string().regex(/^\d+[smhd]$/) }),
  z.strictObject({ run }),
  /** The agent passes its run on to another one, which goes on. */
  z.strictObject({
    pass: z.strictObject({ to: z.string(), tools: z.array(z.string()).optional(), name: z.string().default('') }),
    expect: z.enum(['granted', 'refused']).default('granted'),
  }),
  /** What the person says later on. */
  z.strictObject({ said: z.string() }),
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

function isPattern(text: string): boolean {
  try {
    return new RegExp(text) instanceof RegExp
  } catch {
    return false
  }
}

/** Of what may be one of several things, what is wrong with the likeliest: the one that knows all members. */
function whyNot(issues: readonly z.core.$ZodIssue[], above: readonly PropertyKey[] = []): readonly string[] {
  return issues.flatMap((issue) => {
    const path = [...above, ...issue.path]
    const choices = issue.code === 'invalid_union' ? issue.errors : []
    const likeliest = choices.find((each) => each.every(({ code }) => code !== 'unrecognized_keys'))
    return likeliest === undefined ? [`${path.join('.')}: ${issue.message}`] : whyNot(likeliest, path)
  })
}

/** All scenarios of a folder, by file. Throws when one is not as it should be. */
export function readScenarios(folder: URL): readonly Scenario[] {
  const names = readdirSync(folder).filter((each) => each.endsWith('.yaml'))
  return names.sort().flatMap((name) => {
    const read = file.safeParse(parse(readFileSync(new URL(name, folder), 'utf8'), { merge: true }))
    if (!read.success) throw new Error([name, ...whyNot(read.error.issues)].join('\n  '))
    return read.data.scenarios.map((each) => ({ ...each, of: name.replace(/\.yaml$/, '') }))
  })
}
