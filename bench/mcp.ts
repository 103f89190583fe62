// npm run bench -- mcp [--rounds 5] [--seconds 2] [--no-peers]: what the MCP gateway adds to a call, with decision, store and ledger on disk, with
// values of agents traced, and with classes of their data found, beside a proxy that only forwards and one made of the SDK; before a program, beside mcp-proxy and
// supergateway; and one long run.
import { type ChildProcess, fork, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { Pool } from 'undici'
import { listen } from '../test/transport/open.ts'
import { diskSync } from './guard/decision.ts'
import { type Asked, measureLongRun } from './mcp/long-run.ts'
import { installPeers } from './peers/peers.ts'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '2' },
    'no-peers': { type: 'boolean', default: false },
  },
})

interface Started {
  readonly url: string
  readonly child: ChildProcess
}

const file = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

function startRole(role: string, target = ''): Promise<Started> {
  const child = fork(file('./mcp/role.ts'), [role, target])
  return new Promise((resolve, reject) => {
    child.once('message', (url) => resolve({ url: String(url), child }))
    child.once('exit', () => reject(new Error(`${role} ended`)))
  })
}

async function startPeer(script: string, argsFor: (port: number) => readonly string[]): Promise<Started> {
  const free = createServer()
  const port = Number((await listen(free)).split(':')[1])
  await new Promise<void>((resolve) => free.close(() => resolve()))
  const child = spawn(process.execPath, [file(`./peers/node_modules/${script}`), ...argsFor(port)], { stdio: 'ignore' })
  const url = `http://127.0.0.1:${port}/mcp`
  for (let time = 0; time < 100; time += 1) {
    const answered = await fetch(url, { method: 'OPTIONS' }).catch(() => undefined)
    if (answered !== undefined) return { url, child }
    await delay(100)
  }
  throw new Error(`${script} does not listen`)
}

/** Milliseconds of processor time of a process and all it started, itself included, by /proc. */
function cpuOf(pid: number): number {
  const threads = readdirSync(`/proc/${pid}/task`)
  const own = threads.reduce(
    (sum, thread) => sum + Number(procText(`${pid}/task/${thread}/schedstat`).split(' ')[0]),
    0,
  )
  const below = threads.flatMap((thread) => procText(`${pid}/task/${thread}/children`).trim().split(' '))
  return own / 1e6 + below.filter((each) => each !== '').reduce((sum, each) => sum + cpuOf(Number(each)), 0)
}

/** Empty for a thread that has just ended. */
function procText(name: string): string {
  try {
    return readFileSync(`/proc/${name}`, 'utf8')
  } catch {
    return ''
  }
}

type Era = 'modern' | 'legacy'

const meta = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
}
const base = {
  'content-type': 'application/json',
  accept: 'application/json, text/event-stream',
  authorization: 'Bearer clerk',
}
const asks: Readonly<Record<Era, Readonly<Record<string, string>>>> = {
  modern: { ...base, 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': 'echo' },
  legacy: { ...base, 'mcp-protocol-version': '2025-11-25' },
}

async function openSession(url: string): Promise<Readonly<Record<string, string>>> {
  const send = (body: object, more = {}): Promise<Response> =>
    fetch(url, { method: 'POST', headers: { ...base, ...more }, body: JSON.stringify({ jsonrpc: '2.0', ...body }) })
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'bench', version: '1' } }
  const opened = await send({ id: 0, method: 'initialize', params })
  await opened.text()
  const session = { 'mcp-session-id': opened.headers.get('mcp-session-id') ?? '' }
  await (await send({ method: 'notifications/initialized' }, session)).text()
  return session
}

interface Measured {
  readonly perSecond: number
  readonly p50: number
  readonly p99: number
  readonly cpu: number
  readonly failed: number
}

/** So many calls an agent makes for one person. */
const callsOfRun = 40
/** Ids of messages, which customers are named after; never the same twice. */
let next = 0

interface Load {
  readonly era: Era
  readonly lanes: number
  readonly ms: number
  /** Whether agents call, each for one person. */
  readonly agent: boolean
  readonly pids: readonly number[]
}

