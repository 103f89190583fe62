// A real browser: Chromium from its npm package, headless, with nothing of its own that talks to anybody.
import { afterEach } from 'node:test'
import chromium from '@sparticuz/chromium'
import { type Browser, type Page, chromium as playwright } from 'playwright-core'

export async function openBrowser(): Promise<Browser> {
  const executablePath = process.env['CHROMIUM'] ?? (await chromium.executablePath())
  const args = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update']
  // A machine without a language would give pages one that no browser of a person has.
  const env = { ...process.env, LANG: 'en_US.UTF-8', LC_ALL: 'en_US.UTF-8' }
  return playwright.launch({ executablePath, args: [...args, '--lang=en-US'], env, headless: true })
}

const watched = new Map<Page, readonly string[]>()

// When a test fails, what its pages showed is told.
afterEach(async (context) => {
  if (!('passed' in context) || context.passed) return
  for (const [page, complaints] of watched) {
    if (page.isClosed()) continue
    const shows = await page.locator('body').ariaSnapshot({ timeout: 1000 })
    console.error([`${context.name}: ${page.url()} showed`, ...complaints, shows].join('\n'))
  }
})

/** What a page says that it should not: errors, and whatever the content policy stopped. */
export function complaintsOf(page: Page): readonly string[] {
  const complaints: string[] = []
  watched.set(page, complaints)
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error' && !/status of 401/.test(message.text())) complaints.push(message.text())
  })
  return complaints
}

/** Signs in with a one-time link, as a person does. */
export async function signIn(page: Page, link: string): Promise<void> {
  await page.goto(link)
  await page.getByRole('button', { name: /sign in/i }).click()
  await page.waitForURL((url) => !url.pathname.startsWith('/sign-in'))
}
