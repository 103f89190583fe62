import type { OperationId, Principal, Separation } from '../charter/charter.ts'
import { missing } from './by.ts'
import { actorsOf, isParty, type Truth } from './choice.ts'
import { type Context, entryOf, slotFact } from './context.ts'
import type { Check, Kind, Shortfall, Site } from './kind.ts'
import { everyoneIn } from './run.ts'
import { slotType } from './slot.ts'
import { joinWords } from './words.ts'

const unknown: Shortfall = { outcome: 'unknown', detail: 'it is not known whether the caller is the same person' }
const anonymous: Shortfall = { outcome: 'unknown', detail: 'the caller is not signed in' }

/** Separation of duties: who must be somebody else. */
export const separation: Kind<'separation'> = {
  compile: ({ of, id }, site) => ('parties' in of ? compileParties(of, site) : compileOperations(of, id)),
  describe: ({ of, says }) => {
    if (says !== undefined) return says
    if ('parties' in of) return `the ${joinWords(of.parties)} may not do it`
    return `${joinWords(of.operations, 'and')} need different people`
  },
  needs: ({ of }, use, charter) => {
    if (!('parties' in of)) return [{ fact: 'history' }]
    return slotType(charter, use, of.slot) === undefined ? [] : [{ fact: 'object', slot: of.slot }]
  },
  classes: () => ['separation-of-duties'],
}

function compileParties({ parties, slot }: Extract<Separation, { slot: string }>, site: Site): Check {
  const type = slotType(site.charter, site.use, slot)
  const { actors } = site.charter
  return (context) => {
    const { principal } = context.call
    if (principal.id === undefined) return anonymous
    const fact = type === undefined ? undefined : slotFact(context, slot, type.name)
    let doubt: Shortfall | undefined
    for (const { chain: _, ...each } of everyoneIn(principal))
      for (const party of parties) {
        if (actors.has(party)) {
          if (actorsOf(site.charter, each).includes(party)) return same(party)
        } else if (type !== undefined) {
          const is = fact === null ? 'missing' : fact === undefined ? 'unknown' : isParty(party, fact, each.id)
          if (is === 'yes') return same(party)
          if (is === 'missing') doubt ??= missing
          if (is === 'unknown') doubt ??= unknown
        }
      }
    return doubt
  }
}

const same = (party: string): Shortfall => ({ outcome: 'broken', detail: `the caller is the ${party}` })

/** The operations of a rule that want somebody else than whoever uses this one; itself where it is named twice. */
export function apartFrom(operations: readonly OperationId[], operation: OperationId): readonly OperationId[] {
  return operations.filter((each, index) => each !== operation || operations.indexOf(each) !== index)
}

function compileOperations({ operations }: Extract<Separation, { operations: unknown }>, id: string): Check {
  return (context) => {
    const history = entryOf(context.facts.history, id)
    if (history === undefined) return { outcome: 'unknown', detail: 'it is not known who did the others' }
    const apart = apartFrom(operations, context.call.operation)
    const others = history.filter((past) => apart.includes(past.operation))
    if (others.length === 0) return undefined
    if (context.call.principal.id === undefined) return anonymous
    const ids = everyoneIn(context.call.principal).map(({ id }) => id)
    const mine = others.find((past) => past.principal !== undefined && ids.includes(past.principal))
    if (mine !== undefined) return { outcome: 'broken', detail: `the caller made ${mine.operation} before` }
    return others.some((past) => past.principal === undefined) ? unknown : undefined
  }
}

/** Whether somebody is among those an approval excludes: the caller it is for, and parties of the object. */
export function isExcluded(context: Context, not: readonly string[], who: Principal, type: string | undefined): Truth {
  const fact = slotFact(context, 'object', type)
  let answer: Truth = 'no'
  for (const party of not) {
    // Whoever an agent acts for asks as much as the agent does.
    if (party === 'requester' && everyoneIn(context.call.principal).some(({ id }) => id === who.id)) return 'yes'
    if (fact === undefined || fact === null) continue
    const is = isParty(party, fact, who.id)
    if (is === 'yes') return 'yes'
    // The caller is known to be the one who asks, so a requester who is neither owner nor creator may stay unnamed.
    if (is === 'unknown' && party !== 'requester') answer = 'unknown'
  }
  return answer
}
