/** The agent under test as a program: started for each run, ended when it takes too long, with all it has started. */
import { type ChildProcess, spawn } from 'node:child_process'
import type { AgentRun } from './campaign.ts'

export interface AgentCommand {
  readonly command: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly timeoutMs: number
  /** Ends it early; where that was before, it is not started. */
  readonly signal?: AbortSignal
  /** What it writes, line by line or not. */
  readonly onOutput?: (text: string) => void
}

/** Runs it once. Never throws: what cannot be started has failed. */
export function runAgent({ command, args, env, timeoutMs, signal, onOutput }: AgentCommand): Promise<AgentRun> {
  if (signal?.aborted === true) return Promise.resolve({ ended: 'failed' })
  return new Promise((resolve) => {
    const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
    let late = false
    const stop = (): void => {
      late = true
      end(child)
    }
    const timer = setTimeout(stop, timeoutMs)
    signal?.addEventListener('abort', stop)
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => onOutput?.(chunk.toString('utf8')))
    const done = (ended: AgentRun['ended']): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', stop)
      resolve({ ended: late ? 'too-long' : ended })
    }
    child.once('error', () => done('failed'))
    child.once('close', (code) => done(code === 0 ? 'fine' : 'failed'))
  })
}

/** Its own process group: what it started goes with it. */
function end(child: ChildProcess): void {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch {
    child.kill('SIGKILL')
  }
}
