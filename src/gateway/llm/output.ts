/** What a model answered, the same for every API. */
import { isObject, memberOf } from '../../charter/source/plain.ts'

/** What an answer cost, in tokens. `input` and `output` are all of them; the others are those among them that cost otherwise. */
export interface Usage {
  readonly input: number
  readonly output: number
  readonly cacheRead: number
  readonly cacheWrite: number
  readonly reasoning: number
  /** The provider did not say; this was made up from the length of the texts. */
  readonly estimated?: true
}

/** A call of a tool that the model asks for. */
export interface ToolAsked {
  /** Undefined where the API has none. */
  readonly id: string | undefined
  /** The name of the function, or the kind of a tool that has no name. */
  readonly tool: string
  /** The arguments as the model wrote them. */
  readonly text: string
  /** Its arguments are plain text, not JSON. */
  readonly plain?: true
}

/** What becomes of a call of a tool before the client sees it. */
export type ToolVerdict =
  | { readonly kind: 'pass' }
  /** The client sees this text of the model instead. */
  | { readonly kind: 'replace'; readonly text: string }
  /** The client sees other arguments: JSON, or plain text for tools that take it. */
  | { readonly kind: 'change'; readonly text: string }

/** Decides a call of a tool. */
export type Judge = (asked: ToolAsked) => Promise<ToolVerdict>

export interface Output {
  id?: string
  model?: string
  /** Of all answers together. */
  text: string
  readonly calls: (ToolAsked & { readonly verdict: ToolVerdict['kind'] })[]
  /** How many bytes a stream wrote beside its text: thoughts, arguments, whether they were judged or not. */
  beside: number
  /** Why it ended, in the words of the API. */
  end?: string
  usage?: Usage
  /** Whether it came to its end. */
  complete: boolean
  /** The provider said on the way that it failed. */
  failed?: true
}

export function emptyOutput(): Output {
  return { text: '', calls: [], beside: 0, complete: false }
}

/** How many bytes the texts of a delta have. */
export function bytesIn(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value)
  if (typeof value !== 'object' || value === null) return 0
  return Object.entries(value).reduce((sum, [name, member]) => sum + (name === 'type' ? 0 : bytesIn(member)), 0)
}

/** Judges a call and keeps what was said of it. */
export async function judged(output: Output, judge: Judge, asked: ToolAsked): Promise<ToolVerdict> {
  const verdict = await judge(asked)
  output.calls.push({ ...asked, verdict: verdict.kind })
  return verdict
}

/** Keeps of an answer what stands at its top. */
export function keepNames(output: Output, answer: unknown): void {
  const id = memberOf(answer, 'id')
  const model = memberOf(answer, 'model')
  if (typeof id === 'string') output.id = id
  if (typeof model === 'string') output.model = model
}

function number(value: unknown, name: string): number {
  const found = memberOf(value, name)
  return typeof found === 'number' && Number.isFinite(found) && found > 0 ? found : 0
}

/** Usage as OpenAI writes it, for both of its APIs. */
export function openAiUsage(usage: unknown): Usage | undefined {
  if (!isObject(usage)) return undefined
  const read = memberOf(usage, 'prompt_tokens_details') ?? memberOf(usage, 'input_tokens_details')
  const made = memberOf(usage, 'completion_tokens_details') ?? memberOf(usage, 'output_tokens_details')
  const input = number(usage, 'prompt_tokens') || number(usage, 'input_tokens')
  const output = number(usage, 'completion_tokens') || number(usage, 'output_tokens')
  // No answer costs nothing: one who writes that does not say.
  if (input + output === 0) return undefined
  return {
    input,
    output,
    cacheRead: number(read, 'cached_tokens'),
    cacheWrite: number(read, 'cache_write_tokens'),
    reasoning: number(made, 'reasoning_tokens'),
  }
}

/** Usage as Anthropic writes it, where what the cache gave and took is not among the input. */
export function anthropicUsage(usage: unknown, before?: Usage): Usage | undefined {
  if (!isObject(usage)) return before
  const or = (name: string, known: number): number => (usage[name] == null ? known : number(usage, name))
  const cacheRead = or('cache_read_input_tokens', before?.cacheRead ?? 0)
  const cacheWrite = or('cache_creation_input_tokens', before?.cacheWrite ?? 0)
  const fresh = or('input_tokens', before === undefined ? 0 : before.input - before.cacheRead - before.cacheWrite)
  const details = usage['output_tokens_details']
  return {
    input: fresh + cacheRead + cacheWrite,
    output: or('output_tokens', before?.output ?? 0),
    cacheRead,
    cacheWrite,
    reasoning: number(details, 'thinking_tokens') || number(details, 'reasoning_tokens') || (before?.reasoning ?? 0),
  }
}
