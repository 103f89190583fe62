import { printDuration } from '../charter/duration.ts'
import { entryOf } from './context.ts'
import { countsNothing } from './count.ts'
import type { Kind, Shortfall } from './kind.ts'
import { counted, perWords } from './words.ts'

const unknown: Shortfall = { outcome: 'unknown', detail: 'recent calls are not known' }

/** How many calls in how much time. The counter holds the effective calls of the window that ends with this call. */
export const rate: Kind<'rate'> = {
  compile: ({ id, atMost, per }, site) => {
    const fresh = countsNothing(per, site.use) && atMost > 0
    return (context) => {
      if (fresh) return undefined
      const counter = entryOf(context.facts.counters, id)
      if (counter === undefined) return unknown
      return counter.count < atMost
        ? undefined
        : { outcome: 'broken', detail: `${counted(counter.count, 'call')} already` }
    }
  },
  describe: ({ atMost, withinMs, per, says }) =>
    says ?? `at most ${counted(atMost, 'call')} in ${printDuration(withinMs)} ${perWords(per)}`,
  needs: ({ per }, use) => (countsNothing(per, use) ? [] : [{ fact: 'counter' }]),
  classes: () => ['automation', 'hoarding', 'trial-reuse'],
}
