/** Questions about calls: what waits for somebody, what became of it, and classes of calls approved at once. */
import { z } from 'zod'
import { holdStates } from '../../../gateway/control/approvals.ts'
import type { EndpointTable } from '../../endpoint.ts'

const name = z.string().min(1).max(1000)
const why = z.string().trim().min(1).max(1000)
const moment = z.number().meta({ description: 'Milliseconds since 1970.' })

/** What people look for: what waits, and what became of the rest. */
export const tabs = ['waiting', 'approved', 'refused', 'over'] as const

const principal = z.object({
  id: z.string().optional(),
  kind: z.string().optional(),
  tenant: z.string().optional(),
  roles: z.array(z.string()).optional(),
})

const value = z.object({
  at: z.string().meta({ description: 'Its place, as a JSON Pointer.' }),
  text: z.string(),
  kind: z.enum(['text', 'number', 'other']),
})

const argument = value.extend({ in: z.enum(['path', 'query', 'header', 'body']) })

const became = z.object({
  kind: z.enum(['answered', 'refused', 'not-sent', 'unknown']),
  call: z.string(),
  status: z.number().optional(),
  code: z.string().optional(),
})

const answered = z.object({
  approval: z.string(),
  by: z.string(),
  at: moment,
  verdict: z.enum(['approve', 'refuse']),
  why: z.string().optional(),
})

const brief = z.object({
  reference: z.string(),
  state: z.enum(holdStates),
  group: z.string().meta({ description: 'The same for questions of the same kind: who asks, for what, needing what.' }),
  asked: moment,
  expires: moment,
  operation: z.string(),
  use: z.string(),
  callers: z.array(principal).meta({ description: 'Who calls, then whom they act for, the nearest first.' }),
  workflow: z.string().optional(),
  run: z.string().optional(),
  arguments: z.array(argument),
  approvals: z.array(z.object({ name: z.string(), says: z.string(), quorum: z.number(), given: z.number() })),
  answers: z.array(answered),
  withheld: z.boolean().meta({ description: 'What the call carries is not for the viewer: values are covered.' }),
  may: z.boolean().meta({ description: 'Whether the viewer may answer.' }),
  whyNot: z.string().optional(),
  result: became.optional(),
})

const origin = z.object({
  trust: z.enum(['prompt', 'endorsed', 'trusted', 'untrusted', 'model', 'untold']),
  says: z.string(),
  operation: z.string().optional(),
  at: z.string().optional(),
  call: z.string().optional(),
})

const field = z.object({
  at: z.string(),
  asked: z.string().optional().meta({ description: 'When it was asked.' }),
  now: z.string().optional(),
  changed: z.boolean(),
})

const detail = brief.extend({
  digest: z.string().meta({ description: 'Over what is shown; an answer names it.' }),
  sent: z.object({
    kind: z.enum(['tool', 'http']),
    method: z.string(),
    target: z.string(),
    body: z.string().optional().meta({ description: 'Indented; numbers as they will be sent.' }),
  }),
  summary: z.string().optional(),
  moves: z.object({ from: z.array(z.string()), to: z.array(z.string()) }).optional(),
  task: z
    .object({
      id: z.string(),
      agent: z.string().optional(),
      purpose: z.string().optional(),
      began: moment.optional(),
      state: z.string().optional(),
    })
    .optional(),
  owners: z.array(z.object({ of: z.string(), name: z.string() })),
  arguments: z.array(
    argument.extend({
      origin: origin.optional(),
      classes: z.array(z.string()),
      usual: z.object({ says: z.string(), odd: z.boolean() }).optional(),
    }),
  ),
  objects: z.array(
    z.object({
      slot: z.string(),
      name: z.string(),
      state: field.optional(),
      fields: z.array(field),
      hidden: z.number().meta({ description: 'Fields that the charter does not show to the viewer.' }),
      seen: z.boolean().meta({ description: 'Whether it can be looked at now.' }),
    }),
  ),
  reasons: z.array(z.object({ constraint: z.string(), says: z.string() })),
  approvals: z.array(
    z.object({
      name: z.string(),
      says: z.string(),
      quorum: z.number(),
      given: z.number(),
      by: z.array(z.string()),
      who: z.string(),
      standing: z
        .object({
          longestMs: z.number(),
          uses: z.number(),
          amount: z.string().optional().meta({ description: 'What a bound limits, as the charter writes it.' }),
        })
        .optional(),
    }),
  ),
  charterChanged: z.boolean(),
  outdated: z.boolean().meta({ description: 'What it is about has changed: an approval would count for nothing.' }),
  earlier: z.number().meta({ description: 'Calls of the same kind by the same caller that were approved.' }),
  sendsItself: z.boolean().meta({ description: 'Once approved, the guard sends it.' }),
})

const standing = z.object({
  grant: z.string(),
  approval: z.string(),
  by: z.string(),
  at: moment,
  operation: z.string(),
  principal: z.string().optional(),
  object: z.string().optional(),
  atMost: z.number().optional(),
  uses: z.number(),
  used: z.number(),
  expires: moment,
})

export const approvalEndpoints = {
  'GET /api/approvals': {
    id: 'listApprovals',
    summary: 'Questions about calls, and how many there are of each kind',
    needs: 'view',
    query: z.strictObject({ state: z.enum(tabs).default('waiting') }),
    answer: z.object({
      questions: z.array(brief),
      counts: z.object({ waiting: z.number(), approved: z.number(), refused: z.number(), over: z.number() }),
    }),
  },
  'GET /api/approvals/{reference}': {
    id: 'getApproval',
    summary: 'One question as it will run, with where its values come from and how things are now',
    needs: 'view',
    answer: detail,
  },
  'POST /api/approvals/{reference}': {
    id: 'answerApproval',
    summary: 'Approves or refuses what was shown; 409 `changed` when that is not what is there any more',
    needs: 'approve',
    body: z
      .strictObject({ verdict: z.enum(['approve', 'refuse']), why: why.optional(), digest: z.string().max(100) })
      .refine(({ verdict, why: given }) => verdict === 'approve' || given !== undefined, {
        message: 'who refuses says why',
        path: ['why'],
      }),
    answer: z.object({ state: z.enum(holdStates), sendsItself: z.boolean() }),
  },
  'GET /api/standing': {
    id: 'listStanding',
    summary: 'Classes of calls that are approved at once, and how much of them is used',
    needs: 'view',
    answer: z.object({ standing: z.array(standing) }),
  },
  'POST /api/standing': {
    id: 'approveClass',
    summary: 'Approves a class of calls at once, within what the charter allows',
    needs: 'approve',
    body: z.strictObject({
      approval: name,
      operation: name,
      principal: name.optional(),
      object: name.optional(),
      atMost: z.number().optional(),
      uses: z.int().min(1),
      forMs: z.int().min(1),
      why,
    }),
    answer: z.object({ grant: z.string() }),
  },
  'DELETE /api/standing/{grant}': {
    id: 'withdrawClass',
    summary: 'Withdraws a class of calls that was approved',
    needs: 'approve',
  },
} as const satisfies EndpointTable
