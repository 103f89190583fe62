import { compileApproval } from './approval.ts'
import type { Context } from './context.ts'
import type { Shortfall, Site } from './kind.ts'

/** What is said of a call that somebody may approve: undefined when somebody has. */
export type Asking = (context: Context, detail: string) => Shortfall | undefined

/** Compiles the approval that makes up for a demand that is not met; undefined where nobody can. */
export function asks(name: string | undefined, site: Site): Asking | undefined {
  const approved = name === undefined ? undefined : site.charter.approvals.get(name)
  if (approved === undefined) return undefined
  const check = compileApproval(approved, site)
  return (context, detail) => {
    const shortfall = check(context)
    return shortfall === undefined ? undefined : { ...shortfall, detail, approval: approved.name }
  }
}
