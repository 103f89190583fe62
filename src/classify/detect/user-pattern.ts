import { RE2JS } from 're2js'
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

const longestPattern = 1000
/** RE2 unrolls repeats: a small pattern may become a large program. */
const mostRepeats = 256
const shortestKeyword = 2

/** Why a pattern cannot be used, as a sentence without a full stop; undefined when it can. */
export function patternProblem({ near, pattern }: UserPattern): string | undefined {
  if (near.length === 0) return 'it needs a keyword, so that it is looked for only where it can be'
  const short = near.find((keyword) => keyword.trim().length < shortestKeyword)
  if (short !== undefined) return `the keyword \`${short}\` is too short`
  if (pattern.length > longestPattern) return `it is longer than ${longestPattern} characters`
  for (const [, least = '', most = ''] of pattern.matchAll(/\{(\d+)(?:,(\d*))?\}/g)) {
    if (Number(least) > mostRepeats || Number(most) > mostRepeats)
      return `it repeats something more than ${mostRepeats} times`
  }
  if (nested(pattern) > mostRepeats) return `its repeats multiply to more than ${mostRepeats}`
  try {
    const compiled = RE2JS.compile(pattern)
    return compiled.matcher('').find() ? 'it matches the empty text' : undefined
  } catch (error) {
    return `it is no pattern in the syntax of RE2: ${error instanceof Error ? error.message : String(error)}`
  }
}

/** The largest product of counted repeats that stand in each other. */
function nested(pattern: string): number {
  const open: number[] = []
  let inner = 1
  let largest = 1
  for (const [token, least, most] of pattern.matchAll(/\\.|\[(?:\\.|[^\]])*\]|[()]|\{(\d+)(?:,(\d*))?\}/g)) {
    if (token === '(') {
      open.push(inner)
      inner = 1
    } else if (least !== undefined) {
      largest = Math.max(largest, inner * Math.max(Number(least), Number(most ?? 0), 1))
      inner *= Math.max(Number(least), Number(most ?? 0), 1)
    } else if (token === ')') inner = Math.max(inner, open.pop() ?? 1)
  }
  return largest
}

/** A detector for a pattern without a problem. */
export function userDetector({ name, near, pattern }: UserPattern): Detector {
  return keywordDetector(name, [{ id: name, near, pattern }])
}
