import { missing } from './by.ts'
import { isLeftOut, slotFact } from './context.ts'
import type { Kind, Shortfall } from './kind.ts'
import { refOf, slotType } from './slot.ts'
import { joinWords } from './words.ts'

const unknown: Shortfall = { outcome: 'unknown', detail: 'its state is not known' }

/** The state an object must be in. */
export const from: Kind<'from'> = {
  compile: ({ slot, states }, site) => {
    const allowed = new Set(states)
    const ref = refOf(site.use, slot)
    const type = slotType(site.charter, site.use, slot)?.name
    return (context) => {
      // An object known from elsewhere means nothing to a call that does not name it.
      if (isLeftOut(context, ref)) return undefined
      const fact = slotFact(context, slot, type)
      if (fact === null) return missing
      if (fact?.state === undefined) return unknown
      return allowed.has(fact.state) ? undefined : { outcome: 'broken', detail: `it is ${fact.state}` }
    }
  },
  describe: ({ slot, states, says }) =>
    says ?? `${slot === 'object' ? 'it' : `the ${slot}`} must be ${joinWords(states)}`,
  needs: ({ slot }) => [{ fact: 'object', slot }],
  classes: () => [
    'forbidden-transition',
    'step-skipped',
    'step-repeated',
    'steps-reordered',
    'direct-call',
    'use-after-end',
  ],
}
