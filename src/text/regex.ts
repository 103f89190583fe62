import { RE2JS } from 're2js'

const longestPattern = 1000
/** RE2 unrolls repeats: a small pattern may become a large program. */
const mostRepeats = 256

/** Why somebody's own pattern, in the syntax of RE2, cannot be used, as a sentence without a full stop; undefined when it can. */
export function regexProblem(pattern: string): string | undefined {
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
