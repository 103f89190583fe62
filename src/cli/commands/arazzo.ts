import { readFile, writeFile } from 'node:fs/promises'
import { dirname, relative, resolve } from 'node:path'
import type { Command } from 'commander'
import { stringify } from 'yaml'
import { exportArazzo } from '../../arazzo/export.ts'
import { journeysFromLifecycles } from '../../arazzo/from-lifecycle.ts'
import { importArazzo, sourcesOf } from '../../arazzo/import.ts'
import { type Diagnostic, hasErrors } from '../../charter/diagnostic.ts'
import { loadCharter } from '../../charter/load.ts'
import { loadDescription } from '../../charter/load-description.ts'
import type { ApiDescription } from '../../charter/source/description.ts'
import { withoutReasons } from '../../draft/claim.ts'
import type { Draft } from '../../draft/draft.ts'
import { printDraft } from '../../draft/print.ts'
import { printDiagnostics } from '../diagnostics.ts'
import type { Terminal } from '../terminal.ts'

interface Options {
  readonly out?: string
  readonly json?: boolean
  readonly fromLifecycles?: boolean
}

/** `lockstep arazzo import` and `export`: journeys from and to Arazzo documents. */
export function register(program: Command, terminal: Terminal): void {
  const arazzo = program.command('arazzo').description('take journeys from an Arazzo document, or write them as one')
  arazzo
    .command('import')
    .description('make a charter of an Arazzo 1.0 or 1.1 document')
    .argument('<file>', 'the Arazzo document')
    .option('--out <file>', 'write the charter there instead of printing it')
    .option('--json', 'print one JSON document')
    .action((file: string, options: Options) => runImport(terminal, file, options))
  arazzo
    .command('export')
    .description('write the journeys of a charter as an Arazzo 1.1.0 document')
    .argument('[charter]', 'the charter file', 'charter.yaml')
    .option('--out <file>', 'write the document there instead of printing it')
    .option('--from-lifecycles', 'add a happy path for every object that can be created')
    .option('--json', 'write JSON instead of YAML')
    .action((file: string, options: Options) => runExport(terminal, file, options))
}

async function runImport(terminal: Terminal, path: string, options: Options): Promise<void> {
  const file = { file: path, text: await readFile(path, 'utf8') }
  const { descriptions, diagnostics } = await loadAll(path, sourcesOf(file))
  const imported = importArazzo(file, descriptions)
  const all = [...diagnostics, ...imported.diagnostics]
  if (hasErrors(all)) terminal.finish('invalid')
  if (options.json === true) {
    const charter = imported.draft === undefined ? null : withoutReasons(imported.draft)
    terminal.print(JSON.stringify({ charter, diagnostics: all }, null, 2))
    return
  }
  printProblems(terminal, all, file)
  if (imported.draft === undefined) return
  const draft = options.out === undefined ? imported.draft : rebased(imported.draft, path, options.out)
  const text = printDraft(draft, [
    'Made from an Arazzo document. Behind every guess stands why; say what is meant, then delete the comment.',
  ])
  await emit(terminal, text, options.out)
}

/** Addresses of descriptions are relative to the file that names them. */
function rebased(draft: Draft, from: string, to: string): Draft {
  const sources = draft['sources']
  if (!Array.isArray(sources)) return draft
  const moved = sources.map((source: Readonly<Record<string, unknown>>) => {
    const url = String(source['url'])
    if (/^[a-z][a-z0-9+.-]*:/i.test(url)) return source
    const path = relative(dirname(resolve(to)), resolve(dirname(from), url)).replaceAll('\\', '/')
    return { ...source, url: path.startsWith('.') ? path : `./${path}` }
  })
  return { ...draft, sources: moved }
}

async function loadAll(
  path: string,
  sources: readonly { name: string; url: string }[],
): Promise<{ descriptions: Map<string, ApiDescription>; diagnostics: Diagnostic[] }> {
  const descriptions = new Map<string, ApiDescription>()
  const diagnostics: Diagnostic[] = []
  for (const { name, url } of sources) {
    const remote = /^https?:\/\//i.test(url)
    const loaded = await loadDescription(name, remote ? url : resolve(dirname(path), url))
    if (loaded.description !== undefined) descriptions.set(name, loaded.description)
    // The document can be imported without; names of operations are then only likely.
    for (const each of loaded.diagnostics) diagnostics.push({ ...each, severity: 'warning' })
  }
  return { descriptions, diagnostics }
}

async function runExport(terminal: Terminal, file: string, options: Options): Promise<void> {
  const { charter, diagnostics, texts } = await loadCharter(file)
  if (charter === undefined || hasErrors(diagnostics)) {
    terminal.finish('invalid')
    const errors = diagnostics.filter((each) => each.severity === 'error')
    if (options.json === true) terminal.print(JSON.stringify({ diagnostics: errors }, null, 2))
    else printDiagnostics(terminal, errors, texts)
    return
  }
  const made = options.fromLifecycles === true ? journeysFromLifecycles(charter) : []
  const journeys = [...charter.journeys.values(), ...made.filter(({ name }) => !charter.journeys.has(name))]
  const { document, leftOut } = exportArazzo(charter, journeys)
  for (const { journey, because } of leftOut)
    terminal.printError(`lockstep: the journey \`${journey}\` is left out: ${because}`)
  const workflows = document['workflows']
  if (!Array.isArray(workflows) || workflows.length === 0) {
    terminal.printError('lockstep: there is no journey to write (--from-lifecycles makes some)')
    terminal.finish('failure')
    return
  }
  const text = options.json === true ? `${JSON.stringify(document, null, 2)}\n` : stringify(document, { lineWidth: 0 })
  await emit(terminal, text, options.out)
}

function printProblems(
  terminal: Terminal,
  diagnostics: readonly Diagnostic[],
  file: { file: string; text: string },
): void {
  // The charter goes to the same place as the result; what is said about it must not mix with it.
  const aside: Terminal = { ...terminal, print: terminal.printError }
  printDiagnostics(aside, diagnostics, new Map([[file.file, file.text]]))
}

async function emit(terminal: Terminal, text: string, out: string | undefined): Promise<void> {
  if (out === undefined) terminal.print(text.trimEnd())
  else {
    await writeFile(out, text)
    terminal.printError(`wrote ${out}`)
  }
}