async function load(url: string, { era, lanes, ms, agent, pids }: Load): Promise<Measured> {
  const pool = new Pool(new URL(url).origin, { connections: lanes })
  const session = era === 'legacy' ? await openSession(url) : {}
  const times: number[] = []
  let failed = 0
  const text = 'Please look at the invoice of the customer, and say what is due. '.repeat(5)
  const cpuBefore = pids.reduce((sum, pid) => sum + cpuOf(pid), 0)
  const began = performance.now()
  await Promise.all(
    Array.from({ length: lanes }, async () => {
      let [run, customer] = ['', '']
      for (let turn = 0; performance.now() - began < ms; turn += 1) {
        next += 1
        const begins = turn % callsOfRun === 0
        if (begins) run = next.toString(36)
        const given = { amount: 98.7654, text, ...(begins ? {} : { customer }) }
        const params = { name: 'echo', arguments: given, ...(era === 'modern' ? { _meta: meta } : {}) }
        const body = JSON.stringify({ jsonrpc: '2.0', id: next, method: 'tools/call', params })
        const customerNext = `c-${next}`
        const at = performance.now()
        const answered = await pool.request({
          method: 'POST',
          path: '/mcp',
          headers: { ...asks[era], ...session, ...(agent ? { authorization: `Bearer bot-${run}` } : {}) },
          body,
        })
        customer = customerNext
        const said = await answered.body.text()
        times.push(performance.now() - at)
        if (answered.statusCode !== 200 || !said.includes('"structuredContent"')) failed += 1
      }
    }),
  )
  const seconds = (performance.now() - began) / 1000
  const cpu = (pids.reduce((sum, pid) => sum + cpuOf(pid), 0) - cpuBefore) / times.length
  await pool.destroy()
  times.sort((left, right) => left - right)
  const share = (part: number): number => times[Math.floor(times.length * part)] ?? Number.NaN
  return { perSecond: times.length / seconds, p50: share(0.5), p99: share(0.99), cpu, failed }
}

function middle(numbers: readonly number[]): number {
  return numbers.toSorted((left, right) => left - right)[numbers.length >> 1] ?? Number.NaN
}

/** All routes in turn, in another order each round; medians over the rounds. The first round only warms up. */
async function compare(
  era: Era,
  routes: Readonly<Record<string, Started>>,
  server: Started | undefined,
): Promise<void> {
  const found = new Map<string, { readonly one: Measured; readonly many: Measured }[]>()
  for (let round = 0; round <= Number(values.rounds); round += 1) {
    const names = Object.keys(routes)
    for (const name of round % 2 === 0 ? names : names.reverse()) {
      const route = routes[name]
      if (route === undefined) continue
      const pids = [route, ...(server === undefined || server === route ? [] : [server])].map(
        ({ child }) => child.pid ?? 0,
      )
      const ms = Number(values.seconds) * 1000
      const agent = name.startsWith('an agent')
      const one = await load(route.url, { era, lanes: 1, ms, agent, pids })
      const many = await load(route.url, { era, lanes: 16, ms, agent, pids })
      if (round > 0) found.set(name, [...(found.get(name) ?? []), { one, many }])
    }
  }
  const bare = found.get(onlyForwards)
  for (const [name, rounds] of found) {
    const of = (lanes: 'one' | 'many', member: keyof Measured): number =>
      middle(rounds.map((each) => each[lanes][member]))
    // Beside what the proxy that only forwards took in the same round.
    const more = (lanes: 'one' | 'many', member: keyof Measured): string =>
      bare === undefined || name === onlyForwards || name === 'no proxy'
        ? ''
        : ` (${signed(middle(rounds.map((each, index) => each[lanes][member] - (bare[index]?.[lanes][member] ?? Number.NaN))))})`
    const failed = rounds.reduce((sum, { one, many }) => sum + one.failed + many.failed, 0)
    const pace = `${of('one', 'perSecond').toFixed(0).padStart(6)}/s ${of('many', 'perSecond').toFixed(0).padStart(6)}/s`
    const p50 = `p50 ${of('one', 'p50').toFixed(2)}${more('one', 'p50')}`.padEnd(17)
    const cpu = `CPU ${of('many', 'cpu').toFixed(2)}${more('many', 'cpu')}`.padEnd(17)
    console.log(
      `  ${name.padEnd(34)} ${pace}   ${p50}  p99 ${of('one', 'p99').toFixed(2).padStart(5)}   ${cpu}${failed === 0 ? '' : `   ${failed} FAILED`}`,
    )
  }
}

