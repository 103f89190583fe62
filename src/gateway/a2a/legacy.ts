/** Requests of A2A 0.3 as those of 1.0, so that they are judged as what they mean. */
import type { Schema } from '../../charter/source/description.ts'
import { isRecord } from '../../wire/to-http.ts'
import { checkNames, type Members } from './asked.ts'
import { codes, Unanswered } from './fault.ts'

/** Methods of 0.3 by the names of 1.0 they have. */
export const legacyMethods: Readonly<Record<string, string>> = {
  'message/send': 'SendMessage',
  'message/stream': 'SendStreamingMessage',
  'tasks/get': 'GetTask',
  'tasks/cancel': 'CancelTask',
  'tasks/resubscribe': 'SubscribeToTask',
  'tasks/pushNotificationConfig/set': 'CreateTaskPushNotificationConfig',
  'tasks/pushNotificationConfig/get': 'GetTaskPushNotificationConfig',
  'tasks/pushNotificationConfig/list': 'ListTaskPushNotificationConfigs',
  'tasks/pushNotificationConfig/delete': 'DeleteTaskPushNotificationConfig',
  'agent/getAuthenticatedExtendedCard': 'GetExtendedAgentCard',
}

const named = (...names: readonly string[]): Readonly<Record<string, Schema>> =>
  Object.fromEntries(names.map((name) => [name, {}]))
const object = (properties: Readonly<Record<string, Schema>>): Schema => ({ properties })
const push = object(named('id', 'url', 'token', 'authentication'))
const file = object(named('name', 'mimeType', 'bytes', 'uri'))
const message = object({
  ...named('kind', 'messageId', 'contextId', 'taskId', 'role', 'metadata', 'extensions', 'referenceTaskIds'),
  parts: { items: object({ ...named('kind', 'text', 'data', 'metadata'), file }) },
})
const spelling: Schema = object({
  ...named('metadata', 'id', 'historyLength', 'taskId', 'pushNotificationConfigId'),
  message,
  configuration: object({ ...named('acceptedOutputModes', 'blocking', 'historyLength'), pushNotificationConfig: push }),
  pushNotificationConfig: push,
})

/** @throws {Unanswered} when they cannot be read in one way. */
export function currentParams(method: string, params: unknown): Members {
  const given = recordOf(params)
  checkNames(given, spelling)
  switch (method) {
    case 'SendMessage':
    case 'SendStreamingMessage':
      return kept({
        ...given,
        message: messageOf(given['message']),
        configuration: configurationOf(given['configuration']),
      })
    case 'CreateTaskPushNotificationConfig': {
      const { pushNotificationConfig, ...others } = given
      return besides(others, recordOf(pushNotificationConfig))
    }
    case 'GetTaskPushNotificationConfig':
    case 'DeleteTaskPushNotificationConfig': {
      const { id, pushNotificationConfigId, ...others } = given
      return besides(others, { taskId: id, id: pushNotificationConfigId ?? id })
    }
    case 'ListTaskPushNotificationConfigs': {
      const { id, ...others } = given
      return besides(others, { taskId: id })
    }
    default:
      return given
  }
}

/** Members nobody knows are judged as they are. @throws {Unanswered} where they have the name of one that is known in 1.0. */
function besides(others: Members, known: Members): Members {
  if (Object.keys(others).some((name) => known[name] !== undefined)) throw wrong('a member is there twice')
  return kept({ ...known, ...others })
}

function messageOf(value: unknown): Members {
  const { kind = 'message', role, parts, ...rest } = recordOf(value)
  if (kind !== 'message') throw wrong('a message says what it is')
  const listed: readonly unknown[] = Array.isArray(parts) ? parts : []
  return { ...rest, role: role === 'user' ? 'ROLE_USER' : role, parts: listed.map(partOf) }
}

function partOf(value: unknown): Members {
  const { kind, text, data, file: given, ...others } = recordOf(value)
  const own = [text, data, given].filter((each) => each !== undefined).length
  const told = kind === 'text' ? text : kind === 'data' ? data : kind === 'file' ? given : undefined
  if (own !== 1 || told === undefined) throw wrong('a part is one of text, file and data, and says so')
  if (kind === 'text') return besides(others, { text })
  if (kind === 'data') return besides(others, { data })
  const { name, mimeType, bytes, uri, ...more } = recordOf(given)
  if ((bytes === undefined) === (uri === undefined)) throw wrong('a file is bytes, or where it is')
  return besides(others, besides(more, { raw: bytes, url: uri, filename: name, mediaType: mimeType }))
}

function configurationOf(value: unknown): Members | undefined {
  if (value === undefined) return undefined
  const { blocking, pushNotificationConfig, ...rest } = recordOf(value)
  return besides(rest, {
    returnImmediately: blocking === undefined ? undefined : blocking === false,
    taskPushNotificationConfig: pushNotificationConfig,
  })
}

function recordOf(value: unknown): Members {
  if (isRecord(value)) return value
  if (value === undefined) return {}
  throw wrong('an object is needed')
}

function kept(members: Members): Members {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined))
}

function wrong(message: string): Unanswered {
  return new Unanswered({ code: codes.params, message, status: 400 })
}
