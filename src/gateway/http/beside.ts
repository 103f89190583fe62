/** What of a request goes on although no description has it, so that it can be looked through for data. */
import type { CallRequest } from '../../charter/charter.ts'
import type { Head } from './head.ts'
import { goesOn } from './headers.ts'
import { readPairs } from './target.ts'

/** Lets the caller in. */
const letsIn = /^(?:authorization|cookie|dpop|x-api-key)$/

/** @param read - What the description has of it. */
export function besideOf(
  { query: text = '', pairs }: Head,
  { query = {}, header = {} }: Pick<CallRequest, 'query' | 'header'>,
): NonNullable<CallRequest['beside']> {
  const hasBase = (name: string): boolean => Object.hasOwn(query, /^[^[\]]*/.exec(name)?.[0] ?? '')
  const others = (readPairs(text) ?? []).filter(([name]) => !Object.hasOwn(query, name) && !hasBase(name))
  const known = new Set(Object.keys(header).map((name) => name.toLowerCase()))
  const headers = pairs.flatMap(([, name, value]) =>
    goesOn(name) && !letsIn.test(name) && !known.has(name) ? [[name, value]] : [],
  )
  return { query: Object.fromEntries(others), headers: Object.fromEntries(headers) }
}
