// Posture and lifecycles in a real browser: what is wrong is said on top, and every number and every line leads to what it is made of.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import type { Browser, BrowserContext, Page, Route } from 'playwright-core'
import { complaintsOf, openBrowser, signIn } from './browser.ts'
import { violationsOf } from './looked-at.ts'
import { ordersApi, ordersCharter } from './orders.ts'
import { type Shown, show } from './shown.ts'

let browser: Browser
let shown: Shown
let context: BrowserContext
let page: Page
let complaints: readonly string[]
before(async () => {
  const world = { charter: ordersCharter, api: ordersApi() }
  ;[browser, shown] = await Promise.all([openBrowser(), show('{ port: 0 }', world)])
  context = await browser.newContext()
  page = await context.newPage()
  complaints = complaintsOf(page)
  await signIn(page, await shown.link())
})
after(async () => {
  await browser?.close()
  await shown?.close()
})

async function looksWell(): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    assert.deepEqual(await violationsOf(page), [], colorScheme)
  }
}

test('all is well until something happens; then it is on top, with a way to it', async () => {
  await page.getByText('Nothing needs you').waitFor()
  assert.equal((await shown.call('ann', '/orders', { amount: 13 })).status, 200)
  assert.equal((await shown.call('ann', '/orders/o1/pay', {})).status, 200)
  await shown.call('ann', '/orders', { amount: 500 })
  await shown.call('ann', '/orders/o2/pay', {})
  await shown.call('max', '/orders/o2/refund', { amount: 400 })
  await page.getByText('2 things need you.').waitFor()
  const way = page.getByRole('link', { name: 'Look at 1 object that went where nothing intends it' })
  assert.equal(await way.getAttribute('href'), '/ledger?rule=astray')
  await page
    .getByRole('img', { name: /Calls a minute in the last hour: 4 allowed, 1 held for approval, 0 refused/ })
    .waitFor()
  await looksWell()
  await page.getByRole('link', { name: '4 allowed' }).click()
  await page.waitForURL('**/ledger?kind=decision&effect=allow&from=*')
})

test('a lifecycle shows what moves, what was tried and where it went astray, live and by keyboard', async () => {
  await shown.call('ann', '/orders', { amount: 10 })
  await shown.call('max', '/orders/o3/ship', {})
  await page.goto(`${shown.url}/lifecycles/order`)
  const drawing = page.getByRole('region', { name: 'Lifecycle of order' })
  await drawing.getByRole('button', { name: /^pay 2 allowed/ }).waitFor()
  await drawing.getByRole('button', { name: 'ship 1 refused' }).waitFor()
  await drawing.getByRole('button', { name: 'pay astray 1 allowed' }).waitFor()
  await shown.call('ann', '/orders/o3/pay', {})
  const pay = drawing.getByRole('button', { name: /^pay 3 allowed/ })
  await pay.focus()
  await page.keyboard.press('Enter')
  const beside = page.getByRole('complementary', { name: 'What is looked at' })
  await beside.getByText('May be used by the owner while it is placed; it is paid afterwards.').waitFor()
  await beside.getByRole('link', { name: 'order/o3' }).waitFor()
  assert.match(page.url(), /use=order\.pay&state=placed/)
  await looksWell()
  await page.reload()
  await beside.getByRole('link', { name: 'order/o3' }).waitFor()
  const row = page.getByRole('row', { name: /^pay/ })
  const cells = await row.getByRole('cell').allInnerTexts()
  assert.deepEqual(
    cells.map((text) => text.replaceAll(/\s+/g, ' ')),
    ['pay once', 'placed', 'paid', 'the owner', '3', '0', '0'],
  )
  await page.getByText('order.ship was tried while placed, and refused').waitFor()
  assert.deepEqual(complaints, [])
})

test('what happened before the page heard of anything shows, too', async () => {
  const tried = async (): Promise<number> => {
    const answer = await context.request.get(`${shown.url}/api/entries?kind=decision&effect=deny`)
    return (await answer.json()).entries.length
  }
  await shown.call('ann', '/orders', { amount: 10 })
  const before = await tried()
  let caught: (route: Route) => void = () => undefined
  const stream = new Promise<Route>((resolve) => {
    caught = resolve
  })
  await page.route('**/api/news', caught)
  await page.goto(`${shown.url}/lifecycles/order`)
  await page.getByRole('button', { name: `ship ${before} refused` }).waitFor()
  await shown.call('max', '/orders/o4/ship', {})
  while ((await tried()) === before) await setTimeout(50)
  await (await stream).continue()
  await page.getByRole('button', { name: `ship ${before + 1} refused` }).waitFor()
  await page.unroute('**/api/news')
})

test('no page is wider than its screen; the list leads to the drawing', async () => {
  for (const width of [1280, 768, 400])
    for (const path of ['/', '/lifecycles', '/lifecycles/order?use=order.refund&state=paid']) {
      await page.setViewportSize({ width, height: 800 })
      await page.goto(shown.url + path)
      await page.getByRole('heading', { level: 2 }).first().waitFor()
      const over = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth')
      assert.ok(over <= 0, `${path} at ${width}: ${over}`)
    }
  await page.goto(`${shown.url}/lifecycles`)
  await page.getByText('Run by no agent').waitFor()
  await looksWell()
  await page.getByRole('main').getByRole('link', { name: 'order', exact: true }).click()
  await page.getByRole('region', { name: 'Lifecycle of order' }).waitFor()
})
