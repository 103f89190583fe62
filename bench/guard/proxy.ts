// Called by `npm run bench -- guard`, or alone with a number of seconds: requests a second, CPU per call and what is added at 1,000
// requests a second, through the gateway (with nothing kept, and with store and ledger on disk), beside no proxy and a bare one.
import { type ChildProcess, fork } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Pool } from 'undici'
import { openHttpGateway } from '../../src/gateway/http/gateway.ts'
import { createGuard } from '../../src/guard/guard.ts'
import type { Journal } from '../../src/guard/journal.ts'
import { journalOf } from '../../src/guard/ledger-journal.ts'
import type { Store } from '../../src/guard/store.ts'
import { openLedger } from '../../src/ledger/ledger.ts'
import { openSqliteStore } from '../../src/store/sqlite/open.ts'
import { notesCharter } from '../../test/gateway/http/api.ts'
import { named } from '../../test/gateway/http/stage.ts'
import { listen } from '../../test/transport/open.ts'
import { startNginx } from './nginx.ts'

const body = JSON.stringify({ id: 'n1', owner: 'bob', text: 'x'.repeat(1000), secret: 's' })
const roles: Readonly<Record<string, (target: string) => Promise<string>>> = {
  api: () =>
    listen(
      createServer((incoming, response) => {
        incoming.resume()
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length })
        response.end(body)
      }),
    ),
  bare: (target) => {
    const pool = new Pool(`http://${target}`, { connections: 256 })
    const server = createServer((incoming, response) => {
      const { method = 'GET', url = '/', headers } = incoming
      const { connection: _, host: __, 'content-length': ___, ...kept } = headers
      pool.dispatch(
        { method, path: url, headers: kept, body: method === 'GET' ? null : incoming },
        {
          onRequestStart: () => undefined,
          onResponseStart: (_controller, status, answered) => {
            const { connection: _c, 'keep-alive': _k, ...passed } = answered
            response.writeHead(status, passed)
          },
          onResponseData: (_controller, chunk) => void response.write(chunk),
          onResponseEnd: () => void response.end(),
          onResponseError: () => void response.destroy(),
        },
      )
    })
    return listen(server)
  },
  gateway: (target) => guarded(target, openSqliteStore(':memory:'), { append: async () => undefined }),
  durable: async (target) => {
    const folder = mkdtempSync(join(process.env['BENCH_FOLDER'] ?? tmpdir(), 'guard-bench-'))
    process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
    process.once('SIGTERM', () => process.exit())
    const ledger = await openLedger({
      storage: { type: 'sqlite', file: join(folder, 'ledger.db'), keys: join(folder, 'keys.db') },
      signingKey: join(folder, 'key.pem'),
      origin: 'ledger.example/bench',
      node: 'bench',
      version: '1',
    })
    return guarded(target, openSqliteStore(join(folder, 'store.db')), journalOf(ledger))
  },
}

async function guarded(target: string, store: Store, journal: Journal): Promise<string> {
  const guard = await createGuard(notesCharter('allow'), { version: '1', store, journal })
  const gateway = await openHttpGateway({
    guard,
    identifier: named,
    upstreams: { api: { url: `http://${target}` } },
    listen: { host: '127.0.0.1', port: 0 },
  })
  return `127.0.0.1:${gateway.address.port}`
}

interface Started {
  readonly at: string
  /** Microseconds of processor time it has used. */
  cpu(): Promise<number> | number
  stop(): unknown
}

function start(name: string, to = ''): Promise<Started> {
  const child = fork(import.meta.filename, [name, to])
  return new Promise((resolve) =>
    child.once('message', (at) => resolve({ at: String(at), cpu: () => cpuOf(child), stop: () => child.kill() })),
  )
}

function cpuOf(child: ChildProcess): Promise<number> {
  const said = new Promise<number>((resolve) => child.once('message', (cpu) => resolve(Number(cpu))))
  child.send('cpu')
  return said
}

/** Keeps `lanes` connections busy; every answer is one read of known end. */
async function load(
  at: string,
  bytes: string,
  lanes: number,
  ms: number,
): Promise<{ times: number[]; failed: number }> {
  const [host, port] = at.split(':')
  const times: number[] = []
  let failed = 0
  const until = performance.now() + ms
  const request = Buffer.from(bytes)
  await Promise.all(
    Array.from(
      { length: lanes },
      () =>
        new Promise<void>((resolve) => {
          const socket = connect(Number(port), host)
          let began = performance.now()
          let text = ''
          socket.on('connect', () => socket.write(request))
          socket.on('data', (chunk) => {
            text += chunk.toString('latin1')
            if (!isWhole(text)) return
            if (!text.startsWith('HTTP/1.1 200')) failed += 1
            const now = performance.now()
            times.push(now - began)
            text = ''
            began = now
            if (now < until) socket.write(request)
            else socket.end(() => resolve())
          })
          socket.on('error', () => resolve())
        }),
    ),
  )
  return { times, failed }
}

/** What each way adds to the direct one, at 1,000 requests a second; rounds in turn, medians over them. */
async function measureAdded(proxies: Readonly<Record<string, Started>>, ms: number): Promise<void> {
  process.stdout.write('at 1,000 requests a second: ms at p50 and p99, medians of 3 rounds in turn\n')
  for (const [kind, bytes] of Object.entries(kinds)) {
    const found = new Map<string, { p50: number; p99: number }[]>()
    for (let round = 0; round < 3; round += 1) {
      for (const [name, { at }] of Object.entries(proxies)) {
        const times = (await paced(at, bytes, 1000, ms)).sort((left, right) => left - right)
        const share = (part: number): number => times[Math.floor(times.length * part)] ?? Number.NaN
        found.set(name, [...(found.get(name) ?? []), { p50: share(0.5), p99: share(0.99) }])
      }
    }
    process.stdout.write(`${kind}\n`)
    for (const [name, rounds] of found) {
      const [p50, p99] = [middle(rounds.map((each) => each.p50)), middle(rounds.map((each) => each.p99))]
      process.stdout.write(`  ${name.padEnd(9)} p50 ${p50.toFixed(2)}  p99 ${p99.toFixed(2)}\n`)
    }
  }
}

