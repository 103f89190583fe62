import type { BinaryNode, Node } from './ast.ts'
import { type Closure, memberOf, noOverload } from './closure.ts'
import { equalValues, listContains, orderValues } from './compare.ts'
import {
  addNumbers,
  divideNumbers,
  divideWhole,
  multiplyNumbers,
  negate,
  remainder,
  subtractNumbers,
} from './decimal.ts'
import { FUNCTIONS } from './functions.ts'
import { concatenate } from './string-functions.ts'
import { addTimes } from './time-functions.ts'
import { CelError, type CelNumber, IS } from './value.ts'

/** The sides of an operator, compiled, and the slot of the left one if it has one. */
export interface Sides {
  readonly left: Closure
  readonly right: Closure
  readonly slot: number | undefined
}

/** Compiles arithmetic and comparisons. */
export function compileBinary(node: BinaryNode, { left, right, slot }: Sides): Closure {
  switch (node.op) {
    case '==':
    case '!=':
    case '<':
    case '<=':
    case '>':
    case '>=': {
      const general = compileComparison(node.op, left, right)
      const literal = node.right.kind === 'literal' ? node.right.value : undefined
      return slot === undefined ? general : withLiteral(node.op, slot, literal, general)
    }
    case 'in':
      return (view, frame) => contains(right(view, frame), left(view, frame))
    case '+':
      return (view, frame) => add(left(view, frame), right(view, frame))
    case '-':
      return (view, frame) => subtract(left(view, frame), right(view, frame))
    case '*':
      return compileNumeric(node.op, multiplyNumbers, left, right)
    case '/':
      return compileNumeric(
        node.op,
        isWholeNode(node.left) && isWholeNode(node.right) ? divideWhole : divideNumbers,
        left,
        right,
      )
    case '%':
      return compileNumeric(node.op, remainder, left, right)
  }
}

type Comparison = '==' | '!=' | '<' | '<=' | '>' | '>='

/** What a comparison gives when the left side is less than the right one, the same, or greater. */
const OUTCOMES: Readonly<Record<Comparison, readonly [less: boolean, same: boolean, greater: boolean]>> = {
  '==': [false, true, false],
  '!=': [true, false, true],
  '<': [true, false, false],
  '<=': [true, true, false],
  '>': [false, false, true],
  '>=': [false, true, true],
}

function compileComparison(op: Comparison, left: Closure, right: Closure): Closure {
  const [less, same, greater] = OUTCOMES[op]
  const isEquality = op === '==' || op === '!='
  return (view, frame) => {
    const l = left(view, frame)
    const r = right(view, frame)
    // Safe to subtract: the sign of a difference between finite doubles is exact. NaN and infinities go the slow way.
    if (typeof l === 'number' && typeof r === 'number' && Number.isFinite(l - r)) {
      return l < r ? less : l > r ? greater : same
    }
    if (isEquality) {
      const result = equal(l, r)
      return typeof result === 'boolean' ? result === same : result
    }
    const order = orderValues(l, r)
    if (order === undefined) return noOverload(op, l, r)
    return order instanceof CelError ? order : order < 0 ? less : order > 0 ? greater : same
  }
}

/** Most rules compare a field with a literal: that is settled at once when the field was read before and is of the literal's type. */
function withLiteral(op: Comparison, slot: number, literal: unknown, general: Closure): Closure {
  const [less, same, greater] = OUTCOMES[op]
  if (typeof literal === 'number') {
    return (view, frame) => {
      const value = view.seen[slot]
      if (typeof value !== 'number' || !Number.isFinite(value)) return general(view, frame)
      return value < literal ? less : value > literal ? greater : same
    }
  }
  if (less !== greater || (typeof literal !== 'string' && typeof literal !== 'boolean')) return general
  return (view, frame) => {
    const value = view.seen[slot]
    return typeof value === typeof literal ? (value === literal) === same : general(view, frame)
  }
}

function equal(left: unknown, right: unknown): boolean | CelError {
  if (typeof left === 'string' && typeof right === 'string') return left === right
  if (left instanceof CelError) return left
  return right instanceof CelError ? right : equalValues(left, right)
}

function contains(container: unknown, value: unknown): boolean | CelError {
  if (value instanceof CelError) return value
  if (IS.list(container)) return listContains(container, value)
  if (!IS.map(container) || !IS.any(value)) return noOverload('in', value, container)
  return typeof value === 'string' && memberOf(container, value) !== undefined
}

function add(left: unknown, right: unknown): unknown {
  if (IS.number(left) && IS.number(right)) return addNumbers(left, right)
  if (typeof left === 'string' && typeof right === 'string') return concatenate(left, right)
  if (IS.list(left) && IS.list(right)) return [...left, ...right]
  return addTimes('+', left, right) ?? noOverload('+', left, right)
}

function subtract(left: unknown, right: unknown): unknown {
  if (IS.number(left) && IS.number(right)) return subtractNumbers(left, right)
  return addTimes('-', left, right) ?? noOverload('-', left, right)
}

type Numeric = (left: CelNumber, right: CelNumber) => CelNumber | CelError

function compileNumeric(op: '*' | '/' | '%', apply: Numeric, left: Closure, right: Closure): Closure {
  return (view, frame) => {
    const l = left(view, frame)
    const r = right(view, frame)
    return IS.number(l) && IS.number(r) ? apply(l, r) : noOverload(op, l, r)
  }
}

/** Compiles `-operand`. */
export function compileNegation(operand: Closure): Closure {
  return (view, frame) => {
    const value = operand(view, frame)
    return IS.number(value) ? negate(value) : noOverload('-', value)
  }
}

/**
 * True if the node is an int by its form alone: an integer literal, an integer-valued function, or arithmetic on such.
 * Division between two of these cuts the fraction off as in CEL; a variable's number never does, because JSON has no ints.
 */
function isWholeNode(node: Node): boolean {
  switch (node.kind) {
    case 'literal':
      return node.type === 'int'
    case 'neg':
      return isWholeNode(node.operand)
    case 'binary':
      return '+-*/%'.includes(node.op) && isWholeNode(node.left) && isWholeNode(node.right)
    case 'conditional':
      return isWholeNode(node.consequent) && isWholeNode(node.alternate)
    case 'call':
      return FUNCTIONS.get(node.name)?.whole === true
    default:
      return false
  }
}
