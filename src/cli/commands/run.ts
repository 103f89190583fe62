import { Argument, type Command } from 'commander'
import type { Cut } from '../../guard/runs.ts'
import type { RunState } from '../../guard/store.ts'
import { addOperatorOptions, type OperatorOptions, withOffice } from '../guard/operator.ts'
import type { RunLine, RunOffice } from '../guard/run-office.ts'
import { harmless } from '../prove/harmless.ts'
import { collect } from '../prove/options.ts'
import type { Terminal } from '../terminal.ts'

interface StartOptions extends OperatorOptions {
  readonly workflow?: string
  readonly tool?: readonly string[]
  readonly purpose?: string
}

interface ListOptions extends OperatorOptions {
  readonly all?: boolean
}

interface EndOptions extends OperatorOptions {
  readonly why: string
}

/** `lockstep run`: runs of agents. */
export function register(program: Command, terminal: Terminal): void {
  const command = program.command('run').description('see the runs of agents, begin and end them')
  const withRuns = (options: OperatorOptions, work: (runs: RunOffice) => Promise<void>): Promise<void> =>
    withOffice(terminal, options, ({ runs }) => work(runs))
  const start = command
    .command('start')
    .description('begin a run as the agent whose credential is in the variable; prints the handle for `Lockstep-Run`')
    .option('--workflow <name>', 'of which workflow; that of the agent, where it has one')
    .option('--tool <operation>', 'an operation it needs and no other; may be given several times', collect)
    .option('--purpose <text>', 'what it is for, in the words of whoever it is for')
  addOperatorOptions(start).action((options: StartOptions) =>
    withRuns(options, (runs) => begin(terminal, runs, options)),
  )
  const list = command
    .command('list')
    .description('list the runs that are open')
    .option('--all', 'those that are over, too')
  addOperatorOptions(list).action((options: ListOptions) =>
    withRuns(options, async (runs) => print(terminal, await runs.list(statesFor(options)), options)),
  )
  addOperatorOptions(command.command('show').description('show one run').argument('<run>', 'which one')).action(
    (run: string, options: OperatorOptions) =>
      withRuns(options, async (runs) => {
        const found = await runs.get(run)
        if (found === undefined) throw new Error(`there is no run ${run}`)
        print(terminal, [found], options)
      }),
  )
  const end = command
    .command('end')
    .description('end a run, on every node within a second')
    .argument('<run>', 'which one')
    .requiredOption('--why <text>', 'why, for the record')
  addOperatorOptions(end).action((run: string, options: EndOptions) =>
    withRuns(options, async (runs) =>
      told(terminal, await runs.end(run, 'ended', options.why), `the run ${run}`, options),
    ),
  )
  const revoke = command
    .command('revoke')
    .description('take back a run, a token with all that came of it, or all that an agent or a person was given before')
    .addArgument(new Argument('<kind>', 'what it is').choices(['run', 'token', 'agent', 'person']))
    .argument('<name>', 'which one')
    .requiredOption('--why <text>', 'why, for the record')
  addOperatorOptions(revoke).action((kind: Cut['of'] | 'run', name: string, options: EndOptions) =>
    withRuns(options, async (runs) => {
      const done = kind === 'run' ? await runs.end(name, 'revoked', options.why) : await cut(runs, kind, name, options)
      const what =
        kind === 'run' || kind === 'token' ? `the ${kind} ${name}` : `what the ${kind} ${name} was given before`
      told(terminal, done, what, options)
    }),
  )
}

async function cut(runs: RunOffice, of: Cut['of'], name: string, { why }: EndOptions): Promise<true> {
  await runs.cut({ of, name }, why)
  return true
}

async function begin(
  terminal: Terminal,
  runs: RunOffice,
  { workflow, tool, purpose, json }: StartOptions,
): Promise<void> {
  const begun = await runs.begin({
    ...(workflow === undefined ? {} : { workflow }),
    ...(tool === undefined ? {} : { tools: tool }),
    ...(purpose === undefined ? {} : { purpose }),
  })
  terminal.print(json === true ? JSON.stringify(begun) : begun.handle)
}

function statesFor({ all }: ListOptions): readonly RunState[] {
  return all === true ? ['open', 'ended', 'revoked'] : ['open']
}

function told(terminal: Terminal, done: boolean, what: string, { json }: OperatorOptions): void {
  if (!done) terminal.finish('denied')
  if (json === true) terminal.print(JSON.stringify({ done }))
  else terminal.print(harmless(done ? `${what} counts no more` : `${what} is not open`))
}

function print(terminal: Terminal, all: readonly RunLine[], { json }: OperatorOptions): void {
  if (json === true) terminal.print(JSON.stringify(all, null, 2))
  else if (all.length === 0) terminal.print('no run is open')
  else
    for (const { run, state, agents, person, workflow, tools, purpose, expires, why } of all) {
      const whose = person === undefined ? '' : ` for ${person}`
      const flow = workflow === undefined ? '' : `  ${workflow}`
      terminal.print(harmless(`${terminal.paint('bold', run)}  ${agents.join(', ')}${whose}${flow}  ${state}`))
      terminal.print(
        harmless(`  until ${expires}${tools === undefined ? '' : `, with ${tools.join(', ') || 'no operation'}`}`),
      )
      if (purpose !== undefined) terminal.print(harmless(`  ${JSON.stringify(purpose)}`))
      if (why !== undefined) terminal.print(harmless(`  ${why}`))
    }
}