const onlyForwards = 'only forwards (undici)'

function signed(number: number): string {
  return `${number < 0 ? '' : '+'}${number.toFixed(2)}`
}

/** A run of 500 calls with large answers. */
async function longRun(): Promise<void> {
  console.log(
    'one run of 500 calls that list 12 customers each, in process, store on disk; the first row remembers nothing',
  )
  const asked: readonly (readonly [string, Asked])[] = [
    ['no agent', { agent: false, values: false, classes: 'none' }],
    ['an agent, two values traced', { agent: true, values: true, classes: 'none' }],
    ['and classes at three places', { agent: true, values: true, classes: 'places' }],
    ['and two detectors', { agent: true, values: true, classes: 'detectors' }],
  ]
  await measureLongRun({ agent: true, values: true, classes: 'detectors' }, 100)
  for (const [name, each] of asked) {
    // A process that has just begun has yet to compile what it does.
    const { msPerCall: first } = await measureLongRun(each)
    const { bytes, msPerCall, msOfLast } = await measureLongRun(each)
    const size = `${(bytes / 1e6).toFixed(1)} MB`
    console.log(
      `  ${name.padEnd(34)} CPU ${msPerCall.toFixed(2)} ms a call, the last 50 ${msOfLast.toFixed(2)} ms, the run before ${first.toFixed(2)} ms, ${size}`,
    )
  }
}

const disk = mkdtempSync(join(tmpdir(), 'mcp-bench-'))
console.log(
  `one fdatasync of this disk: p50 ${diskSync(disk, 500).p50.toFixed(2)} ms; load ${loadavg()[0]?.toFixed(1)}`,
)
rmSync(disk, { recursive: true })
await longRun()
console.log(
  'calls a second with 1 and 16 at once; ms of waiting with 1, of CPU of proxy and server a call with 16; medians;',
)
console.log('in brackets what is added to a proxy that only forwards. The aims: 0.50 of waiting, 0.25 of CPU')
const server = await startRole('server')
const all: Started[] = [server]
const started = async (opening: Promise<Started>): Promise<Started> => {
  const one = await opening
  all.push(one)
  return one
}
try {
  console.log('before a server over HTTP, 2026-07-28')
  await compare(
    'modern',
    {
      'no proxy': server,
      [onlyForwards]: await started(startRole('wire', server.url)),
      'Lockstep, nothing on disk': await started(startRole('light', server.url)),
      'Lockstep, a read, all on disk': await started(startRole('read', server.url)),
      'Lockstep, a write, all on disk': await started(startRole('write', server.url)),
      'an agent, a read, nothing on disk': await started(startRole('agent-light-read', server.url)),
      'an agent, a write, nothing on disk': await started(startRole('agent-light', server.url)),
      'an agent, a read, all on disk': await started(startRole('agent-read', server.url)),
      'an agent, a write, all on disk': await started(startRole('agent-write', server.url)),
      'an agent, classes, nothing on disk': await started(startRole('agent-classes-light', server.url)),
      'an agent, classes, a read, on disk': await started(startRole('agent-classes-read', server.url)),
      'an agent, classes, a write, on disk': await started(startRole('agent-classes-write', server.url)),
      'made of the SDK (v2)': await started(startRole('sdk', server.url)),
    },
    server,
  )
  console.log('before a program, 2025-11-25')
  const program = ['node', file('./mcp/program.ts')]
  const routes: Record<string, Started> = {
    'Lockstep, a read, all on disk': await started(startRole('program')),
  }
  if (!values['no-peers']) {
    installPeers()
    routes['mcp-proxy 6.7.19'] = await started(
      startPeer('mcp-proxy/dist/bin/mcp-proxy.mjs', (port) => [
        '--port',
        String(port),
        '--server',
        'stream',
        '--',
        ...program,
      ]),
    )
    routes['supergateway 4.0.0 (stateful)'] = await started(
      startPeer('supergateway/dist/index.js', (port) => [
        '--stdio',
        program.join(' '),
        '--outputTransport',
        'streamableHttp',
        '--stateful',
        '--streamableHttpPath',
        '/mcp',
        '--port',
        String(port),
      ]),
    )
  }
  await compare('legacy', routes, undefined)
} finally {
  for (const { child } of all) child.kill()
}
