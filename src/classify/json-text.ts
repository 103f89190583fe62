/** A text or number inside a text that is JSON, and where in that text it stands. */
export interface InnerLeaf {
  readonly at: readonly string[]
  readonly start: number
  readonly end: number
}

const token = /\s*(?:([{}[\],:])|("(?:[^"\\]|\\.)*")|(-?\d[\d.eE+-]*)|(true|false|null))/y
const mostLeaves = 20_000
const deepest = 64

interface Level {
  readonly list: boolean
  index: number
  name: string
  /** Whether a member's name comes next. */
  naming: boolean
}

/**
 * The leaves of a text that is JSON, with their places in it; undefined when the text is no JSON object or list, or one too large.
 *
 * Parses loosely: what stands in the wrong order is passed over, since what matters is what somebody else may read out of it.
 */
export function leavesOfJson(text: string): readonly InnerLeaf[] | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined
  const leaves: InnerLeaf[] = []
  const levels: Level[] = []
  token.lastIndex = 0
  for (let match = token.exec(text); match !== null; match = token.exec(text)) {
    const [whole, sign, quoted] = match
    const end = token.lastIndex
    const level = levels.at(-1)
    if (sign !== undefined) {
      if (!structure(levels, sign)) return undefined
      if (levels.length === 0) return leaves
    } else if (quoted !== undefined && level?.naming === true) {
      level.name = unquoted(quoted)
      level.naming = false
    } else {
      const start = end - whole.trimStart().length
      const inset = quoted === undefined ? 0 : 1
      leaves.push({ at: pathOf(levels), start: start + inset, end: end - inset })
      if (leaves.length > mostLeaves) return undefined
    }
  }
  return undefined
}

function structure(levels: Level[], sign: string): boolean {
  const level = levels.at(-1)
  if (sign === '{' || sign === '[') levels.push({ list: sign === '[', index: 0, name: '', naming: sign === '{' })
  else if (sign === '}' || sign === ']') levels.pop()
  else if (sign === ',' && level !== undefined) {
    if (level.list) level.index++
    else level.naming = true
  }
  return levels.length <= deepest
}

const pathOf = (levels: readonly Level[]): string[] =>
  levels.map(({ list, index, name }) => (list ? String(index) : name))

function unquoted(quoted: string): string {
  try {
    const name: unknown = JSON.parse(quoted)
    return typeof name === 'string' ? name : ''
  } catch {
    return quoted.slice(1, -1)
  }
}
