import type { Node } from './ast.ts'
import { type Expression, parseCel } from './parse-cel.ts'
import { printCel } from './print.ts'

/**
 * Splits an expression at its outermost `&&`, in source order; one without them is returned as it is, alone.
 *
 * The parts hold together exactly when the whole does. Each has its own source, kept as written, and offsets into that.
 */
export function conjuncts(expression: Expression): readonly Expression[] {
  const nodes = flatten(expression.ast)
  if (nodes.length === 1) return [expression]
  const variables = [...new Set(expression.reads.flatMap((path) => path.slice(0, 1)))]
  const parts = nodes.map((node) => partOf(expression, node, variables))
  return parts.every((part) => part !== undefined) ? parts : [expression]
}

function flatten(node: Node): readonly Node[] {
  return node.kind === 'and' ? [...flatten(node.left), ...flatten(node.right)] : [node]
}

function partOf(whole: Expression, node: Node, variables: readonly string[]): Expression | undefined {
  const printed = printCel(node)
  const written = parseCel(whole.source.slice(node.start, node.end), variables)
  // A range may leave out a parenthesis that its text needs.
  if (written.ok && printCel(written.expression.ast) === printed) return written.expression
  const again = parseCel(printed, variables)
  return again.ok ? again.expression : undefined
}
