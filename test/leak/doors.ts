// An agent at every door of the estate.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { type Framework, frameworkOf } from '../gateway/acs/stage.ts'
import { modernMeta } from '../gateway/mcp/ask.ts'
import { type Answer, agentKey, type Estate, env } from './estate.ts'
import { program } from './tools.ts'

export const bin: string = join(import.meta.dirname, '../../bin/lockstep.js')
const basic = Buffer.from(`bot:${agentKey}`).toString('base64')

/** Exchanges a person's token for one of a run. */
export async function runToken(estate: Estate): Promise<string> {
  const form = new URLSearchParams({
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    subject_token: await estate.token(),
    subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
  })
  // Told to the agent, as it must be: what is told of it anywhere else counts.
  const answer = await fetch(`${estate.at['control']}/v1/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${basic}` },
    body: form,
  })
  const { access_token: token } = (await answer.json()) as { access_token?: string }
  assert.ok(token !== undefined)
  return token
}

export const bearing = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` })

let next = 0

export function toHttp(estate: Estate, token: string, line: string, body?: unknown): Promise<Answer> {
  return estate.ask('http', line, { headers: bearing(token), ...(body === undefined ? {} : { body }) })
}

export function toTool(estate: Estate, token: string, tool: string, given: unknown): Promise<Answer> {
  const [source = '', name = ''] = tool.split('.')
  next += 1
  const params = { name, arguments: given, _meta: modernMeta }
  const protocol = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': name }
  return estate.ask('mcp', `POST /mcp/${source}`, {
    headers: { ...bearing(token), ...protocol, accept: 'application/json, text/event-stream' },
    body: { jsonrpc: '2.0', id: next, method: 'tools/call', params },
  })
}

type Api = 'chat' | 'stream' | 'responses' | 'messages'

/** Says something to a model. */
export function toModel(estate: Estate, token: string, api: Api, text: unknown): Promise<Answer> {
  const messages = [{ role: 'user', content: text }]
  const asked: Readonly<Record<Api, readonly [string, object, object]>> = {
    chat: ['/gpt/v1/chat/completions', { model: 'gpt-5', messages }, bearing(token)],
    stream: ['/gpt/v1/chat/completions', { model: 'gpt-5', messages, stream: true }, bearing(token)],
    responses: ['/gpt/v1/responses', { model: 'gpt-5', input: messages, store: false }, bearing(token)],
    messages: [
      '/claude/v1/messages',
      { model: 'claude-5', max_tokens: 50, messages },
      { 'x-api-key': token, 'anthropic-version': '2023-06-01' },
    ],
  }
  const [path, body, headers] = asked[api]
  return estate.ask('models', `POST ${path}`, { headers: headers as Record<string, string>, body })
}

/** Says something to another agent. */
export function toAgent(estate: Estate, token: string, parts: readonly object[], stream = false): Promise<Answer> {
  next += 1
  const message = { messageId: `m-${next}`, role: 'ROLE_USER', parts }
  const method = stream ? 'SendStreamingMessage' : 'SendMessage'
  return estate.ask('a2a', 'POST /helper/', {
    headers: { ...bearing(token), 'a2a-version': '1.0' },
    body: { jsonrpc: '2.0', id: next, method, params: { message } },
  })
}

/** A session of a framework with hooks. */
export async function atHooks(estate: Estate, key: string = env.ACS_KEY): Promise<Framework> {
  const keyed = { secret: Buffer.from(key), keyId: 'default', agentId: 'bot' }
  const framework = frameworkOf(randomUUID(), keyed, async (body) => {
    const { text } = await estate.ask('control', 'POST /acs', { body })
    return new Response(text)
  })
  await framework.hello()
  return framework
}

/** A client that starts the program itself, behind `lockstep mcp wrap`. */
export async function wrapped(estate: Estate): Promise<Client> {
  const charter = join(estate.folder, 'estate.yaml')
  const who = ['--as', 'bot', '--for', 'clara', '--for-roles', 'clerk']
  const wrap = ['mcp', 'wrap', '--charter', charter, '--source', 'files', '--state', '.lockstep/wrap', ...who]
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [bin, ...wrap, '--', process.execPath, program],
    env: { PATH: process.env['PATH'] ?? '', FILES_KEY: env.FILES_KEY, GOT: join(estate.folder, 'wrap.got') },
    stderr: 'pipe',
  })
  transport.stderr?.on('data', (chunk: Buffer) => estate.say('stderr of wrap', chunk))
  const client = new Client({ name: 'test', version: '1' })
  await client.connect(transport)
  return client
}

/** Calls a tool of the program; what comes back counts as told. */
export async function toWrapped(estate: Estate, client: Client, name: string, given: object): Promise<Answer> {
  const answer = await client.callTool({ name, arguments: { ...given } }).catch((error: unknown) => ({
    error: String(error),
    data: error instanceof Error ? Reflect.get(error, 'data') : '',
  }))
  const text = JSON.stringify(answer)
  estate.say('answers of wrap', text)
  return { status: 200, text }
}
