/** What a change is told with: what it does, as it was found out, for whoever reviews it. Pure. */
import type { CharterDiff } from '../simulate/diff/diff.ts'
import type { Tally } from '../simulate/tally.ts'
import { directionWords, effectWords, untoldWords } from '../simulate/words.ts'
import type { Compared } from './compare.ts'

export interface Told {
  /** In the words of whoever proposes it. */
  readonly why: string
  readonly author: string
  /** Of the charter in force. */
  readonly version: string
  readonly compared: Compared
  /** Absent when it was not tried on the record. */
  readonly tally?: Tally
}

const directions = ['looser', 'tighter', 'other'] as const
const mostLines = 40

export function messageOf({ why, author, version, compared, tally }: Told): string {
  const parts = [
    why.trim(),
    ...differenceWords(compared.difference),
    caseWords(compared),
    tally === undefined ? 'Not tried on recorded calls.' : tallyWords(tally),
    `Charter in force: ${version}\nProposed at the console by ${author}.`,
  ]
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`
}

function differenceWords({ changes, sampled, same }: CharterDiff): readonly string[] {
  const told = directions.map((direction) => {
    const written = changes.filter((each) => each.direction === direction).map(({ says }) => `- ${says}`)
    const decided = sampled.differences
      .filter((each) => each.direction === direction)
      .map(
        ({ operation, before, after, count }) =>
          `- \`${operation}\`: ${effectWords[before]} → ${effectWords[after]} (${count} of ${sampled.tried} calls tried)`,
      )
    return section(`${capital(directionWords[direction])}:`, [...written, ...decided])
  })
  const none = same ? [`No difference in what is decided, of ${sampled.tried} calls tried.`] : []
  return [...none, ...told]
}

function caseWords({ cases }: Compared): string {
  if (cases.length === 0) return 'No cases are beside the charter.'
  const failed = cases.filter(({ differences }) => differences.length > 0)
  const lines = failed.map(({ file, line, description }) => `- ${file}:${line}: ${description}`)
  const verdict = `Cases: ${cases.length - failed.length} as expected, ${failed.length} not`
  return lines.length === 0 ? `${verdict}.` : section(`${verdict}:`, lines)
}

function tallyWords({ recorded, decided, same, shifts, untold }: Tally): string {
  const lines = shifts.map(
    ({ operation, before, after, count }) =>
      `- \`${operation}\`: ${effectWords[before]} → ${effectWords[after]}, ${count === 1 ? 'once' : `${count} times`}`,
  )
  const open = Object.entries(untold).map(
    ([why, count]) => `- ${count} cannot be told: ${untoldWords[why as keyof typeof untoldWords]}`,
  )
  const verdict = `Recorded calls: ${decided - same} of ${decided} would be decided otherwise (${recorded} recorded)`
  return section(`${verdict}:`, [...lines, ...open]).replace(/:$/, '.')
}

function section(heading: string, lines: readonly string[]): string {
  if (lines.length === 0) return heading.startsWith('Recorded') ? heading : ''
  const shown = lines.slice(0, mostLines)
  const more = lines.length > shown.length ? [`- and ${lines.length - shown.length} more`] : []
  return [heading, ...shown, ...more].join('\n')
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
