/** What all access tokens have in common, however they are verified: whom they are for, and who may bear them. */
import type { Credentials } from './credentials.ts'
import type { ProofContext } from './dpop.ts'
import { same, verifyProof } from './dpop.ts'
import type { Presented } from './identity.ts'
import { NotIdentified } from './not-identified.ts'
import { isObject } from './principal.ts'
import { challenge, type Provider } from './provider.ts'
import type { TokenConfig } from './schema.ts'

/** How proofs of possession are taken. */
export type ProofConfig = Pick<TokenConfig, 'dpop' | 'dpop-algorithms' | 'dpop-window' | 'tolerance'>

export type Claims = Readonly<Record<string, unknown>>

/** The token of a request, when its scheme is one the provider accepts. */
export function tokenIn({ authorization }: Credentials, { dpop }: Pick<TokenConfig, 'dpop'>): string | undefined {
  // Required or not, a plain bearer is taken up: to be told what it lacks.
  if (authorization?.scheme === 'bearer') return authorization.value
  return authorization?.scheme === 'dpop' && dpop !== 'off' ? authorization.value : undefined
}

/**
 * Checks that whoever bears a verified token is the one it was made for (`cnf`, RFC 7800): by key (RFC 9449), by certificate
 * (RFC 8705), or both. A way of binding that is not known is one that was not checked.
 *
 * @throws {NotIdentified} also when a bound token comes as if it were not.
 */
export async function confirmHolder(
  claims: Claims,
  { credentials, presented }: { readonly credentials: Credentials; readonly presented: Presented },
  context: ProofContext & { readonly config: ProofConfig },
): Promise<void> {
  const { jkt, certificate } = bindingOf(claims['cnf'])
  if (certificate !== undefined && !same(certificate, presented.certificate?.thumbprint ?? ''))
    throw new NotIdentified('unbound', 'the token is bound to a certificate that was not shown')
  const { authorization, proof } = credentials
  const isProven = authorization?.scheme === 'dpop'
  if (jkt === undefined) {
    if (isProven || context.config.dpop === 'required')
      throw new NotIdentified('unbound', 'the token is bound to no key')
    return
  }
  if (!isProven) throw new NotIdentified('unbound', 'the token is bound to a key and came as a plain bearer token')
  if (proof === undefined)
    throw new NotIdentified('unbound', 'the token came without a proof', { error: 'invalid_dpop_proof' })
  await verifyProof(proof, { token: authorization.value, thumbprint: jkt, presented }, context)
}

function bindingOf(cnf: unknown): { readonly jkt?: string; readonly certificate?: string } {
  if (cnf === undefined) return {}
  const members = isObject(cnf) ? Object.entries(cnf) : []
  const known = members.filter(([name, value]) => ['jkt', 'x5t#S256'].includes(name) && typeof value === 'string')
  if (members.length === 0 || known.length !== members.length)
    throw new NotIdentified('unbound', 'the token is bound in a way that is not checked here')
  const [jkt, certificate] = ['jkt', 'x5t#S256'].map((name) => known.find(([each]) => each === name)?.[1])
  return {
    ...(typeof jkt === 'string' ? { jkt } : {}),
    ...(typeof certificate === 'string' ? { certificate } : {}),
  }
}

/** Challenges for the schemes a provider accepts. */
export function tokenChallenges(config: TokenConfig): Provider['challenges'] {
  const algorithms = `algs="${config['dpop-algorithms'].join(' ')}"`
  return (fault) => [
    ...(config.dpop === 'required' ? [] : [challenge('Bearer', fault)]),
    ...(config.dpop === 'off' ? [] : [challenge('DPoP', fault, [algorithms])]),
  ]
}
