import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { Command } from 'commander'
import { type CaseResult, charterOfCases, runCases } from '../../case/run-cases.ts'
import { type Diagnostic, hasErrors } from '../../charter/diagnostic.ts'
import { type LoadedCharter, loadCharter } from '../../charter/load.ts'
import { caseFiles } from '../../revise/case-files.ts'
import { printDiagnostics } from '../diagnostics.ts'
import type { Terminal } from '../terminal.ts'

interface FileReport {
  readonly file: string
  readonly results: readonly CaseResult[]
  readonly diagnostics: readonly Diagnostic[]
  readonly texts: ReadonlyMap<string, string>
}

/** `lockstep test`: whether the charter decides cases as their authors expect. */
export function register(program: Command, terminal: Terminal): void {
  program
    .command('test')
    .description('run cases: calls with the decisions the charter must give')
    .argument('[files...]', 'files of cases, or folders with them', ['.'])
    .option('--charter <file>', 'the charter, instead of the one each file names')
    .option('--json', 'print one JSON document')
    .action(async (paths: string[], options: { charter?: string; json?: boolean }) => {
      const files = paths.flatMap(caseFiles)
      if (files.length === 0) throw new Error(`no cases in ${paths.join(', ')}: they are YAML files with \`cases\``)
      const charters = new Map<string, Promise<LoadedCharter>>()
      const reports: FileReport[] = []
      for (const file of files) reports.push(await runFile(file, options.charter, charters))
      if (reports.some((each) => each.results.some((result) => result.differences.length > 0)))
        terminal.finish('denied')
      if (reports.some((each) => hasErrors(each.diagnostics))) terminal.finish('invalid')
      if (options.json === true) terminal.print(JSON.stringify(reports.map(asJson), null, 2))
      else printReports(terminal, reports)
    })
}

async function runFile(
  file: string,
  given: string | undefined,
  charters: Map<string, Promise<LoadedCharter>>,
): Promise<FileReport> {
  const text = readFileSync(file, 'utf8')
  const path = given ?? resolve(dirname(file), charterOfCases(text, file) ?? 'charter.yaml')
  const loading = charters.get(path) ?? loadCharter(path)
  charters.set(path, loading)
  const { charter, diagnostics, texts } = await loading
  const all = new Map([...texts, [file, text]])
  if (charter === undefined || hasErrors(diagnostics)) return { file, results: [], diagnostics, texts: all }
  const ran = runCases(charter, text, file)
  return { file, results: ran.results, diagnostics: ran.diagnostics, texts: all }
}

function printReports(terminal: Terminal, reports: readonly FileReport[]): void {
  for (const { results, diagnostics, texts } of reports) {
    printDiagnostics(terminal, diagnostics, texts)
    for (const result of results.filter((each) => each.differences.length > 0)) printFailure(terminal, result)
  }
  const all = reports.flatMap((each) => each.results)
  const failed = all.filter((each) => each.differences.length > 0).length
  const verdict = `${all.length - failed} passed, ${failed} failed`
  terminal.print(terminal.paint(failed === 0 ? ['green', 'bold'] : ['red', 'bold'], verdict))
}

function printFailure(terminal: Terminal, { description, position, differences, decision }: CaseResult): void {
  terminal.print(`${terminal.paint(['red', 'bold'], 'not ok')} ${description}`)
  terminal.print(terminal.paint('dim', `  --> ${position.file}:${position.line}:${position.column}`))
  for (const difference of differences) terminal.print(`  ${difference}`)
  for (const { constraint, says } of decision.reasons)
    terminal.print(`  ${terminal.paint('dim', `${constraint}:`)} ${says}`)
  terminal.print('')
}

function asJson({ file, results, diagnostics }: FileReport): unknown {
  return { file, diagnostics, cases: results.map((each) => ({ ...each, passed: each.differences.length === 0 })) }
}
