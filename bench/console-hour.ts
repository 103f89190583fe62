// npm run bench -- console-hour [--entries 1000000] [--rate 200] [--minutes 60] [--log FILE]: the console left open over a large ledger while
// entries arrive, half of them through the guard: whether the memory of the server or of the browser's pages grows, and how long pages take.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Browser, CDPSession, Page } from 'playwright-core'
import { ensureConsole } from '../scripts/console.ts'
import { openBrowser, signIn } from '../test/console/browser.ts'
import { keys } from '../test/console/shown.ts'
import type { FromServer, Memory, ServerOptions } from './console/server.ts'
import { entryOf } from './console/traffic.ts'
import { goTo, openPage } from './console/usable.ts'
import { callOf } from './console/world.ts'
import { fillLedger } from './ledger/fill.ts'

const { values } = parseArgs({
  options: {
    entries: { type: 'string', default: '1000000' },
    rate: { type: 'string', default: '200' },
    minutes: { type: 'string', default: '60' },
    log: { type: 'string' },
  },
})
const [entries, rate, minutes] = [Number(values.entries), Number(values.rate), Number(values.minutes)]
const folder = mkdtempSync(join(process.env['BENCH_FOLDER'] ?? tmpdir(), 'console-hour-'))
const home = join(folder, '.lockstep/guard')
const log = values.log ?? join(tmpdir(), 'console-hour.jsonl')
const spreadMs = 3 * 24 * 3_600_000
/** Pages a person goes round. */
const round = [
  '/',
  '/lifecycles',
  '/findings',
  '/approvals',
  '/inventory',
  '/switches',
  '/sessions',
  '/ledger',
  '/charter',
]

/** What one minute showed. Sizes in MiB, times in milliseconds. */
interface Sample {
  readonly minute: number
  readonly size: number
  readonly rss: number
  readonly heap: number
  readonly external: number
  readonly threads: readonly number[]
  readonly disk: Readonly<Record<string, number>>
  readonly pages: Readonly<Record<string, PageSize>>
  readonly warm: Readonly<Record<string, number | null>>
  readonly cold: readonly [path: string, ms: number | null]
  readonly failed: number
}

interface PageSize {
  readonly heap: number
  readonly nodes: number
  readonly listeners: number
}

const mebi = (bytes: number): number => Math.round((bytes / 1048576) * 10) / 10

await ensureConsole()
try {
  await run()
} finally {
  rmSync(folder, { recursive: true, force: true })
}

async function run(): Promise<void> {
  mkdirSync(home, { recursive: true })
  const began = Date.now() - spreadMs
  const storage = { type: 'sqlite', file: join(home, 'ledger.db'), keys: join(home, 'keys.db') } as const
  const place = { storage, signingKey: join(home, 'signing.key'), origin: 'lockstep.local/shop', node: 'bench' }
  const draft = (index: number) => entryOf(index, began + Math.floor((index / entries) * spreadMs))
  await fillLedger(place, { count: entries, draft, checkpoint: true })
  const server = await openServer({ folder, entries, rate: rate / 2 })
  const browser = await openBrowser()
  const stop = callThrough(server.gateway, rate / 4)
  try {
    const samples = await watch(server, browser, stop.failed)
    tell(samples)
  } finally {
    await stop.end()
    await browser.close()
    await server.close()
  }
}

async function openServer(options: ServerOptions) {
  const child = fork(new URL('./console/server.ts', import.meta.url), [JSON.stringify(options)], {
    execArgv: ['--expose-gc'],
  })
  const hear = async <Type extends FromServer['type']>(type: Type): Promise<Extract<FromServer, { type: Type }>> => {
    for (;;) {
      const [message]: FromServer[] = await once(child, 'message')
      if (message?.type === type) return message as Extract<FromServer, { type: Type }>
    }
  }
  const { url, gateway, link } = await hear('open')
  return {
    url,
    gateway,
    link,
    memory: async (): Promise<Memory> => {
      const heard = hear('memory')
      child.send('memory')
      return (await heard).memory
    },
    close: async () => {
      if (child.exitCode !== null) return
      const gone = once(child, 'exit')
      child.send('close')
      await gone
    },
  }
}

