import { spawn } from 'node:child_process'
import { request } from 'undici'
import { LineSplitter } from '../gateway/mcp/lines.ts'

/** Why a server's tools could not be listed. */
export class ToolListError extends Error {
  override readonly name = 'ToolListError'
}

/** What a server says of itself and its tools, as a charter's `type: mcp` reads it. */
export interface ToolList {
  readonly server?: unknown
  readonly tools: readonly unknown[]
}

const versions = { modern: '2026-07-28', earlier: '2025-11-25' } as const
const client = { name: 'lockstep', version: '0' }
const timeoutMs = 20_000
const politeMs = 2000
const maxBytes = 20 * 1024 * 1024
const mostPages = 200

type Ask = (method: string, params: Record<string, unknown>) => Promise<Readonly<Record<string, unknown>>>

interface Connection {
  readonly ask: Ask
  readonly tell: (method: string) => Promise<void>
  /** From now on every request says which revision it speaks. */
  readonly modern: () => void
  readonly close: () => Promise<void>
}

/** Lists the tools of the MCP server at an address (Streamable HTTP). @throws {ToolListError} */
export function listToolsAt(url: string): Promise<ToolList> {
  return listed(overHttp(url))
}

/** Starts a server, lists its tools over its standard input and output, and ends it. @throws {ToolListError} */
export function listToolsOf(command: string, args: readonly string[]): Promise<ToolList> {
  return listed(overPipe(command, args))
}

async function listed(connection: Connection): Promise<ToolList> {
  try {
    const server = await greet(connection)
    const tools: unknown[] = []
    let cursor: unknown
    for (let page = 0; page < mostPages; page++) {
      const result = await connection.ask('tools/list', cursor === undefined ? {} : { cursor })
      if (!Array.isArray(result['tools'])) throw new ToolListError('the server answered without a list of tools')
      tools.push(...(result['tools'] as readonly unknown[]))
      cursor = result['nextCursor']
      if (cursor === undefined || cursor === null) return { ...(server === undefined ? {} : { server }), tools }
    }
    throw new ToolListError('the list of tools does not end')
  } finally {
    await connection.close()
  }
}

/** Earlier revisions begin with `initialize`; a server that has none of it is asked as the present one is. */
async function greet({ ask, tell, modern }: Connection): Promise<unknown> {
  try {
    const hello = await ask('initialize', { protocolVersion: versions.earlier, capabilities: {}, clientInfo: client })
    await tell('notifications/initialized')
    return hello['serverInfo']
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    modern()
    const found = await ask('server/discover', {})
    return found['serverInfo'] ?? memberOf(found['_meta'], 'io.modelcontextprotocol/serverInfo')
  }
}

/** The server answered with an error: it is there, and speaks. */
class Refused extends ToolListError {}

const withMeta = (params: Record<string, unknown>): Record<string, unknown> => ({
  ...params,
  _meta: {
    'io.modelcontextprotocol/protocolVersion': versions.modern,
    'io.modelcontextprotocol/clientInfo': client,
    'io.modelcontextprotocol/clientCapabilities': {},
  },
})

function resultOf(message: unknown): Readonly<Record<string, unknown>> {
  const result = memberOf(message, 'result')
  if (typeof result === 'object' && result !== null) return { ...result }
  const why = memberOf(memberOf(message, 'error'), 'message')
  throw new Refused(`the server refused: ${typeof why === 'string' ? why.slice(0, 200) : 'no reason given'}`)
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined
}

