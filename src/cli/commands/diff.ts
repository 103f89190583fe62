import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { stringify } from 'yaml'
import { casesSchema, type RawCases } from '../../case/case-schema.ts'
import type { Charter } from '../../charter/charter.ts'
import { hasErrors } from '../../charter/diagnostic.ts'
import { loadCharter } from '../../charter/load.ts'
import { parseYaml } from '../../charter/parse.ts'
import { caseFiles, caseFilesOf } from '../../revise/case-files.ts'
import type { Direction } from '../../simulate/diff/change.ts'
import { type CharterDiff, diffCharters } from '../../simulate/diff/diff.ts'
import type { Difference } from '../../simulate/diff/sample.ts'
import { directionWords, effectWords } from '../../simulate/words.ts'
import { printDiagnostics } from '../diagnostics.ts'
import { harmless } from '../prove/harmless.ts'
import { choice, collect } from '../prove/options.ts'
import type { Terminal } from '../terminal.ts'

interface Options {
  readonly cases?: readonly string[]
  readonly failOn: 'looser' | 'any' | 'never'
  readonly json?: boolean
}

/** `lockstep diff`: which behaviour becomes allowed or forbidden when one charter takes the place of another. */
export function register(program: Command, terminal: Terminal): void {
  program
    .command('diff')
    .description('say which behaviour becomes allowed or forbidden from one charter to another')
    .argument('<old>', 'the charter as it is')
    .argument('<new>', 'the charter as it would be')
    .option('--cases <file>', 'cases to vary, or a folder of them (default: those of either charter)', collect)
    .addOption(choice('--fail-on <which>', 'end with 2 when something', ['looser', 'any', 'never'], 'looser'))
    .option('--json', 'print one JSON document')
    .action((before: string, after: string, options: Options) => run(terminal, [before, after], options))
}

async function run(terminal: Terminal, files: readonly [string, string], options: Options): Promise<void> {
  const before = await charterOrRefuse(terminal, files[0])
  const after = await charterOrRefuse(terminal, files[1])
  if (before === undefined || after === undefined) return
  const diff = diffCharters(before, after, casesFor(files, options.cases))
  const isBad = options.failOn === 'any' ? !diff.same : options.failOn === 'looser' && diff.looser
  if (isBad) terminal.finish('denied')
  if (options.json === true) terminal.print(JSON.stringify(diff, null, 2))
  else print(terminal, diff)
}

async function charterOrRefuse(terminal: Terminal, file: string): Promise<Charter | undefined> {
  const { charter, diagnostics, texts } = await loadCharter(file)
  if (charter !== undefined && !hasErrors(diagnostics)) return charter
  const errors = diagnostics.filter((each) => each.severity === 'error')
  printDiagnostics(terminal, errors, texts)
  terminal.finish('invalid')
  return undefined
}

/** The files given; else those beside the charters that are about one of them. */
function casesFor(charters: readonly string[], given: readonly string[] | undefined): readonly RawCases[] {
  const paths = given?.flatMap(caseFiles) ?? caseFilesOf(charters)
  return [...new Set(paths)].flatMap((file) => {
    const { value, diagnostics } = parseYaml({ file, text: readFileSync(file, 'utf8') }, casesSchema)
    if (value === undefined && given !== undefined)
      throw new Error(`${file}: ${diagnostics[0]?.message ?? 'no cases'}; see \`lockstep test\``)
    return value ?? []
  })
}

const headings: readonly (readonly [Direction, 'red' | 'green' | 'yellow'])[] = [
  ['looser', 'red'],
  ['tighter', 'green'],
  ['other', 'yellow'],
]

function print(terminal: Terminal, diff: CharterDiff): void {
  const { changes, sampled } = diff
  for (const [direction, style] of headings) {
    const written = changes.filter((each) => each.direction === direction)
    const decided = sampled.differences.filter((each) => each.direction === direction)
    if (written.length + decided.length === 0) continue
    terminal.print(terminal.paint([style, 'bold'], directionWords[direction]))
    for (const { says } of written) terminal.print(`  - ${harmless(says)}`)
    for (const each of decided) printDifference(terminal, each, sampled.tried)
    terminal.print('')
  }
  if (diff.same) terminal.print(terminal.paint(['green', 'bold'], 'no difference'))
  const untold = sampled.untold === 0 ? '' : `; ${sampled.untold} could not be told, for lack of objects`
  terminal.print(
    terminal.paint('dim', `${sampled.tried} calls were decided under both${untold}. A sample proves no absence.`),
  )
}

function printDifference(terminal: Terminal, difference: Difference, tried: number): void {
  const { operation, before, after, count, reasons, example } = difference
  const print = (line: string): void => terminal.print(harmless(line))
  print(`  - \`${operation}\`: ${effectWords[before]} → ${effectWords[after]} (${count} of ${tried} calls)`)
  for (const { says } of reasons)
    print(
      `      ${terminal.paint('dim', difference.direction === 'tighter' ? 'because' : 'no longer because')} ${says}`,
    )
  print(
    `      for example ${example.from}${example.changed.length === 0 ? '' : `, but ${example.changed.join(', ')}`}:`,
  )
  const { as, request } = example.call
  print(terminal.paint('dim', `      ${flow({ as, request })}`))
}

/** On one line, as YAML people can take over into their cases. */
function flow(value: unknown): string {
  return stringify(value, { collectionStyle: 'flow', lineWidth: 0 }).trim()
}
