import { entryOf } from './context.ts'
import type { Kind, Shortfall } from './kind.ts'

const changed: Shortfall = { outcome: 'broken', detail: 'the server describes it in another way now' }
const suspicious: Shortfall = { outcome: 'broken', detail: 'what is said of it looks like an attack' }
const unseen: Shortfall = { outcome: 'unknown', detail: 'how the server describes it now is not known' }

/** A tool is described by its server as it was when it was approved. */
export const integrity: Kind<'integrity'> = {
  compile:
    (_, { use }) =>
    ({ facts }) => {
      const pin = entryOf(facts.pins ?? {}, use.operation)
      if (pin === 'pinned') return undefined
      return pin === 'changed' ? changed : pin === 'suspicious' ? suspicious : unseen
    },
  describe: ({ says }) => says ?? 'the tool is the one that was approved',
  needs: () => [{ fact: 'pins' }],
  classes: () => ['tool-changed'],
}
