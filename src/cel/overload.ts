import { IS, type Kind, type KindMap, type Result } from './value.ts'

/** One way to call a function. For a method the receiver is the first parameter. */
export interface Overload {
  readonly params: readonly Kind[]
  /** Any number of further arguments of the last parameter's kind. */
  readonly variadic: boolean
  readonly result: Kind
  /** The result, or undefined if the arguments are not of these kinds. Total. */
  readonly call: (args: readonly unknown[]) => Result | undefined
}

/** A function by name; `method` tells whether it is written `f(x)`, `x.f()` or either. */
export interface CelFunction {
  readonly name: string
  readonly style: 'function' | 'method' | 'both'
  /** Its result is a CEL int, so that `/` between two of them cuts the fraction off. */
  readonly whole: boolean
  readonly overloads: readonly Overload[]
}

/** An overload of one parameter. */
export function unary<A extends Kind>(a: A, result: Kind, apply: (x: KindMap[A]) => Result): Overload {
  return {
    params: [a],
    variadic: false,
    result,
    call: ([x, ...rest]) => (rest.length === 0 && IS[a](x) ? apply(x) : undefined),
  }
}

/** An overload of two parameters. */
export function dyadic<A extends Kind, B extends Kind>(
  params: readonly [A, B],
  result: Kind,
  apply: (x: KindMap[A], y: KindMap[B]) => Result,
): Overload {
  const [a, b] = params
  return {
    params,
    variadic: false,
    result,
    call: ([x, y, ...rest]) => (rest.length === 0 && IS[a](x) && IS[b](y) ? apply(x, y) : undefined),
  }
}

/** An overload of three parameters. */
export function triadic<A extends Kind, B extends Kind, C extends Kind>(
  params: readonly [A, B, C],
  result: Kind,
  apply: (x: KindMap[A], y: KindMap[B], z: KindMap[C]) => Result,
): Overload {
  const [a, b, c] = params
  return {
    params,
    variadic: false,
    result,
    call: ([x, y, z, ...rest]) => (rest.length === 0 && IS[a](x) && IS[b](y) && IS[c](z) ? apply(x, y, z) : undefined),
  }
}

/** `f(text, old, new, limit)`. */
export function replacing(apply: (text: string, old: string, fresh: string, limit: number) => Result): Overload {
  return {
    params: ['string', 'string', 'string', 'number'],
    variadic: false,
    result: 'string',
    call: ([text, old, fresh, limit, ...rest]) =>
      rest.length === 0 && IS.string(text) && IS.string(old) && IS.string(fresh) && typeof limit === 'number'
        ? apply(text, old, fresh, limit)
        : undefined,
  }
}

/** An overload of at least two parameters of one kind. */
export function variadic<A extends Kind>(a: A, result: Kind, apply: (xs: readonly KindMap[A][]) => Result): Overload {
  return {
    params: [a, a],
    variadic: true,
    result,
    call: (args) => {
      const fitting = args.filter((arg) => IS[a](arg))
      return args.length >= 2 && fitting.length === args.length ? apply(fitting) : undefined
    },
  }
}
