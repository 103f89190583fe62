import { injectionsIn, type RedteamReport, summaryOf } from './summary.ts'

/** One JSON document with everything; its form is kept from version to version. */
export function printRedteamJson(report: RedteamReport): string {
  const { outcome, ...head } = report
  const findings = injectionsIn(outcome).map(({ class: found, tool, results }) => ({
    class: found.id,
    severity: found.severity,
    title: found.title,
    tool,
    payloads: results.map(({ payload, version }) => `${payload}@${version}`),
  }))
  const document = { lockstepRedteam: 1, ...head, summary: summaryOf(outcome), findings, ...outcome }
  return `${JSON.stringify(document, null, 2)}\n`
}
