import { Problem } from '../shared/http.ts'

type Body = Record<string, unknown>

/** A text of 1 to `max` characters; 422 otherwise. */
export function readText(body: Body, field: string, max = 140): string {
  const value = body[field]
  if (typeof value === 'string' && value.length > 0 && value.length <= max) return value
  throw invalid(field, `must be a text of 1 to ${max} characters`)
}

/** One of a few words; 422 otherwise. */
export function readWord<W extends string>(body: Body, field: string, words: readonly W[]): W {
  const word = words.find((candidate) => candidate === body[field])
  if (word === undefined) throw invalid(field, `must be one of ${words.join(', ')}`)
  return word
}

/** An amount with at most two places, in minor units, of either sign; 422 otherwise. */
export function readAmount(body: Body, field: string): number {
  const value = body[field]
  if (typeof value !== 'number' || Math.abs(value) > 1e9) throw invalid(field, 'must be an amount')
  const minor = Math.round(value * 100)
  // A parsed decimal and its nearest cent are the same double exactly when no third place was written.
  if (minor / 100 !== value) throw invalid(field, 'must have at most two decimal places')
  return minor
}

/** As `readAmount`, above zero. */
export function readPositiveAmount(body: Body, field: string): number {
  const minor = readAmount(body, field)
  if (minor <= 0) throw invalid(field, 'must be above zero')
  return minor
}

/** The refusal of a field's value. */
export function invalid(field: string, demand: string): Problem {
  return new Problem(422, 'invalid-field', `${field} ${demand}`)
}

/** Minor units as they appear in JSON. */
export function inMajor(minor: number): number {
  return minor / 100
}
