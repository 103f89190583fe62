// Finds every page of the console by its links: the navigation, and from each page one of every kind of page it leads to.
import type { Page } from 'playwright-core'

/** A page, named after its address; `/findings/*` for one of many alike. */
export interface Place {
  readonly name: string
  readonly path: string
}

/** So many in all, at most. */
const most = 60

/** Every kind of page that can be reached. @param page - Signed in; it is left on the last page. */
export async function everyPage(page: Page, origin: string): Promise<readonly Place[]> {
  await showPage(page, `${origin}/`)
  const found = new Map<string, Place>([['/', { name: '/', path: '/' }]])
  for (const place of found.values()) {
    if (found.size >= most) break
    await showPage(page, `${origin}${place.path}`)
    const all = await page.evaluate<string[]>(
      `[...document.querySelectorAll('nav a[href], main a[href]')].map((link) => link.href)`,
    )
    const paths = all.flatMap((href) => {
      const url = new URL(href)
      return url.origin === origin && !url.pathname.startsWith('/api/') ? [url.pathname + url.search] : []
    })
    for (const path of paths) {
      const name = kindOf(new URL(path, origin))
      if (!found.has(name)) found.set(name, { name, path })
    }
  }
  return [...found.values()]
}

/** Opens a page, and waits until it shows what it has. */
export async function showPage(page: Page, url: string): Promise<void> {
  await page.goto(url)
  await page
    .locator('main h1')
    .first()
    .waitFor({ timeout: 15_000 })
    .catch((error: unknown) => {
      throw new Error(`${url} shows no page`, { cause: error })
    })
  await page.locator('main [role=status][aria-label=Loading]').first().waitFor({ state: 'detached' })
}

/** The first segment stands; what follows is one of many. Of what is asked, which tab, and whether something stands beside the page. */
function kindOf({ pathname, searchParams }: URL): string {
  const [first = '', ...rest] = pathname.split('/').filter((each) => each !== '')
  const tab = searchParams.get('tab')
  const beside = ['entry', 'call'].filter((name) => searchParams.has(name))
  const shown = [...(tab === null ? [] : [`tab=${tab}`]), ...beside]
  return `/${[first, ...rest.map(() => '*')].join('/')}${shown.length === 0 ? '' : `?${shown.join('&')}`}`
}

/** How far the page itself can be scrolled to the side, in pixels. */
export function sideways(page: Page): Promise<number> {
  return page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth')
}
