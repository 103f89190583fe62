import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Command, Option } from 'commander'
import { hasErrors } from '../../charter/diagnostic.ts'
import { type LoadedCharter, loadCharter } from '../../charter/load.ts'
import { nearest } from '../../charter/nearest.ts'
import { type Explanation, explainCharter } from '../../explain/explanation.ts'
import { type Lifecycle, lifecyclesOf } from '../../explain/lifecycle.ts'
import { printMermaid } from '../../explain/mermaid.ts'
import { printSvg } from '../../explain/svg.ts'
import { printExplanation } from '../../explain/text.ts'
import { printDiagnostics } from '../diagnostics.ts'
import type { Terminal } from '../terminal.ts'

interface Options {
  readonly object?: string
  readonly format: 'text' | 'mermaid' | 'svg' | 'json'
  readonly json?: boolean
  readonly out?: string
}

/** `lockstep explain`: a charter in sentences and pictures. */
export function register(program: Command, terminal: Terminal): void {
  program
    .command('explain')
    .description('say in sentences and pictures what a charter demands')
    .argument('[charter]', 'the charter file', 'charter.yaml')
    .option('--object <name>', 'only this object')
    .addOption(
      new Option('--format <format>', 'text, mermaid, svg or json')
        .choices(['text', 'mermaid', 'svg', 'json'])
        .default('text'),
    )
    .option('--json', 'the same as --format json')
    .option('--out <folder>', 'write files there, one for each object, instead of printing')
    .action(async (file: string, options: Options) => {
      const loaded = await loadCharter(file)
      const format = options.json === true ? 'json' : options.format
      if (loaded.charter === undefined || hasErrors(loaded.diagnostics)) {
        refuse(terminal, loaded, format)
        return
      }
      const told = pick(explainCharter(loaded.charter), lifecyclesOf(loaded.charter), options.object)
      if (options.out === undefined) terminal.print(printAll(terminal, told, format))
      else await writeAll(terminal, told, format, options.out)
    })
}

function refuse(terminal: Terminal, { diagnostics, texts }: LoadedCharter, format: Options['format']): void {
  const errors = diagnostics.filter((each) => each.severity === 'error')
  if (format === 'json') terminal.print(JSON.stringify({ valid: false, diagnostics: errors }, null, 2))
  else printDiagnostics(terminal, errors, texts)
  terminal.finish('invalid')
}

interface Told {
  readonly explanation: Explanation
  readonly lifecycles: readonly Lifecycle[]
}

function pick(explanation: Explanation, lifecycles: readonly Lifecycle[], object: string | undefined): Told {
  if (object === undefined) return { explanation, lifecycles }
  const known = explanation.sections.flatMap((section) => section.object ?? [])
  if (!known.includes(object)) {
    const meant = nearest(object, known)
    throw new Error(`there is no object \`${object}\`${meant === undefined ? '' : `; did you mean \`${meant}\`?`}`)
  }
  const sections = explanation.sections.filter((section) => section.object === object)
  return {
    explanation: { charter: explanation.charter, sections, approvals: [], rules: [], invariants: [] },
    lifecycles: lifecycles.filter((each) => each.object === object),
  }
}

function printAll(terminal: Terminal, { explanation, lifecycles }: Told, format: Options['format']): string {
  if (format === 'json') return JSON.stringify({ ...explanation, lifecycles }, null, 2)
  if (format === 'mermaid') return lifecycles.map(printMermaid).join('\n\n')
  if (format === 'svg') return lifecycles.map(printSvg).join('\n')
  const paint = {
    title: (text: string) => terminal.paint(['bold', 'underline'], text),
    name: (text: string) => terminal.paint('bold', text),
    faint: (text: string) => terminal.paint('dim', text),
  }
  return printExplanation(explanation, lifecycles, { paint })
}

const endings = { text: 'txt', mermaid: 'mmd', svg: 'svg', json: 'json' } as const

async function writeAll(terminal: Terminal, told: Told, format: Options['format'], folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  const perObject = format === 'mermaid' || format === 'svg'
  const files = perObject
    ? told.lifecycles.map((each) => ({
        name: each.object,
        text: format === 'svg' ? printSvg(each) : printMermaid(each),
      }))
    : [{ name: told.explanation.charter, text: printAll({ ...terminal, paint: (_style, text) => text }, told, format) }]
  for (const { name, text } of files) {
    const path = join(folder, `${name}.${endings[format]}`)
    await writeFile(path, `${text}\n`)
    terminal.print(`wrote ${path}`)
  }
}
