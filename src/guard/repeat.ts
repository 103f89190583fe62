/** Idempotency keys: the same key has one effect and one answer. */
import type { Call, Charter } from '../charter/charter.ts'
import { evaluateReference } from '../charter/pointer.ts'
import { holderOf } from '../charter/run-handle.ts'
import { digestOf } from './id.ts'

/** A key as it was used by one caller for one operation. */
export interface RepeatKey {
  readonly key: string
  /** Of what the key was used for. */
  readonly digest: string
}

/** The idempotency key of a call whose operation promises one; undefined when it promises none, has none, or nobody signed in. */
export function repeatKeyOf(charter: Charter, call: Call): RepeatKey | undefined {
  if (call.principal.id === undefined) return undefined
  // Two of one id, of other tenants or kinds, are two; and an agent answers for each of those it works for apart.
  const caller = holderOf(call.principal)
  for (const use of charter.operations.get(call.operation)?.uses ?? []) {
    for (const constraint of use.constraints) {
      if (constraint.kind !== 'idempotency') continue
      const { path = {}, query = {}, header = {}, body } = call.request
      const value = evaluateReference(constraint.key, { request: { path, query, headers: header, body } })
      if (typeof value !== 'string' || value === '') return undefined
      return { key: JSON.stringify([call.operation, caller, value]), digest: digestOf({ path, query, body }) }
    }
  }
  return undefined
}
