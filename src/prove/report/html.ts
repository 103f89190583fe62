import { counted } from '../../constraint/words.ts'
import type { Finding, Outcome, Severity } from '../finding.ts'
import { type ReportContext, standingOf } from './context.ts'
import { type Coverage, coverageOf, type Silence, silenceOf } from './coverage.ts'
import { printDrawings } from './html-drawing.ts'
import { printFindingCard } from './html-finding.ts'
import { printMatrix } from './html-matrix.ts'
import { htmlStyle } from './html-style.ts'
import { escapeXml, proseHtml } from './markup.ts'
import { bySeverity, durationText, severities } from './show.ts'

/**
 * The report as one HTML page: no script, nothing loaded from elsewhere, light and dark, 400 px and up, printable.
 *
 * SECURITY: what targets answered is text in it, never markup; the policy in its head forbids scripts and loading all the same.
 */
export function printHtml(outcome: Outcome, context: ReportContext): string {
  const findings = bySeverity(outcome.findings)
  const coverage = coverageOf(outcome)
  const page = [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width,initial-scale=1">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">`,
    `<title>${escapeXml(`Lockstep: ${outcome.charter}`)}</title>`,
    `<style>${htmlStyle}</style>`,
    '</head>',
    '<body>',
    printHead(outcome, coverage, context),
    '<main>',
    ...printFindings(findings, context),
    ...printDrawings(outcome, context),
    '<h2 id="coverage">Coverage</h2>',
    ...printMatrix(outcome, coverage, context),
    ...printNotes(outcome),
    '</main>',
    `<footer>Lockstep ${escapeXml(context.version)}, seed <code>${escapeXml(outcome.seed)}</code>. A finding is an effect that another identity read back, repeated on fresh objects; a status code alone proves nothing.</footer>`,
    '</body>',
    '</html>',
    '',
  ]
  return context.redact(page.join('\n'))
}

/** Each goes before `the charter`. */
const headlines: Readonly<Record<Silence, string>> = {
  complete: 'No new way found to break',
  unfinished: 'Nothing new, as far as it came, about',
  untried: 'Nothing was tried of',
}

function printHead(outcome: Outcome, { counts, constraints }: Coverage, context: ReportContext): string {
  const fresh = outcome.findings.filter((each) => standingOf(each.fingerprint, context) === 'new').length
  const aside = outcome.findings.length - fresh
  const share = (count: number): string => `${((count / Math.max(1, constraints.length)) * 100).toFixed(2)}%`
  const number = (name: string, value: string, kind = ''): string =>
    `<div${kind === '' ? '' : ` class="${kind}"`}><dt>${name}</dt><dd>${escapeXml(value)}</dd></div>`
  return [
    '<header>',
    '<div class="brand">Lockstep</div>',
    `<h1>${fresh === 0 ? headlines[silenceOf(outcome)] : `${counted(fresh, 'proven way')} to break`} the charter <span class="mono">${escapeXml(outcome.charter)}</span></h1>`,
    `<p class="lead">${escapeXml(dateText(context.startedAt))}${aside > 0 ? `, ${counted(aside, 'finding')} known or accepted besides` : ''}</p>`,
    ...(outcome.partial === undefined
      ? []
      : [`<p class="notice"><strong>Not finished:</strong> ${escapeXml(outcome.partial)}</p>`]),
    '<dl class="numbers">',
    number('findings', String(outcome.findings.length), outcome.findings.length > 0 ? 'bad' : 'good'),
    number('constraints held', `${counts.held} of ${constraints.length}`, 'good'),
    number('not reached', String(counts['not-reached'])),
    number(
      `${counted(outcome.requests, 'request').replace(/^\d+ /, '')} in ${durationText(outcome.ms)}`,
      String(outcome.requests),
    ),
    '</dl>',
    `<div class="bar" role="img" aria-label="${counts.proven} proven broken, ${counts.held} held, ${counts['not-reached']} not reached"><span class="proven" style="width:${share(counts.proven)}"></span><span class="held" style="width:${share(counts.held)}"></span></div>`,
    '</header>',
  ].join('\n')
}

function printFindings(findings: readonly Finding[], context: ReportContext): string[] {
  if (findings.length === 0) return []
  const present = severities.filter((severity) => findings.some((each) => each.severity === severity))
  return [
    '<h2 id="findings">Findings</h2>',
    ...(present.length > 1 ? [printFilter(present, findings)] : []),
    '<ol class="list">',
    ...findings.map(
      (each) =>
        `<li class="item is-${each.severity}"><span><span class="badge ${each.severity}">${each.severity}</span></span><a href="#${escapeXml(each.fingerprint)}">${escapeXml(each.title)}</a><code>${escapeXml(each.endpoint)}</code></li>`,
    ),
    '</ol>',
    ...findings.map((each) => printFindingCard(each, context)),
  ]
}

/** Works by style alone, so it needs no script. */
function printFilter(present: readonly Severity[], findings: readonly Finding[]): string {
  const label = (id: string, text: string, checked: string): string =>
    `<label><input type="radio" name="only" id="only-${id}"${checked}>${text}</label>`
  const count = (severity: Severity): number => findings.filter((each) => each.severity === severity).length
  const labels = [
    label('all', `all ${findings.length}`, ' checked'),
    ...present.map((each) => label(each, `${each} ${count(each)}`, '')),
  ]
  return `<fieldset class="filter" aria-label="Show findings by severity">${labels.join('')}</fieldset>`
}

function printNotes({ notes }: Outcome): string[] {
  if (notes.length === 0) return []
  return ['<h2>Notes</h2>', '<ul>', ...notes.map((note) => `<li>${proseHtml(note)}</li>`), '</ul>']
}

/** `2026-03-01 09:30 UTC`. */
function dateText(time: string): string {
  return `${time.slice(0, 16).replace('T', ' ')} UTC`
}
