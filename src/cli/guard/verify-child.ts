/** Tries a finding again in a process of its own, with the program's own command and nothing of the guard's but what the identities need. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { type Progress, type Verifier, verificationStages } from '../../api/findings/verification.ts'
import { parseTemplate } from '../../prove/identity/template.ts'
import type { FindingsFile, StoredFinding } from '../../prove/report/json.ts'
import { charterPath, type GuardConfig } from './config.ts'

type Env = Readonly<Record<string, string | undefined>>

const program = fileURLToPath(new URL('../../../bin/lockstep.js', import.meta.url))
/** For clean-up, once its time is over. */
const graceMs = 30_000
const mostOutput = 1_000_000
/** What a program needs of its surroundings whatever it does. */
const usual = ['PATH', 'HOME', 'TMPDIR', 'TEMP', 'SYSTEMROOT', 'NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'TZ']

const eventSchema = z.object({ stage: z.enum(verificationStages), requests: z.number() })
const resultSchema = z.array(z.object({ verdict: z.enum(['fixed', 'open', 'unclear']), why: z.string() })).length(1)

export interface VerifierOptions {
  readonly env: Env
  /** The guard file, for trying with a guard in front. */
  readonly file: string
}

/** Undefined when the guard file does not say where. */
export function verifierOf(config: GuardConfig, { env, file: guardFile }: VerifierOptions): Verifier | undefined {
  const { folder, file } = config
  const prove = file.console?.prove
  if (prove === undefined) return undefined
  const minutes = prove['max-minutes']
  const longestMs = minutes * 60_000 + graceMs
  const identities = resolve(folder, prove.identities)
  const args = [
    '--charter',
    charterPath(folder, file),
    '--identities',
    identities,
    ...Object.entries(prove.targets).flatMap(([source, url]) => ['--target', `${source}=${url}`]),
    ...prove['allow-host'].flatMap((host) => ['--allow-host', host]),
    '--max-minutes',
    String(minutes),
    '--max-requests',
    String(prove['max-requests']),
    '--json',
    '--events',
  ]
  return {
    longestMs,
    async verify(finding, { way, tell, signal }) {
      const scratch = await mkdtemp(join(tmpdir(), 'lockstep-verify-'))
      try {
        const report = join(scratch, 'findings.json')
        await writeFile(report, JSON.stringify(fileOf(finding)), { mode: 0o600 })
        const guarded = way === 'guarded'
        const through = guarded ? ['--guard', guardFile] : []
        const given = [program, 'verify', finding.fingerprint, '--findings', report, ...args, ...through]
        const named = [...(await namedIn(identities)), ...(guarded ? namedBy(config) : [])]
        const child = spawn(process.execPath, given, {
          env: envOf(named, env),
          stdio: ['ignore', 'pipe', 'pipe'],
          timeout: longestMs,
          signal,
        })
        return await resultOf(child, tell)
      } finally {
        await rm(scratch, { recursive: true, force: true })
      }
    },
  }
}

/** A file with this finding alone. */
function fileOf(finding: StoredFinding): FindingsFile {
  const startedAt = new Date(0).toISOString()
  const rest = { version: '0', startedAt, charter: '', seed: '1', requests: 0, ms: 0, notes: [], cells: [] }
  return { format: 'lockstep-findings/1', ...rest, findings: [finding] }
}

/** Variables that the identities name. */
async function namedIn(identities: string): Promise<readonly string[]> {
  return variablesIn(await readFile(identities, 'utf8'))
}

/** Variables that a guard needs to tell callers apart, to reach what is behind it, and to look at it. */
function namedBy({ file: { identity, upstreams, readers, mcp } }: GuardConfig): readonly string[] {
  const parts = [identity, upstreams, readers, mcp?.servers]
  const asWritten = (_: string, value: unknown): unknown =>
    isReference(value) && value.from === 'env' ? `\${env:${value.name}}` : value
  return variablesIn(JSON.stringify(parts, asWritten))
}

function isReference(value: unknown): value is { readonly from: string; readonly name: string } {
  return typeof value === 'object' && value !== null && 'from' in value && 'name' in value
}

function variablesIn(text: string): readonly string[] {
  return parseTemplate(text).flatMap((piece) => (piece.kind === 'env' ? [piece.name] : []))
}

/** SECURITY: the variables of the guard hold its own secrets; the child gets those that are named. */
function envOf(named: readonly string[], env: Env): NodeJS.ProcessEnv {
  const pairs = [...usual, ...named].flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]] as const]))
  return { ...Object.fromEntries(pairs), NO_COLOR: '1' }
}

async function resultOf(
  child: ChildProcess,
  tell: (progress: Progress) => void,
): Promise<{ verdict: 'fixed' | 'open' | 'unclear'; why: string }> {
  let [out, said] = ['', '']
  child.stdout?.on('data', (chunk) => {
    out = `${out}${String(chunk)}`.slice(0, mostOutput)
  })
  if (child.stderr !== null)
    createInterface({ input: child.stderr }).on('line', (line) => {
      const event = eventSchema.safeParse(parsed(line))
      if (event.success) tell(event.data)
      else said = `${said}${line}\n`.slice(-2000)
    })
  await new Promise<void>((resolve, reject) => child.once('error', reject).once('close', () => resolve()))
  const result = resultSchema.safeParse(parsed(out))
  const [first] = result.success ? result.data : []
  if (first !== undefined) return first
  return { verdict: 'unclear', why: said.trim() === '' ? 'it took too long' : said.trim().replace(/^lockstep: /, '') }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
