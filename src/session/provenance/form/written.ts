import { type Matcher, RE2JS } from 're2js'
import { fold } from '../../../constraint/same-text.ts'
import { isWhole } from './border.ts'

/**
 * What an owner's own pattern catches in a folded text, each match whole, never a piece of a longer word: the groups that have a name,
 * or where none has one all of it; letters and digits only. Linear in the length of the text.
 */
export function caughtIn(text: string, written: string): readonly string[] {
  const matcher = patternOf(written).matcher(text)
  const caught: string[] = []
  while (matcher.find()) if (isWhole(text, matcher.start(), matcher.end())) caught.push(keyOf(matcher))
  return caught.filter((key) => key !== '')
}

/** The same of a value, which the pattern must match from beginning to end; undefined when it does not. */
export function caughtOf(value: string, written: string): string | undefined {
  const matcher = patternOf(written).matcher(fold(value))
  const key = matcher.matches() ? keyOf(matcher) : ''
  return key === '' ? undefined : key
}

function keyOf(matcher: Matcher): string {
  const names = Object.keys(matcher.pattern().namedGroups())
  const parts = names.length === 0 ? [matcher.group()] : names.map((name) => matcher.group(name))
  return parts.flatMap((part) => part?.replace(/[^\p{L}\p{N}]/gu, '') || []).join(' ')
}

const compiled = new Map<string, RE2JS>()

function patternOf(written: string): RE2JS {
  const pattern = compiled.get(written) ?? RE2JS.compile(written, RE2JS.CASE_INSENSITIVE)
  compiled.set(written, pattern)
  return pattern
}
