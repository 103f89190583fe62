// Findings pinned on drawings, in a real browser: of the shop, where each kind of place is on one lifecycle, and at the steps of its workflow.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser, Locator, Page } from 'playwright-core'
import { complaintsOf, openBrowser, signIn } from './browser.ts'
import { findingsOf } from './looked-at.ts'
import { openProvenShop } from './proven-shop.ts'
import type { Shown } from './shown.ts'

let browser: Browser
let shop: Shown
let page: Page
let complaints: readonly string[]
before(async () => {
  ;[browser, shop] = await Promise.all([openBrowser(), openProvenShop()])
  page = await (await browser.newContext()).newPage()
  complaints = complaintsOf(page)
  await signIn(page, await shop.link())
})
after(async () => {
  await browser?.close()
  await shop?.close()
})

async function middleOf(locator: Locator): Promise<{ readonly x: number; readonly y: number }> {
  const box = await locator.boundingBox()
  assert.ok(box)
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 }
}

test('a finding stands at the state or beside the line it broke, and leads to its page', async () => {
  await page.goto(`${shop.url}/lifecycles/order`)
  const drawing = page.getByRole('region', { name: 'Lifecycle of order' })
  const repeated = drawing.getByRole('link', { name: /^Finding, high: Step repeated at POST .*payments$/ })
  await repeated.waitFor()
  const [pin, paid] = [await middleOf(repeated), await drawing.getByRole('button', { name: /^paid/ }).boundingBox()]
  assert.ok(
    paid && pin.x > paid.x && pin.x < paid.x + paid.width + 80 && Math.abs(pin.y - paid.y) < 20,
    'on its corner',
  )

  const forbidden = drawing.getByRole('link', { name: /^Finding, high: Forbidden state transition at POST .*cancel$/ })
  const [packed, cancelled] = await Promise.all(
    ['packed', 'cancelled'].map((name) => middleOf(drawing.getByRole('button', { name, exact: true }))),
  )
  const line = await middleOf(forbidden)
  assert.ok(packed && cancelled && line.x < packed.x && line.x > cancelled.x, 'between the states it leads from and to')
  assert.equal(await drawing.locator('svg .unintended.proven').count(), 1)
  await drawing.getByRole('link', { name: /^Finding, high: Another's object read/ }).waitFor()

  const words = page.getByRole('region', { name: 'Proven possible' })
  await words.getByText('at cancel: from packed to cancelled, which nothing intends').waitFor()
  assert.deepEqual(await findingsOf(page, 'pins'), [])
  await forbidden.click()
  await page.getByRole('heading', { level: 1, name: /Forbidden state transition/ }).waitFor()
})

test('at the steps of a workflow; the list leads there', async () => {
  await page.goto(`${shop.url}/lifecycles`)
  await page.getByRole('link', { name: 'selling' }).click()
  const drawing = page.getByRole('region', { name: 'Workflow selling' })
  await drawing.getByRole('link', { name: /^Finding, high: Step repeated/ }).waitFor()
  await drawing.getByRole('button', { name: /^shop\.payOrder/ }).click()
  const beside = page.getByRole('complementary', { name: 'What is looked at' })
  await beside.getByText('None in this time.').waitFor()
  await page.getByRole('link', { name: 'Lifecycles' }).and(page.locator('[aria-current=page]')).waitFor()
  assert.deepEqual(await findingsOf(page, 'workflow'), [])
  assert.deepEqual(complaints, [])
})
