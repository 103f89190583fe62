/** The parts of a charter that only a guard acts on, and approvals: who must be asked, and how calls are treated. */
import { z } from 'zod'
import { agentWorkflow } from './schema-agent.ts'
import { by, duration, expression, name, names, oneOrMore, operationId, pointer, says } from './schema-word.ts'

export const approval = z
  .strictObject({
    'needed-when': expression.optional().meta({ description: 'Without it, always needed.' }),
    by,
    not: names
      .optional()
      .meta({ description: 'Who may not approve, as `requester`: who asks for it, created or owns the object.' }),
    quorum: z.number().int().min(1).max(20).default(1),
    'valid-for': duration.optional(),
    binds: oneOrMore(pointer)
      .optional()
      .meta({ description: 'The parts of the object that are approved. Without it, all of it.' }),
    grant: operationId
      .optional()
      .meta({ description: 'The operation with which the API takes the approval. Without it, Lockstep asks.' }),
    revoke: operationId.optional(),
    standing: z
      .strictObject({
        'valid-for': duration.meta({ description: 'The longest time.' }),
        uses: z.number().int().min(1).max(10_000).default(100).meta({ description: 'The most calls.' }),
        amount: expression.optional().meta({ description: 'What is bounded, as `request.amount`.' }),
      })
      .optional()
      .meta({
        description:
          'Somebody may approve a class of calls at once, within these bounds. Without it, each call is asked for.',
      }),
    says,
  })
  .meta({ description: 'An approval that something else can need.' })

export const workflow = z
  .strictObject({
    operations: oneOrMore(operationId),
    owners: z
      .record(name, z.string().min(1))
      .optional()
      .meta({ description: 'Who answers for it, as `security: appsec`.' }),
    mode: z
      .enum(['enforce', 'observe'])
      .default('enforce')
      .meta({ description: '`observe` lets everything through and records what would have been refused.' }),
    record: z
      .enum(['full', 'redacted', 'hash'])
      .default('full')
      .meta({ description: 'What the ledger keeps of arguments and objects: all, names only, or a keyed hash.' }),
    retain: duration.optional().meta({ description: 'How long the ledger keeps them. Hashes stay.' }),
    ...agentWorkflow,
  })
  .meta({ description: 'A named piece of business: operations, and how the guard treats them.' })

export const undescribed = z
  .strictObject({ reads: z.enum(['allow', 'deny']).default('deny'), writes: z.enum(['allow', 'deny']).default('deny') })
  .meta({ description: 'What the guard does with requests that no description has. Default: refuses them.' })
