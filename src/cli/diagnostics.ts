import { compareDiagnostics, type Diagnostic, formatDiagnostic } from '../charter/diagnostic.ts'
import { harmless } from './prove/harmless.ts'
import type { Terminal } from './terminal.ts'

/** Prints diagnostics with the lines they are about; operations that nothing covers come last, in one list. */
export function printDiagnostics(
  terminal: Terminal,
  diagnostics: readonly Diagnostic[],
  texts: ReadonlyMap<string, string>,
): void {
  const uncovered = diagnostics.filter((each) => each.code === 'operation-uncovered')
  for (const each of diagnostics.filter((one) => !uncovered.includes(one)).toSorted(compareDiagnostics)) {
    terminal.print(paintDiagnostic(terminal, harmless(formatDiagnostic(each, texts.get(each.file))), each.severity))
    terminal.print('')
  }
  printUncovered(terminal, uncovered)
}

function paintDiagnostic(terminal: Terminal, text: string, severity: Diagnostic['severity']): string {
  const color = severity === 'error' ? 'red' : 'yellow'
  const [head = '', ...rest] = text.split('\n')
  const title = head.replace(/^(error|warning)\[[^\]]*\]/, (tag) => terminal.paint([color, 'bold'], tag))
  return [title, ...rest.map((line) => paintLine(terminal, line, color))].join('\n')
}

function paintLine(terminal: Terminal, line: string, color: 'red' | 'yellow'): string {
  const margin = /^( *(?:\d+ )?\|| {2}-->| {2}=)/.exec(line)?.[0]
  if (margin === undefined) return line
  const rest = line.slice(margin.length)
  return terminal.paint('dim', margin) + (/^\s*\^$/.test(rest) ? terminal.paint(color, rest) : rest)
}

function printUncovered(terminal: Terminal, uncovered: readonly Diagnostic[]): void {
  const [first] = uncovered
  if (first === undefined) return
  const count = uncovered.length === 1 ? '1 operation' : `${uncovered.length} operations`
  terminal.print(
    `${terminal.paint(['yellow', 'bold'], 'warning[operation-uncovered]')}: nothing covers ${count}, so nobody may use ${uncovered.length === 1 ? 'it' : 'them'}`,
  )
  for (const { message } of uncovered) {
    const [, id = message, place = ''] = /^nothing covers `(.*?)` \((.*)\)$/.exec(message) ?? []
    terminal.print(`  ${terminal.paint('dim', '-')} ${id}  ${terminal.paint('dim', place)}`)
  }
  if (first.help !== undefined) terminal.print(`  ${terminal.paint('dim', '=')} help: ${first.help}`)
  terminal.print('')
}

/** `2 errors, 1 warning`; `no errors` when there is nothing. */
export function countDiagnostics(diagnostics: readonly Diagnostic[]): string {
  const count = (severity: Diagnostic['severity']): number =>
    diagnostics.filter((each) => each.severity === severity).length
  const [errors, warnings] = [count('error'), count('warning')]
  const plural = (number: number, word: string): string =>
    `${number === 0 ? 'no' : number} ${word}${number === 1 ? '' : 's'}`
  return warnings === 0 ? plural(errors, 'error') : `${plural(errors, 'error')}, ${plural(warnings, 'warning')}`
}
