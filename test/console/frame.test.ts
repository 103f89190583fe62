// The frame of the console in a real browser: signing in once, finding one's way, nothing from elsewhere.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { complaintsOf, openBrowser, signIn } from './browser.ts'
import { violationsOf } from './looked-at.ts'
import { type Shown, show } from './shown.ts'

let browser: Browser
let shown: Shown
before(async () => {
  ;[browser, shown] = await Promise.all([openBrowser(), show()])
})
after(async () => {
  await browser?.close()
  await shown?.close()
})

test('a link signs in once; every request stays with the console; axe has nothing to say', async () => {
  const link = await shown.link()
  const context = await browser.newContext()
  const page = await context.newPage()
  const complaints = complaintsOf(page)
  const elsewhere: string[] = []
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== shown.url && !request.url().startsWith('data:')) elsewhere.push(request.url())
  })
  await signIn(page, link)
  await page.getByRole('link', { name: 'Switches' }).click()
  await page.getByText('Nothing is switched off.').waitFor()
  const [cookie] = await context.cookies()
  assert.deepEqual(
    [cookie?.name, cookie?.httpOnly, cookie?.secure, cookie?.sameSite],
    ['__Host-lockstep', true, true, 'Strict'],
  )
  assert.deepEqual(await violationsOf(page), [])
  assert.deepEqual([complaints, elsewhere], [[], []])
  const other = await browser.newPage()
  await other.goto(link)
  await other.getByRole('button', { name: /sign in/i }).click()
  await other.getByText('this link was used, or is over').waitFor()
  await other.close()
  await context.close()
})

test('what happens shows by itself, and signing out ends it', async () => {
  const context = await browser.newContext()
  const page = await context.newPage()
  await signIn(page, await shown.link())
  await page.goto(`${shown.url}/switches`)
  await page.getByText('Nothing is switched off.').waitFor()
  await shown.serving.core.guard.switches.off({ of: 'tenant', name: 'north', by: 'op', why: 'a test', at: Date.now() })
  await page.getByText('a test').waitFor()
  await page.getByRole('button', { name: 'Restore tenant north' }).click()
  await page.getByLabel('Why').fill('it was a test')
  await page.getByRole('dialog').getByRole('button', { name: 'Restore' }).click()
  await page.getByText('Nothing is switched off.').waitFor()
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.waitForURL('**/sign-in')
  assert.equal((await page.request.get(`${shown.url}/api/session`)).status(), 401)
  await context.close()
})
