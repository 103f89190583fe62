import type { Choice, Constraint, OperationId } from '../charter.ts'
import { type Checker, constraintsOf, listNames } from './checker.ts'

/** Duties that nobody can separate, and callers whom `not` forbids as a whole. */
export function checkSeparation(checker: Checker): void {
  for (const use of checker.uses) {
    const choices = constraintsOf(use, 'by')
      .filter((by) => by.slot === 'object')
      .flatMap((by) => by.choices)
    for (const { of, position } of constraintsOf(use, 'separation')) {
      if (!('parties' in of) || !excludesAll(choices, of.parties)) continue
      const message = `nobody may use \`${use.id}\`: \`not\` forbids everyone whom \`by\` names`
      checker.report(
        'separation-impossible',
        position,
        message,
        `name somebody else in \`by\`, or take ${listNames(of.parties)} out of \`not\``,
      )
    }
  }
  for (const rule of checker.charter.rules) if (rule.kind === 'separation') checkRule(checker, rule)
}

/** Whether every choice is a party or actor that is forbidden. `requester` stands for creator and owner. */
export function excludesAll(choices: readonly Choice[], forbidden: readonly string[]): boolean {
  const out = new Set(forbidden.includes('requester') ? [...forbidden, 'creator', 'owner'] : forbidden)
  return choices.length > 0 && choices.every((choice) => out.has(choice.party ?? '') || out.has(choice.actor ?? ''))
}

/** Two operations that only the one owner of an object may use cannot be made by two persons. */
function checkRule(checker: Checker, rule: Extract<Constraint, { kind: 'separation' }>): void {
  if (!('operations' in rule.of) || !rule.of.per.includes('object')) return
  const single = rule.of.operations.filter((id) => onlyParty(checker, id) !== undefined)
  const parties = new Set(single.map((id) => onlyParty(checker, id)))
  for (const party of parties) {
    const bound = single.filter((id) => onlyParty(checker, id) === party)
    if (bound.length < 2) continue
    const message = `${listNames(bound)} must be used by different people, but only the ${party} may use either`
    checker.report('separation-impossible', rule.position, message, 'let somebody else use one of them')
  }
}

/** The one party entitled to an operation, when an object has a single one of that kind and nobody else is entitled. */
function onlyParty(checker: Checker, id: OperationId): 'owner' | 'creator' | undefined {
  const choices = (checker.charter.operations.get(id)?.uses ?? []).flatMap((use) =>
    constraintsOf(use, 'by')
      .filter((by) => by.slot === 'object')
      .flatMap((by) => by.choices),
  )
  const [first] = choices
  const party = first?.party
  if (party !== 'owner' && party !== 'creator') return undefined
  return choices.every((choice) => choice.party === party) ? party : undefined
}
