/** A relay for MCP servers that are programs: what the agent starts is a pipe to here, and the server is started from here. */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { connect, createServer, type Socket } from 'node:net'
import type { Readable, Writable } from 'node:stream'
import { LineSplitter } from '../gateway/mcp/lines.ts'
import { fromServerAll, listening, type Onlooker, toServerAll } from './http-relay.ts'
import { parseJson } from './json-leaf.ts'

/** A server that is started as a program. */
export interface ServerCommand {
  readonly command: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly cwd?: string
}

export interface StdioRelay {
  /** What the agent is to start in the place of each server: an argument for `pipeTo`. */
  readonly addresses: Readonly<Record<string, string>>
  close(): Promise<void>
}

const maxBytes = 64 * 1024 * 1024

/** Opens one for servers by name, on a free port of 127.0.0.1. Who connects must know a word that is drawn by lot. */
export async function openStdioRelay(
  servers: Readonly<Record<string, ServerCommand>>,
  onlooker: Onlooker,
): Promise<StdioRelay> {
  const word = randomBytes(16).toString('hex')
  const children = new Set<ChildProcess>()
  const sockets = new Set<Socket>()
  let connections = 0
  const listener = createServer((socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    socket.on('error', () => socket.destroy())
    connections += 1
    const connection = `pipe ${connections}`
    let child: ChildProcess | undefined
    let name = ''
    onLines(socket, (line) => {
      if (child !== undefined) return toServer(line, child)
      const mark = line.indexOf(' ')
      const [said, asked] = [line.slice(0, mark), line.slice(mark + 1)]
      const server = said === word && Object.hasOwn(servers, asked) ? servers[asked] : undefined
      if (server === undefined) return void socket.destroy()
      name = asked
      child = started(server)
    })
    const toServer = (line: string, { stdin }: ChildProcess): void => {
      const instead = toServerAll(parseJson(line), (message) => onlooker.toServer(name, connection, message))
      if (instead === undefined) stdin?.write(`${line}\n`)
      else socket.write(`${JSON.stringify(instead)}\n`)
    }
    const started = ({ command, args, env, cwd }: ServerCommand): ChildProcess => {
      const made = spawn(command, args, {
        stdio: ['pipe', 'pipe', 'ignore'],
        env,
        ...(cwd === undefined ? {} : { cwd }),
      })
      children.add(made)
      made.stdin.on('error', () => undefined)
      onLines(made.stdout, (line) => {
        const shown = fromServerAll(parseJson(line), (message) => onlooker.fromServer(name, connection, message))
        socket.write(`${shown === undefined ? line : JSON.stringify(shown)}\n`)
      })
      made.once('error', () => socket.destroy())
      // Not `exit`: what it wrote last comes after that.
      made.once('close', () => {
        children.delete(made)
        socket.end()
      })
      socket.once('close', () => made.stdin.end())
      return made
    }
  })
  const port = await listening(listener)
  return {
    addresses: Object.fromEntries(Object.keys(servers).map((name) => [name, `${port}:${word}:${name}`])),
    close: async () => {
      for (const socket of sockets) socket.destroy()
      for (const child of children) child.kill()
      await new Promise((resolve) => listener.close(resolve))
    },
  }
}

/** Ends of lines are those of the protocol alone: a message may have other separators of lines in it. */
function onLines(stream: Readable, take: (line: string) => void): void {
  const lines = new LineSplitter(maxBytes)
  stream.on('data', (chunk: Buffer) => {
    const found = lines.push(chunk)
    if (found === undefined) stream.destroy()
    for (const line of found ?? []) take(line.toString('utf8'))
  })
}

/** The pipe itself: what the agent starts instead of the server. Resolves when either side has ended. */
export function pipeTo(address: string, input: Readable, output: Writable): Promise<void> {
  const [port = '', word = '', ...names] = address.split(':')
  const name = names.join(':')
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), '127.0.0.1', () => {
      socket.write(`${word} ${name}\n`)
      input.pipe(socket)
      socket.pipe(output)
    })
    socket.once('error', reject)
    socket.once('close', () => resolve())
  })
}
