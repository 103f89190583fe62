import type { Node } from '../../cel/ast.ts'
import type { Expression } from '../../cel/parse-cel.ts'
import { canNeverHold } from '../../charter/check/solve.ts'
import { byCover, type Direction } from './change.ts'

/** Which way a rule changed: looser when it holds wherever it held before. What cannot be shown is `other`. */
export function byRule(before: Expression, after: Expression): Direction {
  const implied = implies(before, after)
  const implying = implies(after, before)
  return byCover(implied, implying) ?? 'other'
}

/** Whether the second holds wherever the first does: certain when true. It must not read more, for what is absent is no truth. */
export function implies(first: Expression, second: Expression): boolean {
  const known = new Set(first.reads.map((path) => JSON.stringify(path)))
  if (!second.reads.every((path) => known.has(JSON.stringify(path)))) return false
  return canNeverHold([first.ast, not(second.ast)])
}

function not(operand: Node): Node {
  return { kind: 'not', operand, start: operand.start, end: operand.end }
}

/** The value of a rule that is a plain number. */
export function numberIn({ ast }: Expression): number | undefined {
  if (ast.kind !== 'literal') return undefined
  const value = Number(String(ast.value))
  return (ast.type === 'int' || ast.type === 'double') && Number.isFinite(value) ? value : undefined
}
