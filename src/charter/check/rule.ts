import type { Expression } from '../../cel/parse-cel.ts'
import { isCelError } from '../../cel/value.ts'
import type { Position, Use } from '../charter.ts'
import { type Checker, constraintsOf } from './checker.ts'
import { alwaysHolds, canNeverHold } from './solve.ts'

/** Rules that are never or always true, alone or together with the others of their use. */
export function checkRules(checker: Checker): void {
  for (const use of checker.uses) {
    checkTogether(checker, use)
    for (const limit of constraintsOf(use, 'limit')) checkLimit(checker, limit.atMost, limit.position)
  }
  for (const { name, neededWhen, position } of checker.charter.approvals.values()) {
    if (neededWhen !== undefined)
      checkAlone(checker, neededWhen, position, `\`needed-when\` of the approval \`${name}\``)
  }
  for (const { name, when, position } of checker.charter.actors.values()) {
    if (when !== undefined) checkAlone(checker, when, position, `\`when\` of the actor \`${name}\``)
  }
  for (const invariant of checker.charter.invariants) {
    if (invariant.kind === 'holds') checkAlone(checker, invariant.rule, invariant.position, 'the invariant')
  }
}

function checkTogether(checker: Checker, use: Use): void {
  const kept: Expression[] = []
  for (const { rule, position } of constraintsOf(use, 'when')) {
    if (checkAlone(checker, rule, position, 'the rule')) continue
    const before = kept.map((each) => each.ast)
    if (!canNeverHold([...before, rule.ast], use.from)) {
      kept.push(rule)
      continue
    }
    const against = kept.find((each) => canNeverHold([each.ast, rule.ast]))
    const reason = against === undefined ? withOthers(before.length, use) : `\`${against.source}\``
    checker.report(
      'rule-contradiction',
      position,
      `\`${use.id}\` can never happen: \`${rule.source}\` contradicts ${reason}`,
    )
  }
}

function withOthers(count: number, use: Use): string {
  return count === 0 ? `\`from: [${use.from.join(', ')}]\`` : 'what else is demanded'
}

/** Reports a rule that has the same outcome for everything; true when it can never hold or be evaluated. */
function checkAlone(checker: Checker, rule: Expression, position: Position, what: string): boolean {
  const fixed = rule.reads.length === 0 ? rule.evaluate({}) : undefined
  if (isCelError(fixed)) {
    checker.report('rule-fails', position, `${what} can never be evaluated: \`${rule.source}\`: ${fixed.message}`)
    return true
  }
  if (fixed === false || canNeverHold([rule.ast])) {
    checker.report('rule-never', position, `${what} can never be true: \`${rule.source}\``)
    return true
  }
  if (fixed === true || alwaysHolds(rule.ast)) {
    checker.warn(
      'rule-always',
      position,
      `${what} is always true: \`${rule.source}\``,
      'leave it out, or say what it should compare',
    )
  } else if (fixed !== undefined) {
    checker.report('rule-not-boolean', position, `${what} is neither true nor false: \`${rule.source}\``)
    return true
  }
  return false
}

function checkLimit(checker: Checker, atMost: Expression, position: Position): void {
  const fixed = atMost.reads.length === 0 ? atMost.evaluate({}) : undefined
  if (fixed === undefined || (typeof fixed === 'number' && fixed > 0)) return
  if (isCelError(fixed))
    checker.report('rule-fails', position, `the limit can never be evaluated: \`${atMost.source}\`: ${fixed.message}`)
  else if (typeof fixed === 'number')
    checker.warn('limit-nothing', position, `the limit \`${atMost.source}\` permits nothing`)
  else if (typeof fixed !== 'object')
    checker.report('limit-not-number', position, `the limit \`${atMost.source}\` is no number`)
}
