import type { Charter } from '../charter.ts'
import type { Diagnostic } from '../diagnostic.ts'
import type { ParsedCharter } from '../parse.ts'
import { checkAccess } from './access.ts'
import { checkApprovals } from './approval.ts'
import { checkArguments } from './argument.ts'
import { type Checker, makeChecker } from './checker.ts'
import { checkCounts } from './count.ts'
import { checkCoverage } from './coverage.ts'
import { checkLifecycles } from './lifecycle.ts'
import { checkMembers } from './member.ts'
import { checkOrder } from './order.ts'
import { checkParents } from './parent.ts'
import { checkPlaces } from './place.ts'
import { checkReferences } from './reference.ts'
import { checkRules } from './rule.ts'
import { checkSeparation } from './separation.ts'
import { checkSources } from './source.ts'

/** One concern each, in the order of the guide. */
const concerns: readonly ((checker: Checker) => void)[] = [
  checkLifecycles,
  checkAccess,
  checkSeparation,
  checkApprovals,
  checkRules,
  checkMembers,
  checkParents,
  checkPlaces,
  checkReferences,
  checkSources,
  checkArguments,
  checkCounts,
  checkOrder,
  checkCoverage,
]

/**
 * Looks for what is well formed but cannot be meant: states nobody reaches, rules that contradict each other, approvals nobody can
 * give, members no schema has.
 *
 * Errors are certain; what may be intended is a warning. Pure: the day is an argument.
 *
 * @param parsed - What the charter was linked from; gives positions.
 */
export function checkCharter(charter: Charter, parsed: ParsedCharter, { today }: { today: string }): Diagnostic[] {
  const diagnostics: Diagnostic[] = []
  const checker = makeChecker(charter, parsed, today, diagnostics)
  for (const check of concerns) check(checker)
  return withoutRepeats(diagnostics)
}

/** The diagnostics without those said already at the same place: a demand written once is looked at for each of its uses. */
export function withoutRepeats(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const seen = new Set<string>()
  return diagnostics.filter(({ code, file, line, column, message }) => {
    const key = JSON.stringify([code, file, line, column, message])
    return !seen.has(key) && seen.add(key)
  })
}
