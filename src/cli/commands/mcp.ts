import { type Command, Option } from 'commander'
import { addOperatorOptions } from '../guard/operator.ts'
import { clientNames } from '../mcp/clients.ts'
import { approve, type HeldOptions, held } from '../mcp/held.ts'
import { type InstallOptions, install, uninstall } from '../mcp/install.ts'
import { type WrapOptions, wrap } from '../mcp/wrap.ts'
import type { Terminal } from '../terminal.ts'

/** `lockstep mcp`: MCP servers that clients start themselves, behind the guard. */
export function register(program: Command, terminal: Terminal): void {
  const command = program.command('mcp').description('put MCP servers that clients start themselves behind the guard')
  addWho(
    command
      .command('wrap')
      .description('start one MCP server behind the guard, for the client on the other end of the pipe')
      .argument('<command...>', 'the server and its arguments, after `--`')
      .requiredOption('--charter <file>', 'the charter')
      .option('--source <name>', 'which MCP source of the charter it is, where it has several')
      .option('--state <folder>', 'where state and ledger are, relative to the charter', '.lockstep/mcp'),
  ).action((started: readonly string[], options: WrapOptions) => wrap(terminal, started, options))
  addWho(
    addWhere(
      command
        .command('install')
        .description('put the guard before the servers in the configuration of MCP clients')
        .requiredOption('--charter <file>', 'the charter; servers are guarded that are called as its MCP sources')
        .option('--server <name...>', 'these servers only'),
    ),
  ).action((options: InstallOptions & { readonly charter: string }) => install(terminal, options))
  addOperatorOptions(
    command.command('held').description('show tools that are not as they were approved, and how they differ'),
  ).action((options: HeldOptions) => held(terminal, options))
  addOperatorOptions(
    command
      .command('approve')
      .description('approve a tool as its server describes it now')
      .argument('<tool>', 'as SOURCE.TOOL')
      .requiredOption('--pin <pin>', 'what you looked at: the pin that `lockstep mcp held` shows'),
  ).action((name: string, options: HeldOptions & { readonly pin: string }) => approve(terminal, name, options))
  addWhere(command.command('uninstall').description('take the guard out of the configuration of MCP clients')).action(
    (options: InstallOptions) => uninstall(terminal, options),
  )
}

function addWho(command: Command): Command {
  return command
    .option('--as <agent>', 'who the client is')
    .option('--roles <role...>', 'its roles; without them, its name')
    .option('--for <person>', 'whom it acts for')
    .option('--for-roles <role...>', 'the roles of that person')
    .option('--tenant <name>', 'the tenant of both')
}

function addWhere(command: Command): Command {
  return command
    .addOption(new Option('--client <name...>', 'these clients only').choices(clientNames))
    .option('--file <path>', 'this file only, in the format of --client')
    .option('--write', 'change the files, and keep what they were')
    .option('--json', 'print one JSON document')
}
