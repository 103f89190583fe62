/** A request to a model without what may not go there: the guard says what each text becomes, here it is put where the text stood. */
import { getPointer, setPointer } from '../../charter/pointer.ts'
import { isObject, listOf, memberOf, type PlainObject } from '../../charter/source/plain.ts'
import type { Ruling } from '../../guard/call.ts'
import { parseLosslessJson } from '../../wire/lossless-json.ts'
import type { Named } from './memory.ts'

/** What is sent instead of a body, and which of its texts are as they came. */
export interface Covered {
  readonly body: PlainObject
  readonly untouched: readonly Named[]
}

/**
 * The body with the texts that are to be sent instead.
 *
 * @param fresh - The texts the guard was shown, in their order.
 * @param ruling - What it said of them.
 * @returns undefined where something must not go there and cannot be taken out of the request.
 */
export function coverBody(
  body: PlainObject,
  fresh: readonly Named[],
  { decision, instead }: Pick<Extract<Ruling, { kind: 'go' }>, 'decision' | 'instead'>,
): Covered | undefined {
  if (instead === undefined)
    return decision.obligations.some(({ kind }) => kind === 'cover') ? undefined : { body, untouched: fresh }
  const model = memberOf(instead.body, 'model')
  if (model !== undefined && model !== body['model']) return undefined
  const messages = listOf(memberOf(instead.body, 'messages'))
  const texts = messages.map((each) => memberOf(each, 'text'))
  if (texts.length !== fresh.length) return undefined
  if (messages.some((each, index) => (memberOf(each, 'call') ?? fresh[index]?.said.call) !== fresh[index]?.said.call))
    return undefined
  let covered: unknown = body
  const untouched: Named[] = []
  for (const [index, named] of fresh.entries()) {
    const { at, text, base64 } = named.said
    const next = texts[index]
    if (next === text) untouched.push(named)
    else if (typeof next !== 'string' || at.length === 0) return undefined
    else if (base64 !== undefined) covered = setPointer(covered, at, `${base64}${Buffer.from(next).toString('base64')}`)
    else {
      const value = typeof getPointer(covered, at) === 'string' ? next : parseLosslessJson(next)
      if (value === undefined) return undefined
      covered = setPointer(covered, at, value)
    }
  }
  return isObject(covered) ? { body: covered, untouched } : undefined
}
