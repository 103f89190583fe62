/** Answers of OpenAI Chat Completions, whole and streamed. */
import { isObject, listOf, memberOf, type PlainObject } from '../../charter/source/plain.ts'
import { printLosslessJson } from '../../wire/lossless-json.ts'
import { type Held, hold, inOrder, isOneReading, joined, newHeld } from './chat-fragments.ts'
import {
  bytesIn,
  emptyOutput,
  type Judge,
  judged,
  keepNames,
  type Output,
  openAiUsage,
  type ToolVerdict,
} from './output.ts'
import { stringOf } from './reading.ts'
import { dataOf, type StreamEvent } from './sse.ts'
import type { ModelStream, Whole } from './stream.ts'

const endsInCalls: ReadonlySet<unknown> = new Set(['tool_calls', 'function_call'])

/** Judges the calls of a whole answer. */
export async function readWholeChat(body: PlainObject, judge: Judge): Promise<Whole> {
  const output = emptyOutput()
  keepNames(output, body)
  const usage = openAiUsage(body['usage'])
  if (usage !== undefined) output.usage = usage
  output.complete = true
  let changed = false
  const choices: unknown[] = []
  for (const choice of listOf(body['choices'])) {
    const mended = isObject(choice) ? await mendChoice(choice, output, judge) : choice
    changed ||= mended !== choice
    choices.push(mended)
  }
  return { body: changed ? { ...body, choices } : body, changed, output }
}

async function mendChoice(choice: PlainObject, output: Output, judge: Judge): Promise<PlainObject> {
  const message = choice['message']
  const end = stringOf(choice['finish_reason'])
  if (end !== undefined) output.end = end
  if (!isObject(message)) return choice
  output.text += stringOf(message['content']) ?? ''
  const { tool_calls: calls, function_call: legacy, ...others } = message
  const kept: unknown[] = []
  const texts: string[] = []
  let keptLegacy: unknown = legacy
  let changed = false
  for (const call of listOf(calls)) {
    const verdict = await judged(output, judge, askedBy(call))
    changed ||= verdict.kind !== 'pass'
    if (verdict.kind === 'replace') texts.push(verdict.text)
    else kept.push(verdict.kind === 'change' ? withArguments(call, verdict.text) : call)
  }
  if (isObject(legacy)) {
    const verdict = await judged(output, judge, askedByLegacy(legacy))
    changed ||= verdict.kind !== 'pass'
    if (verdict.kind === 'replace') texts.push(verdict.text)
    keptLegacy =
      verdict.kind === 'replace'
        ? undefined
        : verdict.kind === 'change'
          ? { ...legacy, arguments: verdict.text }
          : legacy
  }
  if (!changed) return choice
  const content = [stringOf(message['content']) ?? '', ...texts].filter((text) => text !== '').join('\n')
  const none = kept.length === 0 && !isObject(keptLegacy)
  return {
    ...choice,
    ...(none && endsInCalls.has(choice['finish_reason']) ? { finish_reason: 'stop' } : {}),
    message: {
      ...others,
      content: content === '' ? (message['content'] ?? null) : content,
      ...(kept.length > 0 ? { tool_calls: kept } : {}),
      ...(isObject(keptLegacy) ? { function_call: keptLegacy } : {}),
    },
  }
}

function askedBy(call: unknown): Parameters<Judge>[0] {
  const custom = memberOf(call, 'custom')
  const inner = isObject(custom) ? custom : memberOf(call, 'function')
  return {
    id: stringOf(memberOf(call, 'id')),
    tool: stringOf(memberOf(inner, 'name')) ?? stringOf(memberOf(call, 'type')) ?? 'unknown',
    text: stringOf(memberOf(inner, isObject(custom) ? 'input' : 'arguments')) ?? printLosslessJson(call),
  }
}

function askedByLegacy(call: PlainObject): Parameters<Judge>[0] {
  return { id: undefined, tool: stringOf(call['name']) ?? 'unknown', text: stringOf(call['arguments']) ?? '' }
}

function withArguments(call: unknown, text: string): unknown {
  if (!isObject(call)) return call
  const { custom, function: plain } = call
  return isObject(custom)
    ? { ...call, custom: { ...custom, input: text } }
    : { ...call, function: { ...(isObject(plain) ? plain : {}), arguments: text } }
}

/** Streamed chunks. A call is held until its choice ends: no reader knows earlier that no fragment of it is to come. */
export class ChatStream implements ModelStream {
  readonly output: Output = emptyOutput()
  readonly #judge: Judge
  readonly #showUsage: boolean
  readonly #held = new Map<number, Held>()

  /** @param showUsage - Whether the client asked for the usage, which is always asked for here. */
  constructor(judge: Judge, showUsage: boolean) {
    this.#judge = judge
    this.#showUsage = showUsage
  }

  async take(event: StreamEvent): Promise<readonly StreamEvent[]> {
    if (event.data.trim() === '[DONE]') {
      const left: StreamEvent[] = []
      for (const index of this.#held.keys()) left.push(...(await this.#release(index, {})))
      this.output.complete = true
      return [...left, event]
    }
    const chunk = dataOf(event)
    if (chunk === undefined) return [event]
    keepNames(this.output, chunk)
    const usage = openAiUsage(chunk['usage'])
    if (usage !== undefined) this.output.usage = usage
    const { choices, ...others } = chunk
    const { usage: written, ...withoutUsage } = others
    const hides = !this.#showUsage && Object.hasOwn(chunk, 'usage')
    if (chunk['error'] !== undefined && chunk['error'] !== null) this.output.failed = true
    if (choices === undefined) return [hides ? print(event, withoutUsage) : event]
    if (hides && written !== null && listOf(choices).length === 0) return []
    return this.#takeChoices(event, hides ? withoutUsage : others, listOf(choices), hides)
  }

  async #takeChoices(
    event: StreamEvent,
    chunk: PlainObject,
    choices: readonly unknown[],
    isChanged: boolean,
  ): Promise<readonly StreamEvent[]> {
    const out: StreamEvent[] = []
    const left: unknown[] = []
    let changed = isChanged
    for (const given of choices) {
      if (!isObject(given)) continue
      const choice = withoutWhole(given)
      const { rest, mended, before } = await this.#takeChoice(choice, chunk)
      changed ||= mended || choice !== given
      out.push(...before)
      if (rest !== undefined) left.push(rest)
    }
    if (!changed) return [...out, event]
    if (choices.length > 0 && left.length === 0) return out
    return [...out, print(event, { ...chunk, choices: left })]
  }

