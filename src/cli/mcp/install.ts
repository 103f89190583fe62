/** `lockstep mcp install` and `uninstall`: the configuration files of MCP clients. */
import { copyFile, readFile, realpath, rename, stat, writeFile } from 'node:fs/promises'
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
  readonly tenant?: string
  readonly write?: boolean
  readonly json?: boolean
}

/** What became of one file. */
interface Done {
  readonly client: ClientName
  readonly file: string
  readonly changed: readonly string[]
  readonly left: Readonly<Record<string, string>>
  readonly written: boolean
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

function whoFor({ as, for: person, roles, forRoles, tenant }: InstallOptions): readonly string[] {
  return [
    ...(as === undefined ? [] : ['--as', as]),
    ...(roles === undefined ? [] : ['--roles', ...roles]),
    ...(person === undefined ? [] : ['--for', person]),
    ...(forRoles === undefined ? [] : ['--for-roles', ...forRoles]),
    ...(tenant === undefined ? [] : ['--tenant', tenant]),
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
  const done: Done[] = []
  const say = options.json === true ? () => undefined : (line: string) => terminal.print(line)
  for (const file of chosen) {
    const text = await readFile(file.path, 'utf8').catch(() => undefined)
    if (text === undefined) continue
    const one = await changeOne(terminal, say, { file, text, change, write: options.write === true })
    if (one !== undefined) done.push(one)
  }
  if (options.json === true) terminal.print(JSON.stringify(done, null, 2))
  if (done.length === 0) say('no configuration of a client was found; `--file PATH --client NAME` names one')
  else if (options.write !== true) say('nothing was written: repeat it with --write')
}

function chosenFile(path: string, [client = 'claude-desktop']: readonly ClientName[] = []): ClientFile {
  const section = client === 'vscode' ? 'servers' : client === 'zed' ? 'context_servers' : 'mcpServers'
  return { client, path: resolve(path), section }
}

async function changeOne(
  terminal: Terminal,
  say: (line: string) => void,
  { file, text, change, write }: { file: ClientFile; text: string; change: Change; write: boolean },
): Promise<Done | undefined> {
  let rewritten: Rewritten
  try {
    rewritten = change(file, text)
  } catch {
    terminal.printError(`${file.path}: it is no JSON, and was left as it is`)
    terminal.finish('failure')
    return undefined
  }
  const { changed, left } = rewritten
  const written = changed.length > 0 && write
  const done = { client: file.client, file: file.path, changed, left, written }
  say(`${terminal.paint('bold', file.client)}  ${file.path}`)
  for (const [name, why] of Object.entries(left)) say(terminal.paint('dim', `  ${name}: left, ${why}`))
  for (const line of differences(text, rewritten.text)) say(`  ${line}`)
  if (!written) return done
  // What is a link stays one.
  const path = await realpath(file.path)
  await keepFirst(path)
  // Written beside it and moved: whoever reads meanwhile sees all of it.
  await writeFile(`${path}.lockstep-new`, rewritten.text, { mode: (await stat(path)).mode })
  await rename(`${path}.lockstep-new`, path)
  say(`  written; as it was: ${path}.lockstep-backup`)
  return done
}

/** What was there before we came is kept, whatever is written later. */
async function keepFirst(path: string): Promise<void> {
  const backup = `${path}.lockstep-backup`
  const there = await stat(backup).catch(() => undefined)
  if (there === undefined) await copyFile(path, backup)
}

/** The lines that are others, as far as they stand together; what the environment or a header of a server holds is not shown. */
function differences(before: string, after: string): readonly string[] {
  const [old, fresh] = [before.split('\n'), after.split('\n')]
  let start = 0
  while (start < old.length && old[start] === fresh[start]) start += 1
  let end = 0
  while (end < Math.min(old.length, fresh.length) - start && old.at(-1 - end) === fresh.at(-1 - end)) end += 1
  const between = (lines: readonly string[]): readonly string[] => lines.slice(start, lines.length - end)
  const shown = (line: string): string =>
    line
      .trim()
      .replaceAll(/("(?:[A-Z][A-Z0-9_]+|[Aa]uthorization|[Xx]-[Aa][Pp][Ii]-[Kk]ey)"\s*:\s*)"(?:[^"\\]|\\.)*"/g, '$1"…"')
  return [...between(old).map((line) => `- ${shown(line)}`), ...between(fresh).map((line) => `+ ${shown(line)}`)]
}
