/** Tasks: results that come later, each bound to whoever started it, and inspected when they come, at whichever node. */

import type { CallRequest } from '../../charter/charter.ts'
import type { Ruling } from '../../guard/call.ts'
import type { Guard } from '../../guard/guard.ts'
import type { KeptName } from '../../guard/keeping.ts'
import { printLosslessJson } from '../../wire/lossless-json.ts'
import { isRecord } from '../../wire/to-http.ts'
import type { Asking, Verdict } from './judge.ts'
import type { RequestMessage, ResponseMessage } from './message.ts'
import { codes, errorBytes, errorOf, resultBytes } from './rpc-error.ts'
import { passing, type Settling, settlingOf } from './tool-call.ts'
import { taskOnly } from './tool-result.ts'

/** A task that somebody may ask for. */
interface Task {
  readonly source: string
  /** The call it is of; absent where nothing was decided. */
  readonly call?: string
}

export interface TasksOptions {
  readonly guard: Guard
  /** Those behind the address. */
  readonly sources: readonly string[]
  /** Looks for a call are made on the session of whoever asks for its result. */
  readonly bind: (request: CallRequest, asking: Asking, source: string) => void
}

const keptMs = 24 * 60 * 60_000

/** Remembers them with the guard. */
export class Tasks {
  readonly #options: TasksOptions

  constructor(options: TasksOptions) {
    this.#options = options
  }

  /**
   * Keeps a task, and the call it is the result of.
   *
   * @returns false when it is somebody else's. @throws {StoreError} when it cannot be kept.
   */
  async add(source: string, id: string, owner: string, ruling?: Extract<Ruling, { kind: 'go' }>): Promise<boolean> {
    const { keeping } = this.#options.guard
    const content = ruling === undefined ? {} : { call: ruling.call }
    const isOwn = await keeping.change(nameOf(source, id), (found) =>
      found === undefined || found.holder === owner
        ? { value: true, keep: { holder: owner, content, forMs: keptMs } }
        : { value: false },
    )
    if (isOwn) await ruling?.suspend({ holder: holderOf(owner), forMs: keptMs })
    return isOwn
  }

  /**
   * `tasks/get` and its like: for whoever started the task, and nobody else.
   *
   * @param open - Tasks that nobody saw begin are asked for too.
   */
  async request(asking: Asking, message: RequestMessage, open: boolean): Promise<Verdict> {
    const found = await this.#find(asking.owner, String(message.params['taskId']))
    if (found === 'nobody’s' && open) return passing(message)
    if (typeof found === 'string') return said(message)
    return passing(message, (came) => this.#show(asking, found, message, came), found.source)
  }

  /** Which server has a task of this owner; undefined where that is not known. */
  async sourceOf(owner: string, id: string): Promise<string | undefined> {
    const found = await this.#find(owner, id)
    return typeof found === 'string' ? undefined : found.source
  }

  /** Servers give ids of their own: one that two of them gave to the same caller names nothing. */
  async #find(owner: string, id: string): Promise<Task | 'nobody’s' | 'another’s' | 'twice'> {
    const { guard, sources } = this.#options
    const all = await Promise.all(
      sources.map(async (source) => ({ source, found: await guard.keeping.get(nameOf(source, id)) })),
    )
    const kept = all.filter(({ found }) => found !== undefined)
    const [own, more] = kept.filter(({ found }) => found?.holder === owner)
    if (own === undefined) return kept.length === 0 ? 'nobody’s' : 'another’s'
    if (more !== undefined) return 'twice'
    const { source, found } = own
    const call = isRecord(found?.content) ? found.content['call'] : undefined
    return { source, ...(typeof call === 'string' ? { call } : {}) }
  }

  async #show(
    asking: Asking,
    { source, call }: Task,
    message: RequestMessage,
    { result }: ResponseMessage,
  ): Promise<Buffer | undefined> {
    if (!isRecord(result) || call === undefined) return undefined
    const isPayload = message.method === 'tasks/result'
    const status = isPayload ? 'completed' : String(result['status'])
    const inner = isPayload ? result : result['result']
    const isDone = status === 'completed' && (isPayload || isRecord(inner))
    const known = taskOnly(result, 'inputRequests', 'requestState', 'error', ...(isDone ? ['result'] : []))
    const rest = isPayload || known === result ? undefined : resultBytes(message.id, printLosslessJson(known))
    if (!isDone && status !== 'failed' && status !== 'cancelled') return rest
    const { credentials, signal } = asking
    const resumed = await this.#options.guard.resume(call, holderOf(asking.owner), {
      signal,
      ...(credentials === undefined ? {} : { credentials }),
    })
    // SECURITY: what nobody can judge any more is not shown.
    if (resumed === undefined) return said(message).bytes
    this.#options.bind(resumed.request, asking, source)
    const settling = settlingOf(resumed)
    if (isDone) {
      const shown = await settling.settle(inner, undefined, 200)
      return shownIn(message, call, known, isPayload, shown) ?? rest
    }
    const error = result['error'] ?? { code: 0, message: status }
    if (!resumed.settled) await settling.settle(undefined, error, status === 'cancelled' ? 400 : 500)
    return rest
  }
}

function said(message: RequestMessage): Extract<Verdict, { kind: 'said' }> {
  const bytes = errorBytes(message.id, { code: codes.params, message: 'no such task' })
  return { kind: 'said', status: 200, bytes }
}

function shownIn(
  message: RequestMessage,
  call: string,
  result: Readonly<Record<string, unknown>>,
  isPayload: boolean,
  shown: Awaited<ReturnType<Settling['settle']>>,
): Buffer | undefined {
  if (shown === undefined) return undefined
  if ('refusal' in shown) return errorBytes(message.id, errorOf(shown.refusal, call))
  if ('error' in shown) return errorBytes(message.id, shown.error)
  return resultBytes(message.id, printLosslessJson(isPayload ? shown.result : { ...result, result: shown.result }))
}

function nameOf(source: string, id: string): KeptName {
  return ['mcp task', source, id]
}

function holderOf(owner: string): string {
  return JSON.stringify(['mcp task', owner])
}
