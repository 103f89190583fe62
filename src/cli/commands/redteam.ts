import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Command } from 'commander'
import type { Charter } from '../../charter/charter.ts'
import { hasErrors } from '../../charter/diagnostic.ts'
import { loadCharter } from '../../charter/load.ts'
import { runAgent } from '../../redteam/agent-process.ts'
import { type CampaignEvent, runCampaign } from '../../redteam/campaign.ts'
import { type Reach, serversOf } from '../../redteam/client-config.ts'
import { Director } from '../../redteam/director.ts'
import { parseJson } from '../../redteam/json-leaf.ts'
import type { Payload } from '../../redteam/payload.ts'
import { payloadSetVersion, payloads } from '../../redteam/payloads/set.ts'
import { printRedteamJson } from '../../redteam/report/json.ts'
import { printRedteamJunit } from '../../redteam/report/junit.ts'
import { printRedteamSarif } from '../../redteam/report/sarif.ts'
import { type RedteamReport, summaryOf } from '../../redteam/report/summary.ts'
import { printRedteamTerminal, printResult } from '../../redteam/report/terminal.ts'
import { type Behind, openSession } from '../../redteam/session.ts'
import { pipeTo } from '../../redteam/stdio-relay.ts'
import { printDiagnostics } from '../diagnostics.ts'
import { plainJson } from '../mcp/rewrite.ts'
import { harmless } from '../prove/harmless.ts'
import { onInterrupt } from '../prove/interrupt.ts'
import { collect, duration, wholeNumber } from '../prove/options.ts'
import type { Terminal } from '../terminal.ts'

interface Options {
  readonly config?: string
  readonly charter?: string
  readonly behind?: readonly string[]
  readonly payload?: readonly string[]
  readonly check?: string
  readonly reset?: string
  readonly maxCalls: number
  readonly maxMinutes: number
  readonly timeout: number
  readonly allowHost?: readonly string[]
  readonly report?: readonly string[]
  readonly json?: boolean
  readonly list?: boolean
  readonly pipe?: string
}

/** What is read before anything is started. */
interface Ready {
  readonly config: unknown
  readonly servers: Readonly<Record<string, Reach>>
  readonly behind: readonly Behind[]
  readonly chosen: readonly Payload[]
  readonly agent: readonly [string, ...string[]]
  readonly charter?: Charter
}

const printers: Readonly<Record<string, (report: RedteamReport, at: string) => string>> = {
  json: printRedteamJson,
  sarif: printRedteamSarif,
  junit: printRedteamJunit,
}

/** `lockstep redteam`: whether an agent follows what stands in the answers of its tools. */
export function register(program: Command, terminal: Terminal): void {
  program
    .command('redteam')
    .description('plant orders in what the tools of an agent return, and see whether it follows them')
    .argument('[agent...]', 'the command of the agent, after `--`; `{config}` is the configuration it is to use')
    .option('--config <file>', 'the MCP client configuration of the agent (JSON)')
    .option('--charter <file>', 'what may be believed, what is secret, what only reads')
    .option('--behind <name=port=url>', 'a guard finds this server at the port during the test (repeatable)', collect)
    .option('--payload <id>', 'only this payload, or this family (repeatable)', collect)
    .option('--check <command>', 'ends with 0 when the task was done')
    .option('--reset <command>', 'puts everything back, before each run')
    .option('--max-calls <number>', 'calls of tools in one run', wholeNumber(1, 10_000), 100)
    .option('--max-minutes <number>', 'stop after so many minutes', wholeNumber(1, 1440), 30)
    .option('--timeout <duration>', 'longest time of one run', duration, 120_000)
    .option('--allow-host <host>', 'a host beside this machine that servers may be on (repeatable)', collect)
    .option('--report <report=file>', `write a report: ${Object.keys(printers).join(', ')} (repeatable)`, collect)
    .option('--json', 'print one JSON document')
    .option('--list', 'print the payloads; run nothing')
    .option('--pipe <address>', 'for its own use: what agents start instead of a server')
    .action(async (agent: readonly string[], options: Options) => {
      if (options.pipe !== undefined) return pipeTo(options.pipe, process.stdin, process.stdout)
      if (options.list === true) return listPayloads(terminal)
      const ready = await makeReady(terminal, agent, options)
      if (ready !== undefined) await runTest(terminal, ready, { ...options, version: program.version() ?? 'unknown' })
    })
}

