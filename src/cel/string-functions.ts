import { formatNumber, isWhole } from './decimal.ts'
import { compilePattern, type Matcher } from './match.ts'
import { type CelFunction, dyadic, replacing, triadic, unary } from './overload.ts'
import { CelError, type CelNumber, type CelValue, type Result } from './value.ts'

// SECURITY: bounds what one expression can allocate from short inputs.
const MAX_RESULT = 1_000_000
const TOO_LONG: CelError = new CelError('too-complex', 'a string longer than a million characters')
const OUT_OF_RANGE: CelError = new CelError('out-of-range', 'index out of range')

/** The characters of a string by code point, as CEL counts them. */
export function charactersOf(text: string): readonly string[] {
  return Array.from(text)
}

function bounded(length: number, make: () => string): Result {
  return length > MAX_RESULT ? TOO_LONG : make()
}

/** An index from 0 to `limit`, or undefined. */
function indexWithin(index: CelNumber, limit: number): number | undefined {
  const number = Number(index)
  return isWhole(index) && number >= 0 && number <= limit ? number : undefined
}

function ascii(text: string, convert: (run: string) => string): string {
  return text.replace(/[A-Za-z]+/g, convert)
}

function substring(text: string, from: CelNumber, to: CelNumber | undefined): Result {
  const characters = charactersOf(text)
  const end = indexWithin(to ?? characters.length, characters.length)
  const start = end === undefined ? undefined : indexWithin(from, end)
  return start === undefined ? OUT_OF_RANGE : characters.slice(start, end).join('')
}

function charAt(text: string, index: CelNumber): Result {
  const characters = charactersOf(text)
  const at = indexWithin(index, characters.length)
  return at === undefined ? OUT_OF_RANGE : (characters[at] ?? '')
}

function indexOf(text: string, part: string, from: CelNumber): Result {
  const characters = charactersOf(text)
  const start = indexWithin(from, characters.length)
  if (start === undefined) return OUT_OF_RANGE
  const units = text.indexOf(part, characters.slice(0, start).join('').length)
  return units < 0 ? -1 : charactersOf(text.slice(0, units)).length
}

function lastIndexOf(text: string, part: string): number {
  const units = text.lastIndexOf(part)
  return units < 0 ? -1 : charactersOf(text.slice(0, units)).length
}

function splitParts(text: string, separator: string): readonly string[] {
  return separator === '' ? charactersOf(text) : text.split(separator)
}

function split(text: string, separator: string, limit: CelNumber): Result {
  const count = Number(limit)
  if (!isWhole(limit)) return OUT_OF_RANGE
  const parts = splitParts(text, separator)
  if (count < 0 || parts.length <= count) return parts
  return count === 0 ? [] : [...parts.slice(0, count - 1), parts.slice(count - 1).join(separator)]
}

function replace(text: string, old: string, fresh: string, limit: number): Result {
  if (!Number.isInteger(limit)) return OUT_OF_RANGE
  const parts = splitParts(text, old)
  const places = old === '' ? parts.length + 1 : parts.length - 1
  const count = limit < 0 ? places : Math.min(limit, places)
  return bounded(text.length + count * fresh.length, () =>
    old === '' ? spread(parts, fresh, count) : replaceFirst(parts, { old, fresh, count }),
  )
}

function spread(characters: readonly string[], fresh: string, count: number): string {
  const before = characters.map((character, index) => (index < count ? fresh : '') + character)
  return before.join('') + (count > characters.length ? fresh : '')
}

function replaceFirst(parts: readonly string[], by: { old: string; fresh: string; count: number }): string {
  const rest = parts.slice(by.count).join(by.old)
  return [...parts.slice(0, by.count), rest].join(by.fresh)
}

function join(list: readonly CelValue[], separator: string): Result {
  let length = 0
  for (const item of list) {
    if (typeof item !== 'string') return new CelError('no-overload', 'join needs a list of strings')
    length += item.length + separator.length
  }
  return bounded(length, () => list.join(separator))
}

/** Concatenates two strings, bounded like every other string result. */
export function concatenate(left: string, right: string): Result {
  return bounded(left.length + right.length, () => left + right)
}

const TEXT_TOO_LONG: CelError = new CelError('too-complex', 'matches takes at most 4096 characters')

/** The result of `matches` with a compiled pattern. */
export function matchText(matcher: Matcher, text: string): Result {
  return matcher(text) ?? TEXT_TOO_LONG
}

function matches(text: string, source: string): Result {
  const compiled = compilePattern(source)
  return compiled.ok ? matchText(compiled.matches, text) : new CelError('bad-pattern', compiled.message)
}

function method(name: string, ...overloads: CelFunction['overloads']): CelFunction {
  return { name, style: 'method', whole: name.endsWith('ndexOf'), overloads }
}

/**
 * The methods of strings, by code point like cel-go's string extension. `matches` takes the subset of RE2 that
 * `parsePattern` names, in linear time, on at most 4096 characters.
 */
export const STRING_FUNCTIONS: readonly CelFunction[] = [
  method(
    'contains',
    dyadic(['string', 'string'], 'bool', (text, part) => text.includes(part)),
  ),
  method(
    'startsWith',
    dyadic(['string', 'string'], 'bool', (text, part) => text.startsWith(part)),
  ),
  method(
    'endsWith',
    dyadic(['string', 'string'], 'bool', (text, part) => text.endsWith(part)),
  ),
  { ...method('matches', dyadic(['string', 'string'], 'bool', matches)), style: 'both' },
  method(
    'lowerAscii',
    unary('string', 'string', (text) => ascii(text, (run) => run.toLowerCase())),
  ),
  method(
    'upperAscii',
    unary('string', 'string', (text) => ascii(text, (run) => run.toUpperCase())),
  ),
  method(
    'trim',
    unary('string', 'string', (text) => text.trim()),
  ),
  method('charAt', dyadic(['string', 'number'], 'string', charAt)),
  method(
    'indexOf',
    dyadic(['string', 'string'], 'number', (text, part) => indexOf(text, part, 0)),
    triadic(['string', 'string', 'number'], 'number', indexOf),
  ),
  method('lastIndexOf', dyadic(['string', 'string'], 'number', lastIndexOf)),
  method(
    'substring',
    dyadic(['string', 'number'], 'string', (text, from) => substring(text, from, undefined)),
    triadic(['string', 'number', 'number'], 'string', substring),
  ),
  method(
    'split',
    dyadic(['string', 'string'], 'list', splitParts),
    triadic(['string', 'string', 'number'], 'list', split),
  ),
  method(
    'replace',
    triadic(['string', 'string', 'string'], 'string', (text, old, fresh) => replace(text, old, fresh, -1)),
    replacing(replace),
  ),
  method(
    'join',
    unary('list', 'string', (list) => join(list, '')),
    dyadic(['list', 'string'], 'string', join),
  ),
]

/** What `string(x)` gives for numbers: plain decimal text. */
export function numberText(value: CelNumber): Result {
  return formatNumber(value)
}
