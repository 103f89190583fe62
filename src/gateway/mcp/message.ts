/** JSON-RPC messages of MCP: one reading each, with the bytes they came as. */

import { printLosslessJson } from '../../wire/lossless-json.ts'
import { isRecord } from '../../wire/to-http.ts'
import { Refused } from '../http/refused.ts'
import { foldedName, parseStrictJson } from '../http/strict-json.ts'
import { codes, Unanswered } from './rpc-error.ts'

export type MessageId = string | number

interface Came {
  /** Exactly as they came: what is judged is what is sent on. */
  readonly bytes: Buffer
}

export interface RequestMessage extends Came {
  readonly kind: 'request'
  readonly id: MessageId
  readonly method: string
  readonly params: Readonly<Record<string, unknown>>
}

export interface NotificationMessage extends Came {
  readonly kind: 'notification'
  readonly method: string
  readonly params: Readonly<Record<string, unknown>>
}

export interface ResponseMessage extends Came {
  readonly kind: 'response'
  /** Null where whoever answers could not read the id of what it answers. */
  readonly id: MessageId | null
  readonly result?: unknown
  readonly error?: unknown
}

export type Message = RequestMessage | NotificationMessage | ResponseMessage

/** Whether a body is JSON text in UTF-8, by its type. @throws {Unanswered} HTTP 415. */
export function checkType(type: string | undefined): void {
  const [, charset] = /^application\/json\s*(?:;\s*charset\s*=\s*"?([\w-]+)"?\s*)?$/i.exec(type ?? '') ?? [
    undefined,
    'none',
  ]
  if (charset !== undefined && !/^utf-?8$/i.test(charset))
    throw new Unanswered({ code: codes.invalid, message: 'the body is no application/json', status: 415 })
}

/**
 * Reads one message of a client.
 *
 * @throws {Unanswered} when it is no UTF-8, no JSON, nested too deep, has a name twice, is a batch, or no JSON-RPC 2.0 message.
 */
export function readMessage(bytes: Buffer, maxDepth: number): Message {
  let value: unknown
  try {
    value = parseStrictJson(bytes, maxDepth)
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    throw new Unanswered({ code: codes.parse, message: error.refusal.detail, status: 400 })
  }
  // Batches were part of one revision that is not spoken here; a list would be many calls under one decision.
  if (Array.isArray(value)) throw invalid('batches are not served')
  const message = messageOf(value, bytes)
  if (message === undefined) throw invalid('it is no JSON-RPC 2.0 message')
  checkSpelling(value, ofMessages)
  if (message.kind !== 'response') checkSpelling(message.params, ofParameters)
  else checkSpelling(message.result, ofAnswers)
  return message
}

const ofMessages = ['jsonrpc', 'id', 'method', 'params', 'result', 'error']
const ofParameters = [
  '_meta',
  'name',
  'arguments',
  'uri',
  'ref',
  'argument',
  'context',
  'cursor',
  'task',
  'taskId',
  'inputResponses',
  'requestState',
  'requestId',
  'notifications',
]
const ofAnswers = ['_meta', 'action', 'content', 'role', 'model', 'stopReason', 'roots']

/** SECURITY: servers are known that do not tell upper from lower case in names, and would read what nobody judged. @throws {Unanswered} */
function checkSpelling(value: unknown, names: readonly string[]): void {
  if (!isRecord(value)) return
  for (const name of Object.keys(value)) {
    const meant = names.find((each) => foldedName(each) === foldedName(name))
    if (meant !== undefined && meant !== name) throw invalid(`a member is called almost \`${meant}\``)
  }
}

/** A parsed value as a message; undefined when it is none. */
export function messageOf(value: unknown, bytes: Buffer): Message | undefined {
  if (!isRecord(value) || value['jsonrpc'] !== '2.0') return undefined
  const { id, method, params } = value
  if (typeof method !== 'string') {
    const answers = Object.hasOwn(value, 'result') !== Object.hasOwn(value, 'error')
    if (!answers || method !== undefined || !(isId(id) || id === null)) return undefined
    return {
      kind: 'response',
      id,
      bytes,
      ...('result' in value ? { result: value['result'] } : { error: value['error'] }),
    }
  }
  if (Object.hasOwn(value, 'result') || Object.hasOwn(value, 'error')) return undefined
  const given = params ?? {}
  if (!isRecord(given)) return undefined
  if (!Object.hasOwn(value, 'id')) return { kind: 'notification', method, params: given, bytes }
  return isId(id) ? { kind: 'request', id, method, params: given, bytes } : undefined
}

function isId(value: unknown): value is MessageId {
  return typeof value === 'string' || (typeof value === 'number' && Number.isSafeInteger(value))
}

/** A request with other arguments; everything else as it was read. */
export function withArguments(message: RequestMessage, given: unknown): RequestMessage {
  return withParams(message, { ...message.params, arguments: given })
}

/** A request with other parameters. */
export function withParams(message: RequestMessage, params: RequestMessage['params']): RequestMessage {
  const { id, method } = message
  return { ...message, params, bytes: Buffer.from(printLosslessJson({ jsonrpc: '2.0', id, method, params })) }
}

/** Ids of one text and one number that look alike are two ids. */
export function keyOfId(id: MessageId): string {
  return typeof id === 'number' ? `#${id}` : `"${id}`
}

/** The `_meta` of a message. */
export function metaOf({
  params,
}: {
  readonly params: Readonly<Record<string, unknown>>
}): Readonly<Record<string, unknown>> {
  const meta = params['_meta']
  return isRecord(meta) ? meta : {}
}

/**
 * SECURITY: a handle of a run counts in its header only. In a message it would reach the server, and a client that shows it there would go on
 * in another run than it believes.
 *
 * @throws {Unanswered}
 */
export function checkNamesNoRun(message: Message): void {
  if (message.kind !== 'response' && metaOf(message)['lockstep/run'] !== undefined)
    throw invalid('a run is named by the header Lockstep-Run, and nowhere else')
}

function invalid(message: string): Unanswered {
  return new Unanswered({ code: codes.invalid, message, status: 400 })
}
