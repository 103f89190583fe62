import type { BinaryNode, Node } from '../../cel/ast.ts'
import { compareNumbers, negate } from '../../cel/decimal.ts'
import { printCel } from '../../cel/print.ts'
import { type CelNumber, isCelError } from '../../cel/value.ts'
import { groupBy } from '../group-by.ts'

type Constant = null | boolean | string | CelNumber
type Order = 'less' | 'same' | 'greater' | 'other'

/** One thing that must hold of a subject (the text of an expression), of two subjects, or of nothing at all. */
type Atom =
  | {
      readonly kind: 'bound'
      readonly subject: string
      readonly op: '<' | '<=' | '>' | '>='
      readonly value: CelNumber
    }
  | { readonly kind: 'one-of'; readonly subject: string; readonly values: readonly Constant[]; readonly holds: boolean }
  | { readonly kind: 'relation'; readonly pair: string; readonly orders: ReadonlySet<Order> }
  | { readonly kind: 'truth'; readonly subject: string; readonly holds: boolean }

/** All atoms must hold. A list of clauses is satisfied by any one of them. */
type Clause = readonly Atom[]

/** Beyond this many clauses nothing is concluded. */
const maxClauses = 128

/**
 * Whether no request and object can make all of the rules true: comparisons on the same expression are held against each other.
 *
 * Sound, not complete: true is certain, false means "not seen".
 *
 * @param states - The states the object may be in, for rules about `state`.
 */
export function canNeverHold(rules: readonly Node[], states: readonly string[] = []): boolean {
  const given: Clause = states.length === 0 ? [] : [{ kind: 'one-of', subject: 'state', values: states, holds: true }]
  let clauses: readonly Clause[] | undefined = [given]
  for (const rule of rules) {
    clauses = join(clauses, clausesOf(rule, true))?.filter((clause) => !contradicts(clause))
    if (clauses === undefined) return false
  }
  return clauses.every(contradicts)
}

/** Whether the rule is true whatever it reads, as far as what it reads is there. */
export function alwaysHolds(rule: Node): boolean {
  return clausesOf(rule, false)?.every(contradicts) ?? false
}

/** The ways in which a node comes out as `wanted`; undefined when they are too many. */
function clausesOf(node: Node, wanted: boolean): readonly Clause[] | undefined {
  if (node.kind === 'not') return clausesOf(node.operand, !wanted)
  if (node.kind === 'and' || node.kind === 'or') {
    const left = clausesOf(node.left, wanted)
    const right = clausesOf(node.right, wanted)
    return (node.kind === 'and') === wanted ? join(left, right) : unite(left, right)
  }
  if (node.kind === 'literal' && typeof node.value === 'boolean') return node.value === wanted ? [[]] : []
  if (node.kind === 'binary') return comparisonClauses(node, wanted)
  return [[{ kind: 'truth', subject: printCel(node), holds: wanted }]]
}

function join(
  left: readonly Clause[] | undefined,
  right: readonly Clause[] | undefined,
): readonly Clause[] | undefined {
  if (left === undefined || right === undefined || left.length * right.length > maxClauses) return undefined
  return left.flatMap((one) => right.map((other) => [...one, ...other]))
}

function unite(
  left: readonly Clause[] | undefined,
  right: readonly Clause[] | undefined,
): readonly Clause[] | undefined {
  if (left === undefined || right === undefined || left.length + right.length > maxClauses) return undefined
  return [...left, ...right]
}

const opposite = { '==': '!=', '!=': '==', '<': '>=', '>=': '<', '>': '<=', '<=': '>' } as const
const mirrored = { '==': '==', '!=': '!=', '<': '>', '>=': '<=', '>': '<', '<=': '>=' } as const
type Comparison = keyof typeof opposite

function comparisonClauses(node: BinaryNode, wanted: boolean): readonly Clause[] {
  const { op, left, right } = node
  if (op === 'in') {
    const values = right.kind === 'list' ? right.items.map(constantOf) : undefined
    if (values?.every((value) => value !== undefined))
      return [[{ kind: 'one-of', subject: printCel(left), values, holds: wanted }]]
    return [[{ kind: 'truth', subject: printCel(node), holds: wanted }]]
  }
  if (!isComparison(op)) return [[{ kind: 'truth', subject: printCel(node), holds: wanted }]]
  const meant = wanted ? op : opposite[op]
  const [leftValue, rightValue] = [constantOf(left), constantOf(right)]
  if (leftValue !== undefined && rightValue !== undefined)
    return ordersOf(meant).has(orderOf(leftValue, rightValue)) ? [[]] : []
  if (rightValue !== undefined) return [[atomOf(printCel(left), meant, rightValue)]]
  if (leftValue !== undefined) return [[atomOf(printCel(right), mirrored[meant], leftValue)]]
  return relationClauses(printCel(left), meant, printCel(right))
}