function overHttp(url: string): Connection {
  let session: string | undefined
  let isModern = false
  let id = 0
  const post = async (method: string, body: unknown): Promise<string> => {
    const answer = await request(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...(session === undefined ? {} : { 'mcp-session-id': session }),
        ...(isModern
          ? { 'mcp-protocol-version': versions.modern, 'mcp-method': method }
          : method === 'initialize'
            ? {}
            : { 'mcp-protocol-version': versions.earlier }),
      },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(timeoutMs),
    }).catch((error: unknown) => {
      throw new ToolListError(`\`${url}\` cannot be reached: ${error instanceof Error ? error.message : String(error)}`)
    })
    const given = answer.headers['mcp-session-id']
    if (typeof given === 'string') session = given
    const text = await textOf(answer.body)
    if (answer.statusCode >= 400 && !text.includes('"jsonrpc"'))
      throw new Refused(`the server answered with status ${answer.statusCode}`)
    return text
  }
  return {
    ask: async (method, params) => {
      id += 1
      const text = await post(method, { jsonrpc: '2.0', id, method, params: isModern ? withMeta(params) : params })
      return resultOf(messagesIn(text).find((each) => memberOf(each, 'id') === id) ?? messagesIn(text)[0])
    },
    tell: async (method) => void (await post(method, { jsonrpc: '2.0', method })),
    modern: () => {
      isModern = true
      session = undefined
    },
    close: async () => undefined,
  }
}

/** @throws {ToolListError} as soon as it is too much, or does not end. */
async function textOf(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of body) {
      size += chunk.length
      if (size > maxBytes) throw new ToolListError('the answer is too large')
      chunks.push(chunk)
    }
  } catch (error) {
    if (error instanceof ToolListError) throw error
    throw new ToolListError('the answer broke off, or does not end', { cause: error })
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** One message, or the messages of an event stream. */
function messagesIn(text: string): readonly unknown[] {
  const parts = /^\s*[[{]/.test(text)
    ? [text]
    : text.split(/\r?\n\r?\n/).map((event) =>
        event
          .split(/\r?\n/)
          .filter((line) => line.startsWith('data:'))
          .map((line) => line.slice(5))
          .join('\n'),
      )
  return parts.flatMap((part) => {
    try {
      return part.trim() === '' ? [] : [JSON.parse(part) as unknown]
    } catch {
      return []
    }
  })
}

function overPipe(command: string, args: readonly string[]): Connection {
  const child = spawn(command, [...args], { stdio: ['pipe', 'pipe', 'ignore'] })
  const waiting = new Map<
    number,
    { readonly take: (message: unknown) => void; readonly fail: (error: Error) => void }
  >()
  const giveUp = (why: string): void => {
    for (const { fail } of waiting.values()) fail(new ToolListError(why))
    waiting.clear()
  }
  child.on('error', (error) => giveUp(`\`${command}\` cannot be started: ${error.message}`))
  child.on('exit', (code) => giveUp(`\`${command}\` ended with ${code ?? 'a signal'} before it answered`))
  child.stdin.on('error', () => undefined)
  const take = (line: string): void => {
    const [message] = messagesIn(line)
    const id = memberOf(message, 'id')
    if (typeof id !== 'number') return
    waiting.get(id)?.take(message)
    waiting.delete(id)
  }
  const lines = new LineSplitter(maxBytes)
  child.stdout.on('data', (chunk: Buffer) => {
    const found = lines.push(chunk)
    if (found === undefined) giveUp('the answer is too large')
    for (const line of found ?? []) take(line.toString('utf8'))
  })
  const timer = setTimeout(() => giveUp(`\`${command}\` did not answer in ${timeoutMs / 1000} seconds`), timeoutMs)
  let isModern = false
  let next = 0
  const write = (message: unknown): void => void child.stdin.write(`${JSON.stringify(message)}\n`)
  return {
    ask: async (method, params) => {
      next += 1
      const id = next
      const answer = new Promise<unknown>((take, fail) => waiting.set(id, { take, fail }))
      if (child.exitCode !== null) giveUp(`\`${command}\` has ended`)
      write({ jsonrpc: '2.0', id, method, params: isModern ? withMeta(params) : params })
      return resultOf(await answer)
    },
    tell: async (method) => write({ jsonrpc: '2.0', method }),
    modern: () => {
      isModern = true
    },
    close: async () => {
      clearTimeout(timer)
      child.stdin.end()
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill()
      // Whoever does not heed that is made to end.
      const insisting = setTimeout(() => child.kill('SIGKILL'), politeMs)
      child.once('exit', () => clearTimeout(insisting))
    },
  }
}
