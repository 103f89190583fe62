/** Answers of agents, whole or as streams of events, on their way back. */
import { createParser } from 'eventsource-parser'
import type { Outcome } from '../../guard/call.ts'
import { refuse } from '../../guard/refusal.ts'
import { printLosslessJson } from '../../wire/lossless-json.ts'
import { isRecord } from '../../wire/to-http.ts'
import type { Reply } from '../http/reply.ts'
import { parseStrictJson } from '../http/strict-json.ts'
import type { Members } from './asked.ts'
import { type Came, wholeOf } from './exchange.ts'
import { codes, fault, faultAnswer, refusalFault, Unanswered } from './fault.ts'
import { admit, answered, type Deciding, hear, type Passing } from './judge.ts'

type Answer = Extract<Came, { kind: 'answer' }>

export interface Limits {
  readonly responseBytes: number
  readonly jsonDepth: number
}

export interface Whole {
  readonly status: number
  readonly body: string
}

/** Errors that an agent gives before it does anything. */
const beforehand: ReadonlySet<unknown> = new Set([
  -32700, -32600, -32601, -32602, -32001, -32002, -32003, -32004, -32005, -32007, -32008, -32009,
])

/** @throws {Unanswered} when nothing of the answer may be shown. */
export async function wholeAnswer(deciding: Deciding, passing: Passing, came: Answer, limits: Limits): Promise<Whole> {
  const { asked } = deciding
  const given = await wholeOf(came.body, limits.responseBytes)
  const bytes = given === undefined ? undefined : (came.scrubber?.bytes(given) ?? given)
  const parsed = bytes === undefined ? undefined : read(bytes, limits.jsonDepth)
  if (bytes === undefined || parsed === undefined) {
    await passing.settle({ kind: 'unknown', why: 'the answer cannot be read' })
    throw unreadable(passing.call)
  }
  const isRest = asked.binding === 'HTTP+JSON'
  const failed = isRest ? came.status >= 300 : !isRecord(parsed) || isError(parsed) || came.status >= 300
  if (failed) {
    await passing.settle(failureOf(parsed, came.status, isRest))
    // An error with a result beside it would be read as the one or the other.
    if ((!isRest && hasResult(parsed)) || (came.status >= 300 && came.status < 400)) throw unreadable(passing.call)
    return { status: came.status < 200 ? 502 : came.status, body: bytes.toString('utf8') }
  }
  if (!isRest && (!isRecord(parsed) || parsed['id'] !== asked.id)) {
    await passing.settle({ kind: 'unknown', why: 'the answer is to another request' })
    throw unreadable(passing.call)
  }
  const result = isRest ? parsed : isRecord(parsed) ? parsed['result'] : undefined
  const shown = await shownOf(deciding, passing, asked.method.startsWith('Delete') ? (result ?? {}) : result)
  const body = isRest ? shown : { jsonrpc: '2.0', id: asked.id, result: shown }
  const asItCame = shown === result && (isRest || isBare(parsed))
  return { status: came.status, body: asItCame ? bytes.toString('utf8') : printLosslessJson(body) }
}

/** Some agents say of what is no error that it is null. */
function isError(message: Members): boolean {
  return message['error'] !== undefined && message['error'] !== null
}

function hasResult(message: unknown): boolean {
  return isRecord(message) && message['result'] !== undefined && message['result'] !== null
}

/** Whether an answer of JSON-RPC has nothing beside its result that nobody looked at. */
function isBare(message: unknown): boolean {
  return isRecord(message) && Object.keys(message).every((name) => ['jsonrpc', 'id', 'result'].includes(name))
}

function read(bytes: Buffer, depth: number): unknown {
  // An answer to DELETE has nothing to say.
  if (bytes.length === 0) return {}
  try {
    return parseStrictJson(bytes, depth)
  } catch {
    return undefined
  }
}

function failureOf(parsed: unknown, status: number, isRest: boolean): Outcome {
  if (isRest) return answered(parsed, status)
  const error = isRecord(parsed) ? parsed['error'] : undefined
  const code = isRecord(error) ? error['code'] : undefined
  return answered(error ?? null, beforehand.has(code) || (status >= 400 && status < 500) ? 400 : 500)
}

/** What the call took is settled also when nothing of the answer may be shown. */
async function shownOf(deciding: Deciding, passing: Passing, result: unknown): Promise<unknown> {
  let admitted: unknown
  try {
    admitted = await admit(deciding, result)
  } catch (error) {
    await passing.settle(answered(null))
    throw error
  }
  const shown = await passing.settle(answered(admitted))
  await hear(deciding, passing, shown)
  return shown
}

