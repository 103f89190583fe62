import type {
  ConditionalNode,
  HasNode,
  IdentNode,
  IndexNode,
  ListNode,
  LogicNode,
  MapNode,
  Node,
  SelectNode,
} from './ast.ts'
import {
  type Closure,
  type Frame,
  memberOf,
  noOverload,
  readMember,
  readOptionalMember,
  type Scope,
} from './closure.ts'
import { compileCall } from './compile-call.ts'
import { compileComprehension } from './compile-comprehension.ts'
import { compileBinary, compileNegation } from './compile-operator.ts'
import { CelError, type CelValue, IS, isMap, Optional, type Result, toResult } from './value.ts'
import { TYPE_NAMES } from './value-functions.ts'

/** Evaluates a compiled node. Total: whatever the scope holds, it returns a value or a CelError and never throws. */
export type Evaluate = (scope: Scope) => Result

/**
 * Compiles any node of a parsed expression. A comprehension variable of an outer macro is read from the scope.
 * The closures read own members only and run no text.
 */
export function compileNode(node: Node): Evaluate {
  const closure = compile(node, [])
  return (scope) => {
    try {
      const result = closure(scope, undefined)
      return typeof result === 'boolean' ? result : toResult(result)
    } catch (error) {
      // INVARIANT: total. Only a hostile scope (throwing getters, proxies) or exhausted stack comes here.
      if (error instanceof RangeError) return new CelError('too-complex', 'evaluation is nested too deep')
      return new CelError('unsupported-value', 'a value in the scope could not be read')
    }
  }
}

/** Compiles and evaluates a node once. Total, as `compileNode`. */
export function evaluateNode(node: Node, scope: Scope): Result {
  return compileNode(node)(scope)
}

function compile(node: Node, bound: readonly string[]): Closure {
  switch (node.kind) {
    case 'literal': {
      const { value } = node
      return () => value
    }
    case 'ident':
      return compileIdent(node, bound)
    case 'select':
      return compileSelect(node, bound)
    case 'index':
      return compileIndex(node, bound)
    case 'has':
      return compileHas(node, bound)
    case 'not':
      return compileNot(compile(node.operand, bound))
    case 'neg':
      return compileNegation(compile(node.operand, bound))
    case 'and':
    case 'or':
      return compileLogic(node, bound)
    case 'conditional':
      return compileConditional(node, bound)
    case 'binary':
      return compileBinary(node, compile(node.left, bound), compile(node.right, bound))
    case 'call':
      return compileCall(node, compile, bound)
    case 'list':
      return compileList(node, bound)
    case 'map':
      return compileMap(node, bound)
    case 'comprehension':
      return compileComprehension(node, compile, bound)
  }
}

function compileIdent({ name }: IdentNode, bound: readonly string[]): Closure {
  const index = bound.lastIndexOf(name)
  if (index >= 0) return compileBound(bound.length - 1 - index)
  const missing = TYPE_NAMES.get(name) ?? new CelError('no-such-variable', `there is no variable ${name}`)
  return (scope) => {
    if (!Object.hasOwn(scope, name)) return missing
    const value = scope[name]
    return value === undefined ? missing : value
  }
}

function compileBound(depth: number): Closure {
  return (_scope, frame) => {
    let holder: Frame | undefined = frame
    for (let level = 0; level < depth; level++) holder = holder?.parent
    return holder?.value
  }
}

function compileSelect({ target, field, optional }: SelectNode, bound: readonly string[]): Closure {
  const from = compile(target, bound)
  if (optional) return (scope, frame) => readOptionalMember(from(scope, frame), field)
  const missing = new CelError('no-such-key', `there is no field ${field}`)
  return (scope, frame) => readMember(from(scope, frame), field, missing)
}

function compileHas({ target, field }: HasNode, bound: readonly string[]): Closure {
  const from = compile(target, bound)
  return (scope, frame) => {
    const value = from(scope, frame)
    const inner = value instanceof Optional ? value.value : value
    if (value instanceof Optional && inner === undefined) return false
    return isMap(inner) ? memberOf(inner, field) !== undefined : noOverload('has()', inner)
  }
}

function compileIndex(node: IndexNode, bound: readonly string[]): Closure {
  const from = compile(node.target, bound)
  const at = compile(node.index, bound)
  const read = node.optional ? readOptionalElement : readElement
  return (scope, frame) => read(from(scope, frame), at(scope, frame))
}

function readElement(target: unknown, index: unknown): unknown {
  if (target instanceof Optional) return readOptionalElement(target, index)
  const value = elementOf(target, index)
  if (value !== undefined) return value
  return IS.list(target)
    ? new CelError('out-of-range', 'index out of range')
    : new CelError('no-such-key', 'there is no such key')
}

function readOptionalElement(target: unknown, index: unknown): unknown {
  if (target instanceof Optional) return target.value === undefined ? target : readOptionalElement(target.value, index)
  const value = elementOf(target, index)
  return value instanceof CelError ? value : new Optional(value)
}

function elementOf(target: unknown, index: unknown): CelValue | CelError | undefined {
  if (IS.list(target) && IS.number(index)) return Number.isInteger(Number(index)) ? target[Number(index)] : undefined
  if (isMap(target) && typeof index === 'string') return memberOf(target, index)
  return noOverload('[ ]', target, index)
}

function compileNot(operand: Closure): Closure {
  return (scope, frame) => {
    const value = operand(scope, frame)
    return typeof value === 'boolean' ? !value : noOverload('!', value)
  }
}

/** The side that settles the result wins over an error on the other side, whichever stands first. */
function compileLogic(node: LogicNode, bound: readonly string[]): Closure {
  const left = compile(node.left, bound)
  const right = compile(node.right, bound)
  const settling = node.kind === 'or'
  const sign = settling ? '||' : '&&'
  return (scope, frame) => {
    const l = left(scope, frame)
    if (l === settling) return l
    const r = right(scope, frame)
    if (r === settling) return r
    if (typeof l !== 'boolean') return noOverload(sign, l)
    return typeof r === 'boolean' ? r : noOverload(sign, r)
  }
}

function compileConditional(node: ConditionalNode, bound: readonly string[]): Closure {
  const condition = compile(node.condition, bound)
  const consequent = compile(node.consequent, bound)
  const alternate = compile(node.alternate, bound)
  return (scope, frame) => {
    const holds = condition(scope, frame)
    if (typeof holds !== 'boolean') return noOverload('? :', holds)
    return holds ? consequent(scope, frame) : alternate(scope, frame)
  }
}

function compileList(node: ListNode, bound: readonly string[]): Closure {
  const items = node.items.map((item) => compile(item, bound))
  return (scope, frame) => {
    const values: unknown[] = []
    for (const item of items) {
      const value = toResult(item(scope, frame))
      if (value instanceof CelError) return value
      values.push(value)
    }
    return values
  }
}

function compileMap(node: MapNode, bound: readonly string[]): Closure {
  const entries = node.entries.map(([key, value]) => [compile(key, bound), compile(value, bound)] as const)
  return (scope, frame) => {
    // SECURITY: without a prototype, so that a `__proto__` key is a key like any other.
    const map: Record<string, CelValue> = Object.create(null)
    for (const [readKey, readValue] of entries) {
      const key = readKey(scope, frame)
      if (typeof key !== 'string') return noOverload('a map key', key)
      if (Object.hasOwn(map, key)) return new CelError('duplicate-key', 'a key stands twice in a map')
      const value = toResult(readValue(scope, frame))
      if (value instanceof CelError) return value
      map[key] = value
    }
    return map
  }
}
