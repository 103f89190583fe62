/** SARIF 2.1.0 (errata 01), for code scanning and other viewers. Section numbers are those of the standard. */
import type { FindingClass } from '../../constraint/class.ts'
import { type Taxonomy, taxonomies } from '../../constraint/taxonomy.ts'
import type { Finding, Outcome, Sent, Severity } from '../finding.ts'
import { type ReportContext, standingOf } from './context.ts'
import { silenceOf } from './coverage.ts'
import { answerText, bySeverity, callText, changeText, classOf, maskBody, maskHeaders, maskUrl } from './show.ts'

type Json = Readonly<Record<string, unknown>>

const levels: Readonly<Record<Severity, string>> = { critical: 'error', high: 'error', medium: 'warning', low: 'note' }
/** What GitHub sorts by; within the bounds it gives for its four words. */
const securitySeverity: Readonly<Record<Severity, string>> = { critical: '9.5', high: '8.0', medium: '5.5', low: '2.5' }

/** Writes findings as SARIF: a rule for each class, a result for each finding, at the line of the charter that is broken. */
export function printSarif(outcome: Outcome, context: ReportContext): string {
  const findings = bySeverity(outcome.findings)
  const classes = [...new Set(findings.map(classOf))].filter((each) => each !== undefined)
  const used = usedTaxonomies(classes)
  const log = {
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'Lockstep',
            semanticVersion: context.version,
            rules: classes.map((each) => ruleOf(each, used)),
            supportedTaxonomies: used.map(({ name }, index) => ({ name, index })),
          },
        },
        automationDetails: { id: `lockstep-prove/${outcome.charter}/` },
        invocations: [invocationOf(outcome, context)],
        taxonomies: used.map(taxonomyOf),
        results: findings.map((finding) => resultOf(finding, classes, context)),
        columnKind: 'utf16CodeUnits',
      },
    ],
  }
  const redact = (_key: string, value: unknown): unknown => (typeof value === 'string' ? context.redact(value) : value)
  return `${JSON.stringify(log, redact, 2)}\n`
}

interface UsedTaxonomy {
  readonly name: (typeof names)[number]
  readonly taxonomy: Taxonomy
  readonly ids: readonly string[]
}

const names = ['cwe', 'bla', 'api', 'asi', 'capec', 'asvs', 'oat', 'wstg'] as const

function usedTaxonomies(classes: readonly FindingClass[]): UsedTaxonomy[] {
  return names
    .map((name) => ({ name, taxonomy: taxonomies[name], ids: [...new Set(classes.flatMap(({ ids }) => ids[name]))] }))
    .filter(({ ids }) => ids.length > 0)
}

function taxonomyOf({ name, taxonomy, ids }: UsedTaxonomy): Json {
  return {
    name,
    fullName: taxonomy.title,
    version: taxonomy.edition,
    informationUri: taxonomy.address,
    isComprehensive: false,
    taxa: ids.map((id) => ({ id, shortDescription: { text: taxonomy.entries[id] ?? id } })),
  }
}

function ruleOf({ id, title, meaning, severity, ids }: FindingClass, used: readonly UsedTaxonomy[]): Json {
  const relationships = used.flatMap(({ name, ids: taxa }, component) =>
    ids[name].map((taxon) => ({
      target: { id: taxon, index: taxa.indexOf(taxon), toolComponent: { name, index: component } },
      // The weakness a class is an instance of; the other lists only speak of the same thing.
      kinds: [name === 'cwe' && taxon === ids.cwe[0] ? 'superset' : 'relevant'],
    })),
  )
  return {
    id,
    name: id.replaceAll(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase()),
    shortDescription: { text: title },
    fullDescription: { text: meaning },
    // Code scanning demands it.
    help: { text: `${meaning} Each alert says what was seen, the cause and the fix.` },
    defaultConfiguration: { level: levels[severity] },
    relationships,
    properties: {
      tags: ['security', 'business-logic', ...ids.cwe.map((cwe) => `external/cwe/${cwe.toLowerCase()}`)],
      'security-severity': securitySeverity[severity],
      precision: 'very-high',
    },
  }
}

function invocationOf(outcome: Outcome, context: ReportContext): Json {
  const notes = [...(outcome.partial === undefined ? [] : [`not finished: ${outcome.partial}`]), ...outcome.notes]
  return {
    executionSuccessful: outcome.partial === undefined && silenceOf(outcome) !== 'untried',
    startTimeUtc: context.startedAt,
    endTimeUtc: new Date(Date.parse(context.startedAt) + outcome.ms).toISOString(),
    ...(notes.length === 0
      ? {}
      : { toolExecutionNotifications: notes.map((text) => ({ level: 'note', message: { text } })) }),
  }
}

