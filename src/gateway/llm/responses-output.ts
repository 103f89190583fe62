/** Answers of OpenAI Responses, whole and streamed. */
import { isObject, listOf, memberOf, type PlainObject } from '../../charter/source/plain.ts'
import { printLosslessJson } from '../../wire/lossless-json.ts'
import {
  bytesIn,
  emptyOutput,
  type Judge,
  judged,
  keepNames,
  type Output,
  openAiUsage,
  type ToolAsked,
  type ToolVerdict,
} from './output.ts'
import { stringOf } from './reading.ts'
import { dataOf, type StreamEvent } from './sse.ts'
import type { ModelStream, Whole } from './stream.ts'

/** Items that ask nothing of the client: texts, and what the provider has done itself. What is none of these counts as a call. */
const harmless: ReadonlySet<unknown> = new Set([
  'message',
  'reasoning',
  'compaction',
  'web_search_call',
  'file_search_call',
  'code_interpreter_call',
  'image_generation_call',
  'mcp_call',
  'mcp_list_tools',
  'additional_tools',
  'program',
])

function isHarmless(item: PlainObject): boolean {
  const { type } = item
  return harmless.has(type) || (typeof type === 'string' && type.endsWith('_output'))
}

function identityOf(item: PlainObject): string {
  return stringOf(item['id']) ?? stringOf(item['call_id']) ?? ''
}

function askedBy(item: PlainObject): ToolAsked {
  const type = stringOf(item['type']) ?? 'unknown'
  return {
    id: stringOf(item['call_id']) ?? stringOf(item['id']),
    tool: stringOf(item['name']) ?? type.replace(/_call$/, ''),
    text: argumentsOf(item),
    ...(type === 'custom_tool_call' ? { plain: true } : {}),
  }
}

/** Kinds whose arguments are an action. */
const acting: ReadonlySet<unknown> = new Set(['computer_call', 'local_shell_call', 'shell_call'])

/** What is asked for: the arguments of a call; of an item whose kind is not known, all of it. */
function argumentsOf(item: PlainObject): string {
  const { type } = item
  const text = type === 'function_call' ? item['arguments'] : type === 'custom_tool_call' ? item['input'] : undefined
  if (typeof text === 'string') return text
  return printLosslessJson(acting.has(type) ? (item['action'] ?? item) : item)
}

function keyOf(item: PlainObject, { tool, text }: ToolAsked): string {
  return JSON.stringify([identityOf(item), tool, text])
}

/** The item the client sees. */
function itemAfter(item: PlainObject, verdict: ToolVerdict): PlainObject {
  if (verdict.kind === 'replace')
    return {
      id: `msg_${identityOf(item)}`,
      type: 'message',
      role: 'assistant',
      status: 'completed',
      content: [{ type: 'output_text', text: verdict.text, annotations: [], logprobs: [] }],
    }
  if (verdict.kind === 'pass') return item
  return { ...item, [item['input'] === undefined ? 'arguments' : 'input']: verdict.text }
}

function textIn(item: unknown): string {
  if (memberOf(item, 'type') !== 'message') return ''
  return listOf(memberOf(item, 'content'))
    .map((part) => stringOf(memberOf(part, 'text')) ?? '')
    .join('')
}

function keepEnd(output: Output, response: unknown): void {
  keepNames(output, response)
  const usage = openAiUsage(memberOf(response, 'usage'))
  if (usage !== undefined) output.usage = usage
  const end = stringOf(memberOf(memberOf(response, 'incomplete_details'), 'reason')) ?? memberOf(response, 'status')
  if (typeof end === 'string') output.end = end
}

/** Judges the calls of a whole answer. */
export async function readWholeResponse(body: PlainObject, judge: Judge): Promise<Whole> {
  const output = emptyOutput()
  keepEnd(output, body)
  output.complete = true
  let changed = false
  const items: unknown[] = []
  for (const item of listOf(body['output'])) {
    output.text += textIn(item)
    if (!isObject(item) || isHarmless(item)) {
      items.push(item)
      continue
    }
    const verdict = await judged(output, judge, askedBy(item))
    changed ||= verdict.kind !== 'pass'
    items.push(itemAfter(item, verdict))
  }
  return { body: changed ? { ...body, output: items } : body, changed, output }
}

interface Held {
  readonly events: { readonly event: StreamEvent; readonly data: PlainObject }[]
  readonly item: PlainObject
}

/** Parts of calls, which may come without anything before them. */
const partial = /^response\.(?:function_call_arguments|custom_tool_call_input)\./
const last: ReadonlySet<unknown> = new Set(['response.completed', 'response.incomplete', 'response.failed'])

/** Streamed items. They are told apart by their index; what is held goes out under new sequence numbers. */
export class ResponsesStream implements ModelStream {
  readonly output: Output = emptyOutput()
  readonly #judge: Judge
  readonly #held = new Map<unknown, Held>()
  /** What became of the calls, by what they are: another call under the same id is another call. */
  readonly #verdicts = new Map<string, ToolVerdict>()
  #sequence = 0

  constructor(judge: Judge) {
    this.#judge = judge
  }

