import type { Principal } from '../charter/charter.ts'
import { getPointer, parsePointer } from '../charter/pointer.ts'
import type { Directory } from './agents.ts'
import { NotIdentified } from './not-identified.ts'
import { isObject, readPrincipal, type Source } from './principal.ts'
import type { PrincipalRule, PrincipalRules, TokenConfig } from './schema.ts'

const longestChain = 8
/** Kept whatever `claims:` names, because who acts for whom is what rules on delegation ask. */
const always = ['sub', 'act', 'may_act']

type Claims = Readonly<Record<string, unknown>>
/** One who acts, as an `act` member says. */
type Link = Claims & { readonly sub: string }

/**
 * The bearer of verified claims.
 *
 * Without `act`, that is their subject. With it, it is the outermost actor (RFC 8693 section 4.1). By `delegation.as: chain`, all others are
 * those it acts for, nearest first and the subject last, each with what the token, or for agents the guard file, says of it. Otherwise earlier
 * actors are kept in `claims.act` only. `may_act` is a rule for whoever exchanges tokens; it is kept.
 *
 * @throws {NotIdentified} as `readPrincipal`, and for a chain that cannot be read.
 */
export function bearerOf(
  claims: Claims,
  config: Pick<TokenConfig, 'principal' | 'delegation'>,
  agents?: Pick<Directory, 'agent'>,
): Principal {
  const subject = readPrincipal(withAllClaims(config.principal), sourceOf(claims))
  const chain = actorsOf(claims['act'])
  if (claims['may_act'] !== undefined) actorsOf(claims['may_act'])
  const [actor] = chain
  if (actor === undefined) return withMayAct(subject, claims)
  const { as, kind } = config.delegation
  if (as === 'chain') {
    const [first, ...others] = chain.map((link) => actorFor(link, config, agents))
    return { ...withMayAct(first ?? {}, claims), chain: [...others, subject] }
  }
  const kept = Object.fromEntries(always.flatMap((name) => (Object.hasOwn(claims, name) ? [[name, claims[name]]] : [])))
  return {
    ...subject,
    id: as === 'actor' ? actor.sub : (subject.id ?? actor.sub),
    kind,
    claims: { ...subject.claims, ...kept },
  }
}

function withMayAct(bearer: Principal, { may_act: next }: Claims): Principal {
  return next === undefined ? bearer : { ...bearer, claims: { ...bearer.claims, may_act: next } }
}

/** The one that a token says may act for its bearer next (RFC 8693 section 4.4); undefined where it leaves that open. */
export function mayActFor({ claims }: Principal): string | undefined {
  const next = claims?.['may_act']
  return isLink(next) ? next.sub : undefined
}

function sourceOf(claims: Claims): Source {
  return {
    lookup: (place) => (place.startsWith('/') ? getPointer(claims, parsePointer(place) ?? []) : place),
    all: claims,
  }
}

/** Roles and tenant stand where those of a subject do; what is no place speaks of subjects alone. */
function actorFor(
  link: Link,
  { principal: rules, delegation }: Pick<TokenConfig, 'principal' | 'delegation'>,
  agents: Pick<Directory, 'agent'> | undefined,
): Principal {
  const { act: _, ...own } = link
  const [rule] = [rules].flat()
  const places = placesOf(rule)
  const said = readPrincipal({ id: '/sub', kind: delegation.kind, claims: 'all', ...places }, sourceOf(own))
  const known = agents?.agent(link.sub)
  return { ...known, ...said, claims: { ...known?.claims, ...said.claims } }
}

function placesOf(rule: PrincipalRule | undefined): Pick<PrincipalRule, 'roles' | 'tenant'> {
  const { roles, tenant } = rule ?? {}
  return {
    ...(typeof roles === 'string' && roles.startsWith('/') ? { roles } : {}),
    ...(tenant?.startsWith('/') === true ? { tenant } : {}),
  }
}

function withAllClaims(rules: PrincipalRules): PrincipalRules {
  return [rules].flat().map((rule) => ({ ...rule, claims: rule.claims ?? 'all' }))
}

/** The links of a chain, outermost first. */
function actorsOf(act: unknown): readonly Link[] {
  const links: Link[] = []
  for (let link = act; link !== undefined; link = link['act']) {
    if (!isLink(link) || links.length === longestChain)
      throw new NotIdentified('malformed', 'the chain of those who act cannot be read')
    links.push(link)
  }
  return links
}

function isLink(value: unknown): value is Link {
  return isObject(value) && typeof value['sub'] === 'string' && value['sub'] !== ''
}
