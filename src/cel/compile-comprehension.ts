import type { ComprehensionNode, Node } from './ast.ts'
import { type Closure, type Compile, type Frame, noOverload, type Surroundings, type View } from './closure.ts'
import { CelError, IS } from './value.ts'

// SECURITY: bounds nested macros over lists that a caller sends.
const MAX_STEPS = 100_000
const TOO_MANY_STEPS: CelError = new CelError('too-complex', 'a macro visited more than 100,000 elements')

/** Visits one element: a result ends the walk, undefined goes on. */
type Visit = (view: View, frame: Frame) => unknown

/** Compiles a macro. `all` and `exists` absorb errors as `&&` and `||` do; the others pass the first error on. */
export function compileComprehension(node: ComprehensionNode, compile: Compile<Node>, around: Surroundings): Closure {
  const range = compile(node.range, around)
  const inner = { ...around, bound: [...around.bound, node.variable] }
  const predicate = node.predicate === undefined ? () => true : compile(node.predicate, inner)
  const transform = node.transform === undefined ? undefined : compile(node.transform, inner)
  switch (node.macro) {
    case 'all':
      return quantifier(node.macro, range, predicate)
    case 'exists':
      return quantifier(node.macro, range, predicate)
    case 'exists_one':
      return compileOne(range, predicate)
    case 'filter':
      return compileCollect(node.macro, range, predicate, (_view, frame) => frame.value)
    case 'map':
      return compileCollect(node.macro, range, predicate, transform ?? ((_view, frame) => frame?.value))
  }
}

function walk(macro: string, range: unknown, outer: { view: View; frame: Frame | undefined }, visit: Visit): unknown {
  const items = IS.map(range) ? Object.keys(range) : range
  if (!IS.list(items)) return noOverload(macro, range)
  const steps = outer.frame?.steps ?? { left: MAX_STEPS }
  for (const value of items) {
    if (steps.left-- <= 0) return TOO_MANY_STEPS
    const result = visit(outer.view, { value, parent: outer.frame, steps })
    if (result !== undefined) return result
  }
  return undefined
}

function quantifier(macro: 'all' | 'exists', range: Closure, predicate: Closure): Closure {
  const settling = macro === 'exists'
  return (view, frame) => {
    let failure: CelError | undefined
    const settled = walk(macro, range(view, frame), { view, frame }, (inner, item) => {
      const holds = predicate(inner, item)
      if (holds === settling) return holds
      if (typeof holds !== 'boolean') failure = noOverload(macro, holds)
      return undefined
    })
    return settled ?? failure ?? !settling
  }
}

function compileOne(range: Closure, predicate: Closure): Closure {
  return (view, frame) => {
    let count = 0
    const failure = walk('exists_one', range(view, frame), { view, frame }, (inner, item) => {
      const holds = predicate(inner, item)
      if (typeof holds !== 'boolean') return noOverload('exists_one', holds)
      count += Number(holds)
      return undefined
    })
    return failure ?? count === 1
  }
}

function compileCollect(
  macro: string,
  range: Closure,
  predicate: Closure,
  transform: (view: View, frame: Frame) => unknown,
): Closure {
  return (view, frame) => {
    const collected: unknown[] = []
    const failure = walk(macro, range(view, frame), { view, frame }, (inner, item) => {
      const holds = predicate(inner, item)
      if (typeof holds !== 'boolean') return noOverload(macro, holds)
      if (!holds) return undefined
      const value = transform(inner, item)
      if (value instanceof CelError) return value
      collected.push(value)
      return undefined
    })
    return failure ?? collected
  }
}
