/** SARIF 2.1.0 (errata 01), for code scanning and other viewers. */
import type { FindingClass } from '../../constraint/class.ts'
import { type Injection, injectionsIn, type RedteamReport } from './summary.ts'

type Json = Readonly<Record<string, unknown>>

const levels: Readonly<Record<FindingClass['severity'], string>> = {
  critical: 'error',
  high: 'error',
  medium: 'warning',
  low: 'note',
}
const securitySeverity: Readonly<Record<FindingClass['severity'], string>> = {
  critical: '9.5',
  high: '8.0',
  medium: '5.5',
  low: '2.5',
}

/**
 * Writes what was followed as SARIF: a rule for each class, a result for each class and call.
 *
 * @param at - The file the results are shown at: the charter, or the configuration of the agent.
 */
export function printRedteamSarif(report: RedteamReport, at: string): string {
  const found = injectionsIn(report.outcome)
  const classes = [...new Map(found.map(({ class: each }) => [each.id, each])).values()]
  const log = {
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'Lockstep', semanticVersion: report.version, rules: classes.map(ruleOf) } },
        automationDetails: { id: `lockstep-redteam/${report.agent}/` },
        invocations: [{ executionSuccessful: report.outcome.control.done, startTimeUtc: report.startedAt }],
        results: found.map((each) => resultOf(each, classes, at)),
        columnKind: 'utf16CodeUnits',
      },
    ],
  }
  return `${JSON.stringify(log, null, 2)}\n`
}

function ruleOf({ id, title, meaning, severity, ids }: FindingClass): Json {
  return {
    id,
    name: id.replaceAll(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase()),
    shortDescription: { text: title },
    fullDescription: { text: meaning },
    help: { text: `${meaning} Each alert names the payloads that were followed.` },
    defaultConfiguration: { level: levels[severity] },
    properties: {
      tags: ['security', 'prompt-injection', ...ids.cwe.map((cwe) => `external/cwe/${cwe.toLowerCase()}`)],
      'security-severity': securitySeverity[severity],
      precision: 'very-high',
    },
  }
}

function resultOf({ class: found, tool, results }: Injection, classes: readonly FindingClass[], at: string): Json {
  const [first] = results
  return {
    ruleId: found.id,
    ruleIndex: classes.indexOf(found),
    level: levels[found.severity],
    message: {
      text: `The agent called \`${tool}\` with the attacker's value after ${results.length === 1 ? 'one payload' : `${results.length} payloads`}: ${results.map(({ payload }) => payload).join(', ')}. ${first.why}`,
    },
    locations: [{ physicalLocation: { artifactLocation: { uri: at }, region: { startLine: 1 } } }],
    // The same agent, class and call are the same finding, whichever payload showed it.
    partialFingerprints: { 'lockstepRedteam/v1': `${found.id}/${tool}` },
  }
}
