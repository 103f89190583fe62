import type { Demand } from '../charter/charter.ts'
import type { Invariant } from '../charter/invariant.ts'
import { joinWords } from './words.ts'

const kinds: ReadonlySet<string> = new Set(['never-negative', 'monotone', 'conserved', 'unique', 'at-most', 'holds'])

export function isInvariant(demand: Demand): demand is Invariant {
  return kinds.has(demand.kind)
}

/** An invariant as one sentence, in its owner's words where there are any. */
export function describeInvariant(invariant: Invariant): string {
  if (invariant.says !== undefined) return invariant.says
  switch (invariant.kind) {
    case 'never-negative':
      return `\`${invariant.field.name}\` of every ${invariant.object} is never negative`
    case 'monotone':
      return `\`${invariant.field.name}\` of every ${invariant.object} never goes down`
    case 'conserved': {
      const over = invariant.over.length === 0 ? 'whatever happens' : `over ${joinWords(invariant.over, 'and')}`
      return `the sum of \`${invariant.field.name}\` of all ${invariant.object}s stays the same ${over}`
    }
    case 'unique': {
      const per = invariant.per === undefined ? '' : ` of one ${invariant.per}`
      return `no two ${invariant.object}s${per} have the same \`${invariant.field.name}\``
    }
    case 'at-most': {
      const states = invariant.in.length === 0 ? '' : ` that are ${joinWords(invariant.in)}`
      return `at most ${invariant.count} ${invariant.object}${invariant.count === 1 ? '' : 's'}${states} for each ${invariant.per}`
    }
    case 'holds':
      return `of every ${invariant.object}, \`${invariant.rule.source}\` holds`
  }
}
