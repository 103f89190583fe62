/** Results of A2A: what they show, in whichever version they are written. */
import { isRecord } from '../../wire/to-http.ts'
import type { Asked, Members } from './asked.ts'

/** The tasks and contexts a result names. */
export interface Named {
  readonly tasks: readonly string[]
  readonly contexts: readonly string[]
}

/** What a result or an event is of: a task, a message, or news of one. Undefined when it is nothing the protocol has. */
export function thingsIn(asked: Pick<Asked, 'method' | 'version'>, result: unknown): readonly Members[] | undefined {
  if (!isRecord(result)) return undefined
  switch (asked.method) {
    case 'SendMessage':
    case 'SendStreamingMessage':
    case 'SubscribeToTask':
      return asked.version === '0.3' ? legacyThing(result) : currentThing(result)
    case 'GetTask':
    case 'CancelTask':
      return typeof result['id'] === 'string' ? [result] : undefined
    case 'ListTasks':
      return Array.isArray(result['tasks']) ? result['tasks'].filter(isRecord) : undefined
    default:
      return []
  }
}

const wrappers = ['task', 'message', 'statusUpdate', 'artifactUpdate'] as const

function currentThing(result: Members): readonly Members[] | undefined {
  const own = wrappers.filter((name) => Object.hasOwn(result, name))
  const [name] = own
  const thing = own.length === 1 && name !== undefined ? result[name] : undefined
  return isRecord(thing) ? [thing] : undefined
}

const kinds: ReadonlySet<unknown> = new Set(['task', 'message', 'status-update', 'artifact-update'])

function legacyThing(result: Members): readonly Members[] | undefined {
  return kinds.has(result['kind']) ? [result] : undefined
}

/** The ids in a task, a message or news of one; also those of messages in it. */
export function namedIn(things: readonly Members[]): Named {
  const tasks = new Set<string>()
  const contexts = new Set<string>()
  const take = (thing: unknown, idIsTask: boolean): void => {
    if (!isRecord(thing)) return
    const { id, taskId, contextId, status, history } = thing
    if (idIsTask && typeof id === 'string') tasks.add(id)
    if (typeof taskId === 'string' && taskId !== '') tasks.add(taskId)
    if (typeof contextId === 'string' && contextId !== '') contexts.add(contextId)
    if (isRecord(status)) take(status['message'], false)
    if (Array.isArray(history)) for (const each of history) take(each, false)
  }
  for (const thing of things) take(thing, isTask(thing))
  return { tasks: [...tasks], contexts: [...contexts] }
}

function isTask(thing: Members): boolean {
  return isRecord(thing['status']) && !Object.hasOwn(thing, 'taskId')
}

/** The state of a task as 1.0 names it; undefined when the result shows none. */
export function stateIn(things: readonly Members[]): string | undefined {
  for (const { status } of things) {
    const state = isRecord(status) ? status['state'] : undefined
    if (typeof state === 'string')
      return state.startsWith('TASK_STATE_') ? state : `TASK_STATE_${state.toUpperCase().replaceAll('-', '_')}`
  }
  return undefined
}
