/** A tool that somebody should look at, in words. */
import type { NotedTool } from '../../guard/noted-tools.ts'

type Told = Pick<NotedTool, 'source' | 'tool' | 'kind' | 'changes' | 'findings'>

/** What it is about, in one sentence without its end. */
export function headOf({ source, tool, kind }: Told): string {
  if (kind === 'new') return `\`${source}\` has a tool that was not approved: \`${tool}\``
  return kind === 'changed'
    ? `\`${source}.${tool}\` is another tool than was approved`
    : `what is said of \`${source}.${tool}\` looks like an attack`
}

/** Every difference, what was before and what is now, and what was found in it. */
export function linesOf({ changes, findings }: Told): readonly string[] {
  return [
    ...changes.flatMap(({ at, before, now }) => [`  ${at}`, ...linesFor('-', before), ...linesFor('+', now)]),
    ...findings.map(
      ({ severity, at, says, excerpt, code }) => `  ! ${severity}: ${says}, at ${at}: ${excerpt} (${code})`,
    ),
  ]
}

function linesFor(mark: '-' | '+', text: string | undefined): readonly string[] {
  return text === undefined ? [] : text.split('\n').map((line) => `    ${mark} ${line}`)
}
