// A guard as people run it: the program itself in a process of its own, in front of an API that checks nothing.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { main } from '../../src/cli/main.ts'
import { openTerminal } from '../../src/cli/terminal.ts'

export const charterText = `
lockstep: 1
name: till
sources:
  - name: api
    type: inline
    operations:
      me: { method: GET, path: /me }
      open: { method: POST, path: /orders, body: { amount: 1 }, response: { id: o1 } }
      get: { method: GET, path: "/orders/{id}" }
      pay: { method: POST, path: "/orders/{id}/pay", body: { amount: 1 } }
      refund: { method: POST, path: "/orders/{id}/refund", body: { amount: 1 } }
actors: { user: {}, boss: {} }
objects:
  order:
    owner: /owner
    state: /state
    read: api.get
    states: [open, paid, refunded]
    transitions:
      open: { on: api.open, to: open, by: user, when: request.amount > 0 }
      pay: { on: api.pay, from: open, to: paid, by: owner, when: { name: amount, rule: request.amount == object.amount, says: the whole amount is paid } }
      refund: { on: api.refund, from: paid, to: refunded, by: owner, when: { name: amount, rule: request.amount <= object.amount, says: no more than was paid }, approval: large }
      view: { on: api.get, by: [owner, boss] }
operations:
  api.me: { by: signed-in }
approvals:
  large: { needed-when: request.amount > 100, by: boss, not: requester, says: the boss approves what is above 100, standing: { valid-for: 1h, uses: 3, amount: request.amount } }
`

export const guardText = (upstream: string): string => `
lockstep-guard: 1
charter: till.yaml
listen: { port: 0 }
control:
  port: 0
  credentials: { ops: { secret: "\${env:OPS_TOKEN}" } }
upstreams: { api: { url: "${upstream}" } }
identity:
  - kind: session
    request: GET /me
    principal: { id: $response.body#/id, tenant: $response.body#/tenant, roles: $response.body#/roles }
ledger:
  checkpoints: { every: 1s, places: [{ file: outside/checkpoints }] }
`

export interface Till {
  readonly folder: string
  readonly url: string
  /** What took effect, in order. */
  readonly effects: readonly string[]
  readonly path: (name: string) => string
  write(name: string, text: string): void
  close(): void
}

/** The API, and a folder with a charter and a guard file for it. A token is the name of its bearer. */
export async function openTill(): Promise<Till> {
  const folder = mkdtempSync(join(tmpdir(), 'till-'))
  const orders = new Map<string, Record<string, unknown>>()
  const effects: string[] = []
  const server = createServer((request, response) => {
    void answer(request).then(({ status, body }) => {
      // Goes away in the middle of a call, without having done anything.
      if (status === 0) request.socket.destroy()
      else response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    })
  })
  const answer = async (request: IncomingMessage): Promise<{ status: number; body: unknown }> => {
    const who = /^Bearer (\w+)$/.exec(request.headers.authorization ?? '')?.[1]
    const { method, url = '' } = request
    const text = (await request.toArray()).join('')
    const body: { amount?: number } = text === '' ? {} : JSON.parse(text)
    if (who === undefined || who === 'nobody') return { status: 401, body: {} }
    if (url === '/me')
      return { status: 200, body: { id: who, tenant: 'north', roles: [who === 'bea' ? 'boss' : 'user'] } }
    const [, , id = `o${orders.size + 1}`, act] = url.split('/')
    if (method === 'POST' && act === undefined) orders.set(id, { id, owner: who, state: 'open', ...body })
    const order = orders.get(id)
    if (order === undefined) return { status: 404, body: {} }
    if (act === 'pay' && order['amount'] === 13) return { status: 0, body: {} }
    if (act !== undefined) order['state'] = act === 'pay' ? 'paid' : 'refunded'
    if (method === 'POST') effects.push(`${act ?? 'open'} ${id} ${body.amount}`)
    return { status: 200, body: order }
  }
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
  const path = (name: string): string => join(folder, name)
  const write = (name: string, text: string): void => writeFileSync(path(name), text)
  write('till.yaml', charterText)
  write('guard.yaml', guardText(url))
  return {
    folder,
    url,
    effects,
    path,
    write,
    close: () => {
      server.closeAllConnections()
      server.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

export type News = {
  readonly kind: string
  readonly url?: string
  readonly control?: string
  readonly models?: string
  readonly version?: string
  readonly why?: string
}

/** A guard process and what it says. */
export interface Running {
  readonly url: string
  readonly control: string
  readonly process: ChildProcess
  readonly news: News[]
  /** Waits until it says something of this kind, again when it did before. */
  told(kind: string): Promise<News>
  stop(): Promise<number | null>
}

export const env = { OPS_TOKEN: 'ops-token-of-the-test', PATH: process.env['PATH'] ?? '' }

/** Starts `lockstep guard --json` and waits until it listens. */
export async function startGuard(file: string): Promise<Running> {
  const child = spawn(process.execPath, ['bin/lockstep.js', 'guard', file, '--json'], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const news: News[] = []
  let [seen, wake] = [0, (): void => undefined]
  createInterface(child.stdout).on('line', (line) => {
    news.push(JSON.parse(line))
    wake()
  })
  const told = async (kind: string): Promise<News> => {
    const deadline = Date.now() + 20_000
    while (Date.now() < deadline) {
      const found = news.slice(seen).find((each) => each.kind === kind)
      if (found !== undefined) {
        seen = news.indexOf(found) + 1
        return found
      }
      await new Promise<void>((resolve) => {
        wake = resolve
        setTimeout(resolve, 100)
      })
    }
    throw new Error(`the guard never said ${kind}: ${JSON.stringify(news)}`)
  }
  const { url = '', control = '' } = await told('listening')
  const ended = once(child, 'exit')
  return {
    url,
    control,
    process: child,
    news,
    told,
    stop: async () => {
      child.kill('SIGTERM')
      const [code] = await ended
      return code
    },
  }
}

export interface Answer {
  readonly status: number
  readonly body: Record<string, unknown>
}

/** One call through the guard. */
export async function call(url: string, as: string, line: string, body?: unknown): Promise<Answer> {
  const [method = 'GET', path = '/'] = line.split(' ')
  const answer = await fetch(`${url}${path}`, {
    method,
    headers: { authorization: `Bearer ${as}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  return { status: answer.status, body: text === '' ? {} : JSON.parse(text) }
}

export interface Ran {
  readonly code: number
  readonly out: string
  readonly error: string
}

/** One command of the program, in this process. */
export async function run(args: readonly string[], more: Record<string, string> = {}): Promise<Ran> {
  let [out, error] = ['', '']
  const terminal = openTerminal(
    { write: (text) => (out += text) },
    { write: (text) => (error += text) },
    { ...env, ...more },
  )
  const code = await main(args, terminal)
  return { code, out, error }
}
