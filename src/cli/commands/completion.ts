import { Argument, type Command } from 'commander'
import { completionScript, type Shell } from '../completion.ts'
import type { Terminal } from '../terminal.ts'

const shells: readonly Shell[] = ['bash', 'zsh', 'fish']

/** `lockstep completion SHELL`: the script that completes commands and options. */
export function register(program: Command, terminal: Terminal): void {
  program
    .command('completion')
    .description('print the completion script of a shell')
    .addArgument(new Argument('<shell>', 'the shell').choices(shells))
    .option('--json', 'print the commands and their options as JSON')
    .action((name: string, options: { json?: boolean }) => {
      const shell = shells.find((each) => each === name) ?? 'bash'
      terminal.print(completionScript(program, options.json === true ? 'json' : shell))
    })
}
