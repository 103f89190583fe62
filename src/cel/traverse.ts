import { type BinaryNode, type ComparisonOperator, childrenOf, type Node } from './ast.ts'

/** A variable and the fields below it, as far as they are written out: `['request', 'items']`. */
export type Path = readonly string[]

/** A comparison with both its sides. */
export interface ComparisonNode extends BinaryNode {
  readonly op: ComparisonOperator
}

const COMPARISONS: ReadonlySet<string> = new Set(['==', '!=', '<', '<=', '>', '>=', 'in'])

function isComparison(node: Node): node is ComparisonNode {
  return node.kind === 'binary' && COMPARISONS.has(node.op)
}

/** Every comparison of an expression, in source order, also those inside comprehensions. */
export function comparisons(expression: { readonly ast: Node }): readonly ComparisonNode[] {
  const found: ComparisonNode[] = []
  const visit = (node: Node): void => {
    if (isComparison(node)) found.push(node)
    childrenOf(node).forEach(visit)
  }
  visit(expression.ast)
  return found
}

/** A node and every node below it, in source order. */
export function nodesIn(node: Node): readonly Node[] {
  return [node, ...childrenOf(node).flatMap(nodesIn)]
}

/** Every literal value of an expression, in source order. */
export function literalsIn(root: Node): readonly unknown[] {
  return nodesIn(root).flatMap((node) => (node.kind === 'literal' ? [node.value] : []))
}

/**
 * Every path the expression may read, each once, in source order. Fields by name, `['name']` or `has()` belong to the path;
 * it ends at a computed index, at a number, and at the list a comprehension walks. Variables of comprehensions are no paths.
 */
export function readsOf(root: Node, variables: { has(name: string): boolean }): readonly Path[] {
  const found = new Map<string, Path>()
  const add = (path: Path): void => void found.set(JSON.stringify(path), path)
  const visit = (node: Node, bound: readonly string[]): void => {
    const path = pathOf(node)
    const root = path?.[0]
    if (path !== undefined && root !== undefined) {
      if (variables.has(root) && !bound.includes(root)) add(path)
      return
    }
    if (node.kind !== 'comprehension') {
      for (const child of childrenOf(node)) visit(child, bound)
      return
    }
    visit(node.range, bound)
    const inner = [...bound, node.variable]
    for (const body of [node.predicate, node.transform]) if (body !== undefined) visit(body, inner)
  }
  visit(root, [])
  return [...found.values()]
}

/** The path a node spells out, or undefined if it is not a chain of fields on a variable. */
export function pathOf(node: Node): Path | undefined {
  if (node.kind === 'ident') return [node.name]
  if (node.kind !== 'select' && node.kind !== 'has' && node.kind !== 'index') return undefined
  const field = node.kind === 'index' ? literalKey(node.index) : node.field
  if (field === undefined) return undefined
  const target = pathOf(node.target)
  return target === undefined ? undefined : [...target, field]
}

function literalKey(node: Node): string | undefined {
  return node.kind === 'literal' && typeof node.value === 'string' ? node.value : undefined
}
