/** Keys of the guard's own, the same on every node of a store. */
import { createHmac } from 'node:crypto'
import type { PersonKeys } from './run-seal.ts'

const subject = 'gateways'

/**
 * A key of 32 bytes for one purpose. Whoever is called as the subject is has other keys made of it.
 *
 * @throws what the key store throws.
 */
export async function ownKey(keys: PersonKeys, purpose: string): Promise<Buffer> {
  const key = (await keys.obtain([subject])).get(subject)
  if (key === undefined) throw new TypeError('the guard has no key of its own')
  return createHmac('sha256', key.secret).update(`lockstep ${purpose}`).digest()
}