function listPayloads(terminal: Terminal): void {
  terminal.print(`version ${payloadSetVersion} of the set, ${payloads.length} payloads`)
  for (const { id, version, family, place, language } of payloads)
    terminal.print(`  ${`${id}@${version}`.padEnd(30)}  ${family.padEnd(24)}  ${place.padEnd(12)}  ${language ?? 'en'}`)
}

async function makeReady(terminal: Terminal, agent: readonly string[], options: Options): Promise<Ready | undefined> {
  const refuse = (why: string): undefined => {
    terminal.printError(`lockstep: ${harmless(why)}`)
    terminal.finish('invalid')
    return undefined
  }
  const [command, ...args] = agent
  if (command === undefined) return refuse('say how the agent is started, after `--`')
  if (options.config === undefined) return refuse('say with `--config` how the agent reaches its servers')
  for (const each of options.report ?? [])
    if (!Object.hasOwn(printers, each.split('=')[0] ?? '') || !each.includes('='))
      return refuse(`a report is written REPORT=FILE, with one of ${Object.keys(printers).join(', ')}`)
  const charter = options.charter === undefined ? undefined : await readCharter(terminal, options.charter)
  if (options.charter !== undefined && charter === undefined) return undefined
  try {
    const config = parseJson(plainJson(await readFile(options.config, 'utf8')))
    const servers = serversOf(config, plainEnv(terminal))
    const behind = (options.behind ?? []).map(behindOf)
    const far = farFrom([...Object.values(servers), ...behind], options.allowHost ?? [])
    if (far !== undefined) return refuse(`\`${far}\` is another machine: allow it with \`--allow-host ${far}\``)
    const chosen = chosenOf(options.payload)
    if (chosen.length === 0) return refuse('there is no such payload or family: `lockstep redteam --list` has all')
    return { config, servers, behind, chosen, agent: [command, ...args], ...(charter === undefined ? {} : { charter }) }
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error))
  }
}

async function readCharter(terminal: Terminal, file: string): Promise<Charter | undefined> {
  const { charter, diagnostics, texts } = await loadCharter(file)
  if (charter !== undefined && !hasErrors(diagnostics)) return charter
  printDiagnostics(
    terminal,
    diagnostics.filter((each) => each.severity === 'error'),
    texts,
  )
  terminal.finish('invalid')
  return undefined
}

function chosenOf(names: readonly string[] | undefined): readonly Payload[] {
  return names === undefined
    ? payloads
    : payloads.filter(({ id, family }) => names.includes(id) || names.includes(family))
}

function behindOf(text: string): Behind {
  const [, server = '', port, url = ''] = /^([^=]+)=(\d+)=(https?:\/\/.+)$/.exec(text) ?? []
  if (port === undefined) throw new TypeError('`--behind` is written NAME=PORT=URL')
  return { server, port: Number(port), url }
}

/** The first host that is neither this machine nor allowed. */
function farFrom(all: readonly (Reach | Behind)[], allowed: readonly string[]): string | undefined {
  const hosts = all.flatMap((each) => ('url' in each ? [new URL(each.url).hostname] : []))
  return hosts.find((host) => !/^(localhost|127(\.\d+){3}|\[::1\])$/.test(host) && !allowed.includes(host))
}

function plainEnv({ env }: Terminal): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  )
}

type Running = Options & { readonly version: string }

