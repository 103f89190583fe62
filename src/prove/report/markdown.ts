import { counted } from '../../constraint/words.ts'
import type { Finding, Outcome } from '../finding.ts'
import { type ReportContext, standingOf } from './context.ts'
import { coverageOf, type Silence, silenceOf } from './coverage.ts'
import { printCurl } from './curl.ts'
import { answerText, bySeverity, callText, changeText, durationText, lineText, mainIds } from './show.ts'

/** Comments on pull requests may hold 65,536 characters; what is more is left to the other reports. */
const maxLength = 60_000

const headlines: Readonly<Record<Silence, string>> = {
  complete: 'no new way to break the charter',
  unfinished: 'nothing new as far as it came',
  untried: 'nothing was tried',
}

/**
 * A comment for a pull request: a line for each finding, its details folded. Text from the outside cannot make links, mentions or
 * markup. The first line is a marker by which the comment is found and replaced at the next run.
 */
export function printMarkdown(outcome: Outcome, context: ReportContext): string {
  const findings = bySeverity(outcome.findings)
  const fresh = findings.filter((each) => standingOf(each.fingerprint, context) === 'new')
  const { counts, constraints } = coverageOf(outcome)
  const head = [
    '<!-- lockstep-prove -->',
    `### Lockstep: ${fresh.length === 0 ? headlines[silenceOf(outcome)] : counted(fresh.length, 'proven way').concat(' to break the charter')}`,
    '',
    ...(outcome.partial === undefined ? [] : [`**Not finished:** ${plain(outcome.partial)}`, '']),
    ...(findings.length === 0
      ? []
      : [
          '| severity | finding | operation | rule |',
          '|---|---|---|---|',
          ...findings.map((each) => row(each, context)),
          '',
        ]),
  ]
  const tail = [
    `${counted(constraints.length, 'constraint')}: ${counts.proven} proven broken, ${counts.held} held, ${counts['not-reached']} not reached. ${counted(outcome.requests, 'request')} in ${durationText(outcome.ms)}.`,
    '',
  ]
  let left = maxLength - head.join('\n').length - tail.join('\n').length
  const details = fresh.flatMap((finding) => {
    const text = printDetails(finding, context)
    left -= text.length
    return left < 0 ? [] : [text]
  })
  return context.redact([...head, ...details, ...tail].join('\n'))
}

function row(finding: Finding, context: ReportContext): string {
  const standing = standingOf(finding.fingerprint, context)
  const title = plain(finding.title) + (standing === 'new' ? '' : ` _(${standing})_`)
  return `| ${finding.severity} | ${title} | ${code(finding.endpoint)} | ${code(lineText(finding))} |`
}

function printDetails(finding: Finding, context: ReportContext): string {
  const { proof } = finding
  const steps = proof.transcript.map((sent, index) => {
    const times = sent.times === undefined ? '' : ` × ${sent.times}`
    const call = `${callText(sent, context)}${times} → ${answerText(sent)}`
    return `${index + 1}. ${plain(sent.as)} ${code(call)}${sent.purpose === 'abuse' ? ' **the abuse**' : ''}`
  })
  return [
    `<details><summary><b>${plain(finding.title)}</b></summary>`,
    '',
    `${plain(proof.sentence)} (${[finding.class, ...mainIds(finding)].join(', ')})`,
    '',
    ...steps,
    '',
    ...proof.changes.slice(0, 6).map((change) => `- ${code(changeText(change))}`),
    ...(proof.disclosed.length === 0 ? [] : [`- disclosed: ${proof.disclosed.map(code).join(', ')}`]),
    ...(proof.overrun === undefined
      ? []
      : [`- ${counted(proof.overrun.effects, 'effect')}, ${proof.overrun.allowed} allowed`]),
    '',
    `**Cause:** ${plain(finding.rootCause)}`,
    '',
    `**Fix:** ${plain(finding.remedy)}`,
    '',
    `**Rule:** ${plain(finding.rule)} (${code(lineText(finding))})`,
    '',
    `Repeat it: ${code(`lockstep verify ${finding.fingerprint}`)}`,
    '',
    '<details><summary>as curl</summary>',
    '',
    fenced(printCurl(finding, context)),
    '',
    '</details>',
    '</details>',
    '',
  ].join('\n')
}

/** No markup, link, mention or table cell comes out of a text. */
function plain(text: string): string {
  return text
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/[\\`*_{}[\]<>|#~]/g, (character) => `&#${character.charCodeAt(0)};`)
    .replaceAll('@', '&#64;')
    .replaceAll('://', ':&#47;/')
}

function code(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').replaceAll('|', '¦')
  const longest = Math.max(0, ...(line.match(/`+/g) ?? []).map((ticks) => ticks.length))
  const fence = '`'.repeat(longest + 1)
  return longest === 0 ? `${fence}${line}${fence}` : `${fence} ${line} ${fence}`
}

function fenced(text: string): string {
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map((ticks) => ticks.length))
  const fence = '`'.repeat(longest + 1)
  return `${fence}sh\n${text.trimEnd()}\n${fence}`
}
