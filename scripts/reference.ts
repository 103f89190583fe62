import type { Command } from 'commander'
import { makeProgram } from '../src/cli/main.ts'
import { openTerminal } from '../src/cli/terminal.ts'

/** The reference of the command line: the help of every command, as `--help` prints it. */
export function commandLineText(): string {
  const silent = { write: () => true }
  const program = makeProgram(openTerminal(silent, silent, {}))
  const parts = commandsOf(program).map(({ name, command }) => {
    const help = command.configureHelp({ helpWidth: 120 }).helpInformation().trimEnd()
    return `## ${name}\n\n\`\`\`text\n${help}\n\`\`\`\n`
  })
  return ['# The command line\n\nMade from `--help` by `npm run generate`.\n', ...parts].join('\n')
}

function commandsOf(parent: Command, path = 'lockstep'): { name: string; command: Command }[] {
  return parent.commands
    .filter((command) => command.name() !== 'help')
    .flatMap((command) => {
      const name = `${path} ${command.name()}`
      return command.commands.length > 0 ? commandsOf(command, name) : [{ name, command }]
    })
}