async function runTest(terminal: Terminal, ready: Ready, options: Running): Promise<void> {
  const { charter } = ready
  const between = ready.behind.length > 0
  const director = new Director({ between, maxCalls: options.maxCalls, ...(charter === undefined ? {} : { charter }) })
  const folder = await mkdtemp(join(tmpdir(), 'lockstep-redteam-'))
  const session = await openSession({ ...ready, director, pipe })
  const startedAt = new Date().toISOString()
  const stopping = new AbortController()
  const listening = onInterrupt(() => stopping.abort())
  const around = { terminal, options, signal: stopping.signal }
  try {
    const file = join(folder, 'config.json')
    await writeFile(file, JSON.stringify(session.config, null, 2), { mode: 0o600 })
    const outcome = await runCampaign({
      director,
      payloads: ready.chosen,
      run: () => runAgent(commandOf(ready.agent, file, around)),
      now: Date.now,
      deadline: Date.now() + options.maxMinutes * 60_000,
      signal: stopping.signal,
      ...(charter === undefined ? {} : { charter }),
      ...hook('check', options.check, (command) => succeeds(command, around)),
      ...hook('reset', options.reset, async (command) => void (await succeeds(command, around))),
      ...(options.json === true ? {} : { listen: (event: CampaignEvent) => tell(terminal, event) }),
    })
    const agent = ready.agent.join(' ')
    const head = { agent, startedAt, version: options.version, payloadSet: payloadSetVersion, guarded: between }
    await finish(terminal, { ...head, outcome }, options)
  } finally {
    listening()
    await session.close()
    await rm(folder, { recursive: true, force: true })
  }
}

function hook<N extends 'check' | 'reset', T>(
  name: N,
  command: string | undefined,
  run: (command: string) => Promise<T>,
): Partial<Record<N, () => Promise<T>>> {
  const made: Partial<Record<N, () => Promise<T>>> = {}
  if (command !== undefined) made[name] = () => run(command)
  return made
}

interface Around {
  readonly terminal: Terminal
  readonly options: Options
  readonly signal: AbortSignal
}

function commandOf(
  [command, ...args]: Ready['agent'],
  file: string,
  { terminal, options, signal }: Around,
): Parameters<typeof runAgent>[0] {
  const filled = args.map((each) => each.replaceAll('{config}', file))
  const env = { ...plainEnv(terminal), LOCKSTEP_REDTEAM_CONFIG: file }
  return { command, args: filled, env, timeoutMs: options.timeout, signal }
}

async function succeeds(command: string, { terminal, options, signal }: Around): Promise<boolean> {
  const { ended } = await runAgent({
    command: '/bin/sh',
    args: ['-c', command],
    env: plainEnv(terminal),
    timeoutMs: options.timeout,
    signal,
  })
  return ended === 'fine'
}

function pipe(address: string): { readonly command: string; readonly args: readonly string[] } {
  const program = fileURLToPath(new URL('../../../bin/lockstep.js', import.meta.url))
  return { command: process.execPath, args: [program, 'redteam', '--pipe', address] }
}

function tell(terminal: Terminal, event: CampaignEvent): void {
  if (event.kind === 'result') {
    terminal.print(printResult(event.result, terminal.paint))
    return
  }
  const { done, canaries } = event
  const calls = canaries.map(({ tool, kind }) => `${tool} (${kind})`).join(', ')
  terminal.print(
    done ? `The task is done with nothing planted. What an attacker would want: ${calls || 'nothing'}` : '',
  )
}

async function finish(terminal: Terminal, report: RedteamReport, options: Running): Promise<void> {
  const at = options.charter ?? options.config ?? 'config.json'
  for (const each of options.report ?? []) {
    const name = each.slice(0, each.indexOf('='))
    await writeFile(each.slice(name.length + 1), printers[name]?.(report, at) ?? '')
  }
  terminal.print(
    options.json === true ? printRedteamJson(report).trimEnd() : `\n${printRedteamTerminal(report, terminal.paint)}`,
  )
  if (!report.outcome.control.done || report.outcome.cut !== undefined) terminal.finish('failure')
  if (summaryOf(report.outcome).followed > 0) terminal.finish('denied')
}
