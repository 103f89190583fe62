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
  makeView,
  memberOf,
  noOverload,
  readMember,
  readOptionalMember,
  type Scope,
  type Surroundings,
  type View,
} from './closure.ts'
import { compileCall } from './compile-call.ts'
import { compileComprehension } from './compile-comprehension.ts'
import { compileBinary, compileNegation } from './compile-operator.ts'
import { Slots } from './slots.ts'
import { CelError, type CelValue, IS, isMap, Optional, type Result, toResult } from './value.ts'
import { TYPE_NAMES } from './value-functions.ts'

/** Evaluates a compiled node. Total: whatever the scope holds, it returns a value or a CelError and never throws. */
export type Evaluate = (scope: Scope) => Result

/**
 * Compiles any node of a parsed expression. A comprehension variable of an outer macro is read from the scope.
 * The closures read own members only and run no text.
 */
export function compileNode(node: Node): Evaluate {
  const slots = new Slots()
  const evaluate = compileWith(slots, node)
  return (scope) => evaluate(makeView(scope, slots.size))
}

/** Compiles a node to share views with others of the same slots: what one has read, the others need not. Total, as `compileNode`. */
export function compileWith(slots: Slots, node: Node): (view: View) => Result {
  const closure = compileShared(slots, node)
  return (view) => {
    try {
      const result = closure(view, undefined)
      return typeof result === 'boolean' ? result : toResult(result)
    } catch (error) {
      // INVARIANT: total. Only a hostile scope (throwing getters, proxies) or exhausted stack comes here.
      if (error instanceof RangeError) return new CelError('too-complex', 'evaluation is nested too deep')
      return new CelError('unsupported-value', 'a value in the scope could not be read')
    }
  }
}

/** As `compileWith`, without the care for values that throw: only for `allTrue`. */
export function compileShared(slots: Slots, node: Node): Closure {
  return compile(node, { bound: [], slots })
}

/** Whether each is true; false as well where one has no value. Total, and faster than to evaluate one after another. */
export function allTrue(closures: readonly Closure[], view: View): boolean {
  try {
    for (const closure of closures) if (closure(view, undefined) !== true) return false
    return true
  } catch {
    return false
  }
}

/** Compiles and evaluates a node once. Total, as `compileNode`. */
export function evaluateNode(node: Node, scope: Scope): Result {
  return compileNode(node)(scope)
}

function compile(node: Node, around: Surroundings): Closure {
  switch (node.kind) {
    case 'literal': {
      const { value } = node
      return () => value
    }
    case 'ident':
      return once(compileIdent(node, around), around.slots.of(node, around.bound))
    case 'select':
      return once(compileSelect(node, around), around.slots.of(node, around.bound))
    case 'index':
      return compileIndex(node, around)
    case 'has':
      return compileHas(node, around)
    case 'not':
      return compileNot(compile(node.operand, around))
    case 'neg':
      return compileNegation(compile(node.operand, around))
    case 'and':
    case 'or':
      return compileLogic(node, around)
    case 'conditional':
      return compileConditional(node, around)
    case 'binary':
      return compileBinary(node, {
        left: compile(node.left, around),
        right: compile(node.right, around),
        slot: around.slots.of(node.left, around.bound),
      })
    case 'call':
      return compileCall(node, compile, around)
    case 'list':
      return compileList(node, around)
    case 'map':
      return compileMap(node, around)
    case 'comprehension':
      return compileComprehension(node, compile, around)
  }
}

/** Reads what has a slot only if no closure has read it yet. */
function once(read: Closure, slot: number | undefined): Closure {
  if (slot === undefined) return read
  return (view, frame) => {
    const known = view.seen[slot]
    if (known !== undefined) return known
    const value = read(view, frame)
    view.seen[slot] = value
    return value
  }
}

