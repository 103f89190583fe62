/** Who looks at the console, and what they may do there. */
import type { Principal } from '../charter/charter.ts'
import type { Power } from './endpoint.ts'

export const roles = ['viewer', 'auditor', 'approver', 'operator', 'administrator'] as const
export type Role = (typeof roles)[number]

/** The ways to sign in: a one-time link, a passkey, OpenID Connect. */
export const ways = ['link', 'passkey', 'oidc'] as const
export type Way = (typeof ways)[number]

const powersOf: Readonly<Record<Role, readonly Power[]>> = {
  viewer: ['view'],
  auditor: ['view', 'read'],
  // Of what they decide about they see everything; the record of all others is not theirs.
  approver: ['view', 'approve'],
  operator: ['view', 'read', 'operate'],
  // Whoever sets things up does not approve: that takes the role of an approver as well.
  administrator: ['view', 'read', 'operate', 'administer'],
}

/** Somebody who is signed in. What they may approve is told by the charter, of `principal`. */
export interface Viewer {
  readonly principal: Principal & { readonly id: string }
  readonly roles: readonly Role[]
  /** How they signed in. */
  readonly how?: Way
}

/** Nobody in particular: what endpoints that need nobody are given. */
export const nobody: Viewer = { principal: { id: '' }, roles: [] }

export function mayDo({ roles }: Viewer, power: Power): boolean {
  return roles.some((role) => powersOf[role].includes(power))
}

export function powersFor({ roles }: Viewer): readonly Power[] {
  return [...new Set(roles.flatMap((role) => powersOf[role]))]
}
