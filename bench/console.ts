// npm run bench -- console [--entries 1000000] [--rate 200] [--minutes 2] [--rounds 3]: the console over a large ledger while entries arrive:
// how long the overview takes to read it, what the API and each page take, what the guard's thread pays, and whether memory grows.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { CDPSession, Page } from 'playwright-core'
import { ensureConsole } from '../scripts/console.ts'
import { openBrowser, signIn } from '../test/console/browser.ts'
import { showPage } from '../test/console/every-page.ts'
import { type Shown, show } from '../test/console/shown.ts'
import { entryOf } from './console/traffic.ts'
import { fillLedger } from './ledger/fill.ts'

const { values } = parseArgs({
  options: {
    entries: { type: 'string', default: '1000000' },
    rate: { type: 'string', default: '200' },
    minutes: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '3' },
  },
})
const entries = Number(values.entries)
const rate = Number(values.rate)
const folder = mkdtempSync(join(process.env['BENCH_FOLDER'] ?? tmpdir(), 'console-bench-'))
const home = join(folder, '.lockstep/guard')
/** The entries are spread over this time before now. */
const spreadMs = 3 * 24 * 3_600_000

/** Entries that came since the ledger was filled. */
let arrived = 0

await ensureConsole()
try {
  await run()
} finally {
  rmSync(folder, { recursive: true, force: true })
}

async function run(): Promise<void> {
  const began = Date.now() - spreadMs
  mkdirSync(home, { recursive: true })
  const storage = { type: 'sqlite', file: join(home, 'ledger.db'), keys: join(home, 'keys.db') } as const
  const place = { storage, signingKey: join(home, 'signing.key'), origin: 'lockstep.local/shop', node: 'bench' }
  const draft = (index: number) => entryOf(index, began + Math.floor((index / entries) * spreadMs))
  await timed(`fill ${entries} entries`, () => fillLedger(place, { count: entries, draft, checkpoint: true }))
  const shown = await timed('open guard and console', () => show('{ port: 0 }', { folder }))
  const browser = await openBrowser()
  try {
    const page = await (await browser.newContext({ reducedMotion: 'reduce', bypassCSP: true })).newPage()
    await signIn(page, await shown.link())
    await catchUp(shown, page)
    await measureThread(shown, 'entries arrive, no page open', page)
    const stop = arrive(shown)
    await measureApi(shown, page)
    await measurePages(shown, page)
    await measureMemory(shown, page)
    await stop()
  } finally {
    await browser.close()
    await shown.close()
  }
}

/** How long the overview takes to read all there is, and what that costs this process beside its main thread. */
async function catchUp(shown: Shown, page: Page): Promise<void> {
  const [start, all, main] = [performance.now(), process.cpuUsage(), process.threadCpuUsage()]
  for (;;) {
    const { entries: found } = await ask(shown, page, '/api/entries?limit=1')
    if ((found?.[0]?.index ?? 0) >= entries - 1) break
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
  const seconds = (performance.now() - start) / 1000
  const [total, own] = [secondsOf(process.cpuUsage(all)), secondsOf(process.threadCpuUsage(main))]
  const each = ((total - own) / entries) * 1e6
  say(
    `overview reads ${entries} entries`,
    `${seconds.toFixed(1)} s, CPU ${each.toFixed(1)} µs an entry in its thread, main thread ${own.toFixed(2)} s in all`,
  )
}

function secondsOf({ user, system }: NodeJS.CpuUsage): number {
  return (user + system) / 1e6
}

/** Lets entries arrive at the rate until it is stopped. */
function arrive(shown: Shown): () => Promise<void> {
  const { ledger } = shown.serving.core
  const start = performance.now()
  let [sent, waiting] = [0, Promise.resolve() as Promise<unknown>]
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - start) / 1000) * rate) - sent
    const drafts = Array.from({ length: due }, (_, n) => entryOf(entries + arrived + n, Date.now()))
    sent += due
    arrived += due
    waiting = Promise.all(drafts.map((draft) => ledger.append(draft)))
  }, 50)
  return async () => {
    clearInterval(timer)
    await waiting
  }
}

async function measureThread(shown: Shown, name: string, page: Page): Promise<void> {
  await page.goto('about:blank')
  const stop = arrive(shown)
  const [before, start] = [process.threadCpuUsage(), arrived]
  await new Promise((resolve) => setTimeout(resolve, 10_000))
  const spent = secondsOf(process.threadCpuUsage(before))
  await stop()
  say(
    name,
    `main thread ${((spent / (arrived - start)) * 1e6).toFixed(0)} µs an entry, appending it included (${(spent * 10).toFixed(1)} % of it)`,
  )
}

// biome-ignore lint/suspicious/noExplicitAny: answers as they come over the wire
async function ask(shown: Shown, page: Page, path: string): Promise<any> {
  const response = await page.request.get(`${shown.url}${path}`)
  if (!response.ok()) throw new Error(`${path}: ${response.status()}`)
  return response.json()
}