function compileIdent({ name }: IdentNode, { bound }: Surroundings): Closure {
  const index = bound.lastIndexOf(name)
  if (index >= 0) return compileBound(bound.length - 1 - index)
  const missing = TYPE_NAMES.get(name) ?? new CelError('no-such-variable', `there is no variable ${name}`)
  return ({ scope }) => {
    if (!Object.hasOwn(scope, name)) return missing
    const value = scope[name]
    return value === undefined ? missing : value
  }
}

function compileBound(depth: number): Closure {
  return (_view, frame) => {
    let holder: Frame | undefined = frame
    for (let level = 0; level < depth; level++) holder = holder?.parent
    return holder?.value
  }
}

function compileSelect({ target, field, optional }: SelectNode, around: Surroundings): Closure {
  // A variable whose field has a slot needs none itself.
  const from = target.kind === 'ident' ? compileIdent(target, around) : compile(target, around)
  if (optional) return (view, frame) => readOptionalMember(from(view, frame), field)
  const missing = new CelError('no-such-key', `there is no field ${field}`)
  return (view, frame) => readMember(from(view, frame), field, missing)
}

function compileHas({ target, field }: HasNode, around: Surroundings): Closure {
  const from = compile(target, around)
  return (view, frame) => {
    const value = from(view, frame)
    const inner = value instanceof Optional ? value.value : value
    if (value instanceof Optional && inner === undefined) return false
    return isMap(inner) ? memberOf(inner, field) !== undefined : noOverload('has()', inner)
  }
}

function compileIndex(node: IndexNode, around: Surroundings): Closure {
  const from = compile(node.target, around)
  const at = compile(node.index, around)
  const read = node.optional ? readOptionalElement : readElement
  return (view, frame) => read(from(view, frame), at(view, frame))
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
  return (view, frame) => {
    const value = operand(view, frame)
    return typeof value === 'boolean' ? !value : noOverload('!', value)
  }
}

/** The side that settles the result wins over an error on the other side, whichever stands first. */
function compileLogic(node: LogicNode, around: Surroundings): Closure {
  const left = compile(node.left, around)
  const right = compile(node.right, around)
  const settling = node.kind === 'or'
  const sign = settling ? '||' : '&&'
  return (view, frame) => {
    const l = left(view, frame)
    if (l === settling) return l
    const r = right(view, frame)
    if (r === settling) return r
    if (typeof l !== 'boolean') return noOverload(sign, l)
    return typeof r === 'boolean' ? r : noOverload(sign, r)
  }
}

function compileConditional(node: ConditionalNode, around: Surroundings): Closure {
  const condition = compile(node.condition, around)
  const consequent = compile(node.consequent, around)
  const alternate = compile(node.alternate, around)
  return (view, frame) => {
    const holds = condition(view, frame)
    if (typeof holds !== 'boolean') return noOverload('? :', holds)
    return holds ? consequent(view, frame) : alternate(view, frame)
  }
}

function compileList(node: ListNode, around: Surroundings): Closure {
  const items = node.items.map((item) => compile(item, around))
  return (view, frame) => {
    const values: unknown[] = []
    for (const item of items) {
      const value = toResult(item(view, frame))
      if (value instanceof CelError) return value
      values.push(value)
    }
    return values
  }
}

function compileMap(node: MapNode, around: Surroundings): Closure {
  const entries = node.entries.map(([key, value]) => [compile(key, around), compile(value, around)] as const)
  return (view, frame) => {
    // SECURITY: without a prototype, so that a `__proto__` key is a key like any other.
    const map: Record<string, CelValue> = Object.create(null)
    for (const [readKey, readValue] of entries) {
      const key = readKey(view, frame)
      if (typeof key !== 'string') return noOverload('a map key', key)
      if (Object.hasOwn(map, key)) return new CelError('duplicate-key', 'a key stands twice in a map')
      const value = toResult(readValue(view, frame))
      if (value instanceof CelError) return value
      map[key] = value
    }
    return map
  }
}