/** Calls the API through the guard: each leaves two entries. */
function callThrough(gateway: string, perSecond: number) {
  const start = performance.now()
  let [sent, failed] = [0, 0]
  let waiting: Promise<unknown> = Promise.resolve()
  const call = async (n: number): Promise<void> => {
    const [who, path, body] = callOf(n)
    const headers = { 'x-api-key': keys[who] ?? '', 'content-type': 'application/json' }
    const response = await fetch(`${gateway}${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
    await response.arrayBuffer()
  }
  const count = (): void => {
    failed += 1
  }
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - start) / 1000) * perSecond) - sent
    const calls = Array.from({ length: due }, (_, n) => call(sent + n).catch(count))
    sent += due
    waiting = Promise.all(calls)
  }, 50)
  return {
    failed: () => failed,
    end: async () => {
      clearInterval(timer)
      await waiting
    },
  }
}

type Server = Awaited<ReturnType<typeof openServer>>

/** Two pages stay open, one goes round by links, and now and then one is opened anew. */
async function watch(server: Server, browser: Browser, failed: () => number): Promise<readonly Sample[]> {
  const context = await browser.newContext({ reducedMotion: 'reduce', bypassCSP: true })
  const walking = await context.newPage()
  await signIn(walking, server.link)
  const open = new Map<string, Page>([['walking', walking]])
  for (const path of ['/', '/ledger']) {
    const page = await context.newPage()
    await openPage(page, `${server.url}${path}`)
    open.set(path, page)
  }
  const tools = new Map<string, CDPSession>()
  for (const [name, page] of open) tools.set(name, await measuring(page))
  await openPage(walking, `${server.url}/`)
  const samples: Sample[] = []
  const start = performance.now()
  const now = (): number => (performance.now() - start) / 60_000
  for (let minute = 0; minute <= minutes; minute += 1) {
    const warm: Record<string, number | null> = {}
    for (const path of round.slice((minute * 3) % 9, ((minute * 3) % 9) + 3))
      warm[path] = (await goTo(walking, path)) ?? null
    const path = round[minute % round.length] ?? '/'
    const fresh = await context.newPage()
    const cold = (await openPage(fresh, `${server.url}${path}`)) ?? null
    await fresh.close()
    await walking.waitForTimeout(Math.max(0, (minute - now()) * 60_000))
    const { size, rss, heap, external, threads } = await server.memory()
    const pages: Record<string, PageSize> = {}
    for (const [name, each] of tools) pages[name] = await sizeOf(each)
    const sample: Sample = {
      minute: Math.round(now() * 10) / 10,
      size,
      rss: mebi(rss),
      heap: mebi(heap),
      external: mebi(external),
      threads: threads.map(mebi),
      disk: diskOf(home),
      pages,
      warm,
      cold: [path, cold],
      failed: failed(),
    }
    appendFileSync(log, `${JSON.stringify(sample)}\n`)
    samples.push(sample)
  }
  return samples
}

async function measuring(page: Page): Promise<CDPSession> {
  const tools = await page.context().newCDPSession(page)
  await tools.send('Performance.enable')
  return tools
}

/** After what nobody needs any more was collected. */
async function sizeOf(tools: CDPSession): Promise<PageSize> {
  await tools.send('HeapProfiler.collectGarbage')
  const { metrics } = await tools.send('Performance.getMetrics')
  const of = (name: string): number => metrics.find((each) => each.name === name)?.value ?? 0
  return { heap: mebi(of('JSHeapUsedSize')), nodes: of('Nodes'), listeners: of('JSEventListeners') }
}

function diskOf(at: string): Readonly<Record<string, number>> {
  return Object.fromEntries(readdirSync(at).map((name) => [name, mebi(statSync(join(at, name)).size)]))
}

/** The first minutes warm up; of the rest, how much a value grows in an hour, by least squares. */
function tell(samples: readonly Sample[]): void {
  const warmUp = Math.min(10, minutes / 6)
  const rest = samples.filter(({ minute }) => minute >= warmUp)
  const line = (name: string, of: (sample: Sample) => number): void => {
    const points = rest.map((sample) => [sample.minute, of(sample)] as const)
    const [first, last] = [points[0]?.[1], points.at(-1)?.[1]]
    console.log(`${name}: ${first?.toFixed(1)} to ${last?.toFixed(1)}, ${(slope(points) * 60).toFixed(1)} an hour`)
  }
  console.log(
    `${samples.at(-1)?.size} entries in the end, ${rest.length} samples from minute ${rest[0]?.minute} on; MiB after a collection`,
  )
  line('server, resident', ({ rss }) => rss)
  line('server, heap', ({ heap }) => heap)
  line('server, outside the heap', ({ external }) => external)
  line('server, heaps of threads', ({ threads }) => threads.reduce((sum, each) => sum + each, 0))
  for (const page of Object.keys(samples[0]?.pages ?? {})) {
    line(`page ${page}, heap`, ({ pages }) => pages[page]?.heap ?? 0)
    line(`page ${page}, nodes`, ({ pages }) => pages[page]?.nodes ?? 0)
    line(`page ${page}, listeners`, ({ pages }) => pages[page]?.listeners ?? 0)
  }
}

function slope(points: readonly (readonly [number, number])[]): number {
  const mean = (at: 0 | 1): number => points.reduce((sum, point) => sum + point[at], 0) / points.length
  const [x, y] = [mean(0), mean(1)]
  const above = points.reduce((sum, point) => sum + (point[0] - x) * (point[1] - y), 0)
  return (
    above /
    Math.max(
      points.reduce((sum, point) => sum + (point[0] - x) ** 2, 0),
      1e-9,
    )
  )
}
