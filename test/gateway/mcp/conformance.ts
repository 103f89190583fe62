// Runs the official conformance scenarios against an address, or against a client, and reads what they found.
import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'

export type Revision = '2025-11-25' | '2026-07-28'

/** `scenario: check-id` → status; a check that comes several times in a scenario is numbered. */
export type Verdicts = ReadonlyMap<string, string>

const program = join(
  dirname(createRequire(import.meta.url).resolve('@modelcontextprotocol/conformance/package.json')),
  'dist/index.js',
)

interface Check {
  readonly id: string
  readonly status: string
}

/** The scenarios for servers. */
export function checkServer(url: string, revision: Revision): Promise<Verdicts> {
  return run(['server', '--url', url, '--requirements', revision])
}

/** All scenarios for clients of a revision, side by side; `command` is started for each, with the address of a server as its last argument. */
export function checkClients(command: string, revision: Revision | '2025-03-26'): Promise<Verdicts> {
  // Nothing says what the oldest one requires; what there is for it is a suite.
  const which =
    revision === '2025-03-26' ? ['--suite', 'backcompat', '--spec-version', revision] : ['--requirements', revision]
  return run(['client', '--command', command, ...which, '--timeout', '20000'])
}

/** The names of all scenarios for clients that there are. */
export async function clientScenarios(): Promise<readonly string[]> {
  const child = spawn(process.execPath, [program, 'list', '--client'], { stdio: ['ignore', 'pipe', 'inherit'] })
  return [...(await text(child.stdout)).matchAll(/^ +- (\S+)/gm)].map(([, name = '']) => name)
}

async function run(args: readonly string[]): Promise<Verdicts> {
  const folder = mkdtempSync(join(tmpdir(), 'mcp-conformance-'))
  try {
    await new Promise<void>((resolve, reject) => {
      const child = spawn(process.execPath, [program, ...args, '-o', folder], { stdio: 'ignore' })
      child.once('error', reject)
      child.once('close', () => resolve())
    })
    return readVerdicts(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function readVerdicts(folder: string): Verdicts {
  const found = new Map<string, string>()
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
    if (!name.endsWith('checks.json')) continue
    const scenario = dirname(name).replace(/-\d{4}-\d\d-\d\dT.*$/, '')
    const times = new Map<string, number>()
    const checks = JSON.parse(readFileSync(join(folder, name), 'utf8')) as readonly Check[]
    for (const { id, status } of checks) {
      // What is only told of traffic is no verdict.
      if (status === 'INFO') continue
      const time = (times.get(id) ?? 0) + 1
      times.set(id, time)
      found.set(`${scenario}: ${id}${time === 1 ? '' : ` #${time}`}`, status)
    }
  }
  return found
}

/** How many checks succeeded. */
export function passed(verdicts: Verdicts): number {
  return [...verdicts.values()].filter((each) => each === 'SUCCESS').length
}

/** Which checks came out another way. */
export function differences(direct: Verdicts, through: Verdicts): readonly string[] {
  const all = new Set([...direct.keys(), ...through.keys()])
  return [...all].flatMap((check) => {
    const [one = 'missing', other = 'missing'] = [direct.get(check), through.get(check)]
    return one === other ? [] : [`${check}: ${one} directly, ${other} through the gateway`]
  })
}
