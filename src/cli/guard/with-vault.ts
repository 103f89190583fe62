/** Opens the vault of a guard file for one command, which may run beside a guard that serves. */
import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import type { Charter } from '../../charter/charter.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import { globMatches, parsePlace, type Scope } from '../../vault/scope.ts'
import { collect } from '../prove/options.ts'
import type { Terminal } from '../terminal.ts'
import { versionOfProgram } from '../version.ts'
import { openCore } from './core.ts'
import { loadOrRefuse } from './load-or-refuse.ts'
import { operatorName } from './person.ts'
import { openSecrets } from './secrets.ts'
import { type OpenVault, openVault } from './vault.ts'

/** What every command of the vault takes. */
export interface VaultOptions {
  readonly guard: string
  readonly asPerson?: string
  readonly json?: boolean
}

/** At work on a vault. `by` is who it is on the record. */
export interface AtVault {
  readonly vault: OpenVault
  readonly charter: Charter
  readonly ledger: Ledger
  readonly by: string
}

/** Adds the options that say which vault, and who acts. */
export function addVaultOptions(command: Command): Command {
  return command
    .option('--guard <file>', 'the guard file', 'guard.yaml')
    .option('--as-person <id>', 'who you are (default: your name on this machine)')
    .option('--json', 'print one JSON document')
}

/** @throws {VaultError} when it cannot be opened. */
export async function withVault(
  terminal: Terminal,
  options: VaultOptions,
  work: (at: AtVault) => Promise<void>,
): Promise<void> {
  const ready = await loadOrRefuse(terminal, options.guard)
  if (ready === undefined) return
  const secrets = openSecrets(terminal.env, ready.folder)
  const core = await openCore(ready, { secrets, version: versionOfProgram() })
  try {
    const vault = await openVault(ready, { secrets, env: terminal.env, ledger: core.ledger })
    const { asPerson } = options
    const by = operatorName(asPerson === undefined ? {} : { as: asPerson })
    try {
      await work({ vault, charter: ready.charter, ledger: core.ledger, by })
    } finally {
      await vault.close()
    }
  } finally {
    await core.close()
  }
}

/** Options that say where a value comes from. */
export interface ValueOptions {
  readonly fromFile?: string
  readonly fromStdin?: boolean
  readonly fromEnv?: string
}

/** Adds them. */
export function addValueOptions(command: Command): Command {
  return command
    .option('--from-file <file>', 'the value is in this file')
    .option('--from-stdin', 'the value comes over the standard input')
    .option('--from-env <variable>', 'the value is in this variable of the environment')
}

/** A value; a line end after it is not part of it. There is no option for the value itself: arguments are seen by everybody. */
export async function readValue(terminal: Terminal, options: ValueOptions): Promise<string | undefined> {
  const { fromFile, fromStdin, fromEnv } = options
  const ways = [fromFile, fromStdin, fromEnv].filter((way) => way !== undefined)
  if (ways.length > 1) throw new Error('a value comes from one place: --from-file, --from-stdin or --from-env')
  if (fromFile !== undefined) return withoutLineEnd(await readFile(fromFile, 'utf8'))
  if (fromStdin === true) return withoutLineEnd(Buffer.concat(await process.stdin.toArray()).toString('utf8'))
  if (fromEnv === undefined) return undefined
  const value = terminal.env[fromEnv] ?? ''
  if (value === '') throw new Error(`the variable ${fromEnv} is missing or empty`)
  return value
}

function withoutLineEnd(text: string): string {
  return text.replace(/\r?\n$/, '')
}

/** Options that say what a secret is for. */
export interface ScopeOptions {
  readonly for?: string
  readonly operation?: readonly string[]
  readonly agent?: string
  readonly as?: string
  readonly placeholder?: boolean
}

/** Adds them. */
export function addScopeOptions(command: Command): Command {
  return command
    .option(
      '--operation <glob>',
      'for these operations, as desk.get_order or desk.*; may be given several times',
      collect,
    )
    .option('--for <workflow>', 'in this workflow only')
    .option('--agent <id>', 'for this agent only')
    .option('--as <place>', 'header:NAME=TEMPLATE, basic:USER, query:NAME, body:/POINTER or env:NAME; {} is the value')
    .option('--placeholder', 'only where the caller wrote its placeholder')
}

/** The scopes they say, checked against the charter. @throws when nothing fits, so that a slip of the pen is not found out by a refused call. */
export function scopesOf(options: ScopeOptions, charter: Charter): readonly Scope[] {
  const { for: workflow, operation = [], agent, as, placeholder } = options
  if (as === undefined || operation.length === 0) throw new Error('say what it is for: --operation and --as')
  if (workflow !== undefined && !charter.workflows.has(workflow))
    throw new Error(`the charter has no workflow \`${workflow}\``)
  const place = parsePlace(as)
  return operation.map((glob) => {
    const isKnown =
      [...charter.operations.keys()].some((id) => globMatches(glob, id)) ||
      [...charter.sources.keys()].some((source) => glob === `${source}.*`)
    if (!isKnown) throw new Error(`no operation of the charter fits \`${glob}\``)
    return {
      operation: glob,
      ...(workflow === undefined ? {} : { workflow }),
      ...(agent === undefined ? {} : { agent }),
      as: place,
      ...(placeholder === true ? { placeholder: true } : {}),
    }
  })
}
