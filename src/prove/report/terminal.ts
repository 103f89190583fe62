import { counted } from '../../constraint/words.ts'
import type { Cell, Finding, Outcome, Sent, Severity } from '../finding.ts'
import { type ReportContext, standingOf } from './context.ts'
import { coverageOf, type Reason, type Silence, silenceOf } from './coverage.ts'
import { kindTable } from './kind-table.ts'
import { answerText, bySeverity, callText, changeText, durationText, lineText, mainIds, severities } from './show.ts'
import { clip, wrap } from './text.ts'

/** A style of text; those that are hard to read on a light or a dark background are not among them. */
export type PaintStyle = 'bold' | 'dim' | 'red' | 'magenta' | 'cyan' | 'green' | 'inverse'

/** Puts text into a style, or leaves it as it is where there are no colours. */
export type Paint = (style: PaintStyle, text: string) => string

const width = 96
const mostReasons = 8

const styles: Readonly<Record<Severity, readonly PaintStyle[]>> = {
  critical: ['inverse', 'bold', 'red'],
  high: ['bold', 'red'],
  medium: ['bold', 'magenta'],
  low: ['bold', 'cyan'],
}

/** The result of a run for a terminal: findings, coverage, summary. At most 100 columns; colours only through `paint`. */
export function printTerminal(outcome: Outcome, context: ReportContext, paint: Paint): string {
  const findings = bySeverity(outcome.findings)
  const parts = [
    ...findings.map((finding) => printFinding(finding, context, paint)),
    printCoverage(outcome, context, paint),
    ...(outcome.notes.length === 0 ? [] : [labelled('Notes', outcome.notes, paint)]),
    printSummary(outcome, context, paint),
  ]
  return context.redact(`${parts.join('\n\n')}\n`)
}

/** One finding, to be understood in a minute. */
export function printFinding(finding: Finding, context: ReportContext, paint: Paint): string {
  const { proof } = finding
  const badge = ` ${finding.severity.toUpperCase()} `
  const standing = standingOf(finding.fingerprint, context)
  const title = wrap(finding.title, width - badge.length - 2)
  const margin = ' '.repeat(badge.length + 2)
  const lines = [
    ...title.map((line, index) =>
      index === 0
        ? `${paintAll(styles[finding.severity], badge, paint)}  ${paint('bold', line)}`
        : margin + paint('bold', line),
    ),
    `  ${finding.endpoint}  ${paint('dim', [finding.class, ...mainIds(finding), ...(standing === 'new' ? [] : [standing])].join(' · '))}`,
    '',
    ...indent(wrap(proof.sentence, width - 2), 2),
    '',
    ...printTranscript(proof.transcript, context, paint),
    ...proof.changes
      .slice(0, 6)
      .map((change) => `     ${paintAll(['bold', 'red'], clip(changeText(change), width - 5), paint)}`),
    ...(proof.disclosed.length === 0
      ? []
      : indent(wrap(`disclosed: ${proof.disclosed.join(', ')}`, width - 5), 5).map((line) =>
          paintAll(['bold', 'red'], line, paint),
        )),
    ...(proof.overrun === undefined
      ? []
      : [
          `     ${paintAll(['bold', 'red'], `${counted(proof.overrun.effects, 'effect')}, ${proof.overrun.allowed} allowed`, paint)}`,
        ]),
    '',
    ...entry('Why', `${finding.because} (seen ${proof.repeated.succeeded} of ${proof.repeated.of} times)`, paint),
    ...entry('Cause', finding.rootCause, paint),
    ...entry('Fix', finding.remedy, paint),
    ...entry('Rule', `${finding.rule} (${lineText(finding)})`, paint),
    ...(finding.alsoSeen.length === 0
      ? []
      : entry('Also', `the same missing check was seen in ${counted(finding.alsoSeen.length, 'other way')}`, paint)),
    ...entry('Next', `lockstep verify ${finding.fingerprint}`, paint),
  ]
  return lines.join('\n')
}

function printTranscript(transcript: readonly Sent[], context: ReportContext, paint: Paint): string[] {
  const who = Math.max(4, ...transcript.map(({ as }) => as.length))
  return transcript.map((sent, index) => {
    const times = sent.times === undefined ? '' : ` × ${sent.times}`
    const call = `${callText(sent, context)}${times}`
    const mark = sent.purpose === 'abuse' ? '  ← the abuse' : ''
    const line = `${String(index + 1).padStart(4)} ${sent.as.padEnd(who)}  ${clip(call, width - who - 30)} → ${answerText(sent)}`
    if (mark !== '') return paint('bold', line) + paintAll(['bold', 'red'], mark, paint)
    return sent.purpose === 'observe' ? paint('dim', line) : line
  })
}

function printCoverage(outcome: Outcome, context: ReportContext, paint: Paint): string {
  const { constraints, counts, reasons } = coverageOf(outcome)
  const verdicts = [
    paint(counts.proven > 0 ? 'red' : 'dim', `${counts.proven} proven broken`),
    paint('green', `${counts.held} held`),
    paint(counts['not-reached'] > 0 ? 'magenta' : 'dim', `${counts['not-reached']} not reached`),
  ]
  const shown = reasons.slice(0, mostReasons).flatMap((reason) => printReason(reason, paint))
  const rest = reasons.length - mostReasons
  return [
    `${paint('bold', 'Coverage')}  ${counted(constraints.length, 'constraint')}: ${verdicts.join(', ')}`,
    ...printKinds(outcome, context, paint),
    ...printCells(outcome, paint),
    ...shown,
    ...(rest > 0 ? [paint('dim', `  and ${counted(rest, 'other reason')}`)] : []),
  ].join('\n')
}

