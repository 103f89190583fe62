import { withArticle } from '../../cel/article.ts'
import type { Scenario, Step, Tactic } from '../../prove/plan/scenario.ts'

/** A way to break a constraint, in words that follow "tries it …". */
export function tacticWords(tactic: Tactic, as: string): string {
  switch (tactic.kind) {
    case 'as-other':
      return {
        'other-owner': `as ${as}, whose object it is not`,
        'other-tenant': `as ${as}, of another tenant`,
        'other-actor': `as ${as}, who is another kind of actor`,
        'no-scope': `as ${as}, without the scope`,
        'not-signed-in': 'without signing in',
        'agent-outside': `as ${as}, an agent whose work it is not`,
        'agent-of-other': `as ${as}, an agent of somebody else`,
      }[tactic.other]
    case 'from-state': {
      const by = tactic.through === undefined ? '' : ` by \`${tactic.through}\``
      return `when ${tactic.slot === 'object' ? 'it' : `the ${tactic.slot}`} is ${tactic.state}${by}`
    }
    case 'sought':
      return {
        none: `without any ${tactic.slot}`,
        'of-another': `with the ${tactic.slot} of somebody else`,
        'for-another': `with a ${tactic.slot} for something else`,
        there: `while there is a ${tactic.slot}`,
      }[tactic.flaw]
    case 'approval':
      return {
        none: 'without approval',
        own: 'with an approval of the requester',
        twice: 'with one approver counted twice',
        stale: 'with an approval that is too old',
        changed: 'after changing what was approved',
        revoked: 'with an approval that was taken back',
        short: 'with fewer approvals than are asked for',
        'carried-over': `with an approval from before ${tactic.through === undefined ? 'it was taken back and asked for again' : `\`${tactic.through}\``}`,
      }[tactic.flaw]
    case 'order':
      return {
        'left-out': 'without the step that must come first',
        afterwards: 'after a step that rules it out',
        'too-often': 'more often than allowed',
      }[tactic.flaw]
    case 'leads':
      return `rightfully when it is ${tactic.state}, and looks where that leads`
    case 'left-out':
      return `without saying \`${tactic.member}\``
    case 'made-up':
      return `naming ${withArticle(tactic.slot)} that does not exist`
    case 'write-field':
      return `with \`${tactic.field}\` in the body`
    case 'read-field':
      return `as ${as}, looking for \`${tactic.field}\` in the answer${tactic.state === undefined ? '' : ` while it is ${tactic.state}`}`
    case 'again':
    case 'over-limit':
      return `${plainWords[tactic.kind]}${forgotten(tactic)}`
    default:
      return plainWords[tactic.kind]
  }
}

function forgotten(tactic: { readonly after?: string; readonly first?: string; readonly through?: string }): string {
  const { after, first, through } = tactic
  if (through !== undefined) return `, the earlier ones by \`${through}\``
  if (after !== undefined) return `, after the first was ${after}`
  return first === undefined ? '' : `, after ${first}`
}

type PlainKind = Exclude<
  Tactic['kind'],
  | 'as-other'
  | 'from-state'
  | 'sought'
  | 'approval'
  | 'order'
  | 'leads'
  | 'left-out'
  | 'made-up'
  | 'write-field'
  | 'read-field'
>

const plainWords: Readonly<Record<PlainKind, string>> = {
  arguments: 'with arguments that break the rule',
  'object-facts': 'on an object that breaks the rule',
  again: 'a second time',
  race: 'many times at the same moment',
  'over-limit': 'in parts that each fit and together do not',
  burst: 'faster than allowed',
  'same-person': 'by one person in both roles',
  list: 'looking in the list for what may not be read',
  'same-key': 'twice with the same idempotency key',
  guess: 'several times, and looks whether the keys can be guessed',
  rightful: 'rightfully, and looks whether what must hold still does',
  ended: 'with what it ended',
  revived: 'after the end of what it belongs to',
  described: 'not at all, and looks how the server describes it now',
}

/** The steps of a scenario, as `alice: transfer.create → transfer-1`. */
export function scenarioWords(scenario: Scenario): string[] {
  return scenario.steps.map((step) => stepWords(step))
}

function stepWords(step: Step): string {
  const on = step.object === undefined ? '' : ` ${step.object}`
  const refs = Object.entries(step.refs).map(([slot, name]) => `${slot}: ${name}`)
  const made = step.makes === undefined ? '' : ` → ${step.makes}`
  return `${step.as}: ${step.use}${on}${refs.length === 0 ? '' : ` (${refs.join(', ')})`}${made}`
}

/** Objects a scenario looks for instead of making, as `account-1: an existing account of alice`. */
export function foundWords({ vars }: Scenario): string[] {
  return Object.entries(vars)
    .filter(([, { supply }]) => supply === 'found')
    .map(([name, { type, owner }]) => `${name}: an existing ${type}${owner === undefined ? '' : ` of ${owner}`}`)
}
