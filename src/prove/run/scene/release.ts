/** Sends calls at the same moment, as people whose credentials are good. */
import type { Exchange, HttpRequest } from '../../transport/exchange.ts'
import type { Lab, Signed } from '../lab.ts'

/** One call of a race; nobody for one that is sent without credentials. */
export interface Racing {
  readonly person: Signed | undefined
  readonly http: HttpRequest
}

/**
 * The answers in the order of the calls.
 *
 * A reset or a step on the way may have ended sessions: when all are refused as not signed in, everybody signs in anew and the calls
 * are sent a second time. Throws `SignInFailed` when somebody cannot.
 */
export async function release(lab: Lab, calls: readonly Racing[]): Promise<readonly Exchange[]> {
  const people = new Set(calls.flatMap(({ person }) => (person === undefined ? [] : [person])))
  const send = () => lab.race(calls.map(({ person, http }) => (person === undefined ? http : person.apply(http))))
  const exchanges = await send()
  const shutOut = exchanges.every(({ response }) => response?.status === 401)
  if (!shutOut || people.size === 0) return exchanges
  for (const person of people) await person.renew()
  return send()
}
