/** Answers of Anthropic Messages, whole and streamed. */
import { isObject, listOf, memberOf, type PlainObject } from '../../charter/source/plain.ts'
import { parseLosslessJson, printLosslessJson } from '../../wire/lossless-json.ts'
import {
  anthropicUsage,
  bytesIn,
  emptyOutput,
  type Judge,
  judged,
  keepNames,
  type Output,
  type ToolAsked,
  type ToolVerdict,
} from './output.ts'
import { stringOf } from './reading.ts'
import { dataOf, type StreamEvent } from './sse.ts'
import type { ModelStream, Whole } from './stream.ts'

/** Blocks that ask nothing of the client. What is none of these counts as a call. */
const harmless: ReadonlySet<unknown> = new Set([
  'text',
  'thinking',
  'redacted_thinking',
  'server_tool_use',
  'mcp_tool_use',
  'mcp_tool_result',
  'mcp_tool_listing',
  'container_upload',
  'compaction',
  'fallback',
])

function isHarmless(type: unknown): boolean {
  return harmless.has(type) || (typeof type === 'string' && type.endsWith('_tool_result'))
}

function textBlock(text: string): PlainObject {
  return { type: 'text', text, citations: null }
}

function askedBy(block: PlainObject, text: string): ToolAsked {
  return {
    id: stringOf(block['id']),
    tool: stringOf(block['name']) ?? stringOf(block['type']) ?? 'unknown',
    text,
  }
}

/** Judges the calls of a whole answer. */
export async function readWholeMessage(body: PlainObject, judge: Judge): Promise<Whole> {
  const output = emptyOutput()
  keepNames(output, body)
  const usage = anthropicUsage(body['usage'])
  if (usage !== undefined) output.usage = usage
  output.complete = true
  const end = stringOf(body['stop_reason'])
  if (end !== undefined) output.end = end
  const content: unknown[] = []
  const count = { kept: 0, replaced: 0, changed: 0 }
  for (const block of listOf(body['content'])) {
    if (memberOf(block, 'type') === 'text') output.text += stringOf(memberOf(block, 'text')) ?? ''
    if (!isObject(block) || isHarmless(block['type'])) {
      content.push(block)
      continue
    }
    const verdict = await judged(
      output,
      judge,
      askedBy(block, printLosslessJson(block['type'] === 'tool_use' ? (block['input'] ?? {}) : block)),
    )
    if (verdict.kind === 'replace') count.replaced += 1
    else count.kept += 1
    if (verdict.kind === 'change') count.changed += 1
    content.push(blockAfter(block, verdict))
  }
  if (count.replaced + count.changed === 0) return { body, changed: false, output }
  const stops = count.kept === 0 && end === 'tool_use'
  return { body: { ...body, content, ...(stops ? { stop_reason: 'end_turn' } : {}) }, changed: true, output }
}

function blockAfter(block: PlainObject, verdict: ToolVerdict): PlainObject {
  if (verdict.kind === 'replace') return textBlock(verdict.text)
  return verdict.kind === 'change' ? { ...block, input: parseLosslessJson(verdict.text) ?? {} } : block
}

/** A block that is held back. */
interface Held {
  readonly block: PlainObject
  readonly events: StreamEvent[]
  readonly deltas: unknown[]
  text: string
}

/** What is asked for: the arguments of a call; of a block whose kind is not known, all of it. */
function argumentsOf({ block, text, deltas }: Held): string {
  if (block['type'] !== 'tool_use') return printLosslessJson({ ...block, deltas })
  // A call without arguments has no fragments, or one that is empty.
  return text === '' ? printLosslessJson(block['input'] ?? {}) : text
}

/** Streamed blocks: they come one after the other, so that only one is ever held. */
export class MessagesStream implements ModelStream {
  readonly output: Output = emptyOutput()
  readonly #judge: Judge
  readonly #held = new Map<unknown, Held>()
  #kept = 0
  #replaced = 0

  constructor(judge: Judge) {
    this.#judge = judge
  }