  async #takeChoice(
    choice: PlainObject,
    chunk: PlainObject,
  ): Promise<{
    readonly rest: PlainObject | undefined
    readonly mended: boolean
    readonly before: readonly StreamEvent[]
  }> {
    const index = typeof choice['index'] === 'number' ? choice['index'] : 0
    const held = this.#held.get(index) ?? newHeld()
    this.#held.set(index, held)
    const { delta, finish_reason: end } = choice
    const { rest, taken } = this.#takeDelta(held, delta)
    if (end === null || end === undefined) {
      if (!taken) return { rest: choice, mended: false, before: [] }
      const isEmpty = Object.keys(rest).length === 0 && choice['logprobs'] == null
      return { rest: isEmpty ? undefined : { ...choice, delta: rest }, mended: true, before: [] }
    }
    this.output.end = stringOf(end) ?? ''
    held.ended = true
    const before = await this.#release(index, chunk)
    const stops = held.replaced > 0 && held.released === 0 && endsInCalls.has(end)
    if (!taken && !stops) return { rest: choice, mended: false, before }
    return {
      rest: { ...choice, delta: rest, ...(stops ? { finish_reason: 'stop' } : {}) },
      mended: true,
      before,
    }
  }

  /** Not every provider says that it is done. */
  end(): void {
    const choices = [...this.#held.values()]
    if (choices.length > 0 && choices.every(({ ended }) => ended)) this.output.complete = true
  }

  /** Takes what belongs to calls out of a delta. */
  #takeDelta(held: Held, delta: unknown): { readonly rest: PlainObject; readonly taken: boolean } {
    if (!isObject(delta)) return { rest: {}, taken: false }
    const { tool_calls: calls, function_call: legacy, ...rest } = delta
    const { content } = rest
    if (typeof content === 'string' && content !== '') {
      this.output.text += content
      held.hasText = true
    }
    this.output.beside += bytesIn({
      ...rest,
      calls,
      legacy,
      role: null,
      content: typeof content === 'string' ? null : content,
    })
    const taken = (Array.isArray(calls) && calls.length > 0) || isObject(legacy)
    for (const fragment of listOf(calls)) {
      if (!isObject(fragment)) continue
      hold(held, fragment, 'call')
    }
    if (isObject(legacy)) hold(held, legacy, 'legacy')
    return taken ? { rest, taken } : { rest: delta, taken }
  }

  /** Judges the calls of a choice, in order, and writes what becomes of them. */
  async #release(choice: number, chunk: PlainObject): Promise<readonly StreamEvent[]> {
    const held = this.#held.get(choice)
    if (held === undefined) return []
    const out: StreamEvent[] = []
    const write = (delta: PlainObject): void => {
      out.push(print({ data: '' }, { ...this.#base(chunk), choices: [{ index: choice, delta, finish_reason: null }] }))
    }
    for (const [at, fragments] of [...held.calls].sort(inOrder)) {
      const whole = joined(fragments)
      const verdict = await judged(this.output, this.#judge, at === 'legacy' ? askedByLegacy(whole) : askedBy(whole))
      if (verdict.kind === 'replace') {
        held.replaced += 1
        write({ content: `${held.hasText ? '\n' : ''}${verdict.text}` })
        held.hasText = true
      } else {
        const index = held.released
        held.released += 1
        for (const each of piecesOf(at, fragments, whole, verdict))
          write(at === 'legacy' ? { function_call: each } : { tool_calls: [{ ...each, index }] })
      }
    }
    held.calls.clear()
    held.places.clear()
    return out
  }

  /** What every chunk says of itself. */
  #base(chunk: PlainObject): PlainObject {
    const { id, model } = this.output
    if (chunk['id'] !== undefined) return chunk
    return { id: id ?? '', object: 'chat.completion.chunk', created: 0, model: model ?? '' }
  }
}

/** Some providers write the whole message again with each piece of it; its calls are those that come in pieces. */
function withoutWhole(choice: PlainObject): PlainObject {
  const { message } = choice
  if (!isObject(message) || (message['tool_calls'] === undefined && message['function_call'] === undefined))
    return choice
  const { tool_calls: _, function_call: __, ...others } = message
  return { ...choice, message: others }
}

function piecesOf(
  at: number | 'legacy',
  fragments: readonly PlainObject[],
  whole: PlainObject,
  verdict: Exclude<ToolVerdict, { kind: 'replace' }>,
): readonly PlainObject[] {
  if (verdict.kind === 'pass') return isOneReading(fragments) ? fragments : [whole]
  const changed = at === 'legacy' ? { ...whole, arguments: verdict.text } : withArguments(whole, verdict.text)
  return isObject(changed) ? [changed] : []
}

function print(event: StreamEvent, chunk: PlainObject): StreamEvent {
  return { ...event, data: printLosslessJson(chunk) }
}
