/** Requests of OpenAI Chat Completions. */
import type { Pointer } from '../../charter/pointer.ts'
import { isObject, listOf, memberOf, type PlainObject } from '../../charter/source/plain.ts'
import { malformed } from '../http/refused.ts'
import { attach } from './attached.ts'
import { offersOf } from './offers.ts'
import { countOf, Findings, objectsIn, stringOf, textsOnly } from './reading.ts'
import type { Content, Speaker } from './request.ts'

const speakers: ReadonlyMap<unknown, Speaker> = new Map([
  ['user', 'user'],
  ['system', 'system'],
  ['developer', 'system'],
  ['assistant', 'model'],
  ['tool', 'tool'],
  ['function', 'tool'],
])

/** Which of them counts where a request has both is up to the provider. */
const limitNames: readonly string[] = ['max_completion_tokens', 'max_tokens']

/** @throws {Refused} when it is no such request. */
export function readChatRequest(body: PlainObject): Content {
  const found = new Findings()
  const messages = objectsIn(body['messages'], 'messages')
  const names = new Map<string, string>()
  for (const [index, message] of messages.entries()) readMessage(found, message, ['messages', String(index)], names)
  const prediction = memberOf(body['prediction'], 'content')
  if (prediction !== undefined) readContent(found, 'model', prediction, ['prediction', 'content'])
  found.offers.push(...offersOf('chat', body))
  found.sayRest(body, ['model', 'messages', 'prediction'])
  const limits = limitNames.flatMap((name) => countOf(body[name], name) ?? [])
  return {
    said: found.said,
    offers: found.offers,
    unread: found.unread,
    sealed: found.sealed,
    history: { in: 'request' },
    maxTokens: limits.length === 0 ? undefined : Math.max(...limits),
    answers: Math.max(1, countOf(body['n'], 'n') ?? 1),
  }
}

function readMessage(found: Findings, message: PlainObject, at: Pointer, names: Map<string, string>): void {
  const who = speakers.get(message['role'])
  if (who === undefined) throw malformed('a message has a role that is not known')
  const call = stringOf(message['tool_call_id'])
  const tool = call === undefined ? stringOf(message['name']) : names.get(call)
  readContent(found, who, message['content'], [...at, 'content'], who === 'tool' ? textsOnly({ call, tool }) : {})
  found.say(who, message['refusal'], [...at, 'refusal'])
  for (const [index, each] of listOf(message['tool_calls']).entries())
    readCall(found, each, [...at, 'tool_calls', String(index)], names)
  const legacy = message['function_call']
  if (isObject(legacy))
    found.say(who, legacy['arguments'], [...at, 'function_call', 'arguments'], textsOnly({ tool: legacy['name'] }))
  // What the model said aloud before; the provider has it.
  if (message['audio'] !== undefined && message['audio'] !== null) found.sealed += 1
  for (const [name, value] of Object.entries(message))
    if (!read.has(name)) found.sayWhole('attached', value, [...at, name])
}

const read: ReadonlySet<string> = new Set([
  'role',
  'content',
  'refusal',
  'tool_calls',
  'tool_call_id',
  'function_call',
  'audio',
])

function readContent(
  found: Findings,
  who: Speaker,
  content: unknown,
  at: Pointer,
  more: Parameters<Findings['say']>[3] = {},
): void {
  if (typeof content === 'string') found.say(who, content, at, more)
  for (const [index, part] of listOf(content).entries()) {
    const type = memberOf(part, 'type')
    const place = [...at, String(index)]
    if (type === 'text') found.say(who, memberOf(part, 'text'), [...place, 'text'], more)
    else if (type === 'refusal') found.say(who, memberOf(part, 'refusal'), [...place, 'refusal'], more)
    else if (type === 'image_url' || type === 'input_audio' || type === 'file')
      attach(found, part, place, { who: who === 'tool' ? who : 'attached', ...more })
    else found.sayWhole('attached', part, place)
  }
}

function readCall(found: Findings, written: unknown, at: Pointer, names: Map<string, string>): void {
  const kind = isObject(memberOf(written, 'custom')) ? 'custom' : 'function'
  const member = kind === 'custom' ? 'input' : 'arguments'
  const call = stringOf(memberOf(written, 'id'))
  const tool = stringOf(memberOf(memberOf(written, kind), 'name'))
  if (call !== undefined && tool !== undefined) names.set(call, tool)
  found.say('model', memberOf(memberOf(written, kind), member), [...at, kind, member], textsOnly({ call, tool }))
}