/** Attempts, not constraints: each is tried in several ways. */
function printKinds({ cells }: Outcome, { charter }: ReportContext, paint: Paint): string[] {
  const row = (kind: string, ...numbers: readonly (number | string)[]): string =>
    `  ${kind.padEnd(30)}${numbers.map((each) => String(each).padStart(13)).join('')}`
  const rows = kindTable(cells, charter).map(({ kind, counts }) =>
    row(kind, counts.proven, counts.held, counts['not-reached']),
  )
  return rows.length === 0 ? [] : [paint('dim', row('attempts', 'proven', 'held', 'not reached')), ...rows]
}

/** Where only one operation is proven, each attempt is told: who tried what, and what came of it. */
function printCells({ cells }: Outcome, paint: Paint): string[] {
  if (new Set(cells.map(({ operation }) => operation)).size !== 1) return []
  const mark = (cell: Cell): string => {
    const word = cell.verdict.replace('-', ' ').padEnd(12)
    return cell.verdict === 'held' ? paint('green', word) : paint(cell.verdict === 'proven' ? 'red' : 'magenta', word)
  }
  return cells.flatMap((cell) => {
    const state = cell.state === '-' ? '' : `, ${cell.state}`
    const what = `${cell.constraint}: ${cell.tactic} by ${cell.actor}${state}`
    return [
      ...wrap(what, width - 14).map((line, index) =>
        index === 0 ? `  ${mark(cell)}${line}` : `${' '.repeat(14)}${line}`,
      ),
      ...wrap(cell.why, width - 16).map((line) => paint('dim', `${' '.repeat(16)}${line}`)),
    ]
  })
}

function printReason({ why, others, advice, cells }: Reason, paint: Paint): string[] {
  const attempts = [...new Set(cells.map(({ constraint, tactic }) => `${constraint}: ${tactic}`))]
  const uses = [...new Set(cells.map(({ use }) => use))]
  // Where it is a few attempts only, the others came further.
  const named =
    attempts.length <= 3
      ? attempts.join(', ')
      : uses.slice(0, 3).join(', ') + (uses.length > 3 ? ` and ${uses.length - 3} more` : '')
  const lead = `  ${String(cells.length).padStart(3)} not reached: `
  const like = others === 0 ? '' : `; and ${counted(others, 'reason')} like it`
  const lines = wrap(`${why}${like} (${named})`, width - lead.length)
  const margin = ' '.repeat(lead.length)
  return [
    ...lines.map((line, index) => (index === 0 ? paint('dim', lead) + line : margin + line)),
    ...(advice === undefined ? [] : wrap(`→ ${advice}`, width - lead.length)).map(
      (line) => margin + paint('cyan', line),
    ),
  ]
}

function printSummary(outcome: Outcome, context: ReportContext, paint: Paint): string {
  const effort = `${counted(outcome.requests, 'request')} in ${durationText(outcome.ms)}, seed ${outcome.seed}`
  const counts = severities
    .map((severity) => ({ severity, count: outcome.findings.filter((each) => each.severity === severity).length }))
    .filter(({ count }) => count > 0)
    .map(({ severity, count }) =>
      paintAll(
        styles[severity].filter((style) => style !== 'inverse'),
        `${count} ${severity}`,
        paint,
      ),
    )
  const aside = outcome.findings.filter((each) => standingOf(each.fingerprint, context) !== 'new').length
  const found =
    outcome.findings.length === 0
      ? silenceText(silenceOf(outcome), paint)
      : `${paint('bold', counted(outcome.findings.length, 'finding'))}: ${counts.join(', ')}${aside > 0 ? ` (${aside} known or accepted)` : ''}`
  const partial =
    outcome.partial === undefined ? [] : [paintAll(['bold', 'magenta'], `Not finished: ${outcome.partial}`, paint)]
  return [...partial, found, paint('dim', effort)].join('\n')
}

function silenceText(silence: Silence, paint: Paint): string {
  switch (silence) {
    case 'complete':
      return paintAll(['bold', 'green'], 'No way found to break the charter', paint)
    case 'unfinished':
      return paint('bold', 'Nothing found as far as it came')
    case 'untried':
      return paintAll(['bold', 'magenta'], 'Nothing was tried, so this says nothing about the charter', paint)
  }
}

function entry(name: string, text: string, paint: Paint): string[] {
  return wrap(text, width - 9).map((line, index) =>
    index === 0
      ? `  ${paint('dim', name.padEnd(6))} ${name === 'Next' ? paint('cyan', line) : line}`
      : `${' '.repeat(9)}${line}`,
  )
}

function labelled(title: string, texts: readonly string[], paint: Paint): string {
  return [
    paint('bold', title),
    ...texts.flatMap((text) =>
      wrap(text, width - 4).map((line, index) => (index === 0 ? `  - ${line}` : `    ${line}`)),
    ),
  ].join('\n')
}

function indent(lines: readonly string[], columns: number): string[] {
  return lines.map((line) => ' '.repeat(columns) + line)
}

function paintAll(names: readonly PaintStyle[], text: string, paint: Paint): string {
  return names.reduceRight((painted, name) => paint(name, painted), text)
}
