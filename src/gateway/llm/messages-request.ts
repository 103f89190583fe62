/** Requests of Anthropic Messages. */
import type { Pointer } from '../../charter/pointer.ts'
import { isObject, listOf, memberOf, type PlainObject } from '../../charter/source/plain.ts'
import { malformed } from '../http/refused.ts'
import { attach } from './attached.ts'
import { offersIn, offersOf } from './offers.ts'
import { countOf, Findings, isOfApi, objectsIn, stringOf, textsOnly } from './reading.ts'
import type { Content, Said, Speaker } from './request.ts'

const speakers: ReadonlyMap<unknown, Speaker> = new Map([
  ['user', 'user'],
  ['system', 'system'],
  ['assistant', 'model'],
])

/** @throws {Refused} when it is no such request. */
export function readMessagesRequest(body: PlainObject): Content {
  const found = new Findings()
  const names = new Map<string, string>()
  const reading: Reading = { found, names }
  readContent(reading, 'system', body['system'], ['system'])
  for (const [index, message] of objectsIn(body['messages'], 'messages').entries()) {
    const who = speakers.get(message['role'])
    if (who === undefined) throw malformed('a message has a role that is not known')
    readContent(reading, who, message['content'], ['messages', String(index), 'content'])
  }
  found.offers.push(...offersOf('messages', body))
  found.sayRest(body, ['model', 'messages', 'system', 'max_tokens'])
  return {
    said: found.said,
    offers: found.offers,
    unread: found.unread,
    sealed: found.sealed,
    // A container keeps files of earlier requests.
    history: [body['container'], memberOf(body['container'], 'id')].some((id) => typeof id === 'string')
      ? { in: 'elsewhere', what: 'a container of files' }
      : { in: 'request' },
    maxTokens: countOf(body['max_tokens'], 'max_tokens'),
    answers: 1,
  }
}

interface Reading {
  readonly found: Findings
  /** Names of tools by the id of their call. */
  readonly names: Map<string, string>
}

function readContent(reading: Reading, who: Speaker, content: unknown, at: Pointer): void {
  if (typeof content === 'string') reading.found.say(who, content, at)
  for (const [index, block] of listOf(content).entries()) {
    if (!isObject(block)) throw malformed('a block of a message is no object')
    readBlock(reading, who, block, [...at, String(index)])
  }
}

function readBlock(reading: Reading, who: Speaker, block: PlainObject, at: Pointer): void {
  const { found, names } = reading
  switch (block['type']) {
    case 'text':
      found.say(who, block['text'], [...at, 'text'])
      return
    case 'thinking':
      found.say('model', block['thinking'], [...at, 'thinking'])
      return
    case 'redacted_thinking':
      found.sealed += 1
      if (isOfApi(stringOf(block['data']) ?? '', 'encrypted_data')) found.take([...at, 'data'])
      return
    case 'image':
    case 'container_upload':
      attach(found, block, at, { who: 'attached' })
      return
    case 'document':
    case 'search_result':
      readDocument(found, block, at, { who: 'attached' })
      return
    case 'tool_use': {
      const said = textsOnly({ call: block['id'], tool: block['name'] })
      if (said.call !== undefined && said.tool !== undefined) names.set(said.call, said.tool)
      found.sayWhole('model', block['input'] ?? {}, [...at, 'input'], said)
      return
    }
    case 'tool_result':
      readResult(reading, block, at)
      return
    case 'tool_addition':
      found.offers.push(...offersIn('messages', [block['tool']]))
      return
    default:
      // Tools of the provider and what they answered, and whatever is new.
      found.sayWhole(who === 'model' ? 'tool' : 'attached', block, at)
  }
}

/** What a tool answered, with the documents in it. */
function readResult({ found, names }: Reading, block: PlainObject, at: Pointer): void {
  const call = stringOf(block['tool_use_id'])
  const more = textsOnly({ call, tool: call === undefined ? undefined : names.get(call) })
  const place = [...at, 'content']
  found.say('tool', block['content'], place, more)
  for (const [index, part] of listOf(block['content']).entries()) {
    const type = memberOf(part, 'type')
    const here = [...place, String(index)]
    if (type === 'text') found.say('tool', memberOf(part, 'text'), [...here, 'text'], more)
    else if (type === 'image') attach(found, part, here, { who: 'tool', ...more })
    else if (isObject(part) && (type === 'document' || type === 'search_result'))
      readDocument(found, part, here, { who: 'tool', ...more })
    else found.sayWhole('tool', part, here, more)
  }
}

function readDocument(
  found: Findings,
  block: PlainObject,
  at: Pointer,
  { who, ...more }: Pick<Said, 'who' | 'call' | 'tool'>,
): void {
  for (const name of ['title', 'context', 'source'])
    if (typeof block[name] === 'string') found.say(who, block[name], [...at, name], more)
  const source = block['source']
  const type = memberOf(source, 'type')
  if (type === 'text') found.say(who, memberOf(source, 'data'), [...at, 'source', 'data'], more)
  else if (type !== undefined && type !== 'content') attach(found, source, [...at, 'source'], { who, ...more })
  const [content, place] =
    type === 'content'
      ? [memberOf(source, 'content'), [...at, 'source', 'content']]
      : [block['content'], [...at, 'content']]
  found.say(who, content, place, more)
  for (const [index, part] of listOf(content).entries()) {
    const text = memberOf(part, 'text')
    if (typeof text === 'string') found.say(who, text, [...place, String(index), 'text'], more)
    else attach(found, part, [...place, String(index)], { who, ...more })
  }
}
