import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A product that nobody here wrote, with a charter and identities of ours. */
export interface Target {
  readonly name: string
  /** Where its charter, identities and package are, below this folder. */
  readonly folder: string
  /** The source of the charter it answers for. */
  readonly source: string
  /** A file of it that is there once it is installed. */
  readonly installed: string
  /** What is true of it, found by hand, each as `class at operation`. */
  readonly expected: readonly string[]
  start(folder: string): Promise<Running>
}

/** A started product. */
export interface Running {
  readonly url: string
  /** What its identities file reads from the environment. */
  readonly env: Readonly<Record<string, string>>
  close(): Promise<void>
}

/** The part of findings.json that is compared. */
export interface Report {
  readonly findings: readonly { readonly class: string; readonly operation: string }[]
  readonly cells: readonly { readonly verdict: 'proven' | 'held' | 'not-reached' }[]
  readonly requests: number
  readonly ms: number
}

const root = fileURLToPath(new URL('../..', import.meta.url))

/** The folder of a target. */
export function folderOf(target: Target): string {
  return fileURLToPath(new URL(`./${target.folder}/`, import.meta.url))
}

/** Whether the product is there already. */
export function isInstalled(target: Target): boolean {
  return existsSync(join(folderOf(target), target.installed))
}

/** Installs the product beside its charter; throws when npm cannot. */
export function install(target: Target): void {
  console.error(`installing ${target.name} …`)
  const { status } = spawnSync('npm', ['install', '--no-package-lock'], {
    cwd: folderOf(target),
    env: ownEnvironment(),
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  })
  if (status !== 0) throw new Error(`${target.name} could not be installed`)
}

/** Proves the charter of a running product as a person would, on the command line. */
export function proveTarget(target: Target, running: Running): Report {
  const folder = folderOf(target)
  const out = join(folder, 'reports')
  const { status, stderr } = spawnSync(
    process.execPath,
    [
      join(root, 'bin/lockstep.js'),
      'prove',
      join(folder, 'charter.yaml'),
      '--identities',
      join(folder, 'identities.yaml'),
      '--target',
      `${target.source}=${running.url}`,
      '--out',
      out,
      '--quiet',
    ],
    {
      encoding: 'utf8',
      env: { ...process.env, ...running.env },
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: 300_000,
    },
  )
  if (status !== 0 && status !== 2) throw new Error(`${target.name} could not be proven: ${stderr}`)
  const report: Report = JSON.parse(readFileSync(join(out, 'findings.json'), 'utf8'))
  return report
}

/** What was found, as it is written under `expected`. */
export function foundIn(report: Report): string[] {
  return [...new Set(report.findings.map((finding) => `${finding.class} at ${finding.operation}`))].sort()
}

/** The environment without our own Node in front: products run on the Node of the machine, which theirs may need to be older. */
export function ownEnvironment(): Record<string, string | undefined> {
  const path = (process.env['PATH'] ?? '').split(delimiter).filter((each) => !each.includes('node_modules'))
  return { ...process.env, PATH: path.join(delimiter) }
}

/** Starts a program and waits for the first match on its output; throws with what it said when it ends or says nothing in time. */
export async function startProgram(
  args: readonly string[],
  options: { readonly cwd: string; readonly env: Readonly<Record<string, string>>; readonly ready: RegExp },
): Promise<{ readonly said: string; close(): Promise<void> }> {
  const child = spawn('node', args, {
    cwd: options.cwd,
    env: { ...ownEnvironment(), ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const close = async (): Promise<void> => {
    child.kill()
    await ended
  }
  try {
    return { said: await firstMatch(child, options.ready), close }
  } catch (error) {
    await close()
    throw error
  }
}

function firstMatch(child: ChildProcess, ready: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = ''
    const timer = setTimeout(() => reject(new Error(`it did not start in time: ${output}`)), 60_000)
    const listen = (chunk: unknown): void => {
      output += String(chunk)
      const match = ready.exec(output)
      if (match === null) return
      clearTimeout(timer)
      resolve(match[1] ?? match[0])
    }
    child.stdout?.on('data', listen)
    child.stderr?.on('data', listen)
    child.once('error', reject)
    child.once('exit', () => {
      clearTimeout(timer)
      reject(new Error(`it ended: ${output}`))
    })
  })
}
