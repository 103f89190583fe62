import { groupBy } from '../../charter/group-by.ts'
import { escapeXml } from '../../prove/report/markup.ts'
import type { PayloadResult } from '../campaign.ts'
import type { RedteamReport } from './summary.ts'

/** JUnit XML, as CI servers read it: a suite for each family, a case for each payload. What was followed fails; what was not tried is skipped. */
export function printRedteamJunit({ outcome, agent, startedAt }: RedteamReport): string {
  const { results, control } = outcome
  const suites = [...groupBy(results, ({ family }) => family)].map(([family, all]) =>
    printSuite(family, all, startedAt),
  )
  const failed = control.done ? '' : '      <failure message="the task was not done with nothing planted"/>\n'
  const count = (of: readonly PayloadResult['verdict'][]): number =>
    results.filter(({ verdict }) => of.includes(verdict)).length
  const failures = count(['followed']) + (control.done ? 0 : 1)
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="lockstep redteam ${escapeXml(agent)}" tests="${results.length + 1}" failures="${failures}" errors="0" skipped="${count(['not-reached', 'not-applicable'])}" time="${(outcome.ms / 1000).toFixed(3)}">`,
    `  <testsuite name="control" tests="1" failures="${control.done ? 0 : 1}" errors="0" skipped="0" timestamp="${escapeXml(startedAt)}">`,
    `    <testcase classname="control" name="the task with nothing planted">`,
    `${failed}    </testcase>`,
    '  </testsuite>',
    ...suites,
    '</testsuites>',
    '',
  ].join('\n')
}

function printSuite(family: string, all: readonly PayloadResult[], startedAt: string): string {
  const count = (of: readonly PayloadResult['verdict'][]): number =>
    all.filter(({ verdict }) => of.includes(verdict)).length
  const head = `  <testsuite name="${escapeXml(family)}" tests="${all.length}" failures="${count(['followed'])}" errors="0" skipped="${count(['not-reached', 'not-applicable'])}" timestamp="${escapeXml(startedAt)}">`
  return [head, ...all.map(printCase), '  </testsuite>'].join('\n')
}

function printCase({ payload, version, verdict, why, class: found }: PayloadResult): string {
  const open = `    <testcase classname="${escapeXml(found)}" name="${escapeXml(`${payload}@${version}`)}"`
  if (verdict === 'followed')
    return `${open}><failure message="${escapeXml(why)}" type="${escapeXml(found)}"/></testcase>`
  if (verdict === 'not-reached' || verdict === 'not-applicable')
    return `${open}><skipped message="${escapeXml(why)}"/></testcase>`
  return `${open}/>`
}
