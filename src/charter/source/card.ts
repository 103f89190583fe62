/** The approved card of an agent that speaks A2A: what may be asked of it, and where. */
import type { Diagnostic } from '../diagnostic.ts'
import type { ApiDescription, Locate, OperationShape, Schema } from './description.ts'
import { isObject, listOf, memberOf, objectOf, textOf } from './plain.ts'
import type { DescriptionResult } from './read-description.ts'

/** Where an agent is reached, and how. */
export interface CardInterface {
  readonly url: string
  readonly binding: string
  /** Major and minor, as `1.0`. */
  readonly version: string
  readonly tenant?: string
}

/** What can be asked of every agent. `ask` changes nothing. */
export const agentMethods: Readonly<Record<string, 'agent' | 'ask'>> = {
  SendMessage: 'agent',
  SendStreamingMessage: 'agent',
  GetTask: 'ask',
  ListTasks: 'ask',
  CancelTask: 'agent',
  SubscribeToTask: 'ask',
  CreateTaskPushNotificationConfig: 'agent',
  GetTaskPushNotificationConfig: 'ask',
  ListTaskPushNotificationConfigs: 'ask',
  DeleteTaskPushNotificationConfig: 'agent',
  GetExtendedAgentCard: 'ask',
}

/** Whether a document is the card of an agent, of A2A 1.0 or 0.3. */
export function isAgentCard(document: unknown): boolean {
  const has = (name: string): boolean => memberOf(document, name) !== undefined
  return (
    has('skills') && has('capabilities') && (Array.isArray(memberOf(document, 'supportedInterfaces')) || has('url'))
  )
}

/**
 * Reads an approved card. Each method of the protocol is an operation (`agent.SendMessage`), and each skill one by its id: a message that
 * names the skill. Arguments are the request of A2A 1.0 as the body.
 *
 * @see A2A 1.0.1, section 4.4; a2a.proto
 */
