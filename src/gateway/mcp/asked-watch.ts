/** Finds what servers ask and clients answer in the messages of both eras, and has it decided. */

import { printLosslessJson } from '../../wire/lossless-json.ts'
import { isRecord } from '../../wire/to-http.ts'
import type { Asking, Verdict } from './judge.ts'
import { keyOfId, type RequestMessage, type ResponseMessage, withParams } from './message.ts'
import type { Naming } from './naming.ts'
import { errorBytes, errorOf, resultBytes } from './rpc-error.ts'
import type { Question, ServerAsks } from './server-asks.ts'

const most = 10_000
/** Ours: the question whether to go on with a call that waits for an approval. */
const own = 'lockstep_approval'

type Members = Readonly<Record<string, unknown>>

export class AskedWatch {
  readonly #asks: ServerAsks
  readonly #naming: Naming
  /** Questions that clients were asked and have not answered. */
  readonly #open = new Map<string, Question>()

  constructor(asks: ServerAsks, naming: Naming) {
    this.#asks = asks
    this.#naming = naming
  }

  /** A request of a server. @returns what the client is asked, or what the server is told. */
  async asked(asking: Asking, message: RequestMessage): Promise<{ readonly ask: Buffer } | { readonly tell: Buffer }> {
    const question = { source: this.#sourceOf(message), method: message.method }
    if (message.method === 'ping') return { ask: message.bytes }
    const passed = await this.#asks.question(asking, question, message.params)
    if (!passed.ok) return { tell: errorBytes(message.id, errorOf(passed.refusal, passed.call)) }
    this.#remember(`${whoseOf(asking)} ${keyOfId(message.id)}`, question)
    return { ask: passed.value === message.params ? message.bytes : withParams(message, passed.value).bytes }
  }

  /** With several servers, the ids of questions say whose they are. */
  #sourceOf({ id }: RequestMessage): string {
    const { sources } = this.#naming
    const [only = ''] = sources
    return sources.length === 1 ? only : (/^([\w-]+):/.exec(String(id))?.[1] ?? '')
  }

  /** What a client answers to a request. @returns what the server is told; undefined where nobody asked. */
  async answered(asking: Asking, message: ResponseMessage): Promise<Buffer | undefined> {
    if (message.id === null) return undefined
    const key = `${whoseOf(asking)} ${keyOfId(message.id)}`
    const question = this.#open.get(key)
    if (question === undefined) return undefined
    this.#open.delete(key)
    if (!isRecord(message.result)) return message.bytes
    const passed = await this.#asks.answer(asking, question, message.result, true)
    if (!passed.ok) return errorBytes(message.id, errorOf(passed.refusal, passed.call))
    return passed.value === message.result ? message.bytes : resultBytes(message.id, printLosslessJson(passed.value))
  }

  /** Answers a request brings back to a server (2026-07-28). @returns the request as it may go on. */
  async returning(
    asking: Asking,
    message: RequestMessage,
    source: string,
  ): Promise<RequestMessage | Extract<Verdict, { kind: 'said' }>> {
    const { inputResponses } = message.params
    if (!isRecord(inputResponses)) return message
    let changed: Members = inputResponses
    for (const [name, value] of Object.entries(inputResponses)) {
      if (name === own) continue
      const key = keyFor(asking, message, name)
      const asked = this.#open.get(key)
      this.#open.delete(key)
      const given = isRecord(value) ? value : { content: value }
      const question = asked ?? { source, method: methodOf(given) }
      const passed = await this.#asks.answer(asking, question, given, asked !== undefined)
      if (!passed.ok) return said(message, errorBytes(message.id, errorOf(passed.refusal, passed.call)))
      if (passed.value !== given) changed = { ...changed, [name]: passed.value }
    }
    return changed === inputResponses ? message : withParams(message, { ...message.params, inputResponses: changed })
  }

  /** A verdict whose answer is looked at for what the server asks in it. */
  watching(asking: Asking, message: RequestMessage, source: string, verdict: Verdict): Verdict {
    if (verdict.kind !== 'go') return verdict
    const { expected } = verdict
    const answered = async (came: ResponseMessage, status: number): Promise<Buffer | undefined> => {
      const shown = await expected.answered(came, status)
      const { result } = came
      const asked = isRecord(result) ? result['inputRequests'] : undefined
      if (!isRecord(result) || !isRecord(asked)) return shown
      return (await this.#inResult(asking, { message, source }, { result, asked })) ?? shown
    }
    return { ...verdict, expected: { answered, lost: (failure) => expected.lost(failure) } }
  }

  /** @returns what the client is told instead; undefined: as it came. */
  async #inResult(
    asking: Asking,
    { message, source }: { readonly message: RequestMessage; readonly source: string },
    { result, asked }: { readonly result: Members; readonly asked: Members },
  ): Promise<Buffer | undefined> {
    let changed: Members = asked
    for (const [name, each] of Object.entries(asked)) {
      const params = isRecord(each) && isRecord(each['params']) ? each['params'] : {}
      const question = { source, method: isRecord(each) ? String(each['method']) : '' }
      const passed = await this.#asks.question(asking, question, params)
      if (!passed.ok) return errorBytes(message.id, errorOf(passed.refusal, passed.call))
      this.#remember(keyFor(asking, message, name), question)
      if (passed.value !== params && isRecord(each)) changed = { ...changed, [name]: { ...each, params: passed.value } }
    }
    return changed === asked
      ? undefined
      : resultBytes(message.id, printLosslessJson({ ...result, inputRequests: changed }))
  }

  #remember(key: string, question: Question): void {
    this.#open.set(key, question)
    const [oldest] = this.#open.keys()
    if (this.#open.size > most && oldest !== undefined) this.#open.delete(oldest)
  }
}

function whoseOf({ owner, session = '' }: Asking): string {
  return `${owner} ${session}`
}

function keyFor({ owner }: Asking, { method, params }: RequestMessage, name: string): string {
  return JSON.stringify([owner, method, params['name'] ?? params['uri'] ?? params['taskId'] ?? null, name])
}

/** What an answer is to, where another node saw the question. */
function methodOf(given: Members): string {
  if ('action' in given) return 'elicitation/create'
  return 'roots' in given ? 'roots/list' : 'sampling/createMessage'
}

function said(_message: RequestMessage, bytes: Buffer): Extract<Verdict, { kind: 'said' }> {
  return { kind: 'said', status: 200, bytes }
}
