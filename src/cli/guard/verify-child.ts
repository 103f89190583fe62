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

/** Undefined when the guard file does not say where. */
export function verifierOf({ folder, file }: GuardConfig, env: Env): Verifier | undefined {
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
    async verify(finding, tell, signal) {
      const scratch = await mkdtemp(join(tmpdir(), 'lockstep-verify-'))
      try {
        const report = join(scratch, 'findings.json')
        await writeFile(report, JSON.stringify(fileOf(finding)), { mode: 0o600 })
        const given = [program, 'verify', finding.fingerprint, '--findings', report, ...args]
        const child = spawn(process.execPath, given, {
          env: await envOf(identities, env),
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

/** SECURITY: the variables of the guard hold its own secrets; the child gets those its identities name. */
async function envOf(identities: string, env: Env): Promise<NodeJS.ProcessEnv> {
  const text = await readFile(identities, 'utf8')
  const named = parseTemplate(text).flatMap((piece) => (piece.kind === 'env' ? [piece.name] : []))
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
