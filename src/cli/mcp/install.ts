/** `lockstep mcp install` and `uninstall`: the configuration files of MCP clients. */
import { copyFile, readFile, rename, stat, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { resolve } from 'node:path'
import { loadCharter } from '../../charter/load.ts'
import type { Terminal } from '../terminal.ts'
import { type ClientFile, type ClientName, clientFiles } from './clients.ts'
import { freeServers, type Guarding, guardServers, type Rewritten } from './rewrite.ts'

export interface InstallOptions {
  readonly charter?: string
  readonly client?: readonly ClientName[]
  readonly server?: readonly string[]
  readonly file?: string
  readonly as?: string
  readonly for?: string
  readonly roles?: readonly string[]
  readonly forRoles?: readonly string[]
  readonly write?: boolean
}

/** Puts the guard before the servers that the charter knows, or says what would change. */
export async function install(
  terminal: Terminal,
  options: InstallOptions & { readonly charter: string },
): Promise<void> {
  const { charter } = await loadCharter(options.charter)
  if (charter === undefined) throw new Error(`cannot read \`${options.charter}\`; lockstep check says why`)
  const sources = [...charter.sources.values()].filter(({ description }) => description.format === 'mcp')
  const known = new Set(sources.map(({ name }) => name))
  const [, program = 'lockstep'] = process.argv
  const guarding: Guarding = {
    command: process.execPath,
    argsFor: (server) => {
      if (!known.has(server) || options.server?.includes(server) === false) return undefined
      return [program, 'mcp', 'wrap', '--charter', resolve(options.charter), '--source', server, ...whoFor(options)]
    },
  }
  await forEach(terminal, options, ({ section }, text) => guardServers(text, section, guarding))
}

function whoFor({ as, for: person, roles, forRoles }: InstallOptions): readonly string[] {
  return [
    ...(as === undefined ? [] : ['--as', as]),
    ...(roles === undefined ? [] : ['--roles', ...roles]),
    ...(person === undefined ? [] : ['--for', person]),
    ...(forRoles === undefined ? [] : ['--for-roles', ...forRoles]),
  ]
}

/** Takes it away again. */
export function uninstall(terminal: Terminal, options: InstallOptions): Promise<void> {
  return forEach(terminal, options, ({ section }, text) => freeServers(text, section))
}

type Change = (file: ClientFile, text: string) => Rewritten

async function forEach(terminal: Terminal, options: InstallOptions, change: Change): Promise<void> {
  const machine = { platform: process.platform, home: homedir(), project: process.cwd(), env: terminal.env }
  const all = clientFiles(machine).filter(({ client }) => options.client?.includes(client) ?? true)
  const chosen = options.file === undefined ? all : [chosenFile(options.file, options.client)]
  let found = false
  for (const file of chosen) {
    const text = await readFile(file.path, 'utf8').catch(() => undefined)
    if (text === undefined) continue
    found = true
    await changeOne(terminal, file, text, change, options.write === true)
  }
  if (!found) terminal.print('no configuration of a client was found; `--file PATH --client NAME` names one')
  else if (options.write !== true) terminal.print('nothing was written: repeat it with --write')
}

function chosenFile(path: string, [client = 'claude-desktop']: readonly ClientName[] = []): ClientFile {
  const section = client === 'vscode' ? 'servers' : client === 'zed' ? 'context_servers' : 'mcpServers'
  return { client, path: resolve(path), section }
}

async function changeOne(
  terminal: Terminal,
  file: ClientFile,
  text: string,
  change: Change,
  write: boolean,
): Promise<void> {
  let rewritten: Rewritten
  try {
    rewritten = change(file, text)
  } catch {
    terminal.printError(`${file.path}: it is no JSON, and was left as it is`)
    terminal.finish('failure')
    return
  }
  const { changed, left } = rewritten
  terminal.print(`${terminal.paint('bold', file.client)}  ${file.path}`)
  for (const [name, why] of Object.entries(left)) terminal.print(terminal.paint('dim', `  ${name}: left, ${why}`))
  for (const line of differences(text, rewritten.text)) terminal.print(`  ${line}`)
  if (changed.length === 0 || !write) return
  await keepFirst(file.path)
  // Written beside it and moved: whoever reads meanwhile sees all of it.
  await writeFile(`${file.path}.lockstep-new`, rewritten.text, { mode: (await stat(file.path)).mode })
  await rename(`${file.path}.lockstep-new`, file.path)
  terminal.print(`  written; as it was: ${file.path}.lockstep-backup`)
}

/** What was there before we came is kept, whatever is written later. */
async function keepFirst(path: string): Promise<void> {
  const backup = `${path}.lockstep-backup`
  const there = await stat(backup).catch(() => undefined)
  if (there === undefined) await copyFile(path, backup)
}

/** The lines that are others, as far as they stand together. */
function differences(before: string, after: string): readonly string[] {
  const [old, fresh] = [before.split('\n'), after.split('\n')]
  let start = 0
  while (start < old.length && old[start] === fresh[start]) start += 1
  let end = 0
  while (end < Math.min(old.length, fresh.length) - start && old.at(-1 - end) === fresh.at(-1 - end)) end += 1
  const between = (lines: readonly string[]): readonly string[] => lines.slice(start, lines.length - end)
  return [...between(old).map((line) => `- ${line.trim()}`), ...between(fresh).map((line) => `+ ${line.trim()}`)]
}
