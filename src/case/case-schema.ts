/** Cases as people write them beside their charter: what is known, a call, and what must be decided. */
import { z } from 'zod'

const principal = z
  .strictObject({
    id: z.string().optional().meta({ description: 'Without it, a caller who is not signed in.' }),
    kind: z.enum(['user', 'service', 'partner', 'agent']).optional(),
    tenant: z.string().optional(),
    roles: z.array(z.string()).optional(),
    scopes: z.array(z.string()).optional(),
    claims: z.record(z.string(), z.unknown()).optional(),
    actors: z.array(z.string()).optional(),
    for: z
      .string()
      .optional()
      .meta({ description: 'Whom it acts for: a name from `principals`, who may act for somebody in turn.' }),
  })
  .meta({ description: 'A principal.' })

const as = z
  .union([z.string(), principal])
  .meta({ description: 'Who calls: a name from `principals`, or the principal itself.' })

const request = z
  .strictObject({
    path: z.record(z.string(), z.unknown()).optional(),
    query: z.record(z.string(), z.unknown()).optional(),
    header: z.record(z.string(), z.unknown()).optional(),
    body: z.unknown().optional(),
  })
  .meta({ description: 'The arguments.' })

const seen = z.unknown().meta({
  description:
    'The object as `read` answers with it, or null when it does not exist. `{ value, state, owner, tenant, creator }` says in addition what the answer does not show.',
})
const objects = z
  .record(z.string(), seen)
  .meta({ description: 'By slot: `object`, `parent`, or the name of a reference. What is left out is not known.' })

const run = z
  .strictObject({
    id: z.string().default('run-1'),
    workflow: z.string().optional(),
    agent: z.string().optional(),
    tools: z
      .array(z.string())
      .optional()
      .meta({ description: 'The operations it was given. Without it, all of its workflow.' }),
    purpose: z.string().optional().meta({ description: 'The task, in the words of its user.' }),
  })
  .meta({ description: 'The run of an agent that the call belongs to.' })

const past = z
  .strictObject({
    operation: z.string(),
    use: z.string().optional(),
    as,
    at: z
      .string()
      .regex(/^-\d+(ms|s|m|h|d|w)$/, 'how long before the call, as `-5m`')
      .optional(),
    request: request.optional(),
    objects: objects.optional().meta({ description: 'Its objects before it. Without it, those of the case.' }),
    created: seen.optional(),
    run: run.optional(),
  })
  .meta({ description: 'An earlier call that took effect.' })

const heard = z
  .union([
    z.strictObject({ said: z.string().meta({ description: 'What its user said.' }) }),
    z.strictObject({
      operation: z.string(),
      request: request.optional(),
      answer: z.unknown().meta({ description: 'The body of the answer.' }),
      failed: z.literal(true).optional().meta({ description: 'It says that the call was not carried out.' }),
    }),
  ])
  .meta({ description: 'One thing that the run of an agent has seen.' })

const facts = z.strictObject({
  objects: objects.optional(),
  past: z.array(past).optional().meta({ description: 'Earlier calls, oldest first; without `at` a second apart.' }),
  seen: z.array(heard).optional().meta({
    description:
      'What the run of the agent has seen before the call, in order: where arguments come from, and which data it has.',
  }),
  current: z
    .record(z.string(), z.array(z.unknown()))
    .optional()
    .meta({ description: 'By type of object: those that limits with `while` look at again.' }),
})

const example = z.strictObject({
  description: z.string().min(1),
  facts: facts.optional(),
  call: z.strictObject({ operation: z.string(), as, request: request.optional(), run: run.optional() }),
  expect: z.strictObject({
    effect: z.enum(['allow', 'deny', 'ask', 'modify']),
    use: z.string().optional(),
    reasons: z
      .array(z.string())
      .optional()
      .meta({ description: 'Exactly the constraints that stand in the way, in any order.' }),
    obligations: z
      .array(z.string())
      .optional()
      .meta({ description: 'Exactly the constraints that change the answer, in any order.' }),
  }),
})

/** One file of cases. */
export const casesSchema = z
  .strictObject({
    $schema: z.string().optional(),
    charter: z
      .string()
      .optional()
      .meta({ description: 'The charter, relative to this file. Without it, `charter.yaml` beside it.' }),
    principals: z.record(z.string(), principal).optional(),
    objects: z.record(z.string(), z.unknown()).optional().meta({ description: 'Place for YAML anchors; not read.' }),
    cases: z.array(example).min(1),
  })
  .meta({ title: 'Lockstep cases', description: 'Calls with the decisions a charter must give.' })

/** A file of cases as written. */
export type RawCases = z.output<typeof casesSchema>
/** One case as written. */
export type RawCase = z.output<typeof example>
/** An earlier call as written. */
export type RawPast = z.output<typeof past>
/** What a run has seen as written. */
export type RawHeard = z.output<typeof heard>
/** A principal as written. */
export type RawPrincipal = z.output<typeof principal>
/** Arguments as written. */
export type RawRequest = z.output<typeof request>
/** A run as written. */
