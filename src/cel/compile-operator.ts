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

/** Compiles arithmetic and comparisons from their compiled sides. */
export function compileBinary(node: BinaryNode, left: Closure, right: Closure): Closure {
  switch (node.op) {
    case '==':
      return compileEquality(node, left, right)
    case '!=':
      return negated(compileEquality(node, left, right))
    case '<':
    case '<=':
    case '>':
    case '>=':
      return compileOrder(node.op, left, right)
    case 'in':
      return (scope, frame) => contains(right(scope, frame), left(scope, frame))
    case '+':
      return (scope, frame) => add(left(scope, frame), right(scope, frame))
    case '-':
      return (scope, frame) => subtract(left(scope, frame), right(scope, frame))
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

function compileEquality(node: BinaryNode, left: Closure, right: Closure): Closure {
  const literal = node.right.kind === 'literal' ? node.right.value : undefined
  if (typeof literal === 'string' || typeof literal === 'boolean' || literal === null) {
    return (scope, frame) => {
      const value = left(scope, frame)
      return value === literal || equal(value, literal)
    }
  }
  return (scope, frame) => equal(left(scope, frame), right(scope, frame))
}

function equal(left: unknown, right: unknown): boolean | CelError {
  if (typeof left === 'string' && typeof right === 'string') return left === right
  if (left instanceof CelError) return left
  return right instanceof CelError ? right : equalValues(left, right)
}

function negated(closure: Closure): Closure {
  return (scope, frame) => {
    const result = closure(scope, frame)
    return typeof result === 'boolean' ? !result : result
  }
}

const ORDER_TESTS: Readonly<Record<'<' | '<=' | '>' | '>=', (order: number) => boolean>> = {
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
}

function compileOrder(op: '<' | '<=' | '>' | '>=', left: Closure, right: Closure): Closure {
  const test = ORDER_TESTS[op]
  return (scope, frame) => {
    const l = left(scope, frame)
    const r = right(scope, frame)
    // Safe to subtract: the sign of a difference between finite doubles is exact. NaN and infinities go the slow way.
    if (typeof l === 'number' && typeof r === 'number' && Number.isFinite(l - r)) return test(l - r)
    const order = orderValues(l, r)
    if (order === undefined) return noOverload(op, l, r)
    return order instanceof CelError ? order : test(order)
  }
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
  return (scope, frame) => {
    const l = left(scope, frame)
    const r = right(scope, frame)
    return IS.number(l) && IS.number(r) ? apply(l, r) : noOverload(op, l, r)
  }
}

/** Compiles `-operand`. */
export function compileNegation(operand: Closure): Closure {
  return (scope, frame) => {
    const value = operand(scope, frame)
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
