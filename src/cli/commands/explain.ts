import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Command, Option } from 'commander'
import type { Charter } from '../../charter/charter.ts'
import { hasErrors } from '../../charter/diagnostic.ts'
import { type LoadedCharter, loadCharter } from '../../charter/load.ts'
import { nearest } from '../../charter/nearest.ts'
import { type Explanation, explainCharter } from '../../explain/explanation.ts'
import { type Lifecycle, lifecyclesOf } from '../../explain/lifecycle.ts'
import { printMermaid, printWorkflowMermaid } from '../../explain/mermaid.ts'
import { printSvg } from '../../explain/svg.ts'
import { printWorkflowSvg } from '../../explain/svg-workflow.ts'
import { printExplanation } from '../../explain/text.ts'
import { type DrawnWorkflow, workflowsOf } from '../../explain/workflow.ts'
import { printDiagnostics } from '../diagnostics.ts'
import type { Terminal } from '../terminal.ts'

interface Options {
  readonly object?: string
  readonly workflow?: string
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
    .addOption(new Option('--object <name>', 'only this object').conflicts('workflow'))
    .option('--workflow <name>', 'only this workflow')
    .addOption(
      new Option('--format <format>', 'text, mermaid, svg or json')
        .choices(['text', 'mermaid', 'svg', 'json'])
        .default('text'),
    )
    .option('--json', 'the same as --format json')
    .option('--out <folder>', 'write files there, one for each object and workflow, instead of printing')
    .action(async (file: string, options: Options) => {
      const loaded = await loadCharter(file)
      const format = options.json === true ? 'json' : options.format
      if (loaded.charter === undefined || hasErrors(loaded.diagnostics)) {
        refuse(terminal, loaded, format)
        return
      }
      const told = pick(loaded.charter, options)
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
  readonly workflows: readonly DrawnWorkflow[]
}

function pick(charter: Charter, { object, workflow }: Pick<Options, 'object' | 'workflow'>): Told {
  const told = {
    explanation: explainCharter(charter),
    lifecycles: lifecyclesOf(charter),
    workflows: workflowsOf(charter),
  }
  if (object === undefined && workflow === undefined) return told
  const nothing = { charter: charter.name, sections: [], approvals: [], rules: [], invariants: [] }
  if (object === undefined) {
    const workflows = chosen('workflow', workflow, told.workflows, (each) => each.workflow)
    return { explanation: nothing, lifecycles: [], workflows }
  }
  const sections = chosen('object', object, told.explanation.sections, (each) => each.object)
  const lifecycles = told.lifecycles.filter((each) => each.object === object)
  return { explanation: { ...nothing, sections }, lifecycles, workflows: [] }
}

function chosen<Of>(
  what: string,
  name: string | undefined,
  all: readonly Of[],
  nameOf: (each: Of) => string | undefined,
): readonly Of[] {
  const found = all.filter((each) => nameOf(each) === name)
  if (found.length > 0 || name === undefined) return found
  const known = all.flatMap((each) => nameOf(each) ?? [])
  const meant = nearest(name, known)
  throw new Error(`there is no ${what} \`${name}\`${meant === undefined ? '' : `; did you mean \`${meant}\`?`}`)
}

function printAll(terminal: Terminal, told: Told, format: Options['format']): string {
  const { explanation, lifecycles, workflows } = told
  if (format === 'json') return JSON.stringify({ ...explanation, lifecycles, workflows }, null, 2)
  if (format !== 'text')
    return drawn(told, format)
      .map(({ text }) => text)
      .join(format === 'svg' ? '\n' : '\n\n')
  const paint = {
    title: (text: string) => terminal.paint(['bold', 'underline'], text),
    name: (text: string) => terminal.paint('bold', text),
    faint: (text: string) => terminal.paint('dim', text),
  }
  return printExplanation(explanation, { lifecycles, workflows }, { paint })
}

/** A file for each drawing; an object and a workflow may have one name. */
function drawn({ lifecycles, workflows }: Told, format: 'mermaid' | 'svg'): { name: string; text: string }[] {
  const isSvg = format === 'svg'
  return [
    ...lifecycles.map((each) => ({ name: each.object, text: isSvg ? printSvg(each) : printMermaid(each) })),
    ...workflows.map((each) => ({
      name: `workflow-${each.workflow}`,
      text: isSvg ? printWorkflowSvg(each) : printWorkflowMermaid(each),
    })),
  ]
}

const endings = { text: 'txt', mermaid: 'mmd', svg: 'svg', json: 'json' } as const

async function writeAll(terminal: Terminal, told: Told, format: Options['format'], folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  const files =
    format === 'mermaid' || format === 'svg'
      ? drawn(told, format)
      : [
          {
            name: told.explanation.charter,
            text: printAll({ ...terminal, paint: (_style, text) => text }, told, format),
          },
        ]
  for (const { name, text } of files) {
    const path = join(folder, `${name}.${endings[format]}`)
    await writeFile(path, `${text}\n`)
    terminal.print(`wrote ${path}`)
  }
}
