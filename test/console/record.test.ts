// The record in a real browser: sessions, calls and the ledger, found, read, and verified there; what is forged on the way is seen.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { exportItems } from '../../src/ledger/export/ledger-file.ts'
import { verifyLedger } from '../../src/ledger/verify.ts'
import { complaintsOf, openBrowser, signIn } from './browser.ts'
import { violationsOf } from './looked-at.ts'
import { type Shown, show } from './shown.ts'

let browser: Browser
let shown: Shown
before(async () => {
  ;[browser, shown] = await Promise.all([openBrowser(), show()])
  for (let amount = 1; amount <= 120; amount += 1) await shown.call('ann', '/pay', { amount: amount % 90 })
  await shown.call('ann', '/pay', { amount: 5000 })
  await shown.call('ann', '/pay', { amount: 500 })
  await shown.call('max', '/orders')
  await shown.serving.core.ledger.checkpoint()
})
after(async () => {
  await browser?.close()
  await shown?.close()
})

async function enter(options: Parameters<Browser['newContext']>[0] = {}): Promise<Page> {
  const page = await (await browser.newContext({ reducedMotion: 'reduce', ...options })).newPage()
  await signIn(page, await shown.link())
  return page
}

test('the ledger is searched by what is typed, entries open beside it and are verified in the browser', async () => {
  const page = await enter()
  const complaints = complaintsOf(page)
  await page.goto(`${shown.url}/ledger`)
  await page.getByText('entries verified by this browser').waitFor()
  const search = page.getByPlaceholder(/^operation: by:/)
  await search.fill('operation:')
  await page.getByRole('option', { name: 'operation:shop.pay' }).click()
  await page.waitForURL('**/ledger?operation=shop.pay')
  await search.fill('effect:deny')
  await search.press('Enter')
  await page.waitForURL(/effect=deny/)
  await page.getByText('1 shown').waitFor()
  await page.getByRole('list', { name: 'Entries' }).getByRole('link').click()
  await page.getByText('Verified by this browser: entry').waitFor()
  await page.getByText('"amount": 5000').waitFor()
  assert.deepEqual(await violationsOf(page), [])
  await page.getByRole('button', { name: 'Close the entry' }).click()
  await page.getByRole('button', { name: 'Stop looking for effect deny' }).click()
  await page.getByText('100 shown, more below').waitFor()
  await page.evaluate('scrollTo(0, document.body.scrollHeight)')
  await page.getByText(/^2\d\d shown/).waitFor()
  assert.ok((await page.getByRole('list', { name: 'Entries' }).getByRole('listitem').count()) < 80)
  await page.evaluate('scrollTo(0, 0)')
  await page.getByText('What this shows, and what it does not').click()
  await page.getByText(shown.serving.core.ledger.publicKey).waitFor()
  const coming = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Export' }).click()
  await page.getByRole('menuitem', { name: 'Whole ledger, verifiable' }).click()
  const text = await readFile(await (await coming).path(), 'utf8')
  async function* pieces() {
    yield text
  }
  const { publicKey } = shown.serving.core.ledger
  assert.deepEqual((await verifyLedger({ items: exportItems(pieces()), publicKey })).problems, [])
  assert.deepEqual(complaints, [])
  await page.context().close()
})

test('an entry changed on the way does not verify; a ledger put in the place of the one it knows is seen', async () => {
  const page = await enter()
  await page.goto(`${shown.url}/ledger?entry=3`)
  await page.getByText('Verified by this browser: entry').waitFor()
  await page.route('**/api/ledger/entries/3', async (route) => {
    const answer = await (await route.fetch()).json()
    await route.fulfill({ json: { ...answer, text: answer.text.replace('shop.pay', 'shop.Pay') } })
  })
  await page.route('**/api/ledger/entries/3/proof*', async (route) => {
    const { proof } = await (await route.fetch()).json()
    await route.fulfill({ json: { proof: proof.replace(/extra .*\n/, '') } })
  })
  await page.reload()
  await page.getByText('This entry does not verify').waitFor()
  await page.unrouteAll()
  await page.evaluate(() => {
    const known = JSON.parse(localStorage.getItem('lockstep.ledger') ?? '{}')
    localStorage.setItem('lockstep.ledger', JSON.stringify({ ...known, root: btoa('x'.repeat(32)) }))
  })
  await page.goto(`${shown.url}/ledger`)
  await page.getByText('Its past was rewritten').waitFor()
  await page.evaluate(() => {
    const known = JSON.parse(localStorage.getItem('lockstep.ledger') ?? '{}')
    localStorage.setItem('lockstep.ledger', JSON.stringify({ ...known, key: `${known.key}x` }))
  })
  await page.reload()
  await page.getByText('Another key signs this ledger').waitFor()
  await page.context().close()
})

