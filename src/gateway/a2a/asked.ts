/** One request of A2A, whichever binding and version it came in: the method and arguments of 1.0. */
import { z } from 'zod'
import { agentMethods } from '../../charter/source/card.ts'
import type { Schema } from '../../charter/source/description.ts'
import { isRecord } from '../../wire/to-http.ts'
import { codes, Unanswered } from './fault.ts'

export type Version = '1.0' | '0.3'
export type Binding = 'JSONRPC' | 'HTTP+JSON'
export type Members = Readonly<Record<string, unknown>>

/** What is asked, as it is judged. */
export interface Asked {
  /** As A2A 1.0 names it. */
  readonly method: string
  readonly version: Version
  readonly binding: Binding
  /** Of the JSON-RPC message. */
  readonly id: string | number | null
  /** The arguments of A2A 1.0. */
  readonly params: Members
}

/** The answer is a stream of events. */
export function streams({ method }: Pick<Asked, 'method'>): boolean {
  return method === 'SendStreamingMessage' || method === 'SubscribeToTask'
}

const id = z.string().min(1).max(1024)
const part = z
  .looseObject({
    text: z.string().optional(),
    raw: z.string().optional(),
    url: z.string().optional(),
    data: z.unknown().optional(),
  })
  .refine((each) => ['text', 'raw', 'url', 'data'].filter((name) => Object.hasOwn(each, name)).length === 1, {
    message: 'a part is one of text, raw, url and data',
  })
const push = z.looseObject({ url: z.string().min(1).max(2048), id: id.optional(), taskId: id.optional() })
const tenant = z.string().max(256).optional()
const message = z.looseObject({
  messageId: id,
  role: z.literal('ROLE_USER'),
  parts: z.array(part).min(1).max(1000),
  contextId: id.optional(),
  taskId: id.optional(),
  referenceTaskIds: z.array(id).max(1000).optional(),
  extensions: z.array(z.string()).optional(),
  metadata: z.record(z.string(), z.unknown()).optional(),
})
const send = z.looseObject({
  tenant,
  message,
  configuration: z.looseObject({ taskPushNotificationConfig: push.optional() }).optional(),
  metadata: z.record(z.string(), z.unknown()).optional(),
})
const task = z.looseObject({ tenant, id })
const pushOf = z.looseObject({ tenant, taskId: id })

const schemas: Readonly<Record<string, z.ZodType<Members>>> = {
  SendMessage: send,
  SendStreamingMessage: send,
  GetTask: task,
  CancelTask: task,
  SubscribeToTask: task,
  ListTasks: z.looseObject({ tenant, contextId: id.optional() }),
  CreateTaskPushNotificationConfig: z.looseObject({ tenant, ...push.shape, taskId: id }),
  GetTaskPushNotificationConfig: pushOf.extend({ id }),
  ListTaskPushNotificationConfigs: pushOf,
  DeleteTaskPushNotificationConfig: pushOf.extend({ id }),
  GetExtendedAgentCard: z.looseObject({ tenant }),
}

/** @throws {Unanswered} when arguments are not those of their method. */
export function checkParams(method: string, params: unknown): Members {
  const schema = schemas[method]
  if (schema === undefined || agentMethods[method] === undefined)
    throw new Unanswered({ code: codes.unknownMethod, message: 'there is no such method', status: 404 })
  const result = schema.safeParse(params)
  if (result.success) return result.data
  const fieldViolations = result.error.issues.map(({ path, message: description }) => ({
    field: path.map(String).join('.'),
    description,
  }))
  throw new Unanswered({
    code: codes.params,
    message: fieldViolations.map(({ field, description }) => `${field}: ${description}`).join('; '),
    status: 400,
    data: [{ '@type': 'type.googleapis.com/google.rpc.BadRequest', fieldViolations }],
  })
}

/**
 * SECURITY: parsers of protobuf take a field by its name in the schema, too (`task_id`): what we judged would be another one than they act on.
 *
 * @throws {Unanswered} when a member has the name of a field in another spelling.
 */
export function checkNames(value: unknown, schema: Schema | undefined): void {
  if (Array.isArray(value)) {
    for (const each of value) checkNames(each, asSchema(schema?.['items']))
    return
  }
  const known = asSchema(schema?.['properties'])
  if (!isRecord(value) || known === undefined) return
  const bare = new Map(Object.keys(known).map((name) => [name.toLowerCase(), name]))
  for (const [name, member] of Object.entries(value)) {
    const meant = bare.get(name.replaceAll('_', '').toLowerCase())
    if (meant !== undefined && meant !== name)
      throw new Unanswered({ code: codes.params, message: `\`${name}\` is written \`${meant}\``, status: 400 })
    checkNames(member, asSchema(known[name]))
  }
}

function asSchema(value: unknown): Schema | undefined {
  return isRecord(value) ? value : undefined
}
