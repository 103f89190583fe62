/** Puts the guard before the servers of a client's configuration, and takes it away again. Comments and layout stay. Pure. */
import { spanAt } from '../../gateway/mcp/json-span.ts'
import { isRecord } from '../../wire/to-http.ts'

/** How the guard is started before a server, up to `--`. */
export interface Guarding {
  readonly command: string
  /** Undefined for a server that is not to be guarded. */
  argsFor(server: string): readonly string[] | undefined
}

export interface Rewritten {
  readonly text: string
  readonly changed: readonly string[]
  /** Server → why it was left as it is. */
  readonly left: Readonly<Record<string, string>>
}

interface Started {
  readonly command: string
  readonly args: readonly string[]
  /** Where the two stand below the server. */
  readonly at: { readonly command: readonly string[]; readonly args: readonly string[] }
}

/** @throws {SyntaxError} when the text is no JSON, comments and trailing commas aside. */
export function guardServers(text: string, section: string, guarding: Guarding): Rewritten {
  return rewrite(text, section, (name, { command, args }) => {
    if (isGuarded(args)) return 'it is behind the guard already'
    const own = guarding.argsFor(name)
    if (own === undefined) return 'the charter has no MCP source of this name'
    return { command: guarding.command, args: [...own, '--', command, ...args] }
  })
}

/** @throws {SyntaxError} as above. */
export function freeServers(text: string, section: string): Rewritten {
  return rewrite(text, section, (_name, { args }) => {
    if (!isGuarded(args)) return 'it is not behind the guard'
    const [command = '', ...rest] = args.slice(args.indexOf('--') + 1)
    return { command, args: rest }
  })
}

function isGuarded(args: readonly string[]): boolean {
  const at = args.indexOf('mcp')
  return at !== -1 && at <= 1 && args[at + 1] === 'wrap' && args.includes('--')
}

type Change = (name: string, started: Started) => Pick<Started, 'command' | 'args'> | string

function rewrite(given: string, section: string, change: Change): Rewritten {
  const changed: string[] = []
  const left: Record<string, string> = {}
  let text = given
  for (const place of placesOf(JSON.parse(plainJson(given)), section))
    for (const [name, server] of Object.entries(serversAt(given, place))) {
      const started = startedBy(server)
      const next = started === undefined ? 'it is no program that is started' : change(name, started)
      const put =
        started === undefined || typeof next === 'string' ? undefined : putIn(text, [...place, name], started, next)
      if (put === undefined) left[name] = typeof next === 'string' ? next : 'it is written twice'
      else {
        text = put
        changed.push(name)
      }
    }
  return { text, changed, left }
}

/** Where servers stand: those of everywhere, and of Claude Code those that somebody has in one project. */
function placesOf(config: unknown, section: string): readonly (readonly string[])[] {
  const projects = memberOf(config, 'projects')
  return [[section], ...Object.keys(isRecord(projects) ? projects : {}).map((path) => ['projects', path, section])]
}

function serversAt(text: string, place: readonly string[]): Readonly<Record<string, unknown>> {
  const found = place.reduce(memberOf, JSON.parse(plainJson(text)))
  return isRecord(found) ? found : {}
}

/** The text with another start of a server; undefined where that is not what is read of it then. */
function putIn(
  text: string,
  server: readonly string[],
  started: Started,
  next: Pick<Started, 'command' | 'args'>,
): string | undefined {
  const changed = put(text, server, started, next)
  const read = startedBy(server.reduce(memberOf, JSON.parse(plainJson(changed))))
  const isSo = read?.command === next.command && JSON.stringify(read.args) === JSON.stringify(next.args)
  return isSo ? changed : undefined
}

function startedBy(server: unknown): Started | undefined {
  if (!isRecord(server)) return undefined
  const { command } = server
  const nested = isRecord(command) ? command : undefined
  const program = nested === undefined ? command : nested['path']
  const args = (nested ?? server)['args'] ?? []
  if (typeof program !== 'string' || !Array.isArray(args)) return undefined
  const at =
    nested === undefined
      ? { command: ['command'], args: ['args'] }
      : { command: ['command', 'path'], args: ['command', 'args'] }
  return { command: program, args: args.map(String), at }
}

function put(
  text: string,
  server: readonly string[],
  { at }: Started,
  next: Pick<Started, 'command' | 'args'>,
): string {
  const args = JSON.stringify(next.args).replaceAll('","', '", "')
  const there = spanAt(plainJson(text), [...server, ...at.args])
  const known = there === undefined ? text : text.slice(0, there[0]) + args + text.slice(there[1])
  const program = spanAt(plainJson(known), [...server, ...at.command])
  if (program === undefined) return text
  const written = JSON.stringify(next.command) + (there === undefined ? `, "args": ${args}` : '')
  return known.slice(0, program[0]) + written + known.slice(program[1])
}

function memberOf(value: unknown, name: string): unknown {
  return isRecord(value) ? value[name] : undefined
}

/** The text with blanks for comments and trailing commas: every character stays where it is. */
export function plainJson(text: string): string {
  const blank = (found: string): string => found.replaceAll(/[^\r\n]/g, ' ')
  const parts = /"(?:[^"\\]|\\.)*"|\/\/[^\r\n]*|\/\*[\s\S]*?\*\//g
  const bare = text.replaceAll(parts, (found) => (found.startsWith('"') ? found : blank(found)))
  return bare.replaceAll(/"(?:[^"\\]|\\.)*"|,(?=\s*[}\]])/g, (found) => (found === ',' ? ' ' : found))
}
