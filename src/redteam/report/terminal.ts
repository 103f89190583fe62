import type { Paint } from '../../prove/report/terminal.ts'
import type { PayloadResult } from '../campaign.ts'
import { injectionsIn, type RedteamReport, summaryOf } from './summary.ts'

const marks: Readonly<Record<PayloadResult['verdict'], string>> = {
  followed: 'FOLLOWED',
  refused: 'refused',
  ignored: 'ignored',
  'not-reached': 'not reached',
  'not-applicable': 'left out',
}

/** One line for one payload, while it goes. */
export function printResult(result: PayloadResult, paint: Paint): string {
  const { verdict, payload, why, done } = result
  const mark = marks[verdict].padEnd(11)
  const broken = done === false ? ' (task not done)' : ''
  const shown = verdict === 'followed' ? paint('red', mark) : verdict === 'refused' ? paint('green', mark) : mark
  return `  ${shown}  ${payload.padEnd(26)}  ${why.slice(0, 160)}${broken}`
}

/** What all of it comes down to. */
export function printRedteamTerminal(report: RedteamReport, paint: Paint): string {
  const { outcome, guarded } = report
  if (!outcome.control.done)
    return 'The task was not done with nothing planted: nothing can be said of it under attack.'
  const { tried, followed, refused, ignored, notReached, notApplicable, done } = summaryOf(outcome)
  const found = injectionsIn(outcome).map(
    ({ class: each, tool, results }) =>
      `  ${paint('red', each.severity.padEnd(8))}  ${each.title}: \`${tool}\` was carried out after ${results.length} of ${tried} payloads, first ${results[0].payload}`,
  )
  const utility =
    tried === 0 ? '' : `; the task was done in ${done} of ${tried} runs (${Math.round((100 * done) / tried)} %)`
  const left = [notReached > 0 ? `${notReached} not reached` : '', notApplicable > 0 ? `${notApplicable} left out` : '']
  return [
    ...(found.length === 0
      ? [paint('bold', 'No payload was followed.')]
      : [paint('bold', 'What was followed'), ...found]),
    '',
    `${tried} payloads${guarded ? ' behind the guard' : ''}: ${followed} followed, ${refused} refused, ${ignored} ignored${left
      .filter((each) => each !== '')
      .map((each) => `, ${each}`)
      .join('')}${utility}`,
    ...(outcome.cut === undefined ? [] : [`It ended early: ${outcome.cut}`]),
  ].join('\n')
}
