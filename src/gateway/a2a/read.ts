/** From a request of HTTP to what is asked of an agent. */
import { agentRequests } from '../../charter/source/card.ts'
import { isRecord } from '../../wire/to-http.ts'
import type { Head } from '../http/head.ts'
import { parseStrictJson } from '../http/strict-json.ts'
import { type Asked, checkNames, checkParams, type Members, type Version } from './asked.ts'
import { codes, fault, Unanswered } from './fault.ts'
import { currentParams, legacyMethods } from './legacy.ts'

/** A request, and where it goes at the agent: behind the address of its interface, as we read it. */
export interface Read {
  readonly asked: Asked
  readonly at: { readonly method: string; readonly path: string }
}

/**
 * The version a request is of; none is 0.3 (section 3.6.2).
 *
 * @throws {Unanswered} when it names two, or one that nobody here speaks.
 */
export function versionOf(head: Head): Version {
  const header = head.headers.get('a2a-version')
  const asked = new URLSearchParams(head.query ?? '').getAll('A2A-Version')
  const all = [...(header === undefined ? [] : [header].flat()), ...asked].map((each) => each.trim())
  const [version = ''] = all
  if (all.some((each) => each !== version)) throw fault(codes.version, 'the request names two versions', 400)
  if (version === '' || version === '0.3') return '0.3'
  if (version === '1.0') return '1.0'
  throw fault(codes.version, `version ${version.slice(0, 20)} is not spoken here`, 400)
}

/** @throws {Unanswered} when the message is none of the version. */
export function readMessage(bytes: Buffer, version: Version, depth: number): Read {
  const message = parseBody(bytes, depth)
  if (Array.isArray(message)) throw invalid('batches are not taken')
  if (!isRecord(message) || message['jsonrpc'] !== '2.0') throw invalid('this is no message of JSON-RPC')
  const { id, jsonrpc: _, method: name, params = {}, ...others } = message
  if (Object.keys(others).length > 0) throw invalid('a message has members that JSON-RPC does not know')
  if (typeof id !== 'string' && typeof id !== 'number') throw invalid('a message needs an id')
  if (typeof name !== 'string') throw invalid('a message needs a method')
  const base = { version, binding: 'JSONRPC', id } as const
  const at = { method: 'POST', path: '' }
  const legacy = Object.hasOwn(legacyMethods, name) ? legacyMethods[name] : undefined
  if (version === '0.3') {
    if (legacy === undefined) throw named(id, unknownMethod(name))
    return {
      asked: { ...base, method: legacy, params: within(id, () => checkParams(legacy, currentParams(legacy, params))) },
      at,
    }
  }
  if (legacy !== undefined) throw named(id, unknownMethod(name))
  return { asked: { ...base, method: name, params: within(id, () => currently(name, params)) }, at }
}

/** An error whose answer names the message it is about. */
export class OfMessage extends Error {
  readonly id: string | number
  readonly unanswered: Unanswered
  constructor(id: string | number, unanswered: Unanswered) {
    super(unanswered.message)
    this.name = 'OfMessage'
    this.id = id
    this.unanswered = unanswered
  }
}

function named(id: string | number, unanswered: Unanswered): OfMessage {
  return new OfMessage(id, unanswered)
}

function within<T>(id: string | number, read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw error instanceof Unanswered ? named(id, error) : error
  }
}

function currently(method: string, params: unknown): Members {
  checkNames(params, Object.hasOwn(agentRequests, method) ? agentRequests[method] : undefined)
  return checkParams(method, params)
}

type Rest = readonly [http: string, shape: RegExp, method: string, names: readonly string[]]

const rest: readonly Rest[] = [
  ['POST', /^\/message:send$/, 'SendMessage', []],
  ['POST', /^\/message:stream$/, 'SendStreamingMessage', []],
  ['GET', /^\/tasks$/, 'ListTasks', []],
  ['GET', /^\/tasks\/([^/:]+)$/, 'GetTask', ['id']],
  ['POST', /^\/tasks\/([^/:]+):cancel$/, 'CancelTask', ['id']],
  ['POST', /^\/tasks\/([^/:]+):subscribe$/, 'SubscribeToTask', ['id']],
  ['GET', /^\/tasks\/([^/:]+):subscribe$/, 'SubscribeToTask', ['id']],
  ['POST', /^\/tasks\/([^/:]+)\/pushNotificationConfigs$/, 'CreateTaskPushNotificationConfig', ['taskId']],
  ['GET', /^\/tasks\/([^/:]+)\/pushNotificationConfigs$/, 'ListTaskPushNotificationConfigs', ['taskId']],
  ['GET', /^\/tasks\/([^/:]+)\/pushNotificationConfigs\/([^/:]+)$/, 'GetTaskPushNotificationConfig', ['taskId', 'id']],
  [
    'DELETE',
    /^\/tasks\/([^/:]+)\/pushNotificationConfigs\/([^/:]+)$/,
    'DeleteTaskPushNotificationConfig',
    ['taskId', 'id'],
  ],
  ['GET', /^\/extendedAgentCard$/, 'GetExtendedAgentCard', []],
]

