/** One process of a server that speaks over its standard input and output. */
import { type ChildProcess, spawn } from 'node:child_process'
import { parseLosslessJson } from '../../wire/lossless-json.ts'
import { LineSplitter, lineOf } from './lines.ts'
import { type Message, messageOf } from './message.ts'

/** What is started. Comes from configuration, never from a request. */
export interface CommandConfig {
  readonly command: string
  readonly args?: readonly string[]
  /** Beside what every program gets; nothing else of our own environment. */
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  /** What it writes to its standard error. */
  readonly onError?: (text: string) => void
}

/** What a process is told of us: where programs are and who it runs as, no secret of ours. */
const inherited: readonly string[] = [
  'HOME',
  'LANG',
  'LOGNAME',
  'PATH',
  'SHELL',
  'TERM',
  'TMPDIR',
  'USER',
  'APPDATA',
  'HOMEDRIVE',
  'HOMEPATH',
  'LOCALAPPDATA',
  'PATHEXT',
  'PROCESSOR_ARCHITECTURE',
  'PROGRAMFILES',
  'SYSTEMDRIVE',
  'SYSTEMROOT',
  'TEMP',
  'USERNAME',
  'USERPROFILE',
]

export interface Child {
  write(message: Buffer): void
  /** Asks it to end by closing its input, then makes it. */
  end(): void
}

/** Twice this is less than the 4 seconds after which clients that start us make us end. */
const politeMs = 1500

/**
 * Starts it. `onEnd` is called once, whatever ends it; `onMessage` never after.
 *
 * @param around - The environment of this process.
 */
export function startChild(
  { command, args = [], env = {}, cwd, onError }: CommandConfig,
  around: Readonly<Record<string, string | undefined>>,
  maxBytes: number,
  on: { onMessage(message: Message): void; onEnd(why: string): void },
): Child {
  const known = inherited.flatMap((name) => (around[name] === undefined ? [] : [[name, around[name]]]))
  const child: ChildProcess = spawn(command, [...args], {
    env: { ...Object.fromEntries(known), ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
    shell: false,
    windowsHide: true,
    ...(cwd === undefined ? {} : { cwd }),
  })
  let over = false
  const end = (why: string): void => {
    if (over) return
    over = true
    on.onEnd(why)
    child.stdin?.end()
    setTimeout(() => child.kill('SIGTERM'), politeMs).unref()
    setTimeout(() => child.kill('SIGKILL'), 2 * politeMs).unref()
  }
  const lines = new LineSplitter(maxBytes)
  child.stdout?.on('data', (chunk: Buffer) => {
    if (over) return
    const found = lines.push(chunk)
    if (found === undefined) end('TOO_LONG')
    for (const line of found ?? []) {
      const message = messageOf(parseLosslessJson(line.toString('utf8')), line)
      // What is no message is what programs print by mistake.
      if (message !== undefined && !over) on.onMessage(message)
    }
  })
  child.stderr?.on('data', (chunk: Buffer) => onError?.(chunk.toString('utf8')))
  child.stdin?.on('error', () => end('CLOSED'))
  child.once('error', (error: NodeJS.ErrnoException) => end(error.code ?? 'FAILED'))
  child.once('exit', () => end('EXIT'))
  return {
    write: (message) => {
      if (!over) child.stdin?.write(lineOf(message))
    },
    end: () => end('CLOSED'),
  }
}
