/** What is demanded of the runs of a workflow, in sentences. Pure. */
import type { Actor } from '../charter/actor.ts'
import type { Budget } from '../charter/agent.ts'
import type { Charter } from '../charter/charter.ts'
import { printDuration } from '../charter/duration.ts'
import type { Workflow } from '../charter/workflow.ts'
import { joinWords } from '../constraint/words.ts'
import type { Sentence } from './explanation.ts'

/** Each with the part of the workflow it comes from. */
export function describeWorkflow(charter: Charter, workflow: Workflow): readonly Sentence[] {
  const { name, owners, mode, budgets, models, data, record, retainMs } = workflow
  const agents = [...charter.actors.values()].filter((actor) => actor.workflow === name)
  const owned = Object.entries(owners).map(([duty, owner]) => `${owner} (${duty})`)
  const told: readonly (readonly [part: string, says: string | undefined])[] = [
    ['agents', agentWords(agents)],
    ['owners', owned.length === 0 ? undefined : `Owned by ${joinWords(owned, 'and')}.`],
    ['mode', mode === 'observe' ? 'Only observed: what would be refused is recorded and let through.' : undefined],
    ...budgets.map((budget) => ['budget', `At most ${budgetWords(budget)}.`] as const),
    ['models', models === undefined ? undefined : `Asks no model but ${quoted(models)}.`],
    ['data', data === undefined ? undefined : `Receives no data but ${joinWords(data, 'and')}.`],
    ['plan', agents.length === 0 ? undefined : planWords(workflow)],
    ['record', recordWords(record, retainMs)],
  ]
  return told.flatMap(([part, says]) => (says === undefined ? [] : [{ constraint: `workflow.${name}.${part}`, says }]))
}

/** A budget in a few words: `25 calls per run`. */
export function budgetWords({ of, amount, currency, per, withinMs }: Budget): string {
  const within = withinMs === undefined ? '' : ` in ${printDuration(withinMs)}`
  return `${amount}${currency === undefined ? '' : ` ${currency}`} ${of} per ${per}${within}`
}

function agentWords(agents: readonly Actor[]): string {
  if (agents.length === 0) return 'Run by no agent.'
  const whom = agents.map(({ name, actsFor }) => `${name}${actsFor === undefined ? '' : ` for ${joinWords(actsFor)}`}`)
  return `Run by ${whom.join('; ')}.`
}

function planWords({ outsidePlan }: Workflow): string {
  const otherwise =
    outsidePlan === 'deny' ? 'is refused the others' : `is asked for \`${outsidePlan.approval}\` before others`
  return `A run that said which operations it needs ${otherwise}.`
}

function recordWords(record: Workflow['record'], retainMs: number | undefined): string | undefined {
  const kept = { full: undefined, redacted: 'redacted', hash: 'as digests alone' }[record]
  const until = retainMs === undefined ? undefined : `for ${printDuration(retainMs)}`
  const words = [kept, until].filter((each) => each !== undefined)
  return words.length === 0 ? undefined : `Arguments and objects are kept ${words.join(', ')}.`
}

function quoted(names: readonly string[]): string {
  return joinWords(
    names.map((each) => `\`${each}\``),
    'or',
  )
}
