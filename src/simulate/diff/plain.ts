import type { Expression } from '../../cel/parse-cel.ts'
import { printCel } from '../../cel/print.ts'

/** Members that say nothing of what is demanded. */
const wordless: ReadonlySet<string> = new Set(['position', 'says', 'id'])

/** Any part of a charter as text, the same for parts that demand the same: expressions as CEL, without positions, ids and words. */
export function plainText(part: unknown): string {
  return JSON.stringify(plain(part)) ?? ''
}

function plain(part: unknown): unknown {
  if (part instanceof Map) return [...part].map(([name, value]) => [name, plain(value)])
  if (part instanceof Set) return [...part].map(plain)
  if (Array.isArray(part)) return part.map(plain)
  if (typeof part === 'bigint') return String(part)
  if (typeof part !== 'object' || part === null) return part
  if (isExpression(part)) return { cel: printCel(part.ast) }
  const members = Object.entries(part).filter(([name, value]) => !wordless.has(name) && value !== undefined)
  return Object.fromEntries(
    members.toSorted(([left], [right]) => (left < right ? -1 : 1)).map(([name, value]) => [name, plain(value)]),
  )
}

function isExpression(part: object): part is Expression {
  return 'ast' in part && 'source' in part && 'evaluate' in part
}
