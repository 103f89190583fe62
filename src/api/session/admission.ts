/** Who has which role. Judged anew with every request, so that a role that was taken away is gone. Pure. */
import { type Role, roles, type Viewer } from '../viewer.ts'
import type { Judge } from './sessions.ts'

export interface Admission {
  /** Who signs in with a link or a passkey. */
  readonly local: Viewer
  /** Which values of the roles claim give which role. Absent: nobody comes from a provider. */
  readonly claimed?: Readonly<Partial<Record<Role, readonly string[]>>>
}

/** Undefined stands for nobody: a local administrator by another name, or somebody without any role. */
export function judgeBy({ local, claimed = {} }: Admission): Judge {
  return ({ principal }, how) => {
    if (how !== 'oidc') return principal.id === local.principal.id ? { ...local, how } : undefined
    // SECURITY: on the record and in rules, nobody else is the local administrator.
    if (principal.id === local.principal.id) return undefined
    const has = principal.roles ?? []
    const given = roles.filter((role) => claimed[role]?.some((value) => has.includes(value)))
    return given.length === 0 ? undefined : { principal, roles: given, how }
  }
}
