import { Argument, type Command } from 'commander'
import type { Switch } from '../../guard/store.ts'
import type { Switches } from '../../guard/switches.ts'
import { addOperatorOptions, locally, type OperatorOptions, operatorName, withCore } from '../guard/operator.ts'
import { harmless } from '../prove/harmless.ts'
import type { Terminal } from '../terminal.ts'

const kinds = ['principal', 'agent', 'workflow', 'operation', 'tenant', 'object'] as const

interface Options extends OperatorOptions {
  readonly why: string
}

/** `lockstep switch`: what nobody may use now. */
export function register(program: Command, terminal: Terminal): void {
  const command = program
    .command('switch')
    .description('switch off what nobody may use now, on every node, and on again')
  for (const to of ['off', 'on'] as const) {
    const one = command
      .command(to)
      .description(to === 'off' ? 'refuse every call of it, within a second' : 'let it be used again')
      .addArgument(new Argument('<kind>', 'what it is').choices(kinds))
      .argument('<name>', 'which one; an object as type/key')
      .requiredOption('--why <text>', 'why, for the record')
    addOperatorOptions(one).action((kind: Switch['of'], name: string, options: Options) =>
      withCore(terminal, options.guard, ({ guard }) => turn(terminal, guard.switches, { to, kind, name, options })),
    )
  }
  addOperatorOptions(command.command('list').description('list what is switched off')).action(
    (options: OperatorOptions) =>
      withCore(terminal, options.guard, async ({ guard }) => list(terminal, guard.switches.list(), options)),
  )
}

interface Turn {
  readonly to: 'off' | 'on'
  readonly kind: Switch['of']
  readonly name: string
  readonly options: Options
}

async function turn(terminal: Terminal, switches: Switches, { to, kind, name, options }: Turn): Promise<void> {
  const [by, why, at] = [operatorName(options), locally(options.why), Date.now()]
  let isDone = true
  if (to === 'off') await switches.off({ of: kind, name, by, why, at })
  else isDone = await switches.on(kind, name, by, why, at)
  if (options.json === true) terminal.print(JSON.stringify({ of: kind, name, switched: to, changed: isDone }))
  else
    terminal.print(
      isDone ? `the ${kind} \`${name}\` is switched ${to}` : `the ${kind} \`${name}\` was not switched off`,
    )
}

function list(terminal: Terminal, switches: readonly Switch[], { json }: OperatorOptions): void {
  if (json === true) terminal.print(JSON.stringify(switches, null, 2))
  else if (switches.length === 0) terminal.print('nothing is switched off')
  else
    for (const { of, name, by, why, at } of switches)
      terminal.print(
        harmless(`${of} ${terminal.paint('bold', name)}  since ${new Date(at).toISOString()} by ${by}: ${why}`),
      )
}
