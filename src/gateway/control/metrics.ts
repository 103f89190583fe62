/** Counts what the guard puts on the record, in Prometheus' text form (version 0.0.4). */
import type { Guard } from '../../guard/guard.ts'
import type { GuardEvent, Journal } from '../../guard/journal.ts'
import type { Ledger } from '../../ledger/ledger.ts'

export interface Metrics {
  /** Counts what goes into a journal. */
  counting(journal: Journal): Journal
  text(guard: Guard, ledger: Pick<Ledger, 'status'> | undefined): Promise<string>
}

/** Seconds from a call's arrival until its decision is on the record. */
const buckets: readonly number[] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

interface Counts {
  readonly counters: Map<string, number>
  readonly latency: number[]
  sum: number
  waiting: number
}

/** Makes counters that begin at nought. */
export function makeMetrics(now: () => number = Date.now): Metrics {
  const counts: Counts = { counters: new Map(), latency: buckets.map(() => 0), sum: 0, waiting: 0 }
  let measured = 0
  return {
    counting: (journal) => ({
      async append(event) {
        counts.waiting += 1
        try {
          return await journal.append(event)
        } catch (error) {
          add(counts, 'lockstep_journal_failures_total')
          throw error
        } finally {
          counts.waiting -= 1
          count(counts, event)
          if (event.kind === 'decision') {
            measured += 1
            observe(counts, Math.max(0, now() - event.at) / 1000)
          }
        }
      },
    }),
    text: async (guard, ledger) => {
      const doubts = (await guard.doubts.list()).length
      const holds = (await guard.approvals.list()).length
      return print(counts, measured, {
        lockstep_doubts: doubts,
        lockstep_doubts_unsettled_here: guard.doubts.kept(),
        lockstep_holds_pending: holds,
        lockstep_switches_off: guard.switches.list().length,
        lockstep_journal_queue: counts.waiting,
        ...(ledger === undefined ? {} : { lockstep_ledger_covered_entries: ledger.status().covered }),
      })
    },
  }
}

function count(counts: Counts, event: GuardEvent): void {
  if (event.kind === 'decision') {
    add(counts, `lockstep_decisions_total{effect="${event.effect}",mode="${event.mode}"}`)
    if (event.marks.length > 0) add(counts, 'lockstep_reservations_total')
  }
  if (event.kind === 'outcome') {
    add(counts, `lockstep_outcomes_total{effect="${event.effect}"}`)
    if (event.astray !== undefined) add(counts, 'lockstep_outcomes_astray_total')
  }
  if (event.kind === 'approval') add(counts, `lockstep_approvals_total{verdict="${event.verdict}"}`)
  if (event.kind === 'hold') add(counts, 'lockstep_holds_total')
  if (event.kind === 'settled') add(counts, `lockstep_doubts_settled_total{effect="${event.effect}"}`)
}

function add({ counters }: Counts, name: string): void {
  counters.set(name, (counters.get(name) ?? 0) + 1)
}

function observe(counts: Counts, seconds: number): void {
  counts.sum += seconds
  for (const [index, limit] of buckets.entries())
    if (seconds <= limit) counts.latency[index] = (counts.latency[index] ?? 0) + 1
}

const helps: Readonly<Record<string, string>> = {
  lockstep_decisions_total: 'Decisions on the record.',
  lockstep_reservations_total: 'Decisions that took something: a use, an amount, a grant.',
  lockstep_outcomes_total: 'What became of calls that were let through.',
  lockstep_outcomes_astray_total: 'Calls after which the API left an object where no allowed use leads.',
  lockstep_approvals_total: 'Answers of approvers.',
  lockstep_holds_total: 'Questions opened.',
  lockstep_doubts_settled_total: 'Calls of unknown outcome that were settled later.',
  lockstep_journal_failures_total: 'Entries that could not be written.',
  lockstep_doubts: 'Calls of unknown outcome.',
  lockstep_doubts_unsettled_here: 'Calls this node could not settle yet because the store is away.',
  lockstep_holds_pending: 'Questions that wait for somebody.',
  lockstep_switches_off: 'Things that are switched off.',
  lockstep_journal_queue: 'Entries on their way to the record.',
  lockstep_ledger_covered_entries: 'Entries under a signed checkpoint.',
}

function print(counts: Counts, measured: number, gauges: Readonly<Record<string, number>>): string {
  const lines: string[] = []
  const seen = new Set<string>()
  const header = (name: string, type: string): void => {
    if (seen.has(name)) return
    seen.add(name)
    lines.push(`# HELP ${name} ${helps[name] ?? name}`, `# TYPE ${name} ${type}`)
  }
  for (const [series, value] of [...counts.counters].sort(([left], [right]) => (left < right ? -1 : 1))) {
    header(series.replace(/\{.*/, ''), 'counter')
    lines.push(`${series} ${value}`)
  }
  for (const [name, value] of Object.entries(gauges)) {
    header(name, 'gauge')
    lines.push(`${name} ${value}`)
  }
  const name = 'lockstep_decision_seconds'
  lines.push(`# HELP ${name} From a call's arrival until its decision is on the record.`, `# TYPE ${name} histogram`)
  for (const [index, limit] of buckets.entries())
    lines.push(`${name}_bucket{le="${limit}"} ${counts.latency[index] ?? 0}`)
  lines.push(`${name}_bucket{le="+Inf"} ${measured}`, `${name}_sum ${counts.sum}`, `${name}_count ${measured}`)
  return `${lines.join('\n')}\n`
}
