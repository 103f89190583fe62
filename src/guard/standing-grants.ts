/** Standing grants as the store keeps them: given, listed with what was used, withdrawn. */
import type { Charter, Principal } from '../charter/charter.ts'
import { newId } from './id.ts'
import type { InForce, Runtime } from './runtime.ts'
import { type Bound, boundProblem, isBound } from './standing.ts'
import type { StoredGrant } from './store.ts'

/** A class of calls that somebody approved at once. Times are milliseconds since 1970. */
export interface Standing {
  readonly grant: string
  readonly approval: string
  readonly by: Principal
  readonly at: number
  readonly bound: Bound
  /** By calls that took effect or are on their way. */
  readonly used: number
}

export interface StandingGrants {
  /** Those of the charter in force that can still be used, oldest first. */
  standing(): Promise<readonly Standing[]>
  /** Approves a class of calls at once, within what the charter allows. `why` is for the record. */
  stand(
    approval: string,
    by: Principal,
    bound: Bound,
    why?: string,
  ): Promise<{ readonly grant: string } | { readonly problem: string }>
  /** @returns false when there is no such grant, or it is over. */
  withdraw(grant: string, by: string, why?: string): Promise<boolean>
}

export function makeStandingGrants(runtime: Runtime, inForce: () => InForce): StandingGrants {
  const { store, journal, now } = runtime
  const standing = (): Promise<readonly Standing[]> => openIn(runtime, inForce().charter)
  return {
    standing,
    async stand(approval, by, bound, why) {
      const at = now()
      const problem = boundProblem(inForce().charter, approval, by, bound, at)
      if (problem !== undefined) return { problem }
      const grant: StoredGrant = {
        id: newId(at),
        approval,
        by,
        at,
        value: null,
        revoked: false,
        bound,
        expires: bound.expires,
      }
      const said = { by: by.id ?? '', grant: grant.id, bound, ...(why === undefined ? {} : { why }) }
      await journal.append({ at, kind: 'approval', approval, verdict: 'standing', ...said })
      await store.transact([`approval ${approval}`], (transaction) => transaction.write([{ kind: 'grant', grant }]))
      return { grant: grant.id }
    },
    async withdraw(grant, by, why) {
      const found = (await standing()).find((each) => each.grant === grant)
      if (found === undefined) return false
      const { approval } = found
      const said = { by, grant, ...(why === undefined ? {} : { why }) }
      await journal.append({ at: now(), kind: 'approval', approval, verdict: 'withdraw', ...said })
      await store.transact([`approval ${approval}`], (transaction) =>
        transaction.write([{ kind: 'drop-grant', grant }]),
      )
      return true
    },
  }
}

function openIn({ store, now }: Runtime, charter: Charter): Promise<readonly Standing[]> {
  const approvals = [...charter.approvals.keys()].map((approval) => ({ approval }))
  return store.transact([], async (transaction) => {
    const { grants } = await transaction.read({ grants: approvals })
    const bounded = grants.flat().flatMap(({ bound, ...grant }) => (isBound(bound) ? [{ ...grant, bound }] : []))
    const { counters } = await transaction.read({ counters: bounded.map(({ id }) => usesOf(id)) })
    return bounded
      .map(({ id, approval, by, at, bound }, index) => ({
        grant: id,
        approval,
        by,
        at,
        bound,
        used: counters[index]?.count ?? 0,
      }))
      .filter(({ bound, used }) => bound.expires > now() && used < bound.uses)
      .sort((left, right) => left.at - right.at || (left.grant < right.grant ? -1 : 1))
  })
}

/** Where the uses of a standing grant are counted. */
export function usesOf(grant: string): { readonly constraint: string; readonly scope: string } {
  return { constraint: `grant ${grant}`, scope: '[]' }
}
