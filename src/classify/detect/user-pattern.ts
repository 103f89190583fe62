import { regexProblem } from '../../text/regex.ts'
import type { Detector } from './hit.ts'
import { keywordDetector } from './keyword.ts'

/** A pattern of the charter's own. */
export interface UserPattern {
  readonly name: string
  /** Literals, in any case, one of which stands in the value or near it (within a few hundred characters). */
  readonly near: readonly string[]
  /** In RE2's syntax: no back references, no looking around. The first group is the value where there is one. */
  readonly pattern: string
}

const shortestKeyword = 2

/** Why a pattern cannot be used, as a sentence without a full stop; undefined when it can. */
export function patternProblem({ near, pattern }: UserPattern): string | undefined {
  if (near.length === 0) return 'it needs a keyword, so that it is looked for only where it can be'
  const short = near.find((keyword) => keyword.trim().length < shortestKeyword)
  if (short !== undefined) return `the keyword \`${short}\` is too short`
  return regexProblem(pattern)
}

/** A detector for a pattern without a problem. */
export function userDetector({ name, near, pattern }: UserPattern): Detector {
  return keywordDetector(name, [{ id: name, near, pattern }])
}
