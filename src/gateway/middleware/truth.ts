/** The truth of objects that live in the same process. */
import { isSought } from '../../constraint/where.ts'
import type { Truth } from '../../guard/truth.ts'

/** Gives the representation of an object as the API would show it; null or undefined when there is none. */
export type ReadObject = (type: string, key: string) => unknown

/**
 * A truth that asks the application itself instead of its API. A read that fails tells nothing, and what needs it is refused.
 *
 * @param list - Gives the representations of all objects of a type, for references that are found `where` they say something.
 */
export function truthOf(
  read: ReadObject,
  list?: (type: string) => readonly unknown[] | Promise<readonly unknown[]>,
): Truth {
  return {
    async read({ type, key }) {
      try {
        return (await read(type, key)) ?? null
      } catch {
        return undefined
      }
    },
    async search(type, sought) {
      try {
        const all = await list?.(type)
        return all && { values: all.filter((each) => isSought(sought, each) === true), whole: true }
      } catch {
        return undefined
      }
    },
  }
}
