/** What a rule over lists says of single elements: its macros written out for elements at fixed places. */
import { childrenOf, type Node } from '../../cel/ast.ts'

const most = 200

/**
 * Bodies of the macros in an expression, the variable replaced by an element: the first and the last of the list, or the first of a
 * list that has none yet. `xs.all(x, x.n > 0)` gives `xs[0].n > 0`. Macros over the keys of a map give nothing.
 *
 * @param worth - What a node without variables of macros is worth now.
 */
export function instancesOf(root: Node, worth: (node: Node) => unknown): Node[] {
  const found: Node[] = []
  const visit = (node: Node): void => {
    if (node.kind !== 'comprehension') {
      for (const child of childrenOf(node)) visit(child)
      return
    }
    visit(node.range)
    for (const element of elementsOf(node.range, worth)) {
      for (const body of [node.predicate, node.transform]) {
        if (body === undefined || found.length >= most) continue
        const written = substitute(body, node.variable, element)
        found.push(written)
        visit(written)
      }
    }
  }
  visit(root)
  return found
}

/** The chain of members and literal indexes a node spells out; undefined for anything else. */
export function writtenPath(node: Node): readonly string[] | undefined {
  if (node.kind === 'ident') return [node.name]
  if (node.kind !== 'select' && node.kind !== 'has' && node.kind !== 'index') return undefined
  const { target } = node
  const last = node.kind !== 'index' ? node.field : node.index.kind === 'literal' ? String(node.index.value) : undefined
  const above = writtenPath(target)
  return last === undefined || above === undefined ? undefined : [...above, last]
}

/** Nodes that stand for elements of what a macro walks. */
function elementsOf(range: Node, worth: (node: Node) => unknown): Node[] {
  if (range.kind === 'comprehension') {
    const { variable, transform } = range
    const inner = elementsOf(range.range, worth)
    if (range.macro === 'filter') return inner
    return transform === undefined ? [] : inner.map((element) => substitute(transform, variable, element))
  }
  if (writtenPath(range) === undefined) return []
  const value = worth(range)
  const isMap = typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
  if (isMap) return []
  const last = Array.isArray(value) ? value.length - 1 : 0
  return last > 0 ? [at(range, 0), at(range, last)] : [at(range, 0)]
}

function at(target: Node, index: number): Node {
  const { start, end } = target
  return {
    kind: 'index',
    target,
    index: { kind: 'literal', type: 'int', value: index, start, end },
    optional: false,
    start,
    end,
  }
}

/** The node with every free occurrence of a variable replaced. */
function substitute(node: Node, name: string, by: Node): Node {
  return rewritten(node, (each) => {
    if (each.kind === 'ident') return each.name === name ? by : undefined
    const hides = each.kind === 'comprehension' && each.variable === name
    return hides ? { ...each, range: substitute(each.range, name, by) } : undefined
  })
}

/** A copy of a tree: nodes for which `by` gives another one are replaced as a whole, the rest is kept. */
export function rewritten(node: Node, by: (node: Node) => Node | undefined): Node {
  const other = by(node)
  if (other !== undefined) return other
  const within = (child: Node): Node => rewritten(child, by)
  switch (node.kind) {
    case 'literal':
    case 'ident':
      return node
    case 'select':
    case 'has':
      return { ...node, target: within(node.target) }
    case 'index':
      return { ...node, target: within(node.target), index: within(node.index) }
    case 'not':
    case 'neg':
      return { ...node, operand: within(node.operand) }
    case 'and':
    case 'or':
    case 'binary':
      return { ...node, left: within(node.left), right: within(node.right) }
    case 'conditional':
      return {
        ...node,
        condition: within(node.condition),
        consequent: within(node.consequent),
        alternate: within(node.alternate),
      }
    case 'call':
      return { ...node, target: node.target && within(node.target), args: node.args.map(within) }
    case 'list':
      return { ...node, items: node.items.map(within) }
    case 'map':
      return { ...node, entries: node.entries.map(([key, value]) => [within(key), within(value)] as const) }
    case 'comprehension':
      return {
        ...node,
        range: within(node.range),
        predicate: node.predicate && within(node.predicate),
        transform: node.transform && within(node.transform),
      }
  }
}