export function readAgentCard(source: string, document: unknown, locate: Locate): DescriptionResult {
  const diagnostics: Diagnostic[] = []
  const report = (message: string, path: readonly (string | number)[]): void => {
    diagnostics.push({ code: 'agent-card', severity: 'error', message, ...locate(path) })
  }
  if (interfacesOf(document).length === 0) report('the card has no interface that can be read', ['supportedInterfaces'])
  const methods = Object.entries(agentMethods).map(([name, kind]) =>
    shapeOf(source, name, { kind, schema: agentRequests[name] ?? { type: 'object' }, position: locate([]) }),
  )
  const known = new Set(Object.keys(agentMethods))
  const skills = listOf(memberOf(document, 'skills')).flatMap((skill, index): OperationShape[] => {
    const id = textOf(memberOf(skill, 'id'))
    if (id === undefined || /[\s#/]/.test(id) || known.has(id)) {
      report(`skill ${index + 1} has no id of its own that can be written`, ['skills', index])
      return []
    }
    known.add(id)
    const summary = textOf(memberOf(skill, 'name'))
    const description = textOf(memberOf(skill, 'description'))
    const shape = shapeOf(source, id, { kind: 'agent', schema: messageRequest, position: locate(['skills', index]) })
    return [
      {
        ...shape,
        ...(summary === undefined ? {} : { summary }),
        ...(description === undefined ? {} : { description }),
      },
    ]
  })
  const description: ApiDescription = {
    source,
    title: textOf(memberOf(document, 'name')) ?? source,
    version: textOf(memberOf(document, 'version')) ?? '',
    format: 'a2a',
    servers: [],
    operations: [...methods, ...skills],
    securitySchemes: {},
    document,
  }
  return { description, diagnostics }
}

/** The interfaces of a card, those of 0.3 as well: its main one first. */
export function interfacesOf(document: unknown): readonly CardInterface[] {
  const listed = listOf(memberOf(document, 'supportedInterfaces'))
  if (listed.length > 0) return listed.flatMap((each) => interfaceOf(each, 'protocolBinding', '1.0'))
  const main = { url: memberOf(document, 'url'), transport: memberOf(document, 'preferredTransport') ?? 'JSONRPC' }
  const others = listOf(memberOf(document, 'additionalInterfaces'))
  const version = textOf(memberOf(document, 'protocolVersion')) ?? '0.3'
  const all = [main, ...others].flatMap((each) => interfaceOf(each, 'transport', version))
  return all.filter(
    (each, index) => all.findIndex((one) => one.url === each.url && one.binding === each.binding) === index,
  )
}

function interfaceOf(each: unknown, bindingName: string, preset: string): readonly CardInterface[] {
  const url = textOf(memberOf(each, 'url'))
  const binding = textOf(memberOf(each, bindingName))
  if (url === undefined || binding === undefined) return []
  const [version = preset] = /^\d+\.\d+/.exec(textOf(memberOf(each, 'protocolVersion')) ?? preset) ?? []
  const tenant = textOf(memberOf(each, 'tenant'))
  return [{ url, binding, version, ...(tenant === undefined ? {} : { tenant }) }]
}

/** The ids of a card's skills. */
export function skillsOf(document: unknown): ReadonlySet<string> {
  return new Set(listOf(memberOf(document, 'skills')).flatMap((each) => textOf(memberOf(each, 'id')) ?? []))
}

/** The extensions a card declares. */
export function extensionsOf(document: unknown): ReadonlySet<string> {
  const declared = listOf(memberOf(objectOf(memberOf(document, 'capabilities')), 'extensions'))
  return new Set(declared.flatMap((each) => (isObject(each) ? (textOf(each['uri']) ?? []) : [])))
}

type Part = {
  readonly kind: 'agent' | 'ask'
  readonly schema: Schema
  readonly position: NonNullable<OperationShape['position']>
}

function shapeOf(source: string, name: string, { kind, schema, position }: Part): OperationShape {
  return {
    id: `${source}.${name}`,
    source,
    name,
    method: kind === 'ask' ? 'ASK' : 'AGENT',
    basePath: '',
    path: `/${name}`,
    parameters: [],
    body: { mediaType: 'application/json', required: true, schema },
    responses: [{ status: '200', mediaType: 'application/json' }],
    security: [],
    tags: [],
    deprecated: false,
    position,
  }
}

const text: Schema = { type: 'string' }
const object = (properties: Readonly<Record<string, Schema>>, required: readonly string[] = []): Schema => ({
  type: 'object',
  properties,
  required,
})
const list = (items: Schema): Schema => ({ type: 'array', items })
const part = object({ text, raw: text, url: text, data: {}, metadata: object({}), filename: text, mediaType: text })
const message = object(
  {
    messageId: text,
    contextId: text,
    taskId: text,
    role: text,
    parts: list(part),
    metadata: object({}),
    extensions: list(text),
    referenceTaskIds: list(text),
  },
  ['messageId', 'role', 'parts'],
)
const push = object({ tenant: text, id: text, taskId: text, url: text, token: text, authentication: object({}) })
const count: Schema = { type: 'integer' }
const configuration = object({
  acceptedOutputModes: list(text),
  taskPushNotificationConfig: push,
  historyLength: count,
  returnImmediately: { type: 'boolean' },
})
const messageRequest = object({ tenant: text, message, configuration, metadata: object({}) }, ['message'])
const taskRequest = object({ tenant: text, id: text, historyLength: count, metadata: object({}) }, ['id'])
const pushRequest = object({ tenant: text, taskId: text, id: text }, ['taskId'])

/** The arguments of each method, as JSON Schema. */
export const agentRequests: Readonly<Record<string, Schema>> = {
  SendMessage: messageRequest,
  SendStreamingMessage: messageRequest,
  GetTask: taskRequest,
  CancelTask: taskRequest,
  SubscribeToTask: taskRequest,
  ListTasks: object({
    tenant: text,
    contextId: text,
    status: text,
    pageSize: count,
    pageToken: text,
    historyLength: count,
    statusTimestampAfter: text,
    includeArtifacts: { type: 'boolean' },
  }),
  CreateTaskPushNotificationConfig: push,
  GetTaskPushNotificationConfig: pushRequest,
  ListTaskPushNotificationConfigs: pushRequest,
  DeleteTaskPushNotificationConfig: pushRequest,
  GetExtendedAgentCard: object({ tenant: text }),
}
