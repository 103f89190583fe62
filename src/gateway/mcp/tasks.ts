/** Tasks: results that come later, each bound to whoever started it, and inspected when they come. */

import { printLosslessJson } from '../../wire/lossless-json.ts'
import { isRecord } from '../../wire/to-http.ts'
import type { Asking, Verdict } from './judge.ts'
import type { RequestMessage, ResponseMessage } from './message.ts'
import { codes, errorBytes, errorOf, resultBytes } from './rpc-error.ts'
import { passing, type Settling } from './tool-call.ts'

interface Task {
  readonly owner: string
  readonly source: string
  readonly settling: Settling | undefined
  /** What its result became, once it is settled. */
  shown?: Awaited<ReturnType<Settling['settle']>>
  settled: boolean
  readonly at: number
}

const most = 10_000
const keptMs = 24 * 60 * 60_000

/** Remembers them, on this node. */
export class Tasks {
  readonly #known = new Map<string, Task>()

  add(source: string, id: string, owner: string, settling: Settling | undefined): void {
    const before = performance.now() - keptMs
    for (const [key, task] of this.#known) {
      if (task.at >= before && this.#known.size < most) break
      this.#known.delete(key)
      if (!task.settled) void task.settling?.lost({ sent: true, why: 'the task was never asked for' })
    }
    this.#known.set(keyOf(source, id), { owner, source, settling, settled: false, at: performance.now() })
  }

  /**
   * `tasks/get` and its like: for whoever started the task, and nobody else.
   *
   * @param open - Tasks that nobody here saw begin are asked for too.
   */
  request(asking: Asking, message: RequestMessage, source: string, open: boolean): Verdict {
    const id = String(message.params['taskId'])
    const task = this.#known.get(keyOf(source, id))
    if (task === undefined && open) return passing(message)
    if (task === undefined || task.owner !== asking.owner)
      return {
        kind: 'said',
        status: 200,
        bytes: errorBytes(message.id, { code: codes.params, message: 'no such task' }),
      }
    return passing(message, (came) => this.#show(task, message, came))
  }

  /** The task of a notification. */
  ownerOf(source: string, id: string): string | undefined {
    return this.#known.get(keyOf(source, id))?.owner
  }

  async #show(task: Task, message: RequestMessage, { result }: ResponseMessage): Promise<Buffer | undefined> {
    const { settling } = task
    if (!isRecord(result) || settling === undefined) return undefined
    const isPayload = message.method === 'tasks/result'
    const status = isPayload ? 'completed' : String(result['status'])
    const inner = isPayload ? result : result['result']
    if (status === 'completed' && (isPayload || isRecord(inner))) {
      if (!task.settled) {
        task.settled = true
        task.shown = await settling.settle(inner, undefined, 200)
      }
      return shownIn(message, settling.call, result, isPayload, task.shown)
    }
    if ((status === 'failed' || status === 'cancelled') && !task.settled) {
      task.settled = true
      await settling.settle(
        undefined,
        result['error'] ?? { code: 0, message: status },
        status === 'cancelled' ? 400 : 500,
      )
    }
    return undefined
  }
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
  return resultBytes(message.id, printLosslessJson(isPayload ? shown.result : { ...result, result: shown.result }))
}

function keyOf(source: string, id: string): string {
  return `${source} ${id}`
}
