import type { Pattern, ValueRule, ValueSource } from '../agent.ts'
import type { Operation } from '../charter.ts'
import { printPointer } from '../pointer.ts'
import { type Checker, constraintsOf } from './checker.ts'

/** Answers that values may come from although nothing in them is trusted: nothing ever comes from there. */
export function checkSources(checker: Checker): void {
  for (const use of checker.uses)
    for (const { rule, position } of constraintsOf(use, 'values'))
      for (const source of rule.from) {
        if (source.kind !== 'operation' || counts(checker.charter.operations.get(source.operation), source)) continue
        const place = source.at === undefined ? '' : printPointer(source.at)
        checker.report(
          'source-untrusted',
          position,
          `${argument(rule)} may come from \`${source.operation}${place === '' ? '' : `#${place}`}\`, where nothing is trusted`,
          `if nobody but the system of record writes it, add ${place === '' ? 'its places' : `\`${place}\``} to \`trusted\` of \`${source.operation}\``,
        )
      }
}

function argument({ at }: ValueRule): string {
  return `\`${printPointer(at)}\``
}

/** What a memory gives back has the labels it was kept with. An operation that is not there is told elsewhere. */
function counts(operation: Operation | undefined, { at }: Extract<ValueSource, { kind: 'operation' }>): boolean {
  if (operation === undefined || operation.memory === 'read' || operation.trusted === 'all') return true
  return operation.trusted?.some((each) => at === undefined || isIn(each, at)) === true
}

/** A trusted place is trusted with all that is in it. */
function isIn(trusted: Pattern, at: Pattern): boolean {
  return (
    trusted.length <= at.length &&
    trusted.every((step, index) => step === '*' || at[index] === '*' || step === at[index])
  )
}
