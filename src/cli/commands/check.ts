import type { Command } from 'commander'
import type { Charter } from '../../charter/charter.ts'
import { hasErrors } from '../../charter/diagnostic.ts'
import type { LoadedCharter } from '../../charter/load.ts'
import { loadLabelled } from '../../revise/load-labelled.ts'
import { countDiagnostics, printDiagnostics } from '../diagnostics.ts'
import type { Terminal } from '../terminal.ts'
import { toolWarnings } from '../tool-warnings.ts'

/** `lockstep check`: all that is wrong or doubtful about a charter. */
export function register(program: Command, terminal: Terminal): void {
  program
    .command('check')
    .description('say all that is wrong or doubtful about a charter')
    .argument('[charter]', 'the charter file', 'charter.yaml')
    .option('--json', 'print one JSON document')
    .action(async (file: string, options: { json?: boolean }) => {
      const found = await loadLabelled(file)
      const { charter } = found
      const loaded =
        charter === undefined ? found : { ...found, diagnostics: [...found.diagnostics, ...toolWarnings(charter)] }
      if (hasErrors(loaded.diagnostics)) terminal.finish('invalid')
      if (options.json === true) terminal.print(JSON.stringify(asJson(file, loaded), null, 2))
      else printReport(terminal, file, loaded)
    })
}

function printReport(terminal: Terminal, file: string, { charter, diagnostics, texts }: LoadedCharter): void {
  printDiagnostics(terminal, diagnostics, texts)
  const failed = hasErrors(diagnostics)
  const verdict = terminal.paint(failed ? ['red', 'bold'] : ['green', 'bold'], countDiagnostics(diagnostics))
  const size = charter === undefined || failed ? '' : ` (${sizeOf(charter)})`
  terminal.print(`${file}: ${verdict}${size}`)
}

function sizeOf(charter: Charter): string {
  const counted = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`
  const constraints = new Set(
    [...charter.operations.values()].flatMap(({ uses }) =>
      uses.flatMap((use) => use.constraints.map((each) => each.id)),
    ),
  )
  return [
    counted(charter.objects.size, 'object'),
    counted(charter.operations.size, 'operation'),
    counted(constraints.size, 'constraint'),
  ].join(', ')
}

function asJson(file: string, { charter, diagnostics }: LoadedCharter): unknown {
  const count = (severity: string): number => diagnostics.filter((each) => each.severity === severity).length
  return {
    charter: charter?.name ?? null,
    file,
    valid: !hasErrors(diagnostics),
    errors: count('error'),
    warnings: count('warning'),
    diagnostics,
  }
}
