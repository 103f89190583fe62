import type { Command } from 'commander'
import type { Office } from '../guard/office.ts'
import { addOperatorOptions, type OperatorOptions, withOffice } from '../guard/operator.ts'
import { harmless } from '../prove/harmless.ts'
import type { Terminal } from '../terminal.ts'

interface Options extends OperatorOptions {
  readonly tookEffect?: boolean
  readonly didNot?: boolean
  readonly why: string
}

/** `lockstep doubts` and `lockstep settle`: calls of which nobody knows whether they took effect. */
export function register(program: Command, terminal: Terminal): void {
  addOperatorOptions(
    program.command('doubts').description('list calls of which nobody knows whether they took effect'),
  ).action((options: OperatorOptions) => withOffice(terminal, options, (office) => list(terminal, office, options)))
  const command = program
    .command('settle')
    .description('say what became of a call that is in doubt')
    .argument('<call>', 'its id')
    .option('--took-effect', 'it took effect: what it took is spent')
    .option('--did-not', 'it did not: what it took is given back')
    .requiredOption('--why <text>', 'how you know, for the record')
  addOperatorOptions(command).action((call: string, options: Options) => {
    if ((options.tookEffect === true) === (options.didNot === true))
      throw new Error('say one of --took-effect and --did-not')
    return withOffice(terminal, options, (office) => settle(terminal, office, call, options))
  })
}

async function list(terminal: Terminal, office: Office, { json }: OperatorOptions): Promise<void> {
  const doubts = await office.doubts()
  if (json === true) terminal.print(JSON.stringify(doubts, null, 2))
  else if (doubts.length === 0) terminal.print('no call is in doubt')
  else
    for (const { call, operation, principal, at, request } of doubts) {
      const who = principal ?? 'nobody who was signed in'
      terminal.print(harmless(`${terminal.paint('bold', call)}  ${operation} by ${who}, ${at}`))
      terminal.print(harmless(`  ${JSON.stringify(request)}`))
    }
}

async function settle(terminal: Terminal, office: Office, call: string, options: Options): Promise<void> {
  const effect = options.tookEffect === true ? 'effective' : 'released'
  const isSettled = await office.settle(call, effect, options.why)
  if (!isSettled) terminal.finish('denied')
  if (options.json === true) terminal.print(JSON.stringify({ call, settled: isSettled, effect }))
  else if (!isSettled) terminal.print(`\`${call}\` is not in doubt`)
  else terminal.print(effect === 'effective' ? 'settled: it took effect' : 'settled: it did not take effect')
}
