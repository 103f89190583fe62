/** A relay for MCP servers that are programs: what the agent starts is a pipe to here, and the server is started from here. */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { connect, createServer, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { listening, type Onlooker } from './http-relay.ts'
import { isRecord, parseJson } from './json-leaf.ts'

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
    const lines = createInterface({ input: socket })
    lines.on('line', (line) => {
      if (child !== undefined) return toServer(line, child)
      const [said, asked = ''] = line.split(' ')
      const server = said === word && Object.hasOwn(servers, asked) ? servers[asked] : undefined
      if (server === undefined) return void socket.destroy()
      name = asked
      child = started(server)
    })
    const toServer = (line: string, { stdin }: ChildProcess): void => {
      const message = parseJson(line)
      const instead = isRecord(message) ? onlooker.toServer(name, connection, message) : undefined
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
      createInterface({ input: made.stdout }).on('line', (line) => {
        const message = parseJson(line)
        const shown = isRecord(message) ? JSON.stringify(onlooker.fromServer(name, connection, message)) : line
        socket.write(`${shown}\n`)
      })
      made.once('error', () => socket.destroy())
      made.once('exit', () => {
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

/** The pipe itself: what the agent starts instead of the server. Resolves when either side has ended. */
export function pipeTo(address: string, input: Readable, output: Writable): Promise<void> {
  const [port = '', word = '', name = ''] = address.split(':')
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
