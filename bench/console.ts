// npm run bench -- console [--entries 1000000] [--rate 200] [--rounds 5] [--store sqlite|postgres]: the console over a large ledger while entries
// arrive: how long the overview takes to read it, first and after a restart, what the API and each page take, and what the guard's thread pays.
// What a page and a request take that hardly anything is asked of, at the same time, tells how busy the machine is.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Browser, Page } from 'playwright-core'
import { ensureConsole } from '../scripts/console.ts'
import { signedIn } from '../test/api/signed-in.ts'
import { openBrowser, signIn } from '../test/console/browser.ts'
import { type Shown, show } from '../test/console/shown.ts'
import { type Postgres, startPostgres } from '../test/store/postgres.ts'
import { listen } from '../test/transport/open.ts'
import { entryOf } from './console/traffic.ts'
import { goTo, openPage } from './console/usable.ts'
import { company } from './console/world.ts'
import { fillLedger } from './ledger/fill.ts'

const { values } = parseArgs({
  options: {
    entries: { type: 'string', default: '1000000' },
    rate: { type: 'string', default: '200' },
    rounds: { type: 'string', default: '5' },
    store: { type: 'string', default: 'sqlite' },
  },
})
const entries = Number(values.entries)
const rate = Number(values.rate)
const folder = mkdtempSync(join(process.env['BENCH_FOLDER'] ?? tmpdir(), 'console-bench-'))
const home = join(folder, '.lockstep/guard')
/** The entries are spread over this time before now. */
const spreadMs = 3 * 24 * 3_600_000

/** How a page is opened; the last is a page of three lines from elsewhere. */
const ways = ['new', 'again', 'link', 'bare'] as const

/** Entries that came since the ledger was filled. */
let arrived = 0

await ensureConsole()
const postgres = values.store === 'postgres' ? await startPostgres() : undefined
/** The user of the server is named as the guard's schema, where its tables would be looked for before they are there. */
const inPublic = '?options=-c%20search_path%3Dpublic'
try {
  await run(postgres)
} finally {
  await postgres?.stop()
  rmSync(folder, { recursive: true, force: true })
}

async function run(server: Postgres | undefined): Promise<void> {
  const began = Date.now() - spreadMs
  mkdirSync(home, { recursive: true })
  const storage =
    server === undefined
      ? ({ type: 'sqlite', file: join(home, 'ledger.db'), keys: join(home, 'keys.db') } as const)
      : ({ type: 'postgres', url: `${server.url}${inPublic}` } as const)
  const place = { storage, signingKey: join(home, 'signing.key'), origin: 'lockstep.local/shop', node: 'bench' }
  const draft = (index: number) => entryOf(index, began + Math.floor((index / entries) * spreadMs))
  await timed(`fill ${entries} entries`, () => fillLedger(place, { count: entries, draft, checkpoint: true }))
  const more = server === undefined ? '' : `store: { postgres: "${server.url}${inPublic}" }`
  const open = (): Promise<Shown> => show('{ port: 0 }', { ...company, folder, more })
  const shown = await timed('open guard and console', open)
  const browser = await openBrowser()
  try {
    await measure(shown, browser)
  } finally {
    await shown.close()
  }
  const again = await timed('open them again', open)
  try {
    await timed('overview up to date after the restart', () => upToDate(again, entries + arrived))
  } finally {
    await browser.close()
    await again.close()
  }
}

async function measure(shown: Shown, browser: Browser): Promise<void> {
  const page = await (await browser.newContext({ reducedMotion: 'reduce', bypassCSP: true })).newPage()
  await signIn(page, await shown.link())
  await catchUp(shown, page)
  await measureThread(shown, 'entries arrive, no page open', page)
  const stop = arrive(shown)
  try {
    await measureApi(shown, page)
    await measurePages(shown, page)
  } finally {
    await stop()
  }
}

async function upToDate(shown: Shown, size: number): Promise<void> {
  const viewer = await signedIn(await shown.link())
  for (;;) {
    const { entries: found } = await viewer.read('/api/entries?limit=1')
    if ((found[0]?.index ?? 0) >= size - 1) return
    await new Promise((resolve) => setTimeout(resolve, 50))
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

/** Each page anew in a browser that knows nothing, again in the same, and by its link; beside each, a page of three lines from elsewhere. */
async function measurePages(shown: Shown, page: Page): Promise<void> {
  const bare = createServer((_, response) => {
    response.setHeader('content-type', 'text/html')
    response.end('<main><h1>Bare</h1><p>A page that asks nothing of anybody.</p></main>')
  })
  const elsewhere = `http://${await listen(bare)}/bare`
  await openPage(page, `${shown.url}/`)
  const places = await page.evaluate<string[]>(
    `[...document.querySelectorAll('nav a[href]')].map((link) => new URL(link.href).pathname)`,
  )
  const call = `/calls/01a20000-${String(1000).padStart(12, '0')}`
  const more = [
    '/lifecycles/order',
    '/ledger?effect=deny',
    `/ledger?entry=${Math.floor(entries / 3)}`,
    '/sessions/run-50',
    call,
  ]
  const all: Record<Way, Times> = { new: [], again: [], link: [], bare: [] }
  for (const path of new Set([...places, ...more])) {
    const times: Record<Way, Times> = { new: [], again: [], link: [], bare: [] }
    for (let round = 0; round < Number(values.rounds); round += 1)
      await oneRound(page, { origin: shown.url, path, elsewhere }, times)
    for (const way of ways) all[way].push(...times[way])
    say(`  page ${path}`, ways.map((way) => `${way} ${spread(times[way])}`).join('; '))
  }
  say('pages, all', ways.map((way) => `${way} ${spread(all[way])}`).join('; '))
  bare.close()
}

type Way = (typeof ways)[number]
/** Undefined: it never came. */
type Times = (number | undefined)[]

interface Visited {
  readonly origin: string
  readonly path: string
  readonly elsewhere: string
}

async function oneRound(page: Page, { origin, path, elsewhere }: Visited, times: Record<Way, Times>): Promise<void> {
  const cookies = await page.context().cookies()
  const browser = page.context().browser()
  const context = await browser?.newContext({ reducedMotion: 'reduce', bypassCSP: true })
  if (context === undefined) throw new TypeError('the page has no browser')
  await context.addCookies(cookies)
  const fresh = await context.newPage()
  times.new.push(await openPage(fresh, `${origin}${path}`))
  times.again.push(await openPage(fresh, `${origin}${path}`))
  times.bare.push(await openPage(fresh, elsewhere))
  const from = path === '/' ? '/switches' : '/'
  await openPage(fresh, `${origin}${from}`)
  if ((await fresh.locator(`nav a[href="${path}"]`).count()) > 0) times.link.push(await goTo(fresh, path))
  await context.close()
}

function spread(times: Times): string {
  const sorted = times.filter((each) => each !== undefined).sort((a, b) => a - b)
  if (times.length === 0) return '-'
  const never = times.length - sorted.length
  const missing = never === 0 ? '' : `, ${never} never`
  return `median ${(sorted[sorted.length >> 1] ?? 0).toFixed(0)} ms, longest ${(sorted.at(-1) ?? 0).toFixed(0)} ms${missing}`
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
