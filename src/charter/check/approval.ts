import { type Approval, approvalsOf } from '../approval.ts'
import type { Choice } from '../charter.ts'
import { type Checker, constraintsOf, listNames } from './checker.ts'
import { excludesAll } from './separation.ts'

/** Approvals that nobody can give, nothing needs, or no operation takes. */
export function checkApprovals(checker: Checker): void {
  const needed = new Set(checker.uses.flatMap((use) => use.constraints.flatMap(approvalsOf)))
  for (const approval of checker.charter.approvals.values()) {
    if (!needed.has(approval.name)) {
      const help = `add \`approval: ${approval.name}\` to the transition that needs it`
      checker.warn('approval-unused', approval.position, `nothing needs the approval \`${approval.name}\``, help)
    }
    checkGivers(checker, approval)
    checkGrant(checker, approval)
  }
}

function checkGivers(checker: Checker, approval: Approval): void {
  const { name, choices, not, quorum, position } = approval
  if (excludesAll(choices, not)) {
    const message = `nobody can give the approval \`${name}\`: \`not\` forbids everyone whom \`by\` names`
    checker.report(
      'approval-impossible',
      position,
      message,
      `name somebody else in \`by\`, or take ${listNames(not)} out of \`not\``,
    )
  } else if (
    quorum > 1 &&
    choices.length > 0 &&
    choices.every((choice) => choice.party === 'owner' || choice.party === 'creator')
  ) {
    const most = new Set(choices.map((choice) => choice.party)).size
    if (quorum > most) {
      checker.report(
        'approval-impossible',
        position,
        `the approval \`${name}\` needs ${quorum} people, but an object has one owner and one creator`,
      )
    }
  }
}

function checkGrant(checker: Checker, approval: Approval): void {
  const granting = [...checker.charter.operations.values()].filter(
    (operation) => operation.grants === approval.name || operation.id === approval.grant,
  )
  if (granting.length === 0) {
    const message = `no operation grants the approval \`${approval.name}\`: Lockstep can ask for it, but not prove over the API that it is needed`
    checker.warn(
      'approval-without-grant',
      approval.position,
      message,
      'if the API takes it, name the operation: `grant: SOURCE.OPERATION`',
    )
  }
  for (const operation of granting) {
    const givers = operation.uses.flatMap((use) =>
      constraintsOf(use, 'by')
        .filter((by) => by.slot === 'object')
        .flatMap((by) => by.choices),
    )
    if (givers.length === 0 || givers.some((giver) => approval.choices.some((choice) => mayOverlap(giver, choice))))
      continue
    const message = `nobody who may give the approval \`${approval.name}\` may use \`${operation.id}\`, which grants it`
    checker.report(
      'approval-impossible',
      approval.position,
      message,
      'let `by` of the approval and of the operation name the same actor',
    )
  }
}

/** Different actors may still be one person, and a party may be anybody: only two actors with different names are surely told apart. */
function mayOverlap(left: Choice, right: Choice): boolean {
  return left.actor === undefined || right.actor === undefined || left.actor === right.actor
}
