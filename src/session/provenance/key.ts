import { fold } from '../../constraint/same-text.ts'
import { formsOf } from './form.ts'

/** The text of a value and its forms, as keys: two values with a key in common are the same. */
export function keysOf(text: string): readonly string[] {
  return [`text ${fold(text)}`, ...formsOf(text)]
}
