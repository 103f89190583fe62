import { CelError, type CelMap, isMap, kindOf, Optional } from './value.ts'

/** The variables of one evaluation: plain JSON values and Decimals. Never changed. */
export type Scope = Readonly<Record<string, unknown>>

/** The variable of a comprehension, inside those around it, and how many more elements this evaluation may visit. */
export interface Frame {
  readonly value: unknown
  readonly parent: Frame | undefined
  readonly steps: { left: number }
}

/** A compiled node. What it gives is a CelValue, a CelError, or garbage from the scope that the next operation refuses. */
export type Closure = (scope: Scope, frame: Frame | undefined) => unknown

/** Compiles a node inside the named comprehension variables, innermost last. */
export type Compile<N> = (node: N, bound: readonly string[]) => Closure

/** The first error among operands, or the error that there is no such operation for them. */
export function noOverload(operation: string, ...operands: readonly unknown[]): CelError {
  const failure = operands.find((operand) => operand instanceof CelError)
  if (failure instanceof CelError) return failure
  const kinds = operands.map((operand) => kindOf(operand) ?? typeof operand)
  return new CelError('no-overload', `${operation} does not work on ${kinds.join(' and ')}`)
}

/**
 * An own member of a plain object, `missing` if it has none.
 * SECURITY: what the prototype offers (`constructor`, `__proto__`) is no member, whatever the object was made from.
 */
export function readMember(target: unknown, field: string, missing: CelError): unknown {
  if (isMap(target)) {
    if (!Object.hasOwn(target, field)) return missing
    const value: unknown = target[field]
    return value === undefined ? missing : value
  }
  return target instanceof Optional ? readOptionalMember(target, field) : noOverload(`.${field}`, target)
}

/** `target.?field`, where target may itself be optional. */
export function readOptionalMember(target: unknown, field: string): unknown {
  if (target instanceof Optional) return target.value === undefined ? target : readOptionalMember(target.value, field)
  if (!isMap(target)) return noOverload(`.?${field}`, target)
  return new Optional(memberOf(target, field))
}

/** An own member, or undefined. */
export function memberOf(map: CelMap, field: string): CelMap[string] | undefined {
  return Object.hasOwn(map, field) ? map[field] : undefined
}
