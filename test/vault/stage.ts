// An API that wants a key and tells everybody about it, a guard in front of it in a process of its own, and all that either ever says.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { gzipSync } from 'node:zlib'
import { main } from '../../src/cli/main.ts'
import { openTerminal } from '../../src/cli/terminal.ts'

const charterText = `
lockstep: 1
name: till
sources:
  - name: api
    type: inline
    operations:
      me: { method: GET, path: /me }
      open: { method: POST, path: /orders, body: { amount: 1, note: text }, response: { id: o1 } }
      get: { method: GET, path: "/orders/{id}" }
      pay: { method: POST, path: "/orders/{id}/pay", body: { amount: 1 } }
      fail: { method: POST, path: /fail }
      crash: { method: POST, path: /crash }
      echo: { method: GET, path: /echo }
      packed: { method: GET, path: /packed }
      odd: { method: GET, path: /odd }
      events: { method: GET, path: /events }
  - name: other
    type: inline
    operations:
      take: { method: POST, path: /take, body: { text: x } }
actors: { user: {} }
undescribed: { reads: allow }
objects:
  order:
    owner: /owner
    state: /state
    read: api.get
    states: [open, paid]
    transitions:
      open: { on: api.open, to: open, by: user }
      pay: { on: api.pay, from: open, to: paid, by: owner, when: request.amount == object.amount }
      view: { on: api.get, by: owner }
operations:
  api.me: { by: signed-in }
  api.fail: { by: user }
  api.crash: { by: user }
  api.echo: { by: user }
  api.packed: { by: user }
  api.odd: { by: user }
  api.events: { by: user }
  other.take: { by: user }
workflows:
  sales: { operations: [api.open, api.get, api.pay] }
`

const guardText = (api: string, other: string): string => `
lockstep-guard: 1
charter: till.yaml
listen: { port: 0 }
control: { port: 0, credentials: { ops: { secret: "\${env:OPS_TOKEN}" } } }
upstreams: { api: { url: "${api}" }, other: { url: "${other}" } }
identity:
  - { kind: session, source: api, request: GET /me, principal: { id: $response.body#/id, roles: $response.body#/roles } }
vault: {}
`

export const env: Record<string, string> = { OPS_TOKEN: 'ops-token-of-the-test', PATH: process.env['PATH'] ?? '' }

/** What a command printed, and how it ended. */
export interface Ran {
  readonly code: number | null
  readonly out: string
}

/** What an API got. */
export interface Got {
  readonly line: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
}

export interface Stage {
  readonly folder: string
  readonly got: Got[]
  /** Everything that was printed and answered. */
  readonly said: Buffer[]
  start(): Promise<Running>
  /** One command on the guard file: with an input, in a process of its own. */
  run(args: readonly string[], input?: string, more?: Record<string, string>): Promise<Ran>
  /** One command in this process. */
  here(args: readonly string[], more?: Record<string, string>): Promise<Ran>
  /** The bytes of every file the guard made. */
  files(): readonly { readonly name: string; readonly bytes: Buffer }[]
  close(): void
}

export interface Running {
  readonly url: string
  readonly control: string
  call(line: string, more?: { readonly headers?: Record<string, string>; readonly body?: unknown }): Promise<Answered>
  kill(signal: NodeJS.Signals): Promise<void>
}

