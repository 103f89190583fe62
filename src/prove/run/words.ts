import { withArticle } from '../../cel/article.ts'
import type { Charter, Demand, Use } from '../../charter/charter.ts'
import { endpointOf } from '../../charter/source/description.ts'
import { isInvariant } from '../../constraint/invariant.ts'
import type { Change } from '../oracle/change.ts'
import { actorsOf } from '../plan/cast.ts'
import type { AbuseCase, Tactic } from '../plan/scenario.ts'
import type { Lab } from './lab.ts'
import type { Trial } from './trial.ts'

/** Who somebody is, as `bob (customer)`. */
export function who(lab: Lab, role: string): string {
  const member = lab.stage.members.find((each) => each.name === role)
  if (member === undefined) return 'somebody not signed in'
  const actors = actorsOf(lab.charter, member)
  return actors.length === 0 || actors.includes(role) ? role : `${role} (${actors.join(', ')})`
}

/** What happened, in one sentence. */
export function sentenceOf(lab: Lab, abuse: AbuseCase, use: Use, trial: Trial): string {
  if (abuse.tactic.kind === 'described') return trial.why
  const step = abuse.abuse.steps.at(-1)
  const actor = who(lab, step?.as ?? 'nobody')
  const shape = lab.charter.operations.get(use.operation)?.shape
  const call = `\`${shape === undefined ? use.operation : endpointOf(shape)}\``
  const owner = abuse.abuse.vars[step?.object ?? '']?.owner
  const whose = owner === undefined || owner === step?.as ? '' : ` on an object of ${owner}`
  const twice = abuse.together === undefined ? '' : `, which ${abuse.together.join(', ')} forbids as well`
  return `${actor} could use ${call}${whose}${how(abuse.tactic, trial)}${twice}${seen(abuse, trial)}`
}

function how(tactic: Tactic, trial: Trial): string {
  switch (tactic.kind) {
    case 'from-state': {
      const what = tactic.slot === 'object' ? 'it' : `the ${tactic.slot}`
      return tactic.through === undefined
        ? ` although ${what} was ${tactic.state}`
        : ` after \`${tactic.through}\`, which leaves ${what} ${tactic.state}`
    }
    case 'sought':
      return soughtWords(tactic)
    case 'again':
      return ` a second time${forgotten(tactic)}`
    case 'same-key':
      return ' twice with the same idempotency key'
    case 'race':
      return ` ${trial.overrun?.effects ?? 'several'} times at once where ${trial.overrun?.allowed ?? 1} may`
    case 'over-limit':
      return ` beyond the limit, in parts that each fit${forgotten(tactic)}`
    case 'burst':
      return ' faster than allowed'
    case 'approval':
      return {
        none: ' without approval',
        short: ' with one approval fewer than needed',
        own: ' with their own approval',
        twice: ' with one approver counted twice',
        stale: ' with an expired approval',
        changed: ` after changing ${tactic.part === undefined ? 'what was approved' : `\`${tactic.part}\`, which was approved`}`,
        revoked: ' with a revoked approval',
        'carried-over': ` with approvals from before ${tactic.through === undefined ? 'they were taken back' : `\`${tactic.through}\``}`,
      }[tactic.flaw]
    case 'order':
      return {
        'left-out': ' without the step that must come first',
        afterwards: ' after a step that rules it out',
        'too-often': ' more often than allowed',
      }[tactic.flaw]
    case 'same-person':
      return ' although the charter asks for two different people'
    case 'write-field':
      return ` and set \`${tactic.field}\`, which is not theirs to write`
    case 'read-field':
      return ` and was shown \`${tactic.field}\`${tactic.state === undefined ? '' : ` while it was ${tactic.state}`}`
    case 'list':
      return ' and was listed objects that are not theirs to read'
    case 'guess':
      return ' and was given keys that can be guessed'
    case 'arguments':
    case 'object-facts':
      return ' against the rule'
    case 'left-out':
      return ` without saying \`${tactic.member}\``
    case 'made-up':
      return ` naming ${withArticle(tactic.slot)} that does not exist`
    case 'revived':
      return ` after the end of its ${tactic.type}, and brought that back`
    case 'ended':
      return `, and ${tactic.what === 'session' ? 'what they were signed in with' : 'the secret of what it ended'} still let in`
    case 'leads':
      return trial.undecided === undefined
        ? ` when it was ${tactic.state}, and did at once what somebody else is to decide on`
        : ` when it was ${tactic.state}, and it stayed so`
    case 'described':
    case 'rightful':
      return ', and what must always hold did not hold any more'
    case 'as-other':
      return ''
  }
}

