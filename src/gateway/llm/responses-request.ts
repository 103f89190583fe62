/** Requests of OpenAI Responses. */
import type { Pointer } from '../../charter/pointer.ts'
import { isObject, listOf, memberOf, type PlainObject } from '../../charter/source/plain.ts'
import { malformed } from '../http/refused.ts'
import { attach } from './attached.ts'
import { offersIn, offersOf } from './offers.ts'
import { countOf, Findings, objectsIn, stringOf, textsOnly } from './reading.ts'
import type { Content, History, Speaker } from './request.ts'

const speakers: ReadonlyMap<unknown, Speaker> = new Map([
  ['user', 'user'],
  ['system', 'system'],
  ['developer', 'system'],
  ['assistant', 'model'],
])

/** @throws {Refused} when it is no such request, or asks for an answer that is fetched later. */
export function readResponsesRequest(body: PlainObject): Content {
  const found = new Findings()
  const input = body['input']
  found.say('system', body['instructions'], ['instructions'])
  found.say('user', input, ['input'])
  let history = historyOf(body)
  if (typeof input !== 'string' && input !== undefined && input !== null) {
    const names = new Map<string, string>()
    for (const [index, item] of objectsIn(input, 'input').entries()) {
      readItem(found, item, ['input', String(index)], names)
      if (isNamed(item)) history = { in: 'elsewhere', what: 'an item that is only named' }
    }
  }
  found.offers.push(...offersOf('responses', body))
  found.sayRest(body, ['model', 'input', 'instructions', 'max_output_tokens', 'previous_response_id'])
  return {
    said: found.said,
    offers: found.offers,
    unread: found.unread,
    sealed: found.sealed,
    history,
    maxTokens: countOf(body['max_output_tokens'], 'max_output_tokens'),
    answers: 1,
  }
}

function historyOf(body: PlainObject): History {
  const { conversation, prompt, previous_response_id: previous } = body
  if (conversation !== undefined && conversation !== null)
    return { in: 'elsewhere', what: 'a conversation the provider keeps' }
  if (prompt !== undefined && prompt !== null) return { in: 'elsewhere', what: 'a prompt the provider keeps' }
  if (listOf(body['tools']).some(isKept)) return { in: 'elsewhere', what: 'a container of files' }
  if (typeof previous === 'string') return { in: 'response', id: previous }
  if (previous !== undefined && previous !== null) throw malformed('`previous_response_id` is no text')
  return { in: 'request' }
}

/** A tool that works where earlier requests left files. */
function isKept(tool: unknown): boolean {
  const place = memberOf(tool, 'environment')
  return typeof memberOf(tool, 'container') === 'string' || typeof memberOf(place, 'container_id') === 'string'
}

/** A reference to an item needs no type. A picture that was made comes back by its id, too. */
function isNamed({ type, role, result }: PlainObject): boolean {
  if (type === undefined || type === null) return role === undefined
  return type === 'item_reference' || (type === 'image_generation_call' && typeof result !== 'string')
}

/** What the provider sealed: it comes back as it was given out. */
const sealed: ReadonlySet<unknown> = new Set(['compaction', 'compaction_summary'])

function readItem(found: Findings, item: PlainObject, at: Pointer, names: Map<string, string>): void {
  const { type, role } = item
  if (type === 'message' || (type === undefined && role !== undefined)) {
    const who = speakers.get(role)
    if (who === undefined) throw malformed('a message has a role that is not known')
    readContent(found, who, item['content'], [...at, 'content'])
    return
  }
  if (type === 'function_call' || type === 'custom_tool_call') {
    const said = textsOnly({ call: item['call_id'], tool: item['name'] })
    if (said.call !== undefined && said.tool !== undefined) names.set(said.call, said.tool)
    const member = type === 'function_call' ? 'arguments' : 'input'
    found.say('model', item[member], [...at, member], said)
    return
  }
  if (typeof type === 'string' && type.endsWith('_output')) {
    readOutput(found, item, at, names)
    return
  }
  if (type === 'additional_tools') found.offers.push(...offersIn('responses', item['tools']))
  if (sealed.has(type)) found.sealed += 1
  if (type === 'reasoning') readReasoning(found, item, at)
  else found.sayWhole(type === 'additional_tools' ? 'setup' : 'tool', item, at)
}

function readOutput(found: Findings, item: PlainObject, at: Pointer, names: Map<string, string>): void {
  if (item['type'] === 'tool_search_output') found.offers.push(...offersIn('responses', item['tools']))
  const call = stringOf(item['call_id'])
  const more = textsOnly({ call, tool: call === undefined ? undefined : names.get(call) })
  const output = item['output']
  if (typeof output === 'string') found.say('tool', output, [...at, 'output'], more)
  else if (Array.isArray(output)) readContent(found, 'tool', output, [...at, 'output'], more)
  else if (isObject(output) && output['type'] === 'computer_screenshot')
    attach(found, output, [...at, 'output'], { who: 'tool', ...more })
  else found.sayWhole('tool', item, at, more)
}

function readReasoning(found: Findings, item: PlainObject, at: Pointer): void {
  // Without its content, the provider takes what it keeps under the id.
  if (item['encrypted_content'] !== undefined || typeof item['id'] === 'string') found.sealed += 1
  for (const name of ['summary', 'content'])
    for (const [index, part] of listOf(item[name]).entries())
      found.say('model', memberOf(part, 'text'), [...at, name, String(index), 'text'])
}

function readContent(
  found: Findings,
  who: Speaker,
  content: unknown,
  at: Pointer,
  more: Parameters<Findings['say']>[3] = {},
): void {
  found.say(who, content, at, more)
  for (const [index, part] of listOf(content).entries()) {
    const place = [...at, String(index)]
    if (!isObject(part)) throw malformed('a part of a message is no object')
    const { type } = part
    if (type === 'input_text' || type === 'output_text' || type === 'text')
      found.say(who, part['text'], [...place, 'text'], more)
    else if (type === 'refusal') found.say(who, part['refusal'], [...place, 'refusal'], more)
    else if (type === 'input_image' || type === 'input_file' || type === 'input_audio')
      attach(found, part, place, { who: who === 'tool' ? who : 'attached', ...more })
    else found.sayWhole(who === 'tool' ? 'tool' : 'attached', part, place, more)
  }
}
