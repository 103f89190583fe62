import type { Outcome, ProveEvent } from '../../prove/finding.ts'
import { nameOf } from '../../prove/plan/scenario.ts'
import type { ReportContext } from '../../prove/report/context.ts'
import { printFindings } from '../../prove/report/json.ts'

/** An event as one line of JSON without a secret; findings have the form they have in `findings.json`. */
export function eventLine(event: ProveEvent, context: ReportContext): string {
  const line = JSON.stringify(asJson(event, context), (_name, value: unknown) =>
    typeof value === 'string' ? context.redact(value) : value,
  )
  return line
}

function asJson(event: ProveEvent, context: ReportContext): unknown {
  switch (event.kind) {
    case 'case': {
      const { id, use, constraint, tactic } = event.case
      return {
        kind: event.kind,
        case: id,
        use,
        constraint,
        tactic: nameOf(tactic),
        verdict: event.verdict,
        why: event.why,
      }
    }
    case 'finding':
      return { kind: event.kind, finding: stored({ ...empty, findings: [event.finding] }, context, 'findings') }
    case 'end':
      return { kind: event.kind, outcome: JSON.parse(printFindings(event.outcome, context)) }
    default:
      return event
  }
}

const empty: Outcome = { charter: '', seed: '', findings: [], cells: [], requests: 0, ms: 0, notes: [] }

function stored(outcome: Outcome, context: ReportContext, member: string): unknown {
  const file: Readonly<Record<string, unknown>> = JSON.parse(printFindings(outcome, context))
  const found = file[member]
  return Array.isArray(found) ? found[0] : undefined
}
