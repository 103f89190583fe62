import { readFile, writeFile } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Command } from 'commander'
import { type Diagnostic, hasErrors } from '../../charter/diagnostic.ts'
import { parseDuration } from '../../charter/duration.ts'
import { loadDescription } from '../../charter/load-description.ts'
import { readCharterFiles } from '../../charter/load-file.ts'
import { parseCharter } from '../../charter/parse.ts'
import type { RawCharter } from '../../charter/schema.ts'
import type { ApiDescription } from '../../charter/source/description.ts'
import { type Comparison, compareCharters, type Score, shareRight } from '../../draft/compare.ts'
import { draftCharter } from '../../draft/draft.ts'
import type { Evidence } from '../../draft/evidence.ts'
import { printDraft } from '../../draft/print.ts'
import { type Prober, probe } from '../../draft/probe.ts'
import { type Identities, openIdentities } from '../../prove/identity/identities.ts'
import { IdentityError } from '../../prove/identity/login.ts'
import { parseIdentities } from '../../prove/identity/parse-identities.ts'
import type { RawIdentities } from '../../prove/identity/schema.ts'
import { openTransport, type Transport } from '../../prove/transport/transport.ts'
import { printDiagnostics } from '../diagnostics.ts'
import { draftOfTools } from '../draft-tools.ts'
import type { Terminal } from '../terminal.ts'

interface Options {
  readonly identities?: string
  readonly server?: string
  readonly write?: boolean
  readonly out?: string
  readonly compare?: string
  readonly json?: boolean
  readonly mcp?: string | boolean
  readonly api?: string
  readonly name?: string
  readonly tools?: string
}

const preface = [
  'A draft. What stands without a comment is said by the API description; behind every guess stands why it was made.',
  'Go through the comments: correct what is wrong, delete what was confirmed. `lockstep check` says what is missing.',
]

/** `lockstep draft`: a first charter from an API description, better with a running API and people who can sign in. */
export function register(program: Command, terminal: Terminal): void {
  program
    .command('draft')
    .description('draft a charter from an OpenAPI description and a running API, or from the tools of an MCP server')
    .argument(
      '[openapi...]',
      'the description: a file or an http(s) address; with --mcp, behind `--`, the command of a server',
    )
    .option('--identities <file>', 'who can sign in; with at least two, the running API is looked at too')
    .option('--server <url>', 'the address of the running API, instead of the one the identities file gives')
    .option('--write', 'also create things, with made-up arguments, to see who may and who sees them')
    .option(
      '--mcp [tools]',
      'draft for tools: a file with their list, the address of a server, or nothing before a command',
    )
    .option('--api <openapi>', 'with --mcp: the description of the API behind the tools, to tie both together')
    .option('--name <source>', 'with --mcp: what the source is called')
    .option('--tools <file>', 'with --mcp: write the list of tools there, when it comes from a server')
    .option('--out <file>', 'write the charter there instead of printing it')
    .option('--compare <charter>', 'say how much of a finished charter the draft got right, instead of printing it')
    .option('--json', 'print one JSON document')
    .action((given: string[], options: Options) => begin(terminal, given, options))
}

async function begin(terminal: Terminal, given: readonly string[], options: Options): Promise<void> {
  if (options.mcp !== undefined) return runTools(terminal, given, options)
  const [openapi, ...more] = given
  if (openapi !== undefined && more.length === 0) return run(terminal, openapi, options)
  terminal.printError('lockstep: name one description, or use --mcp')
  terminal.finish('invalid')
}

async function runTools(terminal: Terminal, command: readonly string[], options: Options): Promise<void> {
  const { mcp, name, api, out, tools } = options
  const from = typeof mcp === 'string' ? mcp : undefined
  const drafted = await draftOfTools(terminal, { from, command, name, api, out, tools }, today())
  if ('diagnostics' in drafted) return refuse(terminal, drafted.diagnostics, options)
  await deliver(terminal, drafted.text, [], options)
}

const today = (): string => new Date().toISOString().slice(0, 10)

async function run(terminal: Terminal, openapi: string, options: Options): Promise<void> {
  const identities = await readIdentities(options.identities)
  if (identities.diagnostics.length > 0) return refuse(terminal, identities.diagnostics, options)
  const source = Object.keys(identities.file?.targets ?? {})[0] ?? 'api'
  const { description, diagnostics } = await loadDescription(source, openapi)
  if (description === undefined) return refuse(terminal, diagnostics, options)
  const { file } = identities
  const evidence = file === undefined ? undefined : await look(terminal, { description, file, options })
  const draft = draftCharter({
    description,
    evidence,
    url: urlFrom(openapi, options.out),
    server: options.server,
    today: today(),
  })
  const text = printDraft(draft, preface)
  if (options.compare !== undefined) return compare(terminal, text, options.compare, options)
  await deliver(terminal, text, diagnostics, options)
}

async function deliver(
  terminal: Terminal,
  text: string,
  diagnostics: readonly Diagnostic[],
  options: Options,
): Promise<void> {
  if (options.json === true) {
    const { charter } = parseCharter([{ file: 'draft', text }])
    terminal.print(JSON.stringify({ charter: charter?.raw ?? null, yaml: text, diagnostics }, null, 2))
  } else if (options.out === undefined) terminal.print(text.trimEnd())
  if (options.out === undefined) return
  await writeFile(options.out, text)
  terminal.printError(`wrote ${options.out}`)
}

