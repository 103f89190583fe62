/** How an agent shows who it is when it asks for a token (RFC 6749 section 2.3, RFC 7523 section 2.2). */
import { decodeJwt, type JWTVerifyGetKey, jwtVerify } from 'jose'
import type { Principal } from '../charter/charter.ts'
import type { Directory } from './agents.ts'
import type { Presented } from './identity.ts'
import { NotIdentified } from './not-identified.ts'
import type { ReplayMemory } from './replay-memory.ts'

/** What of a form says who asks. */
export interface ClientForm {
  readonly clientId?: string
  readonly clientSecret?: string
  readonly assertion?: string
  readonly assertionType?: string
}

export interface ClientContext {
  readonly agents: Directory
  readonly now: () => number
  readonly replays: ReplayMemory
  /** The keys in a file of public keys. */
  readonly keysIn: (file: string) => JWTVerifyGetKey
  /** Whom assertions must be for, besides the address they are sent to. */
  readonly issuer?: string
}

export const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

const longestMs = 10 * 60_000
const algorithms = ['ES256', 'ES384', 'EdDSA', 'Ed25519', 'RS256', 'PS256']

/**
 * The agent that a request for a token comes from, as it says in the form or by `Basic`; undefined when it shows nothing of the kind.
 *
 * @throws {NotIdentified} when what it shows is wrong, or comes in two ways.
 */
export async function clientOf(
  presented: Presented,
  form: ClientForm,
  context: ClientContext,
): Promise<Principal | undefined> {
  const basic = basicOf(presented)
  const ways = [basic, form.clientSecret, form.assertion].filter((each) => each !== undefined)
  if (ways.length > 1 || (ways.length > 0 && basic === undefined && presented.headers['authorization'] !== undefined))
    throw new NotIdentified('several', 'the client shows who it is in several ways')
  if (form.assertion !== undefined) return await agentOfAssertion(form, presented.url, context)
  const own: Shown[] = form.clientSecret === undefined ? [] : [[form.clientId ?? '', form.clientSecret]]
  const shown = basic ?? own
  if (shown.length === 0) return undefined
  const [agent] = shown.flatMap(([id, secret]) => {
    const found = context.agents.keyed(secret)
    return found === undefined || found.id !== id || (form.clientId ?? id) !== id ? [] : [found]
  })
  if (agent === undefined) throw new NotIdentified('unknown', 'no agent of this name has this key')
  return agent
}

type Shown = readonly [id: string, secret: string]

/** RFC 6749 section 2.3.1: both parts are form-encoded; many clients send them as they are, which is another reading of one key only. */
function basicOf({ headers: { authorization } }: Presented): readonly Shown[] | undefined {
  const [, encoded] = typeof authorization === 'string' ? (/^Basic +(\S+)$/i.exec(authorization) ?? []) : []
  if (encoded === undefined) return undefined
  const [id = '', ...rest] = Buffer.from(encoded, 'base64').toString().split(':')
  const plain: Shown = [id, rest.join(':')]
  return [[decoded(plain[0]), decoded(plain[1])], plain]
}

const decoded = (part: string): string => [...new URLSearchParams(`x=${part}`).values()][0] ?? ''

async function agentOfAssertion(
  { assertion = '', assertionType: type, clientId }: ClientForm,
  url: string,
  context: ClientContext,
): Promise<Principal> {
  if (type !== assertionType) throw new NotIdentified('malformed', 'the assertion is of another type')
  const id = subjectIn(assertion)
  const agent = context.agents.agent(id)
  const file = context.agents.keyFileOf(id)
  if (agent === undefined || file === undefined || (clientId ?? id) !== id)
    throw new NotIdentified('unknown', 'no agent of this name signs its requests')
  const { issuer, now, replays } = context
  const { payload } = await jwtVerify(assertion, context.keysIn(file), {
    issuer: id,
    subject: id,
    audience: issuer === undefined ? [url] : [issuer, url],
    algorithms,
    requiredClaims: ['exp', 'jti'],
    currentDate: new Date(now()),
    clockTolerance: 5,
  }).catch((cause: unknown) => {
    if (cause instanceof NotIdentified) throw cause
    throw new NotIdentified('unknown', 'the assertion is not signed by the agent, not for us, or not valid now', {
      cause,
    })
  })
  const ends = (payload.exp ?? 0) * 1000
  if (ends > now() + longestMs) throw new NotIdentified('unknown', 'the assertion is valid for too long')
  if (!(await replays.remember(JSON.stringify(['assertion', id, payload.jti]), ends + 10_000)))
    throw new NotIdentified('replayed', 'the assertion was used before')
  return agent
}

function subjectIn(assertion: string): string {
  try {
    return decodeJwt(assertion).sub ?? ''
  } catch (cause) {
    throw new NotIdentified('malformed', 'the assertion cannot be read', { cause })
  }
}
