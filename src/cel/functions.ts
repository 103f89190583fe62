import type { CelFunction } from './overload.ts'
import { STRING_FUNCTIONS } from './string-functions.ts'
import { TIME_FUNCTIONS } from './time-functions.ts'
import { VALUE_FUNCTIONS } from './value-functions.ts'

/** Every function and method by name; macros are syntax and not among them. */
export const FUNCTIONS: ReadonlyMap<string, CelFunction> = new Map(
  [...STRING_FUNCTIONS, ...TIME_FUNCTIONS, ...VALUE_FUNCTIONS].map((fn) => [fn.name, fn]),
)
