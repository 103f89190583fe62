/** What the guard knows of: granted by the charter, and used as the record says. */
import { z } from 'zod'
import type { EndpointTable } from '../../endpoint.ts'

const used = {
  calls: z.number().meta({ description: 'All that are on the record.' }),
  refused: z.number(),
  last: z.number().optional(),
}

/** Something granted, and what was made of it. */
const grant = z.object({ name: z.string(), ...used, unused: z.boolean() })

export const inventorySchema = z.object({
  since: z.number().meta({ description: 'What was last used before counts as unused.' }),
  first: z.number().optional().meta({ description: 'Since when there is a record.' }),
  agents: z.array(
    z.object({
      name: z.string(),
      ...used,
      workflows: z.array(z.string()),
      operations: z.array(grant),
    }),
  ),
  workflows: z.array(
    z.object({
      name: z.string(),
      ...used,
      owners: z.record(z.string(), z.string()),
      mode: z.enum(['enforce', 'observe']),
      agents: z.array(z.string()).meta({ description: 'Actors of the charter that run it.' }),
      budgets: z.array(z.string()),
      models: z.array(z.string()).optional(),
      data: z.array(z.string()).optional(),
      operations: z.array(grant),
      least: z.string().optional().meta({ description: 'What would have been enough, as charter text.' }),
    }),
  ),
  operations: z.array(
    z.object({
      name: z.string(),
      source: z.string(),
      format: z.string(),
      endpoint: z.string(),
      does: z.array(z.enum(['reads', 'writes', 'sends', 'moves an amount'])),
      who: z.array(z.string()).meta({ description: 'Who may, in the words of the charter.' }),
      workflows: z.array(z.string()),
      ...used,
      unused: z.boolean(),
      tool: z.enum(['as approved', 'changed', 'new', 'suspicious']).optional(),
      held: z.boolean(),
    }),
  ),
  tools: z
    .array(z.object({ name: z.string(), kind: z.string(), held: z.boolean(), at: z.number() }))
    .meta({ description: 'Tools that somebody should look at.' }),
  uncovered: z.array(z.string()).meta({ description: 'Operations of descriptions that the charter does not have.' }),
  identities: z.array(z.object({ kind: z.string(), name: z.string(), says: z.string() })),
  principals: z.array(z.object({ name: z.string(), ...used, operations: z.number() })),
  secrets: z
    .array(
      z.object({
        name: z.string(),
        version: z.number(),
        since: z.string(),
        count: z.number(),
        last: z.string().optional(),
        workflows: z.array(z.string()),
        agents: z.array(z.string()),
        scopes: z.array(z.object({ scope: z.string(), count: z.number() })),
        remarks: z.array(z.object({ code: z.string(), says: z.string() })),
        least: z.object({ remove: z.array(z.string()), add: z.array(z.string()) }).optional(),
      }),
    )
    .optional()
    .meta({ description: 'Absent where there is no vault. Never a value.' }),
  models: z.array(
    z.object({
      source: z.string(),
      provider: z.string(),
      region: z.string().optional(),
      workflows: z.array(z.string()),
      ...used,
    }),
  ),
  data: z.object({
    classes: z.array(z.string()),
    labels: z.array(z.object({ class: z.string(), where: z.string() })),
    flows: z.array(z.object({ class: z.string(), to: z.array(z.string()), otherwise: z.string() })),
  }),
  actors: z.array(
    z.object({
      name: z.string(),
      kind: z.string(),
      workflow: z.string().optional(),
      actsFor: z.array(z.string()),
      operations: z.number().meta({ description: 'How many operations they may use.' }),
    }),
  ),
})

export type Inventory = z.input<typeof inventorySchema>

export const inventoryEndpoints = {
  'GET /api/inventory': {
    id: 'getInventory',
    summary: 'Agents, workflows, operations, identities, secrets, models, data and actors: granted against used',
    needs: 'view',
    query: z.strictObject({ days: z.coerce.number().int().min(1).max(365).default(30) }),
    answer: inventorySchema,
  },
} as const satisfies EndpointTable
