/** Credentials that configuration hands to a source: kept out of what it says, as values of the vault are. */
import { formsOf } from './forms.ts'
import type { Scrubber } from './injector.ts'
import { type Matcher, makeMatcher } from './matcher.ts'
import { makeScrubber } from './scrub.ts'

/** Names of headers and variables under which credentials are handed over. */
const opens = /auth|token|secret|passw|pwd|key|credential|cookie|signature|assertion|jwt/i
/** Shorter values are too common in ordinary text to be taken out of it. */
const shortest = 8
/** Takes values out of what is there as a whole. */
export type Cleaner = Pick<Scrubber, 'text' | 'bytes'>

/** More are made anew. */
const mostKnown = 64
const known = new Map<string, Matcher>()

/**
 * What knows the credentials among headers, or among the variables of a process: those whose names sound like one, without the scheme before
 * them. Undefined when there is none.
 */
export function scrubberFor(handed: Readonly<Record<string, string>>): Scrubber | undefined {
  const values = Object.entries(handed).flatMap(([name, text]) => {
    const kept = opens.test(name) ? valuesIn(name, text).filter((value) => value.length >= shortest) : []
    return kept.length === 0 ? [] : [[name, kept] as const]
  })
  if (values.length === 0) return undefined
  const key = JSON.stringify(values)
  const matcher = known.get(key) ?? makeMatcher(new Map(values.map(([name, all]) => [name, all.flatMap(formsOf)])))
  if (known.size >= mostKnown) known.clear()
  known.set(key, matcher)
  return makeScrubber(matcher)
}

/** The credential without the scheme before it; of Basic also the password alone, of cookies each by itself. */
function valuesIn(name: string, text: string): readonly string[] {
  const value = text.replace(/^[A-Za-z][\w-]* +/, '')
  if (/^basic +/i.test(text))
    return [
      value,
      Buffer.from(value, 'base64')
        .toString()
        .replace(/^[^:]*:/, ''),
    ]
  if (/cookie/i.test(name)) return [text, ...text.split(/; */).map((each) => each.slice(each.indexOf('=') + 1))]
  return [value]
}

/** Looks with both; undefined when there is neither. */
export function bothOf(first: Scrubber | undefined, second: Scrubber | undefined): Cleaner | undefined {
  if (first === undefined || second === undefined) return first ?? second
  return {
    text: (text) => second.text(first.text(text)),
    bytes: (bytes) => second.bytes(first.bytes(bytes)),
  }
}
