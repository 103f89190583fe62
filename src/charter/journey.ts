/**
 * Journeys: the happy paths through an API, as Arazzo 1.1 writes workflows.
 *
 * Steps and journeys have the names of charters; what stands inside parameters, bodies, criteria, actions and outputs is Arazzo
 * verbatim, with its runtime expressions, so that journeys come in from Arazzo documents and go out again without loss.
 *
 * @see https://spec.openapis.org/arazzo/v1.1.0.html
 */
import { z } from 'zod'

const id: z.ZodString = z.string().min(1)
const expression: z.ZodString = z.string().min(1)
const free = z.record(z.string(), z.unknown())

const parameter = z
  .looseObject({
    name: id,
    in: z.enum(['path', 'query', 'querystring', 'header', 'cookie']).optional(),
    value: z.unknown(),
  })
  .meta({
    description: 'One argument; its value is given, or an Arazzo expression such as `$steps.create.outputs.id`.',
  })

const criterion = z
  .looseObject({
    condition: z.string().min(1),
    context: expression.optional(),
    type: z.union([z.string(), free]).optional(),
  })
  .meta({ description: 'What must be true of the answer, as `$statusCode == 201`.' })

const action = z.looseObject({
  name: id,
  type: z.enum(['end', 'goto', 'retry']),
  stepId: id.optional(),
  workflowId: id.optional(),
  retryAfter: z.number().min(0).optional(),
  retryLimit: z.int().min(0).optional(),
  criteria: z.array(criterion).optional(),
})

const outputs = z
  .record(id, z.union([expression, free]))
  .meta({ description: 'Names for parts of the answer, as `orderId: $response.body#/id`.' })
const extensions = free.meta({ description: 'Members of the Arazzo document that begin with `x-`.' })

const step = z
  .strictObject({
    id,
    description: z.string().optional(),
    operation: id.optional().meta({ description: 'The operation called; or else `journey`.' }),
    journey: id.optional().meta({ description: 'Another journey taken as this step.' }),
    'depends-on': z.array(id).optional(),
    parameters: z.array(parameter).optional(),
    body: z.looseObject({ contentType: z.string().optional(), payload: z.unknown() }).optional(),
    success: z.array(criterion).optional(),
    'on-success': z.array(action).optional(),
    'on-failure': z.array(action).optional(),
    outputs: outputs.optional(),
    timeout: z.number().min(0).optional().meta({ description: 'In milliseconds.' }),
    extensions: extensions.optional(),
  })
  .meta({ description: 'One call of a journey.' })

/** A journey as written: how somebody gets something done, one call after the other. */
export const journeySchema = z
  .strictObject({
    summary: z.string().optional(),
    description: z.string().optional(),
    inputs: free.optional().meta({ description: 'A JSON Schema of what the journey is started with.' }),
    'depends-on': z.array(id).optional().meta({ description: 'Journeys taken before.' }),
    parameters: z.array(parameter).optional().meta({ description: 'Arguments of every step.' }),
    steps: z.array(step).min(1),
    'on-success': z.array(action).optional(),
    'on-failure': z.array(action).optional(),
    outputs: outputs.optional(),
    extensions: extensions.optional(),
  })
  .meta({ description: 'A happy path through the API, as an Arazzo workflow.' })

export type RawJourney = z.output<typeof journeySchema>
export type RawStep = z.output<typeof step>

/** A journey whose operations exist and whose expressions refer to what is there. */
export interface Journey {
  readonly name: string
  /** As written: names and expressions need no resolving. */
  readonly written: RawJourney
}