function resultOf(finding: Finding, classes: readonly FindingClass[], context: ReportContext): Json {
  const { proof } = finding
  const abuse = proof.transcript.findLast(({ purpose }) => purpose === 'abuse')
  const standing = standingOf(finding.fingerprint, context)
  const ruleIndex = classes.findIndex(({ id }) => id === finding.class)
  return {
    ruleId: finding.class,
    ...(ruleIndex < 0 ? {} : { ruleIndex }),
    kind: 'fail',
    level: levels[finding.severity],
    message: { text: messageOf(finding) },
    locations: [locationOf(finding)],
    partialFingerprints: {
      'lockstepFinding/v1': finding.fingerprint,
      // The one code scanning goes by. It would take the text of the line, which findings of one line share and edits change.
      primaryLocationLineHash: `${finding.fingerprint}:1`,
    },
    codeFlows: [{ message: { text: proof.sentence }, threadFlows: [{ locations: flowOf(finding, context) }] }],
    ...(abuse === undefined ? {} : webOf(abuse, context)),
    ...(context.known === undefined
      ? {}
      : { baselineState: context.known.has(finding.fingerprint) ? 'unchanged' : 'new' }),
    suppressions: standing === 'accepted' ? [suppressionOf(finding, context)] : [],
    properties: {
      'security-severity': securitySeverity[finding.severity],
      constraint: finding.constraint,
      endpoint: finding.endpoint,
      repeated: proof.repeated,
    },
  }
}

function messageOf(finding: Finding): string {
  const { title, endpoint, proof, rootCause, remedy, fingerprint } = finding
  const changes = proof.changes.slice(0, 3).map(changeText)
  const seen = changes.length === 0 ? '' : ` Observed: ${changes.join('; ')}.`
  return `${title} (${endpoint}). ${proof.sentence}${seen} Cause: ${rootCause} Fix: ${remedy} Repeat it with: lockstep verify ${fingerprint}`
}

/** Relative to the checkout, as code scanning wants it. */
function locationOf({ position, operation, endpoint, constraint }: Finding): Json {
  return {
    physicalLocation: physical(position),
    logicalLocations: [
      { name: operation, fullyQualifiedName: endpoint, kind: 'function' },
      { name: constraint, kind: 'property' },
    ],
  }
}

function physical({ file, line, column }: Finding['position']): Json {
  return { artifactLocation: { uri: uriOf(file) }, region: { startLine: line, startColumn: column } }
}

function uriOf(file: string): string {
  const path = file.replaceAll('\\', '/').replace(/^\.\//, '')
  return path.split('/').map(encodeURIComponent).join('/')
}

function flowOf(finding: Finding, context: ReportContext): Json[] {
  return finding.proof.transcript.map((sent, index) => ({
    executionOrder: index + 1,
    importance: sent.purpose === 'abuse' ? 'essential' : 'important',
    location: {
      message: { text: stepText(sent, context) },
      physicalLocation: physical(finding.position),
      logicalLocations: [{ name: sent.operation, kind: 'function' }],
    },
    ...webOf(sent, context),
  }))
}

function stepText(sent: Sent, context: ReportContext): string {
  const times = sent.times === undefined ? '' : `, ${sent.times} times at once`
  return `${sent.as} (${sent.purpose}): ${callText(sent, context)}${times} → ${answerText(sent)}`
}

/** Sections 3.46 and 3.47. */
function webOf({ as, exchange }: Sent, context: ReportContext): Json {
  const { request, response } = exchange
  const [, scheme = 'http'] = /^([a-z]+):/.exec(request.url) ?? []
  return {
    webRequest: {
      protocol: scheme,
      version: '1.1',
      target: maskUrl(request.url, as, context),
      method: request.method,
      headers: maskHeaders(request.headers, as, context),
      ...(request.body === undefined ? {} : { body: { text: maskBody(request.body, as, context) } }),
    },
    webResponse:
      response === undefined
        ? { noResponseReceived: true }
        : {
            statusCode: response.status,
            headers: maskHeaders(response.headers, undefined, context),
            body: { text: maskBody(response.body, undefined, context) },
            noResponseReceived: false,
          },
  }
}

function suppressionOf({ fingerprint }: Finding, context: ReportContext): Json {
  const accepted = context.accepted.get(fingerprint)
  const justification = `${accepted?.because ?? ''} (accepted by ${accepted?.owner ?? ''} until ${accepted?.until ?? ''})`
  return { kind: 'external', status: 'accepted', justification }
}
