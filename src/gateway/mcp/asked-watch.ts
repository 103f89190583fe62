/** Finds what servers ask and clients answer in the messages of both eras, and has it decided. */

import type { Keeping, KeptName } from '../../guard/keeping.ts'
import { parseLosslessJson, printLosslessJson } from '../../wire/lossless-json.ts'
import { isRecord } from '../../wire/to-http.ts'
import type { Asking, Verdict } from './judge.ts'
import { keyOfId, type MessageId, messageOf, type RequestMessage, type ResponseMessage, withParams } from './message.ts'
import type { Naming } from './naming.ts'
import { codes, errorBytes, errorOf, resultBytes } from './rpc-error.ts'
import type { Question, ServerAsks } from './server-asks.ts'

/** How long an answer is waited for. */
const keptMs = 24 * 60 * 60_000
/** Ours: the question whether to go on with a call that waits for an approval. */
const own = 'lockstep_approval'
/** The error of a server that sends a user to an address before it does anything. */
const urlsNeeded = -32042

type Members = Readonly<Record<string, unknown>>

export class AskedWatch {
  readonly #asks: ServerAsks
  readonly #naming: Naming
  /** Has the questions that clients were asked and have not answered: they may answer at another node. */
  readonly #keeping: Keeping

  constructor(asks: ServerAsks, naming: Naming, keeping: Keeping) {
    this.#asks = asks
    this.#naming = naming
    this.#keeping = keeping
  }

  /** A request of a server. @returns what the client is asked, or what the server is told. */
  async asked(asking: Asking, message: RequestMessage): Promise<{ readonly ask: Buffer } | { readonly tell: Buffer }> {
    const question = { source: this.#sourceOf(message), method: message.method }
    if (message.method === 'ping') {
      await this.#remember(asking, ofRequest(asking, message.id), question)
      return { ask: message.bytes }
    }
    const passed = await this.#asks.question(asking, question, message.params)
    if (!passed.ok) return { tell: errorBytes(message.id, errorOf(passed.refusal, passed.call)) }
    await this.#remember(asking, ofRequest(asking, message.id), question)
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
    const question = await this.#take(ofRequest(asking, message.id))
    if (question === undefined) return undefined
    // That a client is there says nothing else.
    if (question.method === 'ping') return resultBytes(message.id, '{}')
    const given = isRecord(message.result) ? message.result : { error: message.error ?? null }
    const passed = await this.#asks.answer(asking, question, given, true)
    if (!passed.ok) return errorBytes(message.id, errorOf(passed.refusal, passed.call))
    if (passed.value === given) return message.bytes
    if (given === message.result) return resultBytes(message.id, printLosslessJson(passed.value))
    return errorBytes(message.id, { code: codes.internal, message: 'the client gave no answer' })
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
      const asked = await this.#take(ofInput(asking, message, name))
      const given = isRecord(value) ? value : { content: value }
      const question = asked ?? { source, method: methodOf(given) }
      const passed = await this.#asks.answer(asking, question, given, asked !== undefined)
      if (!passed.ok) return said(message, errorBytes(message.id, errorOf(passed.refusal, passed.call)))
      if (asked === undefined) {
        const { [name]: _, ...kept } = changed
        changed = kept
      } else if (passed.value !== given) changed = { ...changed, [name]: passed.value }
    }
    return changed === inputResponses ? message : withParams(message, { ...message.params, inputResponses: changed })
  }

  /** A verdict whose answer is looked at for what the server asks in it. */
  watching(asking: Asking, message: RequestMessage, source: string, verdict: Verdict): Verdict {
    if (verdict.kind !== 'go') return verdict
    const { expected } = verdict
    const answered = async (came: ResponseMessage, status: number): Promise<Buffer | undefined> => {
      const shown = await expected.answered(came, status)
      const { result, error } = shown === undefined ? came : answerIn(shown)
      if (isRecord(error) && error['code'] === urlsNeeded)
        return (await this.#inError(asking, { message, source }, error)) ?? shown
      const asked = isRecord(result) ? result['inputRequests'] : undefined
      if (!isRecord(result) || !isRecord(asked)) return shown
      return (await this.#inResult(asking, { message, source }, { result, asked })) ?? shown
    }
    return { ...verdict, expected: { answered, lost: (failure) => expected.lost(failure) } }
  }

  /** Addresses that a user is to open first (2025-11-25). @returns what the client is told instead; undefined: as it came. */
  async #inError(
    asking: Asking,
    { message, source }: { readonly message: RequestMessage; readonly source: string },
    { data }: Members,
  ): Promise<Buffer | undefined> {
    const listed = isRecord(data) ? data['elicitations'] : undefined
    for (const each of Array.isArray(listed) ? listed : [listed]) {
      const params = isRecord(each) ? { ...each, mode: 'url' } : { mode: 'url' }
      const passed = await this.#asks.question(asking, { source, method: 'elicitation/create' }, params)
      if (!passed.ok) return errorBytes(message.id, errorOf(passed.refusal, passed.call))
    }
    return undefined
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
      await this.#remember(asking, ofInput(asking, message, name), question)
      if (passed.value !== params && isRecord(each)) changed = { ...changed, [name]: { ...each, params: passed.value } }
    }
    return changed === asked
      ? undefined
      : resultBytes(message.id, printLosslessJson({ ...result, inputRequests: changed }))
  }

  #remember({ owner }: Asking, name: KeptName, question: Question): Promise<void> {
    return this.#keeping.keep(name, { holder: owner, content: question, forMs: keptMs })
  }

  /** A question that was asked, once. */
  #take(name: KeptName): Promise<Question | undefined> {
    return this.#keeping.change(name, (found) => {
      const { source, method } = isRecord(found?.content) ? found.content : {}
      if (typeof source !== 'string' || typeof method !== 'string') return { value: undefined }
      return { value: { source, method }, drop: true }
    })
  }
}

/** A question that came as a request of the server's own. */
function ofRequest({ owner, session = '' }: Asking, id: MessageId): KeptName {
  return ['mcp question', owner, session, keyOfId(id)]
}

/** A question that came with a result. */
function ofInput({ owner }: Asking, { method, params }: RequestMessage, name: string): KeptName {
  const { taskId } = params
  // Asked by `tasks/get`, answered by `tasks/update`.
  if (typeof taskId === 'string' && method.startsWith('tasks/')) return ['mcp input', owner, 'tasks', taskId, name]
  return ['mcp input', owner, method, JSON.stringify(params['name'] ?? params['uri'] ?? null), name]
}

/** What an answer is to, where nobody saw the question. */
function methodOf(given: Members): string {
  if ('action' in given) return 'elicitation/create'
  return 'roots' in given ? 'roots/list' : 'sampling/createMessage'
}

/** What a client is told, read again. */
function answerIn(shown: Buffer): Pick<ResponseMessage, 'result' | 'error'> {
  const message = messageOf(parseLosslessJson(shown.toString('utf8')), shown)
  return message?.kind === 'response' ? message : {}
}

function said(_message: RequestMessage, bytes: Buffer): Extract<Verdict, { kind: 'said' }> {
  return { kind: 'said', status: 200, bytes }
}
