/** A request to a model, the same for every API: what is said in it, which tools it offers, and what it may cost. */
import type { Pointer } from '../../charter/pointer.ts'
import { memberOf, type PlainObject } from '../../charter/source/plain.ts'
import { malformed } from '../http/refused.ts'
import { readChatRequest } from './chat-request.ts'
import { readMessagesRequest } from './messages-request.ts'
import { readResponsesRequest } from './responses-request.ts'

/** OpenAI Chat Completions, OpenAI Responses, Anthropic Messages. */
export type Api = 'chat' | 'responses' | 'messages'

/**
 * Whose words a text is. `user` and `system` are what people and developers wrote, `model` what a model answered before, `tool` what a tool
 * answered, `attached` documents and everything that is none of these, `setup` the rest of the request: tools, formats, names.
 */
export type Speaker = 'user' | 'system' | 'model' | 'tool' | 'attached' | 'setup'

/** One text of a request. */
export interface Said {
  readonly who: Speaker
  readonly text: string
  /** Where it stands in the body as it came. */
  readonly at: Pointer
  /** The id of the tool call it asks for (`model`) or answers (`tool`). */
  readonly call?: string
  /** The tool's name, where the text says it. */
  readonly tool?: string
  /** The body has it in base64 after this: nothing, or `data:text/plain;base64,`. */
  readonly base64?: string
}

/** A tool the model is offered. */
export interface Offer {
  /** As the model is to call it; for tools of the provider, their kind: `web_search`, `code_interpreter`, `mcp`. */
  readonly name: string
  /** Who runs it. What is not known to be run by the client counts as run by the provider. */
  readonly runs: 'client' | 'provider'
  readonly written: unknown
  /** Where it can be taken out; undefined where it can only be refused with the whole request. */
  readonly at?: Pointer
}

/** Where the conversation so far is: in the request, in an earlier response the provider keeps, or in a place nobody sees from here. */
export type History =
  | { readonly in: 'request' }
  | { readonly in: 'response'; readonly id: string }
  | { readonly in: 'elsewhere'; readonly what: string }

export interface ModelRequest {
  readonly api: Api
  readonly model: string
  readonly streams: boolean
  readonly said: readonly Said[]
  readonly offers: readonly Offer[]
  readonly history: History
  /** The most the answer may have, as the request says. */
  readonly maxTokens: number | undefined
  /** How many answers it asks for. */
  readonly answers: number
  /** Pictures, sounds and files: what the provider gets and nobody reads here. */
  readonly unread: number
  /** What the provider sealed itself and gets back. */
  readonly sealed: number
  readonly body: PlainObject
}

/** What the readers of the APIs give. */
export type Content = Pick<ModelRequest, 'said' | 'offers' | 'history' | 'maxTokens' | 'answers' | 'unread' | 'sealed'>

const readers: Readonly<Record<Api, (body: PlainObject) => Content>> = {
  chat: readChatRequest,
  responses: readResponsesRequest,
  messages: readMessagesRequest,
}

/**
 * Members whose meaning is known. SECURITY: whatever else a provider may understand, such as models to fall back to, programs, or
 * instructions kept elsewhere, would be sent without being judged.
 */
const known: Readonly<Record<Api, string>> = {
  chat: `audio frequency_penalty function_call functions logit_bias logprobs max_completion_tokens max_tokens messages metadata modalities model
    moderation n parallel_tool_calls prediction presence_penalty prompt_cache_key prompt_cache_options prompt_cache_retention reasoning_effort
    response_format safety_identifier seed service_tier stop store stream stream_options temperature tool_choice tools top_k top_logprobs top_p
    user verbosity web_search_options`,
  responses: `context_management conversation include input instructions max_output_tokens max_tool_calls metadata model moderation
    parallel_tool_calls previous_response_id prompt prompt_cache_key prompt_cache_options prompt_cache_retention reasoning safety_identifier
    service_tier store stream stream_options temperature text tool_choice tools top_logprobs top_p truncation user`,
  messages: `cache_control container context_management diagnostics inference_geo max_tokens mcp_servers messages metadata model output_config
    output_format service_tier speed stop_sequences stream system temperature thinking tool_choice tools top_k top_p`,
}
const knownOf: Readonly<Record<Api, ReadonlySet<string>>> = {
  chat: new Set(known.chat.split(/\s+/)),
  responses: new Set(known.responses.split(/\s+/)),
  messages: new Set(known.messages.split(/\s+/)),
}

/**
 * Reads the body of a request.
 *
 * @param passing - Members that go on although their meaning is not known here.
 * @throws {Refused} when it names no model, is not what the API understands, or has a member whose meaning is not known.
 */
export function readRequest(api: Api, body: PlainObject, passing: ReadonlySet<string>): ModelRequest {
  const { model, stream } = body
  if (typeof model !== 'string' || model === '') throw malformed('it names no model')
  for (const [name, value] of Object.entries(body))
    if (value !== null && value !== false && !knownOf[api].has(name) && !passing.has(name))
      throw malformed(`what \`${name}\` means is not known here; it can be let through by name`)
  if (stream !== undefined && stream !== null && typeof stream !== 'boolean')
    throw malformed('`stream` is neither true nor false')
  const content = readers[api](body)
  return { api, model, streams: stream === true, body, ...content }
}

/** Bytes of text to a token, on the safe side for most languages; a picture or file counts as so many tokens. */
const bytesPerToken = 3
const tokensPerUnread = 1600

/** About how many tokens a request has. More than it will be, for most texts. */
export function estimateInput({ said, unread, sealed }: Pick<ModelRequest, 'said' | 'unread' | 'sealed'>): number {
  const bytes = said.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0)
  return Math.ceil(bytes / bytesPerToken) + 4 * said.length + tokensPerUnread * (unread + sealed)
}

/** About how many tokens a text of the answer has. */
export function estimateTokens(text: string): number {
  return tokensIn(Buffer.byteLength(text))
}

/** About how many tokens so many bytes of text are. */
export function tokensIn(bytes: number): number {
  return Math.ceil(bytes / bytesPerToken)
}

/** Whether a client of Chat Completions asked for the usage of a stream. */
export function showsUsage({ body }: ModelRequest): boolean {
  return memberOf(body['stream_options'], 'include_usage') === true
}
