// Switching off and on in the browser: what it stops is shown before, a reason is asked for, and who is told.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { type Receiver, receiver, until } from '../api/notice-stage.ts'
import { complaintsOf, openBrowser, signIn } from './browser.ts'
import { violationsOf } from './looked-at.ts'
import { type Shown, show } from './shown.ts'

let browser: Browser
let shown: Shown
let there: Receiver
let context: BrowserContext
let page: Page
let complaints: readonly string[]
before(async () => {
  there = await receiver()
  ;[browser, shown] = await Promise.all([
    openBrowser(),
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a reference as guard files have it
    show('{ port: 0, notify: [{ chat: "${env:CHAT_URL}", form: json }] }', { env: { CHAT_URL: there.url } }),
  ])
  context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
  page = await context.newPage()
  complaints = complaintsOf(page)
  await signIn(page, await shown.link())
})
after(async () => {
  await browser?.close()
  await shown?.close()
  await there?.close()
})

async function accessible(what: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    assert.deepEqual(await violationsOf(page), [], `${what}, ${colorScheme}`)
    const folder = process.env['SHOTS']
    if (folder !== undefined)
      for (const width of [1280, 768, 400]) {
        await page.setViewportSize({ width, height: 800 })
        await page.screenshot({ caret: 'initial', path: `${folder}/${what}-${width}-${colorScheme}.png` })
      }
    await page.setViewportSize({ width: 1280, height: 800 })
  }
}

test('whoever switches off sees what it stops and says why; the history and a chat tell of it', async () => {
  for (let at = 0; at < 3; at += 1) await shown.call('ann', '/orders')
  await page.goto(`${shown.url}/switches?of=principal&name=ann`)
  await page.getByText('Nothing is switched off.').waitFor()
  await accessible('nothing-off')
  await page.getByRole('button', { name: 'Switch off…' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('shop.list × 3').waitFor()
  const act = dialog.getByRole('button', { name: 'Switch off' })
  assert.equal(await act.isDisabled(), true, 'not without a reason')
  await accessible('switch-off')
  await dialog.getByLabel('Why').fill('her key was stolen')
  await act.click()
  await page.getByRole('cell', { name: 'her key was stolen' }).waitFor()
  assert.equal((await shown.call('ann', '/orders')).status, 403)
  await until(() => JSON.stringify(there.heard).includes('her key was stolen'), 'the chat is told')
  assert.match(JSON.stringify(there.heard), new RegExp(`${shown.url}/switches`))
  await accessible('off')
  await page.getByRole('button', { name: 'Restore principal ann' }).click()
  await page.getByRole('dialog').getByLabel('Why').fill('it is another one now')
  await page.getByRole('dialog').getByRole('button', { name: 'Restore' }).click()
  await page.getByText('Nothing is switched off.').waitFor()
  await page.getByRole('tab', { name: 'History' }).click()
  await page.getByText('principal ann: it is another one now').waitFor()
  assert.match(page.url(), /tab=history/)
  await accessible('history')
})

test('a call in doubt is settled with a reason; who is told is shown, and a test message arrives', async () => {
  await shown.call('ann', '/pay', { amount: 13 }).catch(() => undefined)
  await page.goto(`${shown.url}/switches?tab=doubts`)
  await page.getByRole('button', { name: 'shop.pay did not take effect' }).waitFor()
  await accessible('doubts')
  await page.getByRole('button', { name: 'shop.pay did not take effect' }).click()
  await page.getByRole('dialog').getByLabel('Why').fill('the books have nothing')
  await page.keyboard.press('Tab')
  await page.getByRole('dialog').getByRole('button', { name: 'Settle' }).click()
  await page.getByText('No call is in doubt').waitFor()
  await page.getByRole('tab', { name: 'Notifications' }).click()
  await page.getByText('up to date').waitFor()
  await page.getByRole('button', { name: /Send a test/ }).click()
  await page.getByText('it arrived').waitFor()
  await accessible('notifications')
  assert.ok(there.heard.some(({ body }) => JSON.stringify(body).includes('this is a test')))
  assert.deepEqual(complaints, [])
})

test('no page scrolls sideways at 400 px', async () => {
  await page.setViewportSize({ width: 400, height: 800 })
  for (const tab of ['off', 'doubts', 'history', 'notifications']) {
    await page.goto(`${shown.url}/switches?tab=${tab}`)
    await page.getByRole('tabpanel').waitFor()
    const wide = await page.evaluate<number>(
      'document.documentElement.scrollWidth - document.documentElement.clientWidth',
    )
    assert.equal(wide, 0, tab)
  }
})