async function readIdentities(
  path: string | undefined,
): Promise<{ file?: RawIdentities; diagnostics: readonly Diagnostic[] }> {
  if (path === undefined) return { diagnostics: [] }
  const { identities, diagnostics } = parseIdentities({ file: path, text: await readFile(path, 'utf8') })
  return identities === undefined ? { diagnostics } : { file: identities, diagnostics }
}

interface Looking {
  readonly description: ApiDescription
  readonly file: RawIdentities
  readonly options: Options
}

/** Signs in whoever can and looks at the running API; requests leave only to the hosts of the targets. */
async function look(terminal: Terminal, { description, file, options }: Looking): Promise<Evidence | undefined> {
  const targets = { ...file.targets, ...(options.server === undefined ? {} : { [description.source]: options.server }) }
  const server = targets[description.source] ?? ''
  const transport = openTransport({
    allowHosts: file.limits?.hosts ?? Object.values(targets).map((target) => new URL(target).host),
    maxRequests: file.limits?.requests ?? 2000,
    maxDurationMs: (file.limits?.minutes ?? 5) * 60_000,
    paceMs: parseDuration(file.limits?.pace ?? '') ?? 0,
    timeoutMs: 15_000,
    maxBodyBytes: 4_000_000,
    now: Date.now,
    sleep: async (ms, signal) => void (await wait(ms, undefined, signal === undefined ? {} : { signal })),
  })
  let count = 0
  const fresh = (): string => `${Date.now().toString(36)}${(count++).toString(36)}`
  const folder = dirname(options.identities ?? '.')
  const identities = openIdentities(file, transport, {
    readFile: (path) => readFile(join(folder, path), 'utf8'),
    env: terminal.env,
    now: Date.now,
    fresh,
    targets,
  })
  try {
    const people = await signIn(terminal, identities)
    if (people.length < 2) {
      terminal.printError('lockstep: the running API is not looked at: fewer than two people could sign in')
      return undefined
    }
    const writes = options.write === true ? 'create' : 'none'
    return await probe({
      description,
      server,
      people,
      anonymous: anonymously(transport),
      writes,
      random: () => 0.5,
      fresh,
    })
  } finally {
    terminal.printError(`lockstep: ${transport.used().requests} requests to ${server}`)
    await transport.close()
  }
}

function anonymously(transport: Transport): Prober['send'] {
  return (request) => transport.send(request)
}

async function signIn(terminal: Terminal, identities: Identities): Promise<Prober[]> {
  const people: Prober[] = []
  for (const name of identities.names) {
    try {
      const session = await identities.get(name)
      const { id, tenant } = session.principal
      people.push({ name, actors: session.actors, id, tenant, send: (request) => session.send(request) })
    } catch (error) {
      if (!(error instanceof IdentityError)) throw error
      terminal.printError(`lockstep: ${identities.redact(error.message)}`)
    }
  }
  return people
}

function refuse(terminal: Terminal, diagnostics: readonly Diagnostic[], options: Options): void {
  terminal.finish('invalid')
  if (options.json === true) terminal.print(JSON.stringify({ charter: null, diagnostics }, null, 2))
  else printDiagnostics(terminal, diagnostics, new Map())
}

/** As the charter will name it: beside itself, or an address. */
function urlFrom(openapi: string, out: string | undefined): string {
  if (/^https?:\/\//i.test(openapi)) return openapi
  const path = relative(dirname(resolve(out ?? 'charter.yaml')), resolve(openapi)).replaceAll('\\', '/')
  return path.startsWith('.') ? path : `./${path}`
}

async function compare(terminal: Terminal, draft: string, path: string, options: Options): Promise<void> {
  const drafted = parseCharter([{ file: 'draft', text: draft }]).charter
  const { raw, diagnostics } = await readRaw(path)
  if (raw === undefined || drafted === undefined) return refuse(terminal, diagnostics, options)
  const comparison = compareCharters(drafted.raw, raw)
  if (options.json === true) {
    const { total, kinds, differences } = comparison
    terminal.print(
      JSON.stringify({ share: shareRight(total), total, kinds: Object.fromEntries(kinds), differences }, null, 2),
    )
  } else printComparison(terminal, comparison)
}

async function readRaw(path: string): Promise<{ raw?: RawCharter; diagnostics: readonly Diagnostic[] }> {
  const { files, diagnostics } = await readCharterFiles(path)
  if (files.length === 0) return { diagnostics }
  const parsed = parseCharter(files)
  const all = [...diagnostics, ...parsed.diagnostics]
  return parsed.charter === undefined || hasErrors(all)
    ? { diagnostics: all }
    : { raw: parsed.charter.raw, diagnostics: all }
}

function printComparison(terminal: Terminal, { total, kinds, differences }: Comparison): void {
  const row = (name: string, score: Score): string => {
    const numbers = [score.right, score.wrong, score.missing, score.extra].map((each) => String(each).padStart(7))
    return `${name.padEnd(18)}${numbers.join('')}${`${Math.round(shareRight(score) * 100)} %`.padStart(8)}`
  }
  terminal.print(terminal.paint('bold', `${''.padEnd(18)}  right  wrong missing extra   share`))
  for (const [kind, score] of kinds) terminal.print(row(kind, score))
  terminal.print(terminal.paint('bold', row('all', total)))
  terminal.print('')
  for (const { kind, where, drafted, final } of differences) {
    if (final === undefined) continue
    terminal.print(
      `  ${kind} of ${where}: ${drafted === undefined ? 'not drafted' : `drafted ${drafted}`}, is ${final}`,
    )
  }
}
