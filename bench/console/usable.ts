// When somebody can work with a page: its heading and what it is about are there, and nothing is still being loaded.
import type { Page } from 'playwright-core'

/** What must be there beside the heading, where more than words belongs to a page. */
const contents: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^\/$/, ['dl.facts', 'canvas']],
  [/^\/lifecycles$/, ['a[href^="/lifecycles/"]']],
  [/^\/lifecycles\/./, ['svg path']],
  [/^\/inventory$/, ['[role=tabpanel] a']],
  [/^\/sessions$/, ['.session-row']],
  [/^\/sessions\/./, ['li']],
  [/^\/ledger$/, ['.long-list li', '.histogram canvas']],
  [/^\/charter$/, ['.cm-line', '[role=tabpanel]']],
]

const loading = ['[role=status][aria-label=Loading]', '.mantine-Skeleton-root', '.histogram:empty']
const longestMs = 30_000

/** Opens an address as somebody does who types it. @returns milliseconds until it can be worked with; undefined when that never came. */
export async function openPage(page: Page, url: string): Promise<number | undefined> {
  const came = await page.goto(url, { waitUntil: 'commit', timeout: longestMs }).catch(() => null)
  return came === null ? undefined : usable(page, new URL(url).pathname, 0)
}

/** Goes there by its link, with the page that is open. */
export async function goTo(page: Page, path: string): Promise<number | undefined> {
  const began = await page.evaluate<number>(
    `(() => { const link = document.querySelector('nav a[href="${path}"], main a[href="${path}"]'); const at = performance.now(); link.click(); return at })()`,
  )
  return usable(page, path, began)
}

/** Milliseconds since `began`, on the clock of the page. */
async function usable(page: Page, path: string, began: number): Promise<number | undefined> {
  const wanted = contents.find(([pattern]) => pattern.test(path))?.[1] ?? []
  const test = `(() => {
    const main = document.querySelector('main')
    if (main === null || location.pathname !== ${JSON.stringify(path)}) return false
    const heading = main.querySelector('h1')
    if (heading === null || main.innerText.length < heading.innerText.length + 20) return false
    if (main.querySelector(${JSON.stringify(loading.join(', '))}) !== null) return false
    return ${JSON.stringify(wanted)}.every((each) => main.querySelector(each) !== null) && performance.now()
  })()`
  try {
    const found = await page.waitForFunction(test, undefined, { timeout: longestMs })
    return Number(await found.jsonValue()) - began
  } catch {
    return undefined
  }
}