  async take(event: StreamEvent): Promise<readonly StreamEvent[]> {
    const data = dataOf(event)
    if (data === undefined) return [event]
    switch (data['type']) {
      case 'message_start':
        keepNames(this.output, data['message'])
        this.#keepUsage(memberOf(data['message'], 'usage'))
        return [withoutCalls(event, data)]
      case 'content_block_start':
        return this.#start(event, data)
      case 'content_block_delta':
        return this.#delta(event, data)
      case 'content_block_stop':
        return this.#stop(event, data)
      case 'message_delta':
        this.#keepUsage(data['usage'])
        return [this.#end(event, data)]
      case 'message_stop':
        this.output.complete = true
        return [event]
      case 'error':
        this.output.failed = true
        return [event]
      default:
        return isObject(data['content_block']) ? [] : [withoutCalls(event, data)]
    }
  }

  #keepUsage(usage: unknown): void {
    const found = anthropicUsage(usage, this.output.usage)
    if (found !== undefined) this.output.usage = found
  }

  #start(event: StreamEvent, { index, content_block: block }: PlainObject): readonly StreamEvent[] {
    if (!isObject(block) || isHarmless(block['type'])) {
      if (memberOf(block, 'type') === 'text') this.output.text += stringOf(memberOf(block, 'text')) ?? ''
      return [event]
    }
    this.#held.set(index, { block, events: [event], deltas: [], text: '' })
    return []
  }

  #delta(event: StreamEvent, { index, delta }: PlainObject): readonly StreamEvent[] {
    const held = this.#held.get(index)
    if (memberOf(delta, 'type') !== 'text_delta') this.output.beside += bytesIn(delta)
    if (held === undefined) {
      if (memberOf(delta, 'type') === 'text_delta') this.output.text += stringOf(memberOf(delta, 'text')) ?? ''
      return [event]
    }
    held.events.push(event)
    held.deltas.push(delta)
    held.text += stringOf(memberOf(delta, 'partial_json')) ?? ''
    return []
  }

  async #stop(event: StreamEvent, { index }: PlainObject): Promise<readonly StreamEvent[]> {
    const held = this.#held.get(index)
    if (held === undefined) return [event]
    const { block, events } = held
    const verdict = await judged(this.output, this.#judge, askedBy(block, argumentsOf(held)))
    this.#held.delete(index)
    if (verdict.kind === 'replace') {
      this.#replaced += 1
      return [...blockOf(index, textBlock(''), { type: 'text_delta', text: verdict.text }), event]
    }
    this.#kept += 1
    if (verdict.kind === 'pass') return [...events, event]
    return [...blockOf(index, { ...block, input: {} }, { type: 'input_json_delta', partial_json: verdict.text }), event]
  }

  #end(event: StreamEvent, data: PlainObject): StreamEvent {
    const { delta } = data
    const end = stringOf(memberOf(delta, 'stop_reason'))
    if (end !== undefined) this.output.end = end
    if (end !== 'tool_use' || this.#replaced === 0 || this.#kept > 0 || !isObject(delta)) return event
    return { ...event, data: printLosslessJson({ ...data, delta: { ...delta, stop_reason: 'end_turn' } }) }
  }
}

/** A message that comes whole has its calls in blocks of their own, where they are judged. */
function withoutCalls(event: StreamEvent, data: PlainObject): StreamEvent {
  const { message } = data
  const content = listOf(memberOf(message, 'content'))
  const harmless = content.filter((block) => isHarmless(memberOf(block, 'type')))
  if (harmless.length === content.length || !isObject(message)) return event
  return { ...event, data: json({ ...data, message: { ...message, content: harmless } }) }
}

function blockOf(index: unknown, block: PlainObject, delta: PlainObject): readonly StreamEvent[] {
  return [
    { event: 'content_block_start', data: json({ type: 'content_block_start', index, content_block: block }) },
    { event: 'content_block_delta', data: json({ type: 'content_block_delta', index, delta }) },
  ]
}

const json: (value: unknown) => string = printLosslessJson
