import type { Principal } from '../charter/charter.ts'
import { getPointer, parsePointer } from '../charter/pointer.ts'
import { NotIdentified } from './not-identified.ts'
import { isObject, readPrincipal } from './principal.ts'
import type { PrincipalRules, TokenConfig } from './schema.ts'

const longestChain = 8
/** Kept whatever `claims:` names, because who acts for whom is what rules on delegation ask. */
const always = ['sub', 'act', 'may_act']

/**
 * The bearer of verified claims.
 *
 * Without `act`, that is their subject. With it, it is the outermost actor: earlier actors "are not considered in access control
 * decisions" (RFC 8693 section 4.1) and are kept in `claims.act`. `may_act` is a rule for whoever exchanges tokens; it is kept.
 *
 * @throws {NotIdentified} as `readPrincipal`, and for a chain that cannot be read.
 */
export function bearerOf(
  claims: Readonly<Record<string, unknown>>,
  config: Pick<TokenConfig, 'principal' | 'delegation'>,
): Principal {
  const lookup = (place: string): unknown =>
    place.startsWith('/') ? getPointer(claims, parsePointer(place) ?? []) : place
  const subject = readPrincipal(withAllClaims(config.principal), { lookup, all: claims })
  const chain = actorsOf(claims['act'])
  if (claims['may_act'] !== undefined) actorsOf(claims['may_act'])
  const [actor] = chain
  if (actor === undefined) return subject
  const kept = Object.fromEntries(always.flatMap((name) => (Object.hasOwn(claims, name) ? [[name, claims[name]]] : [])))
  const { as, kind } = config.delegation
  return {
    ...subject,
    id: as === 'actor' ? actor : (subject.id ?? actor),
    kind,
    claims: { ...subject.claims, ...kept },
  }
}

function withAllClaims(rules: PrincipalRules): PrincipalRules {
  return [rules].flat().map((rule) => ({ ...rule, claims: rule.claims ?? 'all' }))
}

/** The ids of a chain, outermost first. */
function actorsOf(act: unknown): readonly string[] {
  const ids: string[] = []
  for (let link = act; link !== undefined; link = link['act']) {
    if (!isObject(link) || typeof link['sub'] !== 'string' || link['sub'] === '' || ids.length === longestChain)
      throw new NotIdentified('malformed', 'the chain of those who act cannot be read')
    ids.push(link['sub'])
  }
  return ids
}
