/** The body of a request as it goes to the provider. */
import { type Pointer, setPointer } from '../../charter/pointer.ts'
import { isObject, listOf, type PlainObject } from '../../charter/source/plain.ts'
import { printLosslessJson } from '../../wire/lossless-json.ts'
import type { Carried } from './call.ts'
import type { Replaced } from './memory.ts'
import { withoutOffers } from './offers.ts'
import { type ModelRequest, showsUsage } from './request.ts'

/**
 * The bytes as they came, unless something has to be different.
 *
 * @param made - The body without what may not go there, and the tools that are to be taken out of it.
 */
export function bytesToSend(
  { bytes, source, asker, place }: Carried,
  request: ModelRequest,
  made: { readonly body: PlainObject; readonly removed: readonly Pointer[] },
): Buffer | null {
  let body = made.removed.length === 0 ? made.body : withoutOffers(made.body, made.removed)
  const generates = place.asks === 'generate'
  if (request.api === 'chat' && request.streams && generates && source.asksUsage !== false && !showsUsage(request))
    body = { ...body, stream_options: { ...objectIn(body['stream_options']), include_usage: true } }
  if (request.history.in === 'response')
    body = withReplaced(body, asker.notes.responses.get(request.history.id)?.replaced ?? [])
  return body === request.body ? bytes : Buffer.from(printLosslessJson(body))
}

/** The provider keeps calls that the client never saw, and goes on only when they are answered. */
function withReplaced(body: PlainObject, replaced: readonly Replaced[]): PlainObject {
  if (replaced.length === 0) return body
  const { input } = body
  const items = typeof input === 'string' ? [{ role: 'user', content: input }] : listOf(input)
  const answers = replaced.map(({ id, text, plain }) => ({
    type: plain === true ? 'custom_tool_call_output' : 'function_call_output',
    call_id: id,
    output: text,
  }))
  const next = setPointer(body, ['input'], [...answers, ...items])
  return isObject(next) ? next : body
}

function objectIn(value: unknown): PlainObject {
  return isObject(value) ? value : {}
}