  async take(event: StreamEvent): Promise<readonly StreamEvent[]> {
    const data = dataOf(event)
    if (data === undefined) return [event]
    const { type, output_index: index, item: begun } = data
    if (isObject(data['response'])) return this.#snapshot(event, data)
    if (type !== 'response.output_text.delta') this.output.beside += bytesIn(data['delta'])
    if (type !== 'response.output_item.done' && !this.#held.has(index)) {
      const item = isObject(begun) ? begun : partial.test(String(type)) ? {} : undefined
      if (item !== undefined && !isHarmless(item)) {
        this.#held.set(index, { item, events: [{ event, data }] })
        return []
      }
    }
    const held = index === undefined ? undefined : this.#held.get(index)
    if (held !== undefined) {
      held.events.push({ event, data })
      return type === 'response.output_item.done' ? this.#done(index, held, data['item']) : []
    }
    if (type === 'response.output_item.done' && isObject(data['item']) && !isHarmless(data['item'])) {
      // Nobody said that it began.
      const { item } = data
      return this.#done(index, { item: data['item'], events: [{ event, data }] }, item)
    }
    if (type === 'error') this.output.failed = true
    if (type === 'response.output_text.delta') this.output.text += stringOf(data['delta']) ?? ''
    return [this.#numbered(event, data)]
  }

  async #done(index: unknown, held: Held, done: unknown): Promise<readonly StreamEvent[]> {
    const item = isObject(done) ? done : held.item
    const verdict = await this.#judgeItem(item)
    this.#held.delete(index)
    if (verdict.kind === 'pass') return held.events.map(({ event, data }) => this.#numbered(event, data))
    const shown = itemAfter(item, verdict)
    return (verdict.kind === 'replace' ? messageEvents(index, shown) : callEvents(index, shown, verdict.text)).map(
      (data) => this.#numbered({ event: String(data['type']), data: '' }, data, 'changed'),
    )
  }

  async #judgeItem(item: PlainObject): Promise<ToolVerdict> {
    const asked = askedBy(item)
    const known = this.#verdicts.get(keyOf(item, asked))
    if (known !== undefined) return known
    const verdict = await judged(this.output, this.#judge, asked)
    this.#verdicts.set(keyOf(item, asked), verdict)
    return verdict
  }

  /** An event with the whole response so far. */
  async #snapshot(event: StreamEvent, data: PlainObject): Promise<readonly StreamEvent[]> {
    const { response, type } = data
    const ends = last.has(type)
    keepNames(this.output, response)
    const out: StreamEvent[] = []
    const items: unknown[] = []
    let changed = false
    for (const item of listOf(memberOf(response, 'output'))) {
      const shown = isObject(item) && !isHarmless(item) ? await this.#shown(item, ends, out) : item
      changed ||= shown !== item
      if (shown !== undefined) items.push(shown)
    }
    if (ends) {
      keepEnd(this.output, response)
      this.output.complete = true
      if (this.output.text === '') this.output.text = listOf(memberOf(response, 'output')).map(textIn).join('')
      this.#held.clear()
    }
    if (!changed || !isObject(response)) return [...out, this.#numbered(event, data)]
    return [...out, this.#numbered(event, { ...data, response: { ...response, output: items } }, 'changed')]
  }

  /** What a snapshot shows of a call; before the end, only what was judged. */
  async #shown(item: PlainObject, ends: boolean, out: StreamEvent[]): Promise<PlainObject | undefined> {
    const known = this.#verdicts.get(keyOf(item, askedBy(item)))
    if (known !== undefined) return itemAfter(item, known)
    if (!ends) return undefined
    const open = [...this.#held].find(([, held]) => identityOf(held.item) === identityOf(item))
    if (open !== undefined) out.push(...(await this.#done(open[0], open[1], item)))
    return itemAfter(item, await this.#judgeItem(item))
  }

  /** With the number that follows what went out before. */
  #numbered(event: StreamEvent, data: PlainObject, form: 'as it came' | 'changed' = 'as it came'): StreamEvent {
    const number = this.#sequence
    this.#sequence += 1
    if (form === 'as it came' && (data['sequence_number'] === number || data['sequence_number'] === undefined))
      return event
    if (this.#sequence === 1 && form === 'as it came' && typeof data['sequence_number'] === 'number') {
      this.#sequence = data['sequence_number'] + 1
      return event
    }
    return { ...event, data: printLosslessJson({ ...data, sequence_number: number }) }
  }
}

/** How a message would have come. */
function messageEvents(output_index: unknown, message: PlainObject): readonly PlainObject[] {
  const [part] = listOf(message['content'])
  const text = memberOf(part, 'text')
  const at = { output_index, item_id: message['id'], content_index: 0 }
  const empty = { type: 'output_text', text: '', annotations: [], logprobs: [] }
  return [
    { type: 'response.output_item.added', output_index, item: { ...message, status: 'in_progress', content: [] } },
    { type: 'response.content_part.added', ...at, part: empty },
    { type: 'response.output_text.delta', ...at, delta: text, logprobs: [] },
    { type: 'response.output_text.done', ...at, text, logprobs: [] },
    { type: 'response.content_part.done', ...at, part },
    { type: 'response.output_item.done', output_index, item: message },
  ]
}

/** How a call with these arguments would have come. */
function callEvents(output_index: unknown, call: PlainObject, text: string): readonly PlainObject[] {
  const custom = call['type'] === 'custom_tool_call'
  const [kind, member] = custom ? ['custom_tool_call_input', 'input'] : ['function_call_arguments', 'arguments']
  const at = { output_index, item_id: call['id'] }
  return [
    { type: 'response.output_item.added', output_index, item: { ...call, [member ?? '']: '', status: 'in_progress' } },
    { type: `response.${kind}.delta`, ...at, delta: text },
    { type: `response.${kind}.done`, ...at, [member ?? '']: text, ...(custom ? {} : { name: call['name'] }) },
    { type: 'response.output_item.done', output_index, item: call },
  ]
}
