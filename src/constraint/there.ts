import { missing } from './by.ts'
import { isLeftOut, keyIn, slotFact } from './context.ts'
import type { Kind } from './kind.ts'
import { refOf, slotType } from './slot.ts'

/** What the request names is there, in whatever state. */
export const there: Kind<'there'> = {
  compile: ({ slot }, { charter, use }) => {
    const ref = refOf(use, slot)
    const type = slotType(charter, use, slot)
    return (context) => {
      if (isLeftOut(context, ref)) return undefined
      if (ref !== undefined && keyIn(ref.key, context.call, undefined) === undefined)
        return { outcome: 'broken', detail: 'the call names none' }
      const fact = slotFact(context, slot, type?.name)
      if (fact === undefined) return { outcome: 'unknown', detail: 'it is not known whether it exists' }
      const isGone = fact?.state !== undefined && fact.state === type?.gone
      return fact === null || isGone ? missing : undefined
    }
  },
  describe: ({ slot, says }) => says ?? `the ${slot} must exist`,
  needs: ({ slot }) => [{ fact: 'object', slot }],
  classes: () => ['step-skipped'],
}
