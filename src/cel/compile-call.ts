import type { CallNode, Node } from './ast.ts'
import { type Closure, type Compile, noOverload, type Surroundings } from './closure.ts'
import { FUNCTIONS } from './functions.ts'
import { compilePattern } from './match.ts'
import type { CelFunction } from './overload.ts'
import { matchText } from './string-functions.ts'
import { CelError, Optional } from './value.ts'

/** Compiles a function or method call; an unknown name gives an error when evaluated. */
export function compileCall(node: CallNode, compile: Compile<Node>, around: Surroundings): Closure {
  const nodes = node.target === undefined ? node.args : [node.target, ...node.args]
  const args = nodes.map((arg) => compile(arg, around))
  const [first, second] = args
  if (node.name === 'orValue' && args.length === 2 && first !== undefined && second !== undefined) {
    return compileOrValue(first, second)
  }
  const pattern = nodes[1]
  if (node.name === 'matches' && args.length === 2 && first !== undefined && pattern?.kind === 'literal') {
    if (typeof pattern.value === 'string') return compileMatches(first, pattern.value)
  }
  const fn = FUNCTIONS.get(node.name)
  if (fn === undefined) return constant(new CelError('no-overload', `there is no function ${node.name}`))
  return (view, frame) =>
    dispatch(
      fn,
      args.map((arg) => arg(view, frame)),
    )
}

function constant(result: unknown): Closure {
  return () => result
}

function dispatch(fn: CelFunction, values: readonly unknown[]): unknown {
  for (const value of values) if (value instanceof CelError) return value
  for (const overload of fn.overloads) {
    const result = overload.call(values)
    if (result !== undefined) return result
  }
  return noOverload(`${fn.name}()`, ...values)
}

/** The default is evaluated only when needed, as the optional types extension says. */
function compileOrValue(target: Closure, fallback: Closure): Closure {
  return (view, frame) => {
    const optional = target(view, frame)
    if (!(optional instanceof Optional)) return noOverload('orValue()', optional)
    return optional.value === undefined ? fallback(view, frame) : optional.value
  }
}

function compileMatches(target: Closure, source: string): Closure {
  const compiled = compilePattern(source)
  if (!compiled.ok) return constant(new CelError('bad-pattern', compiled.message))
  return (view, frame) => {
    const text = target(view, frame)
    return typeof text === 'string' ? matchText(compiled.matches, text) : noOverload('matches()', text)
  }
}
