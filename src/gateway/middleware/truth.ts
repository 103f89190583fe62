/** The truth of objects that live in the same process. */
import type { Truth } from '../../guard/truth.ts'

/** Gives the representation of an object as the API would show it; null or undefined when there is none. */
export type ReadObject = (type: string, key: string) => unknown

/** A truth that asks the application itself instead of its API. A read that fails tells nothing, and what needs it is refused. */
export function truthOf(read: ReadObject): Truth {
  return {
    async read({ type, key }) {
      try {
        return (await read(type, key)) ?? null
      } catch {
        return undefined
      }
    },
  }
}