test('a session is a timeline of calls with what came of them; any id leads there', async () => {
  const page = await enter()
  const complaints = complaintsOf(page)
  await page.getByRole('link', { name: 'Sessions' }).click()
  await page.getByText('Something refused').click()
  await page.waitForURL(/refused=/)
  const sessions = page.getByRole('list', { name: 'Sessions' })
  await sessions.getByRole('link').filter({ hasText: 'ann' }).waitFor()
  assert.equal(await sessions.getByRole('link').count(), 1)
  assert.deepEqual(await violationsOf(page), [])
  await sessions.getByRole('link').click()
  const steps = page.getByRole('list', { name: 'Timeline' })
  await steps.getByText('→ 200').first().waitFor()
  assert.deepEqual(await violationsOf(page), [])
  await page.getByText('Newest first').click()
  await steps.getByRole('link').filter({ hasText: 'asked' }).first().click()
  await page.getByText('it must be approved first').last().waitFor()
  await page.getByRole('link', { name: 'hold', exact: true }).waitFor()
  await page.getByText('Verified by this browser: entry').waitFor()
  assert.deepEqual(await violationsOf(page), [])
  const call = new URL(page.url()).searchParams.get('call') ?? ''
  await page.goto(`${shown.url}/sessions`)
  const search = page.getByRole('textbox', { name: /Look for a session/ })
  await search.fill(call)
  await search.press('Enter')
  await page.waitForURL(`**/calls/${call}`)
  await page.getByRole('link', { name: 'What happened around it' }).click()
  await page.waitForURL('**/sessions/s*')
  await page.goto(`${shown.url}/sessions`)
  await search.fill('shop.list')
  await search.press('Enter')
  await page.waitForURL(/any=shop/)
  await sessions.getByRole('link').filter({ hasText: 'ann' }).waitFor({ state: 'detached' })
  await sessions.getByRole('link').filter({ hasText: 'max' }).waitFor()
  assert.equal(await sessions.getByRole('link').count(), 1)
  assert.deepEqual(complaints, [])
  await page.context().close()
})

test('dark, on a telephone, by the keyboard: nothing is lost', async () => {
  const page = await enter({ viewport: { width: 400, height: 800 }, colorScheme: 'dark' })
  const { entries } = (await (await page.request.get(`${shown.url}/api/entries?kind=decision&effect=deny`)).json()) as {
    entries: { call: string }[]
  }
  const { sessions } = (await (await page.request.get(`${shown.url}/api/sessions?refused=true`)).json()) as {
    sessions: { id: string }[]
  }
  for (const path of [
    '/ledger',
    '/ledger?entry=5',
    '/sessions',
    `/sessions/${sessions[0]?.id}`,
    `/calls/${entries[0]?.call}`,
  ]) {
    await page.goto(`${shown.url}${path}`)
    await page
      .getByText(/verified by this browser|calls|asked/i)
      .first()
      .waitFor()
    assert.deepEqual(await violationsOf(page), [], path)
    assert.ok(Number(await page.evaluate('document.documentElement.scrollWidth')) <= 400, path)
  }
  await page.goto(`${shown.url}/ledger`)
  const rows = page.getByRole('list', { name: 'Entries' }).getByRole('link')
  await rows.first().focus()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await page.getByText('Verified by this browser: entry').waitFor()
  await page.keyboard.press('Escape')
  await page.waitForURL((url) => !url.searchParams.has('entry'))
  await page.context().close()
})
