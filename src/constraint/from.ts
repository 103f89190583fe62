import { type Where, whereWords } from '../charter/where.ts'
import { missing } from './by.ts'
import { isLeftOut, slotFact } from './context.ts'
import type { Kind, Shortfall } from './kind.ts'
import { refOf, slotType } from './slot.ts'
import { joinWords } from './words.ts'

const unknown: Shortfall = { outcome: 'unknown', detail: 'its state is not known' }

const there: Shortfall = { outcome: 'broken', detail: 'there is one' }

function lacking(object: string, where: Where): Shortfall {
  return { outcome: 'broken', detail: `there is no \`${object}\` ${whereWords(where)}` }
}

/** The state an object must be in; of one that is looked for, that it is there, or is not. */
export const from: Kind<'from'> = {
  compile: ({ slot, states, where }, site) => {
    const allowed = new Set(states)
    const ref = refOf(site.use, slot)
    const type = slotType(site.charter, site.use, slot)?.name
    const none = where === undefined ? missing : lacking(ref?.object ?? slot, where)
    return (context) => {
      // An object known from elsewhere means nothing to a call that does not name it.
      if (isLeftOut(context, ref)) return undefined
      const fact = slotFact(context, slot, type)
      if (fact === null) return none
      if (fact !== undefined && states.length === 0) return where?.none ? there : undefined
      if (fact?.state === undefined) return unknown
      return allowed.has(fact.state) ? undefined : { outcome: 'broken', detail: `it is ${fact.state}` }
    }
  },
  describe: ({ slot, states, where, says }) => {
    if (says !== undefined) return says
    if (where === undefined) return `${slot === 'object' ? 'it' : `the ${slot}`} must be ${joinWords(states)}`
    const state = where.states.length === 0 ? '' : ` that is ${joinWords(where.states)},`
    const a = where.none ? 'no' : /^[aeio]/i.test(slot) ? 'an' : 'a'
    return `there must be ${a} ${slot}${state} ${whereWords(where)}`
  },
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
