import { StoreError } from '../../guard/store.ts'

const half = /\p{Cs}/u

/**
 * Hands back text that comes from callers, if it can be kept as it is.
 *
 * SECURITY: half a surrogate pair would be kept as the sign for any such half, and two names would become one.
 *
 * @throws {StoreError} when it holds half a surrogate pair, or NUL, which the other engine cannot keep.
 */
export function sound(text: string): string {
  if (half.test(text) || text.includes('\0')) throw new StoreError('broken', 'a name that cannot be kept')
  return text
}
