import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Entry, isResisted, type Lists, outcomeOf, type Scored, scoreSuite, toolsOf } from './agentdojo.ts'
import { allowlist, baselines } from './baselines.ts'
import { asRecorded, type DojoRun, type Plan, readLines, type Suite, suites } from './data.ts'
import type { Policy } from './judge.ts'
import { lockstepPolicy, type Spent, suiteCharter } from './lockstep.ts'
import { digits, printTable } from './table.ts'
import { halfWidth, macro, oftenQuietTasks, quietTasks, share, sumOf, type Tally, unaskedTasks } from './tally.ts'

const rows: readonly (readonly [name: string, policy: string, lists: Lists])[] = [
  ['ask on every write', 'ask on every write', 'none'],
  ['session taint', 'session taint', 'none'],
  ['naive value taint', 'naive value taint', 'none'],
  ['allowlist: recorded filter', 'allowlist', 'filter'],
  ['allowlist: recorded plan', 'allowlist', 'plan'],
  ['allowlist: reference (oracle)', 'allowlist', 'gold'],
  ['lockstep', 'lockstep', 'none'],
  ['lockstep + recorded filter', 'lockstep', 'filter'],
  ['lockstep + recorded plan', 'lockstep', 'plan'],
  ['lockstep + reference (oracle)', 'lockstep', 'gold'],
]

/** Replays AgentDojo under every policy and writes down what came of it. */
export async function reportDojo(folder: string): Promise<string> {
  const plans = [...readLines<Plan>(folder, 'drift/plans.jsonl.gz')]
  const scores = new Map<string, Map<Suite, Scored>>(rows.map(([name]) => [name, new Map()]))
  const spent: Spent = { calls: 0, micros: 0 }
  const extra = { resisted: 0, resistedQuestions: 0 }
  for (const suite of suites) {
    const runs = [...readLines<DojoRun>(folder, `agentdojo/runs-${suite}.jsonl.gz`)]
    const policies = await policiesOf(folder, suite, spent)
    for (const [name, policy, lists] of rows) {
      const chosen = policies.get(policy)
      if (chosen !== undefined) scores.get(name)?.set(suite, scoreSuite({ policy: chosen, lists }, runs, plans))
    }
    const lockstep = policies.get('lockstep')
    if (lockstep !== undefined) underAttack({ policy: lockstep, lists: 'filter' }, runs, extra)
  }
  return [
    'stopped % / benign runs kept % if a flagged call is denied / questions per benign run if it is asked',
    printTable(
      ['policy', ...suites, 'all'],
      rows.map(([name]) => [
        name,
        ...suites.map((suite) => cell(scores.get(name)?.get(suite))),
        cell(totalOf(scores.get(name))),
      ]),
    ),
    printTable(
      [
        'policy',
        'stopped',
        'if all else is granted',
        '+ mislabelled task',
        'mean over pairs',
        '± 95 %',
        'denied runs',
        'tasks never asked about',
        'nor refused',
        'both in < 1 of 20 runs',
      ],
      rows.map(([name]) => [name, ...details(scores.get(name))]),
    ),
    `runs under attack that resisted and did their task: ${extra.resisted}, questions per run ${digits(extra.resistedQuestions / extra.resisted, 3)} (recorded filter)`,
    `deciding and remembering: ${digits(spent.micros / spent.calls, 0)} µs of processor time a call, over ${spent.calls} calls`,
    await goalsAsTasks(folder),
  ].join('\n\n')
}

async function policiesOf(folder: string, suite: Suite, spent: Spent): Promise<ReadonlyMap<string, Policy>> {
  const writes = writesOf(folder, suite)
  const all = [
    ...baselines(writes),
    allowlist('allowlist', writes),
    lockstepPolicy('lockstep', await suiteCharter(suite), spent),
  ]
  return new Map(all.map((policy) => [policy.name, policy]))
}

function writesOf(folder: string, suite: Suite): ReadonlySet<string> {
  const tools = asRecorded<readonly { name: string; writes: boolean }[]>(
    readFileSync(join(folder, `agentdojo/tools-${suite}.json`), 'utf8'),
  )
  return new Set(tools.filter((tool) => tool.writes).map((tool) => tool.name))
}

function totalOf(scores: ReadonlyMap<Suite, Scored> | undefined): Scored {
  const all = [...(scores?.values() ?? [])]
  return {
    ...sumOf(all),
    excused: sumOf(all.map((each) => each.excused)),
    obliging: { stopped: all.reduce((sum, each) => sum + each.obliging.stopped, 0) },
  }
}

function cell(tally: Tally | undefined): string {
  if (tally === undefined) return '-'
  return `${digits(share(tally.stopped, tally.attacks))} / ${digits(share(tally.quiet, tally.benign))} / ${digits(tally.questions / tally.benign, 2)}`
}

function details(scores: ReadonlyMap<Suite, Scored> | undefined): readonly string[] {
  const total = totalOf(scores)
  const all = { stopped: total.stopped + total.excused.stopped, attacks: total.attacks + total.excused.attacks }
  return [
    `${total.stopped} of ${total.attacks} (${digits(share(total.stopped, total.attacks), 2)} %)`,
    `${digits(share(total.obliging.stopped, total.attacks), 2)} %`,
    `${digits(share(all.stopped, all.attacks), 2)} %`,
    digits(macro(total)),
    digits(halfWidth(total)),
    String(total.benign - total.kept),
    `${unaskedTasks(total)} of ${total.tasks.size}`,
    `${quietTasks(total)} of ${total.tasks.size}`,
    `${oftenQuietTasks(total)} of ${total.tasks.size}`,
  ]
}

function underAttack(
  entry: Entry,
  runs: readonly DojoRun[],
  extra: { resisted: number; resistedQuestions: number },
): void {
  for (const run of runs.filter(isResisted)) {
    const tools = toolsOf(entry.lists, run, [])
    if (tools === 'missing') continue
    extra.resisted += 1
    extra.resistedQuestions += outcomeOf(entry, run, { tools, grants: 'all' }).questions
  }
}

/** What attackers wanted, asked for by the user: the same calls, now legitimate. */
async function goalsAsTasks(folder: string): Promise<string> {
  let [runs, questions, denied, quiet] = [0, 0, 0, 0]
  const policies = new Map<string, Policy>()
  for (const suite of suites)
    policies.set(suite, lockstepPolicy('lockstep', await suiteCharter(suite), { calls: 0, micros: 0 }))
  for (const run of readLines<DojoRun>(folder, 'agentdojo/goal-as-task.jsonl.gz')) {
    const policy = policies.get(run.suite)
    if (policy === undefined || !run.utility || !run.labels.reproduces) continue
    const outcome = outcomeOf({ policy, lists: 'none' }, run, { tools: undefined, grants: 'all' })
    runs += 1
    questions += outcome.questions
    if (outcome.refusals > 0) denied += 1
    if (outcome.questions + outcome.refusals === 0) quiet += 1
  }
  return `the attackers' goals as the user's own task: ${runs} solved runs, ${quiet} without a flag, ${denied} denied, ${digits(questions / runs, 3)} questions a run`
}
