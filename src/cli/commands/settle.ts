import type { Command } from 'commander'
import { detailIn } from '../../guard/busy.ts'
import type { Guard } from '../../guard/guard.ts'
import type { StoredCall } from '../../guard/store.ts'
import { addOperatorOptions, locally, type OperatorOptions, operatorName, withCore } from '../guard/operator.ts'
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
  ).action((options: OperatorOptions) =>
    withCore(terminal, options.guard, ({ guard }) => list(terminal, guard, options)),
  )
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
    return withCore(terminal, options.guard, ({ guard }) => settle(terminal, guard, call, options))
  })
}

async function list(terminal: Terminal, guard: Guard, { json }: OperatorOptions): Promise<void> {
  const calls = await guard.doubts.list()
  if (json === true) terminal.print(JSON.stringify(calls.map(shown), null, 2))
  else if (calls.length === 0) terminal.print('no call is in doubt')
  else for (const call of calls) print(terminal, shown(call))
}

interface Shown {
  readonly call: string
  readonly operation: string
  readonly at: string
  readonly principal: string | null
  readonly request: unknown
  /** What nobody else may use meanwhile. */
  readonly holds: readonly string[]
}

function shown(stored: StoredCall): Shown {
  const detail = detailIn(stored)
  return {
    call: stored.id,
    operation: stored.operation,
    at: new Date(stored.at).toISOString(),
    principal: stored.principal ?? detail?.call.principal.id ?? null,
    request: detail?.call.request ?? null,
    holds: (detail?.held ?? []).map(({ type, key }) => `${type}/${key}`),
  }
}

function print(terminal: Terminal, { call, operation, at, principal, request, holds }: Shown): void {
  terminal.print(
    harmless(`${terminal.paint('bold', call)}  ${operation} by ${principal ?? 'nobody who was signed in'}, ${at}`),
  )
  terminal.print(harmless(`  ${JSON.stringify(request)}`))
  if (holds.length > 0) terminal.print(harmless(terminal.paint('dim', `  nobody else can use ${holds.join(', ')}`)))
}

async function settle(terminal: Terminal, guard: Guard, call: string, options: Options): Promise<void> {
  const effect = options.tookEffect === true ? 'effective' : 'released'
  const isSettled = await guard.doubts.settle(call, effect, operatorName(options), locally(options.why))
  if (!isSettled) terminal.finish('denied')
  if (options.json === true) terminal.print(JSON.stringify({ call, settled: isSettled, effect }))
  else if (!isSettled) terminal.print(`\`${call}\` is not in doubt`)
  else terminal.print(effect === 'effective' ? 'settled: it took effect' : 'settled: it did not take effect')
}
