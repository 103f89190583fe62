import type { Call, Charter } from '../../charter/charter.ts'
import { namedOperations } from '../../constraint/values.ts'
import { argumentsOf, freePlaces } from './arguments.ts'
import type { Seen } from './memory.ts'

/** An answer to one call, `id`. `done`: it says that the call was carried out. */
export interface Answered {
  readonly id: string
  readonly done: boolean
  readonly content: unknown
}

/** What a run has seen by an answer: with what the charter trusts in it, and with what was sent for it where that matters. */
export function answerSeen(
  charter: Charter,
  call: Pick<Call, 'operation' | 'request' | 'principal' | 'at'>,
  { id, done, content }: Answered,
): Seen {
  const operation = charter.operations.get(call.operation)
  const trusted = done && operation?.trusted !== undefined ? { trusted: operation.trusted } : {}
  const free = 'trusted' in trusted ? freePlaces(charter, call) : []
  const wrote =
    operation?.writes !== true ? {} : { wrote: argumentsOf(call.request), ...(free.length === 0 ? {} : { free }) }
  const { path, query, body } = call.request
  const asked = done && namedOperations(charter).has(call.operation) ? { asked: { path, query, body } } : {}
  return { kind: 'answer', operation: call.operation, call: id, content, ...trusted, ...wrote, ...asked }
}
