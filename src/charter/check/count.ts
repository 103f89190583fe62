import type { Use } from '../charter.ts'
import { type Checker, constraintsOf } from './checker.ts'

const help = 'count `per: principal`, `per: tenant`, or per a reference of the use'

/** Counts that can never pass one, because each call has an object of its own. */
export function checkCounts(checker: Checker): void {
  for (const use of checker.uses) {
    if (use.creates) checkCreating(checker, use)
    for (const limit of constraintsOf(use, 'limit')) {
      if (limit.per.includes('call') && limit.sum === undefined) {
        checker.warn(
          'limit-per-call',
          limit.position,
          `\`${use.id}\` counts calls per call, which is always one`,
          'add `sum:`, or count per something else',
        )
      }
      const states = checker.charter.objects.get(use.object?.type ?? '')?.states ?? []
      const unknown = (limit.while ?? []).filter((state) => !states.includes(state))
      if (unknown.length > 0 && states.length > 0) {
        checker.report(
          'unknown-name',
          limit.position,
          `\`${use.object?.type}\` has no state \`${unknown.join('`, `')}\``,
          `known: ${states.join(', ')}`,
        )
      }
    }
  }
}

function checkCreating(checker: Checker, use: Use): void {
  const counting = [...constraintsOf(use, 'once'), ...constraintsOf(use, 'limit'), ...constraintsOf(use, 'rate')]
  for (const { kind, per, position } of counting) {
    if (!per.includes('object')) continue
    const message = `\`${use.id}\` creates an object each time, so that \`${kind}\` per object never counts to two`
    checker.report('count-per-new-object', position, message, help)
  }
}
