import { Command, CommanderError } from 'commander'
import * as approve from './commands/approve.ts'
import * as arazzo from './commands/arazzo.ts'
import * as check from './commands/check.ts'
import * as completion from './commands/completion.ts'
import * as diff from './commands/diff.ts'
import * as draft from './commands/draft.ts'
import * as explain from './commands/explain.ts'
import * as findings from './commands/findings.ts'
import * as guard from './commands/guard.ts'
import * as ledger from './commands/ledger.ts'
import * as mcp from './commands/mcp.ts'
import * as prove from './commands/prove.ts'
import * as redteam from './commands/redteam.ts'
import * as run from './commands/run.ts'
import * as settle from './commands/settle.ts'
import * as simulate from './commands/simulate.ts'
import * as standing from './commands/standing.ts'
import * as switches from './commands/switch.ts'
import * as test from './commands/test.ts'
import * as vault from './commands/vault.ts'
import * as verify from './commands/verify.ts'
import { harmless } from './prove/harmless.ts'
import { exitCodes, openTerminal, type Terminal } from './terminal.ts'
import { versionOfProgram } from './version.ts'

/** How a command adds itself to the program. */
export type Register = (program: Command, terminal: Terminal) => void

/** Every command, in the order of the help. */
const commands: readonly { readonly register: Register }[] = [
  draft,
  check,
  explain,
  test,
  prove,
  verify,
  findings,
  redteam,
  guard,
  approve,
  standing,
  switches,
  settle,
  run,
  mcp,
  vault,
  ledger,
  diff,
  simulate,
  arazzo,
  completion,
]

/**
 * Runs one command line and says what the process should end with: 0 fine, 1 failure, 2 denied or findings, 3 invalid charter.
 *
 * @param args - Without the program's own name.
 */
export async function main(
  args: readonly string[],
  terminal: Terminal = openTerminal(process.stdout, process.stderr, process.env),
): Promise<number> {
  const program = makeProgram(terminal)
  try {
    await program.parseAsync([...args], { from: 'user' })
    return terminal.exitCode()
  } catch (error) {
    // Commander throws for help and version too; those end with 0.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.fine : exitCodes.failure
    const message = error instanceof Error ? error.message : String(error)
    terminal.printError(`lockstep: ${harmless(message)}`)
    return exitCodes.failure
  }
}

/** The tree of commands, ready to parse. */
export function makeProgram(terminal: Terminal): Command {
  const program = new Command('lockstep')
    .description('Keeps API and AI-agent workflows inside the process their owner intended.')
    .version(versionOfProgram(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command]', 'print help for a command')
    .showHelpAfterError('(lockstep --help lists the commands)')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.print(text.trimEnd()),
      writeErr: (text) => terminal.printError(text.trimEnd()),
    })
  for (const { register } of commands) register(program, terminal)
  return program
}

// Started directly instead of through `bin/lockstep.js`: doing nothing would look like success.
if (import.meta.main) process.exitCode = await main(process.argv.slice(2))
