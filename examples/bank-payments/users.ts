import { randomBytes, randomUUID } from 'node:crypto'

export type Tenant = 'north' | 'south'
export type Role = 'customer' | 'approver' | 'clerk' | 'admin' | 'partner'

/** Who calls. Partners stand outside both brands and have no tenant. */
export interface User {
  id: string
  name: string
  tenant: Tenant | null
  roles: readonly Role[]
}

/** Third parties a customer may grant a consent to. */
export const PARTNERS: readonly string[] = ['pay4u', 'otherpay']

const CAST: readonly (Omit<User, 'id'> & { readonly id?: string })[] = [
  { name: 'alice', tenant: 'north', roles: ['customer'] },
  { name: 'bob', tenant: 'north', roles: ['customer'] },
  { name: 'carol', tenant: 'south', roles: ['customer'] },
  { name: 'ann', tenant: 'north', roles: ['approver'] },
  { name: 'ben', tenant: 'north', roles: ['approver'] },
  // Eve also banks here, so an approver with transfers of her own exists.
  { name: 'eve', tenant: 'north', roles: ['customer', 'approver'] },
  { name: 'dana', tenant: 'north', roles: ['clerk'] },
  { name: 'dirk', tenant: 'south', roles: ['clerk'] },
  { name: 'root', tenant: 'north', roles: ['admin'] },
  // Consents name partners by their name, so that is their id.
  ...PARTNERS.map((name) => ({ id: name, name, tenant: null, roles: ['partner'] as const })),
]

/** Creates the users with fresh ids, or their names as such, and bearer tokens, keyed by token. Nothing of it is written anywhere. */
export function issueTokens(named?: true): Map<string, User> {
  const idOf = ({ name }: { readonly name: string }): string => (named ? name : randomUUID())
  return new Map(CAST.map((user) => [randomBytes(24).toString('base64url'), { id: idOf(user), ...user }]))
}