function forgotten(tactic: { readonly after?: string; readonly first?: string; readonly through?: string }): string {
  const { after, first, through } = tactic
  if (through !== undefined) return `, the earlier ones by \`${through}\``
  if (after !== undefined) return `, after the first was ${after}`
  return first === undefined ? '' : `, after ${first}`
}

/** What shows that something happened once too often, or too much: the state may be the same as after the first time. */
const repeating: ReadonlySet<Tactic['kind']> = new Set(['again', 'same-key', 'race', 'over-limit', 'burst'])

function seen({ tactic, abuse }: AbuseCase, trial: Trial): string {
  const act = abuse.steps.at(-1)
  const change = main(trial.changes, {
    counted: repeating.has(tactic.kind) || trial.overrun !== undefined,
    of: abuse.vars[act?.object ?? '']?.type,
  })
  if (change !== undefined) return `: ${changeWords(change)}`
  return trial.disclosed.length === 0 ? '' : `: the answer held ${trial.disclosed.slice(0, 3).join(', ')}`
}

function changeWords({ label, pointer, before, after }: Change): string {
  if (pointer === 'exists') return after === true ? `there is ${withArticle(label)}` : `the ${label} is gone`
  const what =
    pointer === 'state' || pointer === 'count'
      ? `the ${pointer} of ${label}`
      : `${pointer.startsWith('/') ? pointer.slice(1).replaceAll('/', '.') : `\`${pointer}\``} of ${label}`
  return before === undefined || before === null
    ? `${what} became ${short(after)}`
    : `${what} went from ${short(before)} to ${short(after)}`
}

/**
 * The change that says most: the state first, where a thing happened once; where it was counted, a number, rather one of the object
 * acted on.
 */
export function main(
  changes: readonly Change[],
  { counted = false, of }: { readonly counted?: boolean; readonly of?: string | undefined } = {},
): Change | undefined {
  const state = changes.find((change) => change.pointer === 'state')
  const sized = changes.filter((change) => !change.pointer.endsWith('/length'))
  const amounts = sized.filter((change) => typeof change.after === 'number')
  const amount = amounts.find(({ label }) => label === of) ?? amounts[0]
  return (counted ? (amount ?? state) : (state ?? amount)) ?? sized[0] ?? changes[0]
}

function short(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing')
  return text.length > 40 ? `${text.slice(0, 37)}...` : text
}

/** Why what others decided outlives a move, and what to do about it. */
export function causeOfKept(charter: Charter, use: Use, finding: string): { rootCause: string; remedy: string } {
  if (finding === 'approval-missing') return causeOfHaste(charter, use)
  return {
    rootCause: `${placeOf(charter, use)} changes what others have decided on, and keeps their decision`,
    remedy: `Set the state back to ${use.to.join(' or ')} in the same transaction as the change, so that it is decided anew.`,
  }
}

/** Why nothing is left for others to decide, and what to do about it. */
function causeOfHaste(charter: Charter, use: Use): { rootCause: string; remedy: string } {
  return {
    rootCause: `${placeOf(charter, use)} does at once what somebody else is to decide on first`,
    remedy: `Keep what is asked for apart from what is in force, move to ${use.to.join(' or ')}, and let the decision put it in force.`,
  }
}

function placeOf(charter: Charter, { operation }: Use): string {
  const shape = charter.operations.get(operation)?.shape
  return `\`${shape === undefined ? '' : endpointOf(shape)}\` (${operation})`
}

