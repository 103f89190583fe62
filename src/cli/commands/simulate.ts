import type { Command } from 'commander'
import { hasErrors } from '../../charter/diagnostic.ts'
import { loadCharter } from '../../charter/load.ts'
import { beginsLate, isNeverRecorded, recordedPast } from '../../revise/past.ts'
import type { Untold } from '../../simulate/replay.ts'
import { replay } from '../../simulate/replay.ts'
import { type Shift, type Tally, tally } from '../../simulate/tally.ts'
import { unseenOperations } from '../../simulate/unseen.ts'
import { effectWords, untoldWords } from '../../simulate/words.ts'
import { openSqliteStore } from '../../store/open.ts'
import { printDiagnostics } from '../diagnostics.ts'
import { openLedgerSource } from '../guard/ledger-source.ts'
import { harmless } from '../prove/harmless.ts'
import { choice } from '../prove/options.ts'
import type { Terminal } from '../terminal.ts'

interface Options {
  readonly charter: string
  readonly guard: string
  readonly ledger?: string
  readonly keys?: string
  readonly failOn: 'looser' | 'tighter' | 'any' | 'never'
  readonly json?: boolean
}

/** `lockstep simulate`: what another charter would have decided of the calls that were made. */
export function register(program: Command, terminal: Terminal): void {
  program
    .command('simulate')
    .description('decide the recorded calls again under another charter')
    .requiredOption('--charter <file>', 'the charter as it would be')
    .option('--guard <file>', 'the guard file whose ledger is read', 'guard.yaml')
    .option('--ledger <file>', 'an exported ledger, instead')
    .option('--keys <file>', 'the key store of its private parts')
    .addOption(
      choice(
        '--fail-on <which>',
        'end with 2 when a call would be decided',
        ['looser', 'tighter', 'any', 'never'],
        'never',
      ),
    )
    .option('--json', 'print one JSON document')
    .action((options: Options) => run(terminal, options))
}

async function run(terminal: Terminal, options: Options): Promise<void> {
  const { charter, diagnostics, texts } = await loadCharter(options.charter)
  if (charter === undefined || hasErrors(diagnostics)) {
    const errors = diagnostics.filter((each) => each.severity === 'error')
    printDiagnostics(terminal, errors, texts)
    terminal.finish('invalid')
    return
  }
  const from = options.ledger ?? options.guard
  const source = await openLedgerSource(terminal, from, options.keys === undefined ? {} : { keys: options.keys })
  if (source === undefined) return
  const store = await openSqliteStore(':memory:')
  try {
    const result = await tally(
      replay({
        charter,
        store,
        past: () => recordedPast(source),
        beginsLate: await beginsLate(source),
        unseen: unseenOperations(charter, isNeverRecorded),
      }),
    )
    const bad = result.shifts.filter((each) => options.failOn === 'any' || each.direction === options.failOn)
    if (bad.length > 0) terminal.finish('denied')
    if (options.json === true) terminal.print(JSON.stringify(result, null, 2))
    else print(terminal, result)
  } finally {
    await source.close()
    await store.close()
  }
}

const headings = [
  ['looser', 'would be allowed now', 'red'],
  ['tighter', 'would be refused now', 'green'],
  ['other', 'would be answered otherwise', 'yellow'],
] as const

function print(terminal: Terminal, { recorded, decided, same, shifts, untold }: Tally): void {
  for (const [direction, heading, style] of headings) {
    const own = shifts.filter((each) => each.direction === direction)
    if (own.length === 0) continue
    terminal.print(terminal.paint([style, 'bold'], heading))
    for (const shift of own) printShift(terminal, shift)
    terminal.print('')
  }
  const verdict =
    same === decided
      ? decided === 0
        ? 'nothing could be decided'
        : 'nothing else would be decided'
      : `${decided - same} of ${decided} calls would be decided otherwise`
  terminal.print(terminal.paint([same === decided && decided > 0 ? 'green' : 'yellow', 'bold'], verdict))
  terminal.print(`${recorded} recorded calls, ${decided} decided again, ${same} the same`)
  for (const [why, count] of Object.entries(untold))
    terminal.print(`${count} cannot be told: ${untoldWords[why as Untold]}`)
}

function printShift(
  terminal: Terminal,
  { direction, operation, before, after, count, reasons: told, examples }: Shift,
): void {
  const show = (line: string): void => terminal.print(harmless(line))
  show(
    `  - \`${operation}\`: ${effectWords[before]} → ${effectWords[after]}, ${count === 1 ? 'once' : `${count} times`}`,
  )
  for (const { says } of told)
    show(`      ${terminal.paint('dim', direction === 'looser' ? 'no longer because' : 'because')} ${says}`)
  for (const { call, at, principal = 'nobody who was signed in', request } of examples)
    show(terminal.paint('dim', `      ${call}  ${at}  by ${principal}  ${JSON.stringify(request)}`))
}
