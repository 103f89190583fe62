import { z } from 'zod'

const text = z.string().min(1)
const free = z.record(z.string(), z.unknown())
const reusable = z.looseObject({ reference: text, value: z.unknown().optional() })
const parameter = z.looseObject({ name: text, in: text.optional(), value: z.unknown() })
const criterion = z.looseObject({ condition: text, context: text.optional(), type: z.union([text, free]).optional() })
const action = z.looseObject({
  name: text,
  type: z.enum(['end', 'goto', 'retry']),
  criteria: z.array(criterion).optional(),
})
const parameters = z.array(z.union([reusable, parameter]))
const actions = z.array(z.union([reusable, action]))
const outputs = z.record(z.string(), z.union([text, free]))

const step = z.looseObject({
  stepId: text,
  description: z.string().optional(),
  operationId: text.optional(),
  operationPath: text.optional(),
  channelPath: text.optional(),
  workflowId: text.optional(),
  dependsOn: z.array(text).optional(),
  parameters: parameters.optional(),
  requestBody: z.looseObject({ payload: z.unknown() }).optional(),
  successCriteria: z.array(criterion).optional(),
  onSuccess: actions.optional(),
  onFailure: actions.optional(),
  outputs: outputs.optional(),
  timeout: z.number().optional(),
})

const workflow = z.looseObject({
  workflowId: text,
  summary: z.string().optional(),
  description: z.string().optional(),
  inputs: free.optional(),
  dependsOn: z.array(text).optional(),
  parameters: parameters.optional(),
  steps: z.array(step).min(1),
  successActions: actions.optional(),
  failureActions: actions.optional(),
  outputs: outputs.optional(),
})

/** An Arazzo document (1.0 or 1.1) as far as its meaning can be carried into a charter; extensions are let through. */
export const arazzoSchema = z.looseObject({
  arazzo: z.string().regex(/^1\.[01]\.\d+/, 'only versions 1.0 and 1.1 of Arazzo are read'),
  $self: text.optional(),
  info: z.looseObject({ title: text, version: z.union([z.string(), z.number()]) }),
  sourceDescriptions: z.array(z.looseObject({ name: text, url: text, type: text.optional() })).min(1),
  workflows: z.array(workflow).min(1),
  components: z
    .looseObject({
      inputs: free.optional(),
      parameters: z.record(z.string(), parameter).optional(),
      successActions: z.record(z.string(), action).optional(),
      failureActions: z.record(z.string(), action).optional(),
    })
    .optional(),
})

export type ArazzoDocument = z.output<typeof arazzoSchema>
export type ArazzoWorkflow = z.output<typeof workflow>
export type ArazzoStep = z.output<typeof step>