/** Whether a path below an agent's address is one of the binding HTTP+JSON. */
export function isRest(path: string): boolean {
  return rest.some(([, shape]) => shape.test(path) || shape.test(path.replace(/^\/[^/]+(?=\/)/, '')))
}

/**
 * Reads a request of the binding HTTP+JSON.
 *
 * @param path - Below the agent's address.
 * @throws {Unanswered} when it is none.
 */
export function readRest(head: Head, path: string, bytes: Buffer, depth: number): Read {
  const [found, tenant] = routeOf(head.method, path)
  if (found === undefined)
    throw new Unanswered({ code: codes.unknownMethod, message: 'nothing is served here', status: 404 })
  const { method, values } = found
  const body = bytes.length === 0 ? {} : parseBody(bytes, depth)
  if (!isRecord(body)) throw invalid('the body is no object')
  const query = queryOf(head, method)
  const all = { ...query, ...body, ...values, ...(tenant === undefined ? {} : { tenant }) }
  for (const [name, value] of [
    ...Object.entries(values),
    ...(tenant === undefined ? [] : [['tenant', tenant] as const]),
  ])
    if ((body[name] !== undefined && body[name] !== value) || query[name] !== undefined)
      throw invalid(`\`${name}\` comes twice`)
  const asked: Asked = { method, version: '1.0', binding: 'HTTP+JSON', id: null, params: currently(method, all) }
  const written = new URLSearchParams(
    Object.fromEntries(Object.entries(query).map(([name, value]) => [name, String(value)])),
  )
  return { asked, at: { method: head.method, path: `${path}${written.size === 0 ? '' : `?${written}`}` } }
}

interface Routed {
  readonly method: string
  readonly values: Readonly<Record<string, string>>
}

function routeOf(http: string, path: string): readonly [Routed | undefined, string | undefined] {
  const plain = matchRest(http, path)
  if (plain !== undefined) return [plain, undefined]
  const [, tenant, inner = ''] = /^\/([^/]+)(\/.+)$/.exec(path) ?? []
  return [matchRest(http, inner), tenant === undefined ? undefined : decoded(tenant)]
}

function matchRest(http: string, path: string): Routed | undefined {
  for (const [verb, shape, method, names] of rest) {
    const found = verb === http ? shape.exec(path) : null
    if (found !== null)
      return { method, values: Object.fromEntries(names.map((name, index) => [name, decoded(found[index + 1] ?? '')])) }
  }
  return undefined
}

const numbers: ReadonlySet<string> = new Set(['historyLength', 'pageSize'])
const truths: ReadonlySet<string> = new Set(['includeArtifacts'])

/** What GET and DELETE are asked with (section 11.5). What is not known is not passed on unjudged. */
function queryOf(head: Head, method: string): Members {
  const known = agentRequests[method]?.['properties']
  const found: Record<string, unknown> = {}
  for (const [name, value] of new URLSearchParams(head.query ?? '')) {
    if (name === 'A2A-Version') continue
    if (!isRecord(known) || !Object.hasOwn(known, name) || Object.hasOwn(found, name) || head.method === 'POST')
      throw invalid(`\`${name.slice(0, 40)}\` is no parameter here, or comes twice`)
    found[name] = numbers.has(name) ? Number(value) : truths.has(name) ? value === 'true' : value
  }
  return found
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw invalid('the path cannot be read')
  }
}

function parseBody(bytes: Buffer, depth: number): unknown {
  return parseStrictJson(bytes, depth)
}

function unknownMethod(name: string): Unanswered {
  return new Unanswered({
    code: codes.unknownMethod,
    message: `there is no method \`${name.slice(0, 60)}\``,
    status: 404,
  })
}

function invalid(message: string): Unanswered {
  return new Unanswered({ code: codes.invalid, message, status: 400 })
}
