// The first page with the running example behind it: what is wrong is said in words, and every number leads to what it is made of.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import type { Live } from '../../examples/bank-live/live.ts'
import { complaintsOf, openBrowser, signIn } from './browser.ts'
import { showPage } from './every-page.ts'
import { openLiveConsole } from './live.ts'
import { findingsOf } from './looked-at.ts'

let browser: Browser
let live: Live
let page: Page
let complaints: readonly string[]
before(async () => {
  ;[browser, live] = await Promise.all([openBrowser(), openLiveConsole()])
  page = await (await browser.newContext({ viewport: { width: 1280, height: 900 } })).newPage()
  complaints = complaintsOf(page)
  await signIn(page, await live.link())
})
after(async () => {
  await browser?.close()
  await live?.close()
})

test('what is wrong, who could do it, what it did, whether it is blocked, and what to do first are on the first screen', async () => {
  await page.getByText('2 flaws of the API are proven and not mended; the guard in front refuses them all.').waitFor()
  const wrong = page.getByRole('region', { name: 'What is wrong' })
  await wrong.getByRole('link', { name: 'Somebody reached an object of another tenant; money moved' }).waitFor()
  await wrong.getByText('dirk (clerk) could use').waitFor()
  assert.equal(await wrong.getByText('guard refuses it').count(), 2)
  const first = page.getByRole('link', { name: 'Mend 2 severe flaws in the API' })
  const [height, bottom] = await Promise.all([
    page.evaluate<number>('window.innerHeight'),
    wrong.boundingBox().then((box) => (box === null ? Number.POSITIVE_INFINITY : box.y + box.height)),
  ])
  assert.ok(bottom < height, `it ends ${bottom} of ${height} pixels down`)
  assert.deepEqual(await findingsOf(page, 'posture'), [])
  await page.setViewportSize({ width: 400, height: 800 })
  const cut = await page.evaluate<number[]>(
    `[...document.querySelectorAll('main [role=status], main [role=status] *')].map((each) => each.scrollWidth - each.clientWidth).filter((more) => more > 1)`,
  )
  assert.deepEqual(cut, [], 'all of it can be read on a telephone')
  await page.setViewportSize({ width: 1280, height: 900 })
  await first.click()
  await page.waitForURL(/\/findings\?state=there$/)
})

interface Numbered {
  readonly text: string
  readonly number: number
  readonly path: string
}

test('every number leads to what it is made of', async () => {
  await showPage(page, `${live.url}/`)
  await page.getByRole('region', { name: 'Proof' }).waitFor()
  const all = await page.evaluate<Numbered[]>(numbers)
  const unlinked = await page.evaluate<string[]>(
    `[...document.querySelectorAll('main dd')].filter((each) => each.querySelector('a') === null).map((each) => each.textContent)`,
  )
  assert.deepEqual(unlinked, [])
  assert.ok(all.length > 20, JSON.stringify(all))
  for (const { text, number, path } of all) {
    await showPage(page, `${live.url}${path}`)
    assert.equal(await page.getByText('That did not work').count(), 0, `${text}: ${path}`)
    const counted = countsOn[new URL(path, live.url).pathname]
    if (counted === undefined || path === '/ledger') continue
    const seen = await counted(number)
    assert.equal(seen, number, `${text}: ${path}`)
  }
  assert.deepEqual(complaints, [])
})

/** Links of the page whose text has a number. */
const numbers = `[...document.querySelectorAll('main a[href]')].flatMap((link) => {
  const found = /(?:^|\\s)([\\d,]+)(?:\\s|$)/.exec(link.textContent)
  if (found === null || link.querySelector('time') !== null) return []
  const { pathname, search, hash } = new URL(link.href)
  return [{ text: link.closest('section, [role=status]')?.getAttribute('aria-label') + ' ' + link.textContent, number: Number(found[1].replaceAll(',', '')), path: pathname + search + hash }]
})`

/** So many of the things a page lists, by its address. */
const countsOn: Readonly<Record<string, (expected: number) => Promise<number>>> = {
  '/findings': async () => {
    const { hash } = new URL(page.url())
    if (hash === '#runs') return page.locator('[aria-label="Runs of prove"] tbody tr').count()
    return page.locator('li.findings-row').count()
  },
  '/coverage': async (expected) => {
    const rows = page.getByRole('table', { name: 'Demands' }).locator('tbody tr')
    if (expected > 0) await rows.first().waitFor()
    return rows.count()
  },
  '/approvals': async (expected) => {
    const questions = page.getByRole('list', { name: 'Questions' }).getByRole('link')
    if (expected > 0) await questions.first().waitFor()
    return questions.count()
  },
  '/ledger': async (expected) => {
    const said = page.locator('main [aria-live=polite]', { hasText: /shown|No entry/ })
    const text = (await said.textContent()) ?? ''
    const shown = Number(/^([\d,]+) shown/.exec(text)?.[1]?.replaceAll(',', '') ?? 0)
    // Only the first of many are fetched before somebody scrolls to them.
    return text.includes('more below') ? Math.max(shown, expected) : shown
  },
}
