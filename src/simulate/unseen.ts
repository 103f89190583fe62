import type { Charter, OperationId } from '../charter/charter.ts'
import { plainText } from './diff/plain.ts'

/** The operations whose demands mention a header that no record has: what would be decided of them cannot be told from it. Pure. */
export function unseenOperations(
  charter: Charter,
  isNeverRecorded: (header: string) => boolean,
): ReadonlySet<OperationId> {
  const unseen = [...charter.operations.values()].filter(({ uses }) => {
    const demanded = plainText(uses.map(({ refs, constraints, object }) => ({ refs, constraints, object })))
    const named = [...demanded.matchAll(/"in":"header","name":"([^"]+)"/g)].map(([, name = '']) => name)
    return named.some(isNeverRecorded)
  })
  const declared = [...charter.operations.values()].filter(({ shape, uses }) => {
    const rules = plainText(uses.map(({ constraints }) => constraints)).toLowerCase()
    return shape.parameters.some(
      (each) => each.in === 'header' && isNeverRecorded(each.name) && rules.includes(each.name.toLowerCase()),
    )
  })
  return new Set([...unseen, ...declared].map(({ id }) => id))
}
