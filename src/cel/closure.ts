import type { Slots } from './slots.ts'
import { CelError, type CelMap, isMap, kindOf, Optional } from './value.ts'

/** The variables of one evaluation: plain JSON values and Decimals. Never changed. */
export type Scope = Readonly<Record<string, unknown>>

/** A scope together with what was read of it, by slot; undefined for what was not read yet. */
export interface View {
  readonly scope: Scope
  readonly seen: unknown[]
}

/** Looks at a scope from which nothing was read yet, with room for that many slots. */
export function makeView(scope: Scope, size: number): View {
  // SECURITY: every slot is written, because reading a hole asks the prototype.
  const seen: unknown[] = []
  for (let slot = 0; slot < size; slot++) seen.push(undefined)
  return { scope, seen }
}

/** The variable of a comprehension, inside those around it, and how many more elements this evaluation may visit. */
export interface Frame {
  readonly value: unknown
  readonly parent: Frame | undefined
  readonly steps: { left: number }
}

/** A compiled node. What it gives is a CelValue, a CelError, or garbage from the scope that the next operation refuses. */
export type Closure = (view: View, frame: Frame | undefined) => unknown

/** What stands around a node that is compiled: the comprehension variables, innermost last, and the slots of its view. */
export interface Surroundings {
  readonly bound: readonly string[]
  readonly slots: Slots
}

/** Compiles a node where it stands. */
export type Compile<N> = (node: N, around: Surroundings) => Closure

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