async function measureApi(shown: Shown, page: Page): Promise<void> {
  const now = Date.now()
  const asked = [
    '/api/entries',
    '/api/entries?kind=decision&effect=deny',
    '/api/entries?principal=agent-3&effect=deny',
    '/api/entries?principal=person-5&operation=shop.operation1',
    '/api/entries?tenant=south&kind=outcome',
    '/api/entries?effect=modify',
    '/api/entries?object=order/order-77',
    '/api/entries?any=shop.operation3',
    '/api/entries?any=order/order-77&kind=decision',
    `/api/entries?from=${now - spreadMs / 2}&operation=shop.operation3&order=oldest`,
    '/api/sessions',
    '/api/sessions?refused=true&runs=true',
    '/api/sessions?any=order/order-77',
    '/api/sessions?workflow=workflow-3',
    `/api/counts?from=${now - 86_400_000}&to=${now}&step=900000&by=effect,kind`,
    `/api/counts?from=${now - spreadMs}&to=${now}&step=3600000&by=effect,kind&kind=decision`,
    '/api/tallies/operation',
    '/api/tallies/principal',
    '/api/ledger',
    `/api/ledger/entries/${Math.floor(entries / 3)}/proof`,
    `/api/ledger/consistency?from=${Math.floor(entries / 3)}&to=${entries}`,
    `/api/calls/01a20000-${String(1000).padStart(12, '0')}`,
    '/api/sessions/run-50',
  ]
  for (const path of asked) {
    const times: number[] = []
    for (let round = 0; round < 8; round += 1) {
      const start = performance.now()
      await ask(shown, page, path)
      times.push(performance.now() - start)
    }
    say(`  ${path.replaceAll(/\d{13}/g, '…')}`, spread(times))
  }
}

async function measurePages(shown: Shown, page: Page): Promise<void> {
  await showPage(page, `${shown.url}/`)
  const places = await page.evaluate<string[]>(
    `[...document.querySelectorAll('nav a[href]')].map((link) => new URL(link.href).pathname)`,
  )
  const call = `/calls/01a20000-${String(1000).padStart(12, '0')}`
  const more = ['/ledger?effect=deny', `/ledger?entry=${Math.floor(entries / 3)}`, '/sessions/run-50', call]
  const all: number[] = []
  for (const path of new Set([...places, ...more])) {
    const times: number[] = []
    for (let round = 0; round < Number(values.rounds); round += 1) {
      const start = performance.now()
      const isShown = await showPage(page, `${shown.url}${path}`).then(
        () => true,
        () => false,
      )
      if (isShown) times.push(performance.now() - start)
    }
    all.push(...times)
    say(`  page ${path} usable`, times.length === 0 ? 'never' : spread(times))
  }
  say('pages, all', spread(all))
}

/** Stays on pages that follow what happens, and tells how their memory and the server's grow. */
async function measureMemory(shown: Shown, page: Page): Promise<void> {
  const tools = await page.context().newCDPSession(page)
  for (const path of ['/ledger', '/']) {
    await showPage(page, `${shown.url}${path}`)
    await page.waitForTimeout(5000)
    const points: (readonly [minutes: number, heap: number, rss: number])[] = []
    const start = performance.now()
    for (let minutes = 0; minutes <= Number(values.minutes); minutes = (performance.now() - start) / 60_000) {
      points.push([minutes, await heapOf(tools), process.memoryUsage().rss / 1048576])
      await page.waitForTimeout(10_000)
    }
    const [first, last] = [points[0], points.at(-1)]
    const line = (of: 1 | 2): string =>
      `${first?.[of].toFixed(1)} to ${last?.[of].toFixed(1)} MiB, ${slope(points, of).toFixed(2)} a minute`
    say(`${path} for ${last?.[0].toFixed(1)} minutes`, `page heap ${line(1)}; server ${line(2)}`)
  }
}

async function heapOf(tools: CDPSession): Promise<number> {
  await tools.send('HeapProfiler.collectGarbage')
  const { usedSize } = await tools.send('Runtime.getHeapUsage')
  return usedSize / 1048576
}

/** By least squares. */
function slope(points: readonly (readonly [number, number, number])[], of: 1 | 2): number {
  const mean = (index: 0 | 1 | 2): number => points.reduce((sum, point) => sum + point[index], 0) / points.length
  const [x, y] = [mean(0), mean(of)]
  const above = points.reduce((sum, point) => sum + (point[0] - x) * (point[of] - y), 0)
  return (
    above /
    Math.max(
      points.reduce((sum, point) => sum + (point[0] - x) ** 2, 0),
      1e-9,
    )
  )
}

function spread(times: readonly number[]): string {
  const sorted = [...times].sort((a, b) => a - b)
  return `median ${(sorted[sorted.length >> 1] ?? 0).toFixed(0)} ms, longest ${(sorted.at(-1) ?? 0).toFixed(0)} ms`
}

function say(name: string, what: string): void {
  console.log(`${name}: ${what}`)
}

async function timed<Value>(name: string, work: () => Promise<Value>): Promise<Value> {
  const start = performance.now()
  const value = await work()
  say(name, `${((performance.now() - start) / 1000).toFixed(1)} s`)
  return value
}
