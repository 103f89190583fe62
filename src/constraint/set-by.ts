import type { UseId } from '../charter/charter.ts'
import { getPointer } from '../charter/pointer.ts'
import { entitledTogether } from './by.ts'
import { compileChoices, looksAtObject } from './choice.ts'
import type { Kind, Shortfall } from './kind.ts'
import { slotType } from './slot.ts'
import { joinWords, whoWords } from './words.ts'

const elsewhere: Shortfall = { outcome: 'broken', detail: 'the request carries it' }
const notAmong: Shortfall = { outcome: 'broken', detail: 'the request carries it and the caller is none of them' }
const unknown: Shortfall = {
  outcome: 'unknown',
  detail: 'the request carries it and it is not known whether the caller is one of them',
}

/** Who may write a field, and with which uses. */
export const setBy: Kind<'set-by'> = {
  compile: ({ field, choices, on }, site) => {
    const { use } = site
    const here = on === undefined || on.some((each) => each === use.operation || isSameMove(each, use.id))
    const entitled = compileChoices(choices, site, 'object')
    return (context) => {
      if (getPointer(context.call.request.body, field.in) === undefined) return undefined
      if (!here) return elsewhere
      const answer = entitledTogether(context, entitled)
      return answer === 'yes' ? undefined : answer === 'no' ? notAmong : unknown
    }
  },
  describe: ({ object, field, choices, on, says }) => {
    if (says !== undefined) return says
    const seat =
      choices.length === 0
        ? `no caller may set \`${field.name}\` of the ${object}`
        : `only ${whoWords(choices)} may set \`${field.name}\` of the ${object}`
    return on === undefined ? seat : `${seat}, and only with ${joinWords(on)}`
  },
  needs: ({ choices }, use, charter) =>
    looksAtObject(choices, slotType(charter, use, 'object')) ? [{ fact: 'object', slot: 'object' }] : [],
  classes: ({ object, field }, charter) => {
    const state = charter.objects.get(object)?.state
    const isState = state?.kind === 'at' && state.pointer.join('/') === field.at.join('/')
    return isState ? ['direct-status-write', 'bopla-write'] : ['bopla-write']
  },
}

/** `order.refund` means the move by whichever of its operations. */
function isSameMove(named: UseId, use: UseId): boolean {
  return named === use || use.startsWith(`${named}@`)
}