function isComparison(op: BinaryNode['op']): op is Comparison {
  return Object.hasOwn(opposite, op)
}

function atomOf(subject: string, op: Comparison, value: Constant): Atom {
  if (op === '==' || op === '!=') return { kind: 'one-of', subject, values: [value], holds: op === '==' }
  if (isNumber(value)) return { kind: 'bound', subject, op, value }
  return { kind: 'truth', subject: `${subject} ${op} ${JSON.stringify(value)}`, holds: true }
}

function relationClauses(left: string, op: Comparison, right: string): readonly Clause[] {
  if (left === right) return ordersOf(op).has('same') ? [[]] : []
  const swapped = left > right
  const pair = swapped ? JSON.stringify([right, left]) : JSON.stringify([left, right])
  return [[{ kind: 'relation', pair, orders: ordersOf(swapped ? mirrored[op] : op) }]]
}

function ordersOf(op: Comparison): ReadonlySet<Order> {
  const table: Record<Comparison, Order[]> = {
    '==': ['same'],
    '!=': ['less', 'greater', 'other'],
    '<': ['less'],
    '<=': ['less', 'same'],
    '>': ['greater'],
    '>=': ['greater', 'same'],
  }
  return new Set(table[op])
}

function contradicts(clause: Clause): boolean {
  const subjects = groupBy(clause, (atom) => (atom.kind === 'relation' ? atom.pair : atom.subject))
  return [...subjects.values()].some(isEmpty)
}

/** Whether no value (or order of two values) satisfies all atoms about one subject. */
function isEmpty(atoms: readonly Atom[]): boolean {
  const truths = new Set(atoms.flatMap((atom) => (atom.kind === 'truth' ? [atom.holds] : [])))
  if (truths.size === 2) return true
  const relations = atoms.flatMap((atom) => (atom.kind === 'relation' ? [atom.orders] : []))
  const [first] = relations
  if (first !== undefined) return ![...first].some((order) => relations.every((each) => each.has(order)))
  const listed = atoms.find((atom) => atom.kind === 'one-of' && atom.holds)
  if (listed?.kind === 'one-of') return !listed.values.some((value) => atoms.every((atom) => admits(atom, value)))
  return boundsCross(atoms)
}

function admits(atom: Atom, value: Constant): boolean {
  if (atom.kind === 'one-of') return atom.values.some((each) => orderOf(each, value) === 'same') === atom.holds
  if (atom.kind === 'bound') return ordersOf(atom.op).has(orderOf(value, atom.value))
  return atom.kind !== 'truth' || typeof value !== 'boolean' || value === atom.holds
}

function boundsCross(atoms: readonly Atom[]): boolean {
  const bounds = atoms.filter((atom) => atom.kind === 'bound')
  const lowers = bounds.filter((atom) => atom.op === '>' || atom.op === '>=')
  const uppers = bounds.filter((atom) => atom.op === '<' || atom.op === '<=')
  return lowers.some((lower) =>
    uppers.some((upper) => {
      const order = orderOf(lower.value, upper.value)
      if (order === 'greater') return true
      if (order !== 'same') return false
      // Only the value itself is left, if both sides include it.
      return lower.op === '>' || upper.op === '<' || atoms.some((atom) => !admits(atom, lower.value))
    }),
  )
}

function orderOf(left: Constant, right: Constant): Order {
  if (isNumber(left) && isNumber(right)) {
    const order = compareNumbers(left, right)
    if (isCelError(order)) return 'other'
    return order === 0 ? 'same' : order < 0 ? 'less' : 'greater'
  }
  if (typeof left === 'string' && typeof right === 'string')
    return left === right ? 'same' : left < right ? 'less' : 'greater'
  return left === right ? 'same' : 'other'
}

function isNumber(value: Constant): value is CelNumber {
  return typeof value === 'number' || (typeof value === 'object' && value !== null)
}

function constantOf(node: Node): Constant | undefined {
  if (node.kind === 'literal') return node.value
  if (node.kind !== 'neg' || node.operand.kind !== 'literal' || !isNumber(node.operand.value)) return undefined
  const negated = negate(node.operand.value)
  return isCelError(negated) ? undefined : negated
}
