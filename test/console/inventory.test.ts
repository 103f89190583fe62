// The inventory in the browser: every tab, found by name, from a number to what it counts, from a row to its switch.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { complaintsOf, openBrowser, signIn } from './browser.ts'
import { inventoryWorld } from './inventory-world.ts'
import { violationsOf } from './looked-at.ts'
import { type Shown, show } from './shown.ts'

let browser: Browser
let shown: Shown
let page: Page
before(async () => {
  ;[browser, shown] = await Promise.all([openBrowser(), show('{ port: 0 }', inventoryWorld)])
  page = await (await browser.newContext({ viewport: { width: 1280, height: 800 } })).newPage()
  await signIn(page, await shown.link())
})
after(async () => {
  await browser?.close()
  await shown?.close()
})

const tabs = ['agents', 'workflows', 'operations', 'identities', 'secrets', 'models', 'data', 'actors']

test('every tab can be read by everybody, light and dark, wide and narrow', async () => {
  const complaints = complaintsOf(page)
  await shown.call('ann', '/orders')
  await shown.call('ann', '/pay', { amount: 5000 })
  for (const tab of tabs) {
    await page.goto(`${shown.url}/inventory?tab=${tab}`)
    await page.getByRole('tabpanel').locator('table, p').first().waitFor()
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      assert.deepEqual(await violationsOf(page), [], `${tab}, ${colorScheme}`)
      const folder = process.env['SHOTS']
      for (const width of folder === undefined ? [400] : [768, 400]) {
        if (folder !== undefined)
          await page.screenshot({
            caret: 'initial',
            path: `${folder}/inv-${tab}-${colorScheme}-${page.viewportSize()?.width}.png`,
          })
        await page.setViewportSize({ width, height: 800 })
        const wide = await page.evaluate<number>(
          'document.documentElement.scrollWidth - document.documentElement.clientWidth',
        )
        assert.equal(wide, 0, `${tab} at ${width}`)
      }
      if (folder !== undefined)
        await page.screenshot({ caret: 'initial', path: `${folder}/inv-${tab}-${colorScheme}-400.png` })
      await page.setViewportSize({ width: 1280, height: 800 })
    }
  }
  assert.deepEqual(complaints, [])
})

test('a row leads to its traffic and its switch; what was never used is marked', async () => {
  await page.goto(`${shown.url}/inventory?tab=workflows`)
  await page.getByText('only refused').waitFor()
  await page.getByText('2 granted, 1 used').waitFor()
  await page.getByText('data: nobody').waitFor()
  const calls = page.getByRole('row', { name: /orders/ }).getByRole('link', { name: '2', exact: true })
  assert.equal(await calls.getAttribute('href'), '/ledger?kind=decision&workflow=orders')
  await page.getByRole('button', { name: 'Switch off workflow orders' }).click()
  await page.getByRole('dialog').getByText('shop.list × 1').waitFor()
  await page.getByRole('dialog').getByLabel('Why').fill('a drill')
  await page.getByRole('dialog').getByRole('button', { name: 'Switch off' }).click()
  await page.getByRole('link', { name: 'off', exact: true }).waitFor()
  assert.equal((await shown.call('ann', '/orders')).status, 403)
  await page.getByLabel('Find by name').fill('nothing like it')
  await page.getByText('no workflow by that name').waitFor()
  assert.match(page.url(), /find=nothing/)
})
