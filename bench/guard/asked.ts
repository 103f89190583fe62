// Called by `npm run bench -- guard`, or alone with a number of seconds: one decision asked over loopback, of Cerbos and of our AuthZEN
// API. The same rules, no state, nothing on disk on either side; both are asked by the same client, in turn.
import { type ChildProcess, fork, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Pool } from 'undici'
import { linkCharter } from '../../src/charter/link.ts'
import { parseCharter } from '../../src/charter/parse.ts'
import { makeAuthzen } from '../../src/gateway/authzen/authzen.ts'
import { openControl } from '../../src/gateway/control/control.ts'
import { createGuard } from '../../src/guard/guard.ts'
import { openSqliteStore } from '../../src/store/sqlite/open.ts'
import { installPeers } from '../peers/peers.ts'

/** A decision point that answers, and the same question as it wants it. */
interface Asked {
  readonly child: ChildProcess
  readonly url: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly allowed: (answer: string) => boolean
}

const secret = 'bench-credential'
const lanes = 32

const charter = `
lockstep: 1
name: bench
sources:
  - name: api
    type: inline
    operations: { spend: { method: POST, path: /spend, body: { amount: 1 } } }
actors: { clerk: {} }
operations:
  api.spend: { by: clerk, when: request.amount <= 500 }
`
const policy = `
apiVersion: api.cerbos.dev/v1
resourcePolicy:
  resource: spend
  version: default
  rules:
    - actions: [spend]
      effect: EFFECT_ALLOW
      roles: [clerk]
      condition: { match: { expr: request.resource.attr.amount <= 500 } }
`

/** Ours, in a process of its own. */
async function serveOurs(): Promise<void> {
  const { charter: parsed } = parseCharter([{ file: 'bench.yaml', text: charter }])
  if (parsed === undefined) throw new Error('the charter is broken')
  const guard = await createGuard(linkCharter(parsed, new Map()).charter, {
    version: '1',
    store: openSqliteStore(':memory:'),
    journal: { append: async () => undefined },
  })
  const control = await openControl({
    guard,
    listen: { host: '127.0.0.1', port: 0 },
    credentials: [{ name: 'bench', sha256: createHash('sha256').update(secret).digest('hex') }],
    routes: makeAuthzen({ guard }).routes,
  })
  process.send?.(control.address.url)
}

async function ours(): Promise<Asked> {
  const child = fork(import.meta.filename, ['ours'])
  const url = await new Promise<string>((resolve) => child.once('message', (said) => resolve(String(said))))
  const question = {
    subject: { type: 'user', id: 'ann', properties: { roles: ['clerk'] } },
    action: { name: 'api.spend', properties: { amount: 40 } },
    resource: { type: 'spend', id: 's1' },
  }
  return {
    child,
    url,
    path: '/access/v1/evaluation',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${secret}` },
    body: JSON.stringify(question),
    allowed: (answer) => answer.includes('"decision":true'),
  }
}

/** Its program comes for Linux on x64 only. */
async function cerbos(): Promise<Asked | undefined> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined
  installPeers()
  const program = createRequire(join(import.meta.dirname, '../peers/')).resolve(
    '@cerbos/cerbos-linux-x64/cerbos-linux-x64',
  )
  const folder = mkdtempSync(join(tmpdir(), 'cerbos-bench-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  writeFileSync(join(folder, 'spend.yaml'), policy)
  const port = await freePort()
  const settings = [
    `server.httpListenAddr=127.0.0.1:${port}`,
    `server.grpcListenAddr=127.0.0.1:${await freePort()}`,
    'storage.driver=disk',
    `storage.disk.directory=${folder}`,
    'telemetry.disabled=true',
    'server.logRequestPayloads=false',
  ]
  const child = spawn(program, ['server', '--log-level=error', ...settings.map((each) => `--set=${each}`)], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const url = `http://127.0.0.1:${port}`
  for (let turn = 0; turn < 200 && !(await isUp(`${url}/_cerbos/health`)); turn += 1) await pause(50)
  const resource = { kind: 'spend', id: 's1', attr: { amount: 40 } }
  return {
    child,
    url,
    path: '/api/check/resources',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      requestId: 'bench',
      principal: { id: 'ann', roles: ['clerk'] },
      resources: [{ actions: ['spend'], resource }],
    }),
    allowed: (answer) => answer.includes('"spend":"EFFECT_ALLOW"'),
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const at = server.address()
      server.close(() => resolve(typeof at === 'object' && at !== null ? at.port : 0))
    })
  })
}

const isUp = (url: string): Promise<boolean> =>
  fetch(url).then(
    ({ ok }) => ok,
    () => false,
  )
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Microseconds of processor time a process has used, threads included. Linux counts in hundredths of a second. */
function cpuOf({ pid }: ChildProcess): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) * 10_000
}

async function ask(asked: Asked, ms: number): Promise<{ perSecond: number; cpu: number; p50: number; p99: number }> {
  const pool = new Pool(asked.url, { connections: lanes })
  const times: number[] = []
  const { path, headers, body } = asked
  const until = performance.now() + ms
  const before = cpuOf(asked.child)
  const lane = async (): Promise<void> => {
    while (performance.now() < until) {
      const began = performance.now()
      const answer = await pool.request({ method: 'POST', path, headers, body })
      const text = await answer.body.text()
      if (!asked.allowed(text)) throw new Error(`not allowed: ${text.slice(0, 300)}`)
      times.push(performance.now() - began)
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  const cpu = (cpuOf(asked.child) - before) / times.length
  await pool.close()
  times.sort((left, right) => left - right)
  const at = (share: number): number => times[Math.floor(times.length * share)] ?? Number.NaN
  return { perSecond: (times.length / ms) * 1000, cpu, p50: at(0.5), p99: at(0.99) }
}

async function measure(ms: number): Promise<void> {
  const all = { 'Cerbos 0.55': await cerbos(), 'ours, AuthZEN': await ours() }
  console.log('one decision asked over loopback, 32 at a time; CPU in µs of the asked process; p50 and p99 in ms')
  for (let round = 0; round < 3; round += 1) {
    for (const [name, asked] of Object.entries(all)) {
      if (asked === undefined) continue
      const { perSecond, cpu, p50, p99 } = await ask(asked, ms)
      const rate = perSecond.toFixed(0).padStart(6)
      console.log(`  ${name.padEnd(14)} ${rate}/s  p50 ${p50.toFixed(2)}  p99 ${p99.toFixed(2)}  CPU ${cpu.toFixed(0)}`)
    }
  }
  for (const asked of Object.values(all)) asked?.child.kill()
}

if (process.argv[2] === 'ours') await serveOurs()
else await measure(Number(process.argv[2] ?? 3) * 1000)
