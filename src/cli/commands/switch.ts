import { Argument, type Command } from 'commander'
import type { Switch } from '../../guard/store.ts'
import type { Office } from '../guard/office.ts'
import { addOperatorOptions, type OperatorOptions, withOffice } from '../guard/operator.ts'
import { harmless } from '../prove/harmless.ts'
import type { Terminal } from '../terminal.ts'

const kinds = ['principal', 'agent', 'workflow', 'operation', 'tenant', 'object', 'run'] as const

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
      withOffice(terminal, options, (office) => turn(terminal, office, { to, kind, name, options })),
    )
  }
  addOperatorOptions(command.command('list').description('list what is switched off')).action(
    (options: OperatorOptions) =>
      withOffice(terminal, options, async (office) => list(terminal, await office.switches(), options)),
  )
}

interface Turn {
  readonly to: 'off' | 'on'
  readonly kind: Switch['of']
  readonly name: string
  readonly options: Options
}

async function turn(terminal: Terminal, office: Office, { to, kind, name, options }: Turn): Promise<void> {
  let isDone = true
  if (to === 'off') await office.off(kind, name, options.why)
  else isDone = await office.on(kind, name, options.why)
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