export interface Answered {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

/** @param leak - What the API says of the key it was given. */
export async function openStage(leak: (key: string) => string): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'vault-stage-'))
  const [got, said, children]: [Got[], Buffer[], ChildProcess[]] = [[], [], []]
  const orders = new Map<string, object>()
  const api = await listen(async (request, response) => {
    const body = (await request.toArray()).join('')
    const { url = '', method, headers } = request
    got.push({ line: `${method} ${url}`, headers, body })
    const who = String(headers.authorization ?? '').replace('Bearer ', '')
    const json = (status: number, value: object | string, more: Record<string, string> = {}): void => {
      const text = typeof value === 'string' ? value : JSON.stringify(value)
      response.writeHead(status, { 'content-type': 'application/json', ...more }).end(text)
    }
    if (url === '/me') return who.startsWith('Basic') ? json(401, {}) : json(200, { id: who, roles: ['user'] })
    const key = String(headers['x-api-key'] ?? '')
    if (!key.startsWith('sk-')) return json(401, { error: 'no key' })
    if (url === '/crash') return void request.socket.destroy()
    if (url === '/fail') return json(500, { error: `cannot use ${key}`, more: leak(key) }, { 'x-debug': `key=${key}` })
    if (url === '/packed') {
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' })
      return void response.end(gzipSync(leak(key)))
    }
    if (url === '/odd') return json(200, leak(key), { 'content-encoding': 'x-odd' })
    if (url === '/events') {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      for (const part of [
        'data: start\n\n',
        `data: ${key.slice(0, 6)}`,
        `${key.slice(6)}\n\n`,
        `data: ${leak(key).replaceAll('\n', ' ')}\n\n`,
      ]) {
        response.write(part)
        await new Promise((resolve) => setTimeout(resolve, 15))
      }
      return void response.end()
    }
    if (url.startsWith('/echo') || url.startsWith('/undescribed'))
      return json(200, leak(key), { 'set-cookie': `debug=${encodeURIComponent(key)}`, etag: '"1"' })
    const id = /^\/orders\/(\w+)/.exec(url)?.[1] ?? `o${orders.size + 1}`
    const order = {
      id,
      owner: who,
      state: url.endsWith('/pay') ? 'paid' : 'open',
      ...orders.get(id),
      ...(body === '' ? {} : JSON.parse(body)),
      debug: leak(key),
    }
    orders.set(id, { ...order, state: url.endsWith('/pay') ? 'paid' : order.state })
    json(200, orders.get(id) ?? {})
  })
  const other = await listen(async (request, response) => {
    const body = (await request.toArray()).join('')
    got.push({ line: `other ${request.method} ${request.url}`, headers: request.headers, body })
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"ok":true}')
  })
  writeFileSync(join(folder, 'till.yaml'), charterText)
  writeFileSync(join(folder, 'guard.yaml'), guardText(api.url, other.url))
  const spawned = (args: readonly string[], more: Record<string, string> = {}): ChildProcess => {
    const child = spawn(process.execPath, ['bin/lockstep.js', ...args], { env: { ...env, ...more }, stdio: 'pipe' })
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => said.push(chunk))
    children.push(child)
    return child
  }
  const here: Stage['here'] = async (args, more = {}) => {
    let out = ''
    const write = (text: string): void => {
      out += text
    }
    const code = await main(args, openTerminal({ write }, { write }, { ...env, ...more }))
    said.push(Buffer.from(out))
    return { code, out }
  }
  return {
    folder,
    got,
    said,
    start: async () => {
      const child = spawned(['guard', join(folder, 'guard.yaml'), '--json'])
      const ended = once(child, 'exit')
      if (child.stdout === null) throw new Error('no output')
      const lines = createInterface(child.stdout)
      const [first] = await Promise.race([once(lines, 'line'), ended.then(() => ['{}'])])
      const { url = '', control = '' } = JSON.parse(String(first))
      if (url === '') throw new Error(`it did not start: ${Buffer.concat(said)}`)
      return {
        url,
        control,
        call: async (line, { headers = {}, body } = {}) => {
          const [method = 'GET', path = '/'] = line.split(' ')
          const answer = await fetch(`${url}${path}`, {
            method,
            headers: {
              authorization: 'Bearer ann',
              ...(body === undefined ? {} : { 'content-type': 'application/json' }),
              ...headers,
            },
            ...(body === undefined ? {} : { body: JSON.stringify(body) }),
          })
          const text = await answer.text()
          said.push(Buffer.from(JSON.stringify([...answer.headers])), Buffer.from(text))
          return { status: answer.status, headers: answer.headers, text }
        },
        kill: async (signal) => {
          child.kill(signal)
          await ended
        },
      }
    },
    run: async (args, input, more = {}) => {
      const all = [...args, '--guard', join(folder, 'guard.yaml')]
      if (input === undefined) return here(all, more)
      const child = spawned(all, more)
      let out = ''
      child.stdout?.on('data', (chunk: Buffer) => (out += chunk))
      child.stderr?.on('data', (chunk: Buffer) => (out += chunk))
      child.stdin?.end(input)
      await once(child, 'close')
      return { code: child.exitCode, out }
    },
    here,
    files: () =>
      readdirSync(join(folder, '.lockstep'), { recursive: true, withFileTypes: true })
        .filter((each) => each.isFile())
        .map((each) => ({ name: each.name, bytes: readFileSync(join(each.parentPath, each.name)) })),
    close: () => {
      for (const child of children) child.kill('SIGKILL')
      for (const each of [api, other]) each.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function listen(answer: (request: IncomingMessage, response: ServerResponse) => Promise<void>) {
  const server = createServer((request, response) => void answer(request, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const close = (): void => {
    server.closeAllConnections()
    server.close()
  }
  return { url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`, close }
}