/** Which check is missing, and what to add; by what the charter demands there. */
export function causeOf(
  charter: Charter,
  use: Use,
  constraint: Demand,
  tactic: Tactic,
): { rootCause: string; remedy: string } {
  const at = placeOf(charter, use)
  const text = (missing: string, remedy: string) => ({ rootCause: `${at} ${missing}`, remedy })
  if (tactic.kind === 'race')
    return text(
      'checks and writes in two steps, so that calls at the same moment all pass the check',
      'Check and write in one transaction that locks the object (SELECT … FOR UPDATE, a conditional UPDATE, or a unique key), and let the loser fail.',
    )
  if (tactic.kind === 'revived')
    return text(
      `does not look whether the ${tactic.type} it belongs to has ended`,
      `End what belongs to ${withArticle(tactic.type)} together with it, and move ${withArticle(tactic.type)} only out of states that are not final.`,
    )
  if (tactic.kind === 'ended')
    return text(
      'ends what lets in by name only: whoever has it is let in as before',
      'Look up at every call whether the session or key is still in force, and keep no copy that outlives it.',
    )
  if (tactic.kind === 'leads') return causeOfHaste(charter, use)
  if (isInvariant(constraint))
    return text(
      'lets the objects come into a state that must never be',
      'Check the invariant in the same transaction as the effect, or let the database enforce it.',
    )
  switch (constraint.kind) {
    case 'by':
      return constraint.slot === 'object'
        ? text(
            'does not check who calls it against whose the object is and what the caller may do',
            'Load the object, compare its owner and tenant with the authenticated principal and check the role before acting; answer 404 or 403 otherwise.',
          )
        : text(
            `does not check that the ${constraint.slot} named in the request belongs to the caller`,
            `Look the ${constraint.slot} up by key and caller together, never by key alone.`,
          )
    case 'from':
      return text(
        `does not check the state of the ${constraint.slot}`,
        'Make the move conditional on the state (UPDATE … WHERE state IN (…)) and refuse with 409 when no row changed.',
      )
    case 'there':
      return text(
        `does not check that there is the ${constraint.slot} that the request names`,
        `Look the ${constraint.slot} up before acting, or hold it by a foreign key; refuse with 404 or 422 when there is none.`,
      )
    case 'separation':
      return text(
        'does not check that another person does this',
        'Store who did the earlier step and refuse the same principal here.',
      )
    case 'when':
      return text(
        `does not check that ${constraint.rule.source}`,
        'Validate the arguments on the server against the stored object, never against what the client sends along; refuse with 422.',
      )
    case 'once':
      return text(
        'does not remember that it was used',
        'Record the use under a unique key in the same transaction as the effect.',
      )
    case 'limit':
      return text(
        'checks each call but not the sum',
        'Keep the sum in the same transaction as the effect and compare it with the limit before committing.',
      )
    case 'rate':
      return text('does not limit the pace', 'Count calls per caller and refuse with 429 beyond the limit.')
    case 'approval':
      return text(
        'does not check for a fitting approval',
        'Bind approvals to the object, its content and distinct approvers other than the requester; check them when acting, and use each once.',
      )
    case 'set-by':
      return text(
        `takes \`${constraint.field.name}\` from the request body`,
        'Accept a list of writable members and ignore or refuse all others.',
      )
    case 'seen-by':
      return text(
        `answers with \`${constraint.field.name}\``,
        'Build answers from a list of members per role instead of serialising the stored object.',
      )
    case 'order':
      return text(
        'does not check what must have happened before',
        'Check the earlier step on the server when this one is called.',
      )
    case 'idempotency':
      return text(
        'ignores the idempotency key',
        'Store the key with the first answer under a unique constraint and answer repeats from it.',
      )
    case 'items':
      return text(
        'does not filter the list by what the caller may read',
        'Filter by owner and tenant in the query, with the same rule as reading one.',
      )
    case 'delegation':
      return text(
        'lets an agent do what its workflow or its person may not',
        'Check the whole chain of delegation at every call: each of them must be allowed to make it.',
      )
    case 'values':
      return text(
        'takes the argument wherever it came from',
        'Let the guard trace arguments of the agent, and take recipients and targets from the user or the system of record only.',
      )
    case 'flow':
      return text(
        'sends on data whatever its class',
        'Decide by the class of the data where it may go before it is sent, also when it is encoded or in parts.',
      )
    case 'integrity':
      return text(
        'is not what was approved, or tells its readers to do something else',
        'Pin the approved description and hold the tool until somebody has looked at the difference.',
      )
  }
}

function soughtWords({ flaw, slot }: Extract<Tactic, { kind: 'sought' }>): string {
  return {
    none: ` although there was no ${slot}`,
    'of-another': ` although the only ${slot} was somebody else's`,
    'for-another': ` although the only ${slot} was for something else`,
    there: ` although there was ${/^[aeio]/i.test(slot) ? 'an' : 'a'} ${slot}`,
  }[flaw]
}