function middle(numbers: readonly number[]): number {
  return numbers.toSorted((left, right) => left - right)[numbers.length >> 1] ?? Number.NaN
}

/** Starts requests by the clock, whether earlier ones are answered or not: waiting counts from when each was due. */
async function paced(at: string, bytes: string, perSecond: number, ms: number): Promise<number[]> {
  const [host, port] = at.split(':')
  const request = Buffer.from(bytes)
  const free: Socket[] = []
  const due: number[] = []
  const times: number[] = []
  const all = Math.round((perSecond * ms) / 1000)
  const sockets = await Promise.all(
    Array.from({ length: 64 }, () => {
      const socket = connect(Number(port), host)
      return new Promise<Socket>((resolve) => socket.once('connect', () => resolve(socket)))
    }),
  )
  await new Promise<void>((resolve) => {
    const send = (socket: Socket, since: number): void => {
      let text = ''
      const take = (chunk: Buffer): void => {
        text += chunk.toString('latin1')
        if (!isWhole(text)) return
        socket.off('data', take)
        times.push(performance.now() - since)
        if (times.length === all) resolve()
        const next = due.shift()
        if (next === undefined) free.push(socket)
        else send(socket, next)
      }
      socket.on('data', take)
      socket.write(request)
    }
    free.push(...sockets)
    let sent = 0
    const first = performance.now()
    const timer = setInterval(() => {
      const wanted = Math.min(all, Math.floor(((performance.now() - first) / 1000) * perSecond))
      for (; sent < wanted; sent += 1) {
        const since = first + (sent / perSecond) * 1000
        const socket = free.pop()
        if (socket === undefined) due.push(since)
        else send(socket, since)
      }
      if (sent === all) clearInterval(timer)
    }, 1)
  })
  for (const socket of sockets) socket.destroy()
  return times
}

function isWhole(text: string): boolean {
  const end = text.indexOf('\r\n\r\n')
  if (end < 0) return false
  const length = /content-length: (\d+)/i.exec(text)?.[1]
  return length === undefined ? text.endsWith('0\r\n\r\n') : text.length >= end + 4 + Number(length)
}

const host = 'Host: notes.test\r\nUser-Agent: bench\r\nAccept: application/json\r\nX-User: bob\r\n'
const note = JSON.stringify({ amount: 5, text: 'y'.repeat(900) })
const kinds: Readonly<Record<string, string>> = {
  'read, nothing to look into': `GET /v1/events HTTP/1.1\r\n${host}\r\n`,
  'undescribed read': `GET /v1/other HTTP/1.1\r\n${host}\r\n`,
  'read, judged by its answer': `GET /v1/notes/n1 HTTP/1.1\r\n${host}\r\n`,
  'write, 1 KB of JSON judged': `POST /v1/notes HTTP/1.1\r\n${host}Content-Type: application/json\r\nContent-Length: ${note.length}\r\n\r\n${note}`,
}

async function measure(ms: number): Promise<void> {
  const api = await start('api')
  const nginx = await startNginx(api.at, 'plain')
  const firewall = await startNginx(api.at, 'firewall')
  if (firewall === undefined)
    process.stdout.write('nginx with ModSecurity and the OWASP core rule set is not installed\n')
  const proxies: Readonly<Record<string, Started>> = {
    direct: api,
    bare: await start('bare', api.at),
    ...(nginx === undefined ? {} : { nginx }),
    ...(firewall === undefined ? {} : { 'nginx+CRS': firewall }),
    gateway: await start('gateway', api.at),
    durable: await start('durable', api.at),
  }
  process.stdout.write('32 connections, one after another; p50 and p99 in ms; CPU in µs a call of the proxy alone\n')
  for (const [kind, bytes] of Object.entries(kinds)) {
    process.stdout.write(`${kind}\n`)
    for (const proxy of Object.values(proxies)) await load(proxy.at, bytes, 32, 700)
    for (const [name, proxy] of Object.entries(proxies)) {
      const before = await proxy.cpu()
      const { times, failed } = await load(proxy.at, bytes, 32, ms)
      const cpu = ((await proxy.cpu()) - before) / times.length
      times.sort((left, right) => left - right)
      const at = (share: number): string => (times[Math.floor(times.length * share)] ?? 0).toFixed(2)
      const rate = Math.round(times.length / (ms / 1000))
      process.stdout.write(
        `  ${name.padEnd(9)} ${String(rate).padStart(6)}/s  p50 ${at(0.5)}  p99 ${at(0.99)}  CPU ${cpu.toFixed(0)}${failed > 0 ? `  failed ${failed}` : ''}\n`,
      )
    }
  }
  await measureAdded(proxies, ms)
  for (const proxy of Object.values(proxies)) proxy.stop()
}

const [role, target = ''] = process.argv.slice(2)
if (role !== undefined && Object.hasOwn(roles, role)) {
  const at = await roles[role]?.(target)
  process.send?.(at)
  process.on('message', () => {
    const { user, system } = process.cpuUsage()
    process.send?.(user + system)
  })
} else await measure(Number(role ?? 3) * 1000)
