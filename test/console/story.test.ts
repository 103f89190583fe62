// The whole story in a real browser: proven, closed by a rule, refused, asked about, approved, sent, on the record, verified.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import type { Live } from '../../examples/bank-live/live.ts'
import { complaintsOf, openBrowser, signIn } from './browser.ts'
import { openLiveConsole } from './live.ts'

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

const main = (): ReturnType<Page['locator']> => page.locator('main')

test('what waits is approved, sent by the guard, and verified in the browser', async () => {
  await page.getByRole('link', { name: /^Approvals/ }).click()
  await main()
    .getByRole('list', { name: 'Questions' })
    .getByRole('link', { name: /bank\.reverseTransfer/ })
    .click()
  await main().getByText('above 250.00, an approver agrees', { exact: false }).first().waitFor()
  const transfer = /transfers\/([0-9a-f-]{36})\/reversals/.exec((await main().textContent()) ?? '')?.[1] ?? ''
  await main()
    .getByRole('button', { name: /^Approve\b/ })
    .first()
    .click()
  await main()
    .getByRole('button', { name: /Yes, approve it/ })
    .click()
  // The next question takes its place; this one is with those that were approved.
  await main()
    .getByRole('navigation', { name: 'By state' })
    .getByRole('link', { name: /approved/i })
    .click()
  await main()
    .getByRole('list', { name: 'Questions' })
    .getByRole('link', { name: /bank\.reverseTransfer/ })
    .click()
  await main()
    .getByRole('link', { name: /what came of it/i })
    .click()
  await page.waitForURL(/\/calls\//)
  await main().getByText('bank.reverseTransfer').first().waitFor()
  await main().getByText('Verified by this browser').waitFor({ timeout: 30_000 })
  // Money moved once, and no further.
  const headers = { authorization: `Bearer ${live.bank.tokens['dana']}` }
  const response = await fetch(`${live.bank.url}/transfers/${transfer}`, { headers })
  assert.equal(((await response.json()) as { readonly reversedAmount: number }).reversedAmount, 420)
  assert.deepEqual(complaints, [])
})
