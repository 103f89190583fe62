/** Uses that end a credential. */
import type { Charter, Use } from '../../charter/charter.ts'
import { secretOf } from '../../charter/credential.ts'

/** Whether a use ends a credential for good. */
export function endsCredential(charter: Charter, use: Use): boolean {
  const type = charter.objects.get(use.object?.type ?? '')
  if (type === undefined || use.creates || use.to.length === 0) return false
  const ended = (state: string): boolean => type.final.includes(state) || state === type.gone
  return use.to.every(ended) && secretOf(charter, type) !== undefined
}
