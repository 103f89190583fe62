// Answers of models as the providers write them, from one description: texts and calls of tools.

export interface Call {
  readonly id: string
  readonly name: string
  readonly args: string
}

export interface Answer {
  readonly text: readonly string[]
  readonly calls: readonly Call[]
  readonly model?: string
}

const model = (answer: Answer): string => answer.model ?? 'gpt-5'

/** In pieces of three characters, as models write. */
export function pieces(text: string): readonly string[] {
  return text.match(/[\s\S]{1,3}/gu) ?? ['']
}

const named = (name: string, data: unknown): string => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`
const plain = (data: unknown): string => `data: ${JSON.stringify(data)}\n\n`

export const chatUsage = {
  prompt_tokens: 100,
  completion_tokens: 20,
  total_tokens: 120,
  prompt_tokens_details: { cached_tokens: 40 },
  completion_tokens_details: { reasoning_tokens: 5 },
}

/** @param usage - Whether the stream was asked for its usage. */
export function chatStream(answer: Answer, usage: boolean): string {
  const base = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1_700_000_000, model: model(answer) }
  const chunk = (delta: unknown, finish_reason: string | null = null): string =>
    plain({
      ...base,
      choices: [{ index: 0, delta, logprobs: null, finish_reason }],
      ...(usage ? { usage: null } : {}),
    })
  return [
    chunk({ role: 'assistant', content: '', refusal: null }),
    ...answer.text.map((content) => chunk({ content })),
    ...answer.calls.flatMap(({ id, name, args }, index) => [
      chunk({ tool_calls: [{ index, id, type: 'function', function: { name, arguments: '' } }] }),
      ...pieces(args).map((text) => chunk({ tool_calls: [{ index, function: { arguments: text } }] })),
    ]),
    chunk({}, answer.calls.length > 0 ? 'tool_calls' : 'stop'),
    ...(usage ? [plain({ ...base, choices: [], usage: chatUsage })] : []),
    'data: [DONE]\n\n',
  ].join('')
}

export function chatWhole(answer: Answer): unknown {
  const calls = answer.calls.map(({ id, name, args }) => ({
    id,
    type: 'function',
    function: { name, arguments: args },
  }))
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1_700_000_000,
    model: model(answer),
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: answer.text.join(''),
          refusal: null,
          ...(calls.length > 0 ? { tool_calls: calls } : {}),
        },
        logprobs: null,
        finish_reason: calls.length > 0 ? 'tool_calls' : 'stop',
      },
    ],
    usage: chatUsage,
  }
}

export const responsesUsage = {
  input_tokens: 100,
  input_tokens_details: { cached_tokens: 40, cache_write_tokens: 0 },
  output_tokens: 20,
  output_tokens_details: { reasoning_tokens: 5 },
  total_tokens: 120,
}

function responseOf(answer: Answer, id: string, status: string, output: readonly unknown[]): Record<string, unknown> {
  return {
    id,
    object: 'response',
    created_at: 1_700_000_000,
    status,
    error: null,
    incomplete_details: null,
    instructions: null,
    max_output_tokens: null,
    model: model(answer),
    output,
    parallel_tool_calls: true,
    previous_response_id: null,
    temperature: 1,
    tool_choice: 'auto',
    tools: [],
    top_p: 1,
    metadata: {},
    usage: status === 'completed' ? responsesUsage : null,
  }
}

function itemsOf(answer: Answer): readonly Record<string, unknown>[] {
  const text = answer.text.join('')
  return [
    { id: 'rs_1', type: 'reasoning', summary: [] },
    {
      id: 'msg_1',
      type: 'message',
      status: 'completed',
      role: 'assistant',
      content: [{ type: 'output_text', text, annotations: [], logprobs: [] }],
    },
    ...answer.calls.map(({ id, name, args }) => ({
      id: `fc_${id}`,
      type: 'function_call',
      status: 'completed',
      arguments: args,
      call_id: id,
      name,
    })),
  ]
}

export function responsesWhole(answer: Answer, id = 'resp_1'): unknown {
  return responseOf(answer, id, 'completed', itemsOf(answer))
}

export function responsesStream(answer: Answer, id = 'resp_1'): string {
  let number = 0
  const event = (type: string, data: Record<string, unknown>): string => {
    const text = named(type, { type, sequence_number: number, ...data })
    number += 1
    return text
  }
  const [reasoning, message, ...calls] = itemsOf(answer)
  const text = answer.text.join('')
  const at = { item_id: 'msg_1', output_index: 1, content_index: 0 }
  const part = (written: string): unknown => ({ type: 'output_text', text: written, annotations: [], logprobs: [] })
  return [
    event('response.created', { response: responseOf(answer, id, 'in_progress', []) }),
    event('response.in_progress', { response: responseOf(answer, id, 'in_progress', []) }),
    event('response.output_item.added', { output_index: 0, item: reasoning }),
    event('response.output_item.done', { output_index: 0, item: reasoning }),
    event('response.output_item.added', {
      output_index: 1,
      item: { ...message, status: 'in_progress', content: [] },
    }),
    event('response.content_part.added', { ...at, part: part('') }),
    ...answer.text.map((delta) => event('response.output_text.delta', { ...at, delta, logprobs: [] })),
    event('response.output_text.done', { ...at, text, logprobs: [] }),
    event('response.content_part.done', { ...at, part: part(text) }),
    event('response.output_item.done', { output_index: 1, item: message }),
    ...calls.flatMap((item, index) => {
      const place = { output_index: index + 2, item_id: item['id'] }
      return [
        event('response.output_item.added', {
          output_index: index + 2,
          item: { ...item, status: 'in_progress', arguments: '' },
        }),
        ...pieces(String(item['arguments'])).map((delta) =>
          event('response.function_call_arguments.delta', { ...place, delta }),
        ),
        event('response.function_call_arguments.done', {
          ...place,
          name: item['name'],
          arguments: item['arguments'],
        }),
        event('response.output_item.done', { output_index: index + 2, item }),
      ]
    }),
    event('response.completed', { response: responseOf(answer, id, 'completed', itemsOf(answer)) }),
  ].join('')
}

export const messagesUsage = {
  input_tokens: 60,
  cache_creation_input_tokens: 10,
  cache_read_input_tokens: 40,
  output_tokens: 20,
}

function messageOf(answer: Answer, content: readonly unknown[], end: string | null): Record<string, unknown> {
  return {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: answer.model ?? 'claude-opus-5',
    content,
    stop_reason: end,
    stop_sequence: null,
    usage: end === null ? { ...messagesUsage, output_tokens: 1 } : messagesUsage,
  }
}

const endOf = (answer: Answer): string => (answer.calls.length > 0 ? 'tool_use' : 'end_turn')

export function messagesWhole(answer: Answer): unknown {
  const calls = answer.calls.map(({ id, name, args }) => ({ type: 'tool_use', id, name, input: JSON.parse(args) }))
  return messageOf(answer, [{ type: 'text', text: answer.text.join(''), citations: null }, ...calls], endOf(answer))
}

export function messagesStream(answer: Answer): string {
  const event = (data: { readonly type: string; readonly [name: string]: unknown }): string => named(data.type, data)
  return [
    event({ type: 'message_start', message: messageOf(answer, [], null) }),
    event({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } }),
    event({ type: 'ping' }),
    ...answer.text.map((text) => event({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } })),
    event({ type: 'content_block_stop', index: 0 }),
    ...answer.calls.flatMap(({ id, name, args }, at) => {
      const index = at + 1
      return [
        event({ type: 'content_block_start', index, content_block: { type: 'tool_use', id, name, input: {} } }),
        ...['', ...pieces(args)].map((partial_json) =>
          event({ type: 'content_block_delta', index, delta: { type: 'input_json_delta', partial_json } }),
        ),
        event({ type: 'content_block_stop', index }),
      ]
    }),
    event({
      type: 'message_delta',
      delta: { stop_reason: endOf(answer), stop_sequence: null },
      usage: { output_tokens: 20 },
    }),
    event({ type: 'message_stop' }),
  ].join('')
}
