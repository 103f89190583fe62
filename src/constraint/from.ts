import type { Ref } from '../charter/charter.ts'
import { type Where, whereWords } from '../charter/where.ts'
import { missing } from './by.ts'
import { type Context, isLeftOut, keyIn, slotFact } from './context.ts'
import type { Kind, Shortfall } from './kind.ts'
import { refOf, slotType } from './slot.ts'
import { joinWords } from './words.ts'

const unknown: Shortfall = { outcome: 'unknown', detail: 'its state is not known' }

const unsure: Shortfall = { outcome: 'unknown', detail: 'it is not known whether it exists' }

const unnamed: Shortfall = { outcome: 'broken', detail: 'the call names none' }

const there: Shortfall = { outcome: 'broken', detail: 'there is one' }

function lacking(object: string, where: Where): Shortfall {
  return { outcome: 'broken', detail: `there is no \`${object}\` ${whereWords(where)}` }
}

/** The state an object must be in; of one that is looked for, or of which no state is said, that it is there. */
export const from: Kind<'from'> = {
  compile: ({ slot, states, where }, site) => {
    const allowed = new Set(states)
    const ref = refOf(site.use, slot)
    const target = slotType(site.charter, site.use, slot)
    const type = target?.name
    const none = where === undefined ? missing : lacking(ref?.object ?? slot, where)
    const stateless = states.length === 0
    const isPlain = stateless && where === undefined
    const isGone = (state: string | undefined): boolean => state !== undefined && state === target?.gone
    return (context) => {
      // An object known from elsewhere means nothing to a call that does not name it.
      if (isLeftOut(context, ref)) return undefined
      if (isPlain && isUnnamed(context, ref)) return unnamed
      const fact = slotFact(context, slot, type)
      if (fact === null) return none
      if (fact !== undefined && stateless) return where?.none ? there : isGone(fact.state) ? none : undefined
      if (fact?.state === undefined) return isPlain ? unsure : unknown
      return allowed.has(fact.state) ? undefined : { outcome: 'broken', detail: `it is ${fact.state}` }
    }
  },
  describe: ({ slot, states, where, says }) => {
    if (says !== undefined) return says
    if (where === undefined)
      return `${slot === 'object' ? 'it' : `the ${slot}`} must ${states.length === 0 ? 'exist' : `be ${joinWords(states)}`}`
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

function isUnnamed({ call }: Context, ref: Ref | undefined): boolean {
  return ref !== undefined && keyIn(ref.key, call, undefined) === undefined
}
