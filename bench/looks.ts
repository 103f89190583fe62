// npm run bench -- looks [FOLDER] [NAME…]: a picture of every page of the console, of the running example, in every width and both schemes.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import type { Live } from '../examples/bank-live/live.ts'
import { ensureConsole } from '../scripts/console.ts'
import { openBrowser, signIn } from '../test/console/browser.ts'
import { everyPage, type Place, showPage, sideways } from '../test/console/every-page.ts'
import { openLiveConsole } from '../test/console/live.ts'

const [folder = '.lockstep/looks', ...only] = process.argv.slice(2)
const widths = [1280, 768, 400] as const
const schemes = ['light', 'dark'] as const

await ensureConsole()
mkdirSync(folder, { recursive: true })
const [browser, live] = await Promise.all([openBrowser(), openLiveConsole()])
try {
  for (const scheme of schemes) for (const width of widths) await take(browser, live, { scheme, width })
} finally {
  await browser.close()
  await live.close()
}

interface Look {
  readonly scheme: (typeof schemes)[number]
  readonly width: (typeof widths)[number]
}

async function take(browser: Browser, live: Live, { scheme, width }: Look): Promise<void> {
  const context = await browser.newContext({ colorScheme: scheme, viewport: { width, height: 900 } })
  const page = await context.newPage()
  await signIn(page, await live.link())
  const places = await everyPage(page, live.url)
  for (const place of places.filter(({ name }) => only.length === 0 || only.includes(name))) {
    await showPage(page, `${live.url}${place.path}`)
    // What is drawn late, and what moves.
    await page.waitForTimeout(700)
    const file = join(folder, `${fileOf(place)}-${width}-${scheme}.png`)
    await page.screenshot({ path: file, fullPage: true })
    const pixels = await sideways(page)
    process.stdout.write(`${file}${pixels > 0 ? `  scrolls sideways by ${pixels}px` : ''}\n`)
  }
  await context.close()
}

function fileOf({ name }: Place): string {
  const text = name
    .replaceAll(/[^a-z0-9*?]+/g, '-')
    .replaceAll(/[*?]/g, 'one')
    .replace(/^-/, '')
  return text === '' ? 'first' : text
}
