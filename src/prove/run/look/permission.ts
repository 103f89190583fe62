/** What people may do, as the effect of calls that change what people are: seen by letting them sign in again and try. */
import type { CallRequest, ObjectFact } from '../../../charter/charter.ts'
import { leaves } from '../../oracle/effect.ts'
import { type Lab, refuses } from '../lab.ts'
import { doorsOf } from '../scene/door.ts'

const mostDoors = 12
const mostNamed = 2
/** Claims of a token that differ from one to the next. */
const passing: ReadonlySet<string> = new Set(['iat', 'exp', 'nbf', 'jti', 'auth_time', 'sid', 'nonce'])

/** Members whom a request names by who they are. */
export function namedIn(lab: Lab, { path, query, body }: CallRequest): string[] {
  const said = new Set([...leaves({ path, query, body }).values()].map(String))
  const named = lab.stage.members.filter(({ pool, principal }) => !pool && said.has(principal.id ?? ''))
  return named.slice(0, mostNamed).map(({ name }) => name)
}

/** What somebody is and which reads let them in, once they have signed in again; undefined when they cannot. */
export async function standingOf(lab: Lab, name: string): Promise<ObjectFact | undefined> {
  const signed = await lab.signIn(name)
  try {
    await signed.renew()
  } catch {
    return undefined
  }
  const { roles, scopes, claims = {} } = signed.principal
  const lasting = Object.fromEntries(Object.entries(claims).filter(([claim]) => !passing.has(claim)))
  const may: Record<string, string> = {}
  for (const { use, request } of doorsOf(lab, ({ uses }) => uses[0], mostDoors)) {
    const exchange = await signed.send(request)
    if (exchange.response === undefined) continue
    // Who is told that there is no such thing was let in to ask.
    const refused = refuses(lab.charter, use, exchange) && ![400, 404, 410, 422].includes(exchange.response.status)
    may[use.operation] = refused ? 'kept out' : 'let in'
  }
  return { type: '', key: signed.principal.id ?? name, value: { is: { roles, scopes, claims: lasting }, may } }
}
