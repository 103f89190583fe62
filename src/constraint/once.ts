import { entryOf } from './context.ts'
import { countsNothing } from './count.ts'
import type { Kind, Shortfall } from './kind.ts'
import { counted, perWords } from './words.ts'

const unknown: Shortfall = { outcome: 'unknown', detail: 'earlier uses are not known' }

/** May take effect a single time. */
export const once: Kind<'once'> = {
  compile: ({ id, per }, site) => {
    const fresh = countsNothing(per, site.use)
    return (context) => {
      if (fresh) return undefined
      const counter = entryOf(context.facts.counters, id)
      if (counter === undefined) return unknown
      return counter.count === 0
        ? undefined
        : { outcome: 'broken', detail: `it has taken effect already (${counted(counter.count, 'time')})` }
    }
  },
  describe: ({ per, says }) => says ?? `it may take effect a single time ${perWords(per)}`,
  needs: ({ per }, use) => (countsNothing(per, use) ? [] : [{ fact: 'counter' }]),
  classes: () => ['step-repeated', 'replay', 'race', 'trial-reuse'],
}
