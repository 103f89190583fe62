/** A master key that stays where it is: a command wraps and unwraps, as one in front of a key management service would. */
import { spawn } from 'node:child_process'
import { VaultError } from './error.ts'
import type { MasterKey, WrapContext } from './master-key.ts'

/** How the command is called. */
export interface MasterCommand {
  /** Names the key behind it. */
  readonly id: string
  /** The program and its arguments; no shell. */
  readonly command: readonly [string, ...string[]]
  readonly folder: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly timeoutMs: number
}

const mostBytes = 64 * 1024

/**
 * Called once for each key. It reads one JSON text from its standard input, `{"do":"wrap","key":BASE64,"context":{"secret","version"}}`
 * or `{"do":"unwrap","wrapped":TEXT,"context":…}`, writes `{"wrapped":TEXT}` or `{"key":BASE64}`, and ends with 0. What it says on its
 * standard error is thrown away: nobody knows what is in it.
 */
export function masterKeyBehind(options: MasterCommand): MasterKey {
  const ask = async (question: object, member: 'wrapped' | 'key'): Promise<string> => {
    const answer = parse(await run(options, JSON.stringify(question)))
    const value: unknown = typeof answer === 'object' && answer !== null ? Reflect.get(answer, member) : undefined
    if (typeof value !== 'string' || value === '') throw failed(options, `it gave no \`${member}\``)
    return value
  }
  return {
    id: options.id,
    wrap: (key, context) => ask({ do: 'wrap', key: key.toString('base64'), context }, 'wrapped'),
    unwrap: async (wrapped, context) => {
      const key = Buffer.from(await ask({ do: 'unwrap', wrapped, context }, 'key'), 'base64')
      if (key.length !== 32) throw altered(context)
      return key
    },
  }
}

function run(options: MasterCommand, input: string): Promise<string> {
  const { folder, env, timeoutMs } = options
  const [program, ...args] = options.command
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: folder,
      env: { ...env },
      stdio: ['pipe', 'pipe', 'ignore'],
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
    })
    let out = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text
      if (out.length > mostBytes) child.kill('SIGKILL')
    })
    child.on('error', (error) => reject(failed(options, 'code' in error ? String(error.code) : 'it cannot be started')))
    child.on('close', (code) => {
      if (code === 0) resolve(out)
      else reject(failed(options, code === null ? 'it was ended' : `it ended with ${code}`))
    })
    // It may end without reading: then how it ended says why.
    child.stdin.on('error', () => undefined)
    child.stdin.end(input)
  })
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function failed({ id }: Pick<MasterCommand, 'id'>, why: string): VaultError {
  return new VaultError('unavailable', `the command of the master key \`${id}\` failed: ${why}`)
}

function altered({ secret, version }: WrapContext): VaultError {
  return new VaultError('altered', `the key of \`${secret}\` (version ${version}) was altered`, { secret })
}
