import { groupBy } from '../../charter/group-by.ts'
import type { Cell, Outcome } from '../finding.ts'
import { type ReportContext, standingOf } from './context.ts'
import { escapeXml } from './markup.ts'
import { changeText, lineText } from './show.ts'

/**
 * JUnit XML, as CI servers read it: a suite for each operation, a case for each cell. Proven cells fail unless their finding is
 * accepted or known from the baseline (then skipped, with the reason); cells not reached are skipped.
 */
export function printJunit(outcome: Outcome, context: ReportContext): string {
  const suites = [...groupBy(outcome.cells, ({ operation }) => operation)].map(([operation, cells]) => {
    const cases = cells.map((cell) => printCase(cell, outcome, context))
    const [failures, skipped] = ['failure', 'skipped'].map((kind) => cases.filter((each) => each.kind === kind).length)
    return {
      failures: failures ?? 0,
      skipped: skipped ?? 0,
      tests: cells.length,
      text: `  <testsuite name="${escapeXml(operation)}" tests="${cells.length}" failures="${failures}" errors="0" skipped="${skipped}" timestamp="${escapeXml(context.startedAt)}">\n${cases.map(({ text }) => text).join('\n')}\n  </testsuite>`,
    }
  })
  const sum = (of: 'tests' | 'failures' | 'skipped'): number => suites.reduce((total, suite) => total + suite[of], 0)
  return context.redact(
    [
      '<?xml version="1.0" encoding="UTF-8"?>',
      `<testsuites name="lockstep prove ${escapeXml(outcome.charter)}" tests="${sum('tests')}" failures="${sum('failures')}" errors="0" skipped="${sum('skipped')}" time="${(outcome.ms / 1000).toFixed(3)}">`,
      ...suites.map(({ text }) => text),
      '</testsuites>',
      '',
    ].join('\n'),
  )
}

function printCase(
  cell: Cell,
  outcome: Outcome,
  context: ReportContext,
): { kind: 'passed' | 'failure' | 'skipped'; text: string } {
  const name = `${cell.constraint} | ${cell.tactic} | ${cell.actor}${cell.state === '' ? '' : ` in ${cell.state}`}`
  const open = `    <testcase classname="${escapeXml(cell.use)}" name="${escapeXml(name)}"`
  const skip = (why: string) => ({
    kind: 'skipped' as const,
    text: `${open}><skipped message="${escapeXml(why)}"/></testcase>`,
  })
  if (cell.verdict === 'held') return { kind: 'passed', text: `${open}/>` }
  if (cell.verdict === 'not-reached') return skip(cell.why)
  const finding = outcome.findings.find(
    (each) => each.operation === cell.operation && each.constraint === cell.constraint,
  )
  if (finding === undefined)
    return { kind: 'failure', text: `${open}><failure message="${escapeXml(cell.why)}"/></testcase>` }
  const standing = standingOf(finding.fingerprint, context)
  if (standing !== 'new') return skip(`${finding.title} (${standing})`)
  const detail = [
    finding.proof.sentence,
    ...finding.proof.changes.map(changeText),
    `cause: ${finding.rootCause}`,
    `fix: ${finding.remedy}`,
    `rule: ${finding.rule} (${lineText(finding)})`,
    `lockstep verify ${finding.fingerprint}`,
  ]
  const text = `${open}><failure type="${escapeXml(finding.class)}" message="${escapeXml(finding.title)}">${escapeXml(detail.join('\n'))}</failure></testcase>`
  return { kind: 'failure', text }
}