function unreadable(call: string): Unanswered {
  return refusalFault(refuse('upstream-failed', 'the agent’s answer cannot be read'), call)
}

/** What becomes of one event: text to pass on, or the end of the stream. */
type Taken = { readonly data: string } | { readonly last: string }

/**
 * Passes events on one by one, each looked at before it is seen. The first says whether the call took effect.
 *
 * @param open - Begins the answer, when there is a first event to give.
 * @throws {Unanswered} while nothing was sent yet.
 */
export async function streamAnswer(
  deciding: Deciding,
  passing: Passing,
  came: Answer,
  { limits, reply, open }: { readonly limits: Limits; readonly reply: Reply; readonly open: () => void },
): Promise<void> {
  const events = new Events(deciding, passing, limits.jsonDepth)
  let begun = false
  const write = async (text: string): Promise<void> => {
    if (!begun) open()
    begun = true
    if (!reply.writableEnded && !reply.write(Buffer.from(text))) await drained(reply)
  }
  const waiting: ({ readonly data: string } | { readonly comment: string })[] = []
  const clean = (text: string): string => came.scrubber?.text(text) ?? text
  const parser = createParser({
    onEvent: ({ data }) => void waiting.push({ data: clean(data) }),
    onComment: (comment) => void waiting.push({ comment: clean(comment) }),
  })
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let size = 0
  try {
    for await (const chunk of came.body) {
      size += chunk.length
      parser.feed(decoder.decode(chunk, { stream: true }))
      if (waiting.length > 0) size = 0
      if (size > limits.responseBytes) throw unreadable(passing.call)
      for (const each of waiting.splice(0)) {
        if ('comment' in each) {
          if (begun) await write(`:${each.comment}\n\n`)
          continue
        }
        const taken = await events.take(each.data)
        await write(eventText('data' in taken ? taken.data : taken.last))
        if ('last' in taken) return
      }
    }
  } catch (error) {
    await events.lost(error)
    if (!begun) throw error instanceof Unanswered ? error : unreadable(passing.call)
    if (error instanceof Unanswered) await write(eventText(faultAnswer(error, deciding.asked).body))
  } finally {
    came.body.destroy()
    await events.lost(new Error('no event came'))
    if (begun) reply.end()
  }
  if (!begun) throw unreadable(passing.call)
}

function eventText(data: string): string {
  return `${data
    .split(/\r\n|\n|\r/)
    .map((line) => `data: ${line}`)
    .join('\n')}\n\n`
}

function drained(reply: Reply): Promise<void> {
  return new Promise((resolve) => {
    reply.once('drain', resolve)
    reply.once('close', resolve)
  })
}

class Events {
  readonly #deciding: Deciding
  readonly #passing: Passing
  readonly #depth: number
  #settled = false

  constructor(deciding: Deciding, passing: Passing, depth: number) {
    this.#deciding = deciding
    this.#passing = passing
    this.#depth = depth
  }

  /** @throws {Unanswered} when an event must not be seen. */
  async take(data: string): Promise<Taken> {
    const { asked } = this.#deciding
    const parsed = read(Buffer.from(data), this.#depth)
    const isRest = asked.binding === 'HTTP+JSON'
    if (isRecord(parsed) && isError(parsed)) {
      await this.#settle(failureOf(parsed, 200, false))
      if (hasResult(parsed)) throw fault(codes.badAnswer, 'the event is an error and a result', 502)
      return { last: data }
    }
    if (!isRest && (!isRecord(parsed) || parsed['id'] !== asked.id))
      throw fault(codes.badAnswer, 'the event is to another request', 502)
    const result = isRest ? parsed : isRecord(parsed) ? parsed['result'] : undefined
    const admitted = await admit(this.#deciding, result)
    // What comes after the first is of the same call.
    if (this.#settled) await this.#passing.more(admitted)
    await this.#settle(answered(admitted))
    await hear(this.#deciding, this.#passing, admitted)
    return { data: isRest || isBare(parsed) ? data : printLosslessJson({ jsonrpc: '2.0', id: asked.id, result }) }
  }

  async #settle(outcome: Outcome): Promise<void> {
    if (this.#settled) return
    this.#settled = true
    await this.#passing.settle(outcome)
  }

  /** The stream broke: where nothing came before, nobody knows whether the agent did what it was asked. */
  async lost(error: unknown): Promise<void> {
    const why = error instanceof Error ? error.message : 'failed'
    await this.#settle({ kind: 'unknown', why }).catch(() => undefined)
  }
}
