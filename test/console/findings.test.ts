// Findings in a real browser, of a bank with real flaws: found, looked at, tried again, accepted, mended.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { complaintsOf, openBrowser, signIn } from './browser.ts'
import { findingsOf } from './looked-at.ts'
import { openProvenBank, type ProvenBank } from './proven-bank.ts'

let browser: Browser
let bank: ProvenBank
let page: Page
let complaints: readonly string[]
before(async () => {
  ;[browser, bank] = await Promise.all([openBrowser(), openProvenBank(['approve-own', 'deposit-by-anyone'])])
  page = await (await browser.newContext()).newPage()
  complaints = complaintsOf(page)
  await signIn(page, await bank.link())
})
after(async () => {
  await browser?.close()
  await bank?.close()
})

test('a run that is published shows by itself, by cause, and every page of it is legible to all', async () => {
  await page.goto(`${bank.url}/findings`)
  await page.getByText('No run of prove was reported yet').waitFor()
  const proven = await bank.prove(['approveTransfer', 'depositMoney'], ['--publish', bank.control])
  assert.equal(proven.code, 2, proven.error)
  await page.getByRole('link', { name: 'Separation of duties broken' }).waitFor()
  assert.deepEqual(await findingsOf(page, 'findings'), [])

  await page.getByLabel('severity').selectOption('critical')
  await page.waitForURL(/severity=critical/)
  assert.equal(await page.getByRole('link', { name: 'Separation of duties broken' }).count(), 0)
  await page.goto(`${bank.url}/findings`)
  await page.getByRole('link', { name: /\d+ held/ }).click()
  await page.getByRole('heading', { name: 'Run of prove' }).waitFor()
  assert.deepEqual(await findingsOf(page, 'proof'), [])
})

test('it is pinned where it broke the lifecycle', async () => {
  await page.goto(`${bank.url}/lifecycles/transfer`)
  const drawing = page.getByRole('region', { name: 'Lifecycle of transfer' })
  await drawing.getByRole('link', { name: /^Finding, high: Separation of duties broken/ }).click()
  await page.getByRole('heading', { level: 1, name: /Separation of duties broken/ }).waitFor()
  await page.goto(`${bank.url}/lifecycles/account`)
  await page.getByRole('region', { name: 'Proven possible' }).getByText('at deposit, while active').waitFor()
})

test('its page has proof and guard, tries it again, and lets somebody live with it', async () => {
  await page.goto(`${bank.url}/findings`)
  await page.getByRole('link', { name: 'Separation of duties broken' }).click()
  await page.getByText('Yes, for every call that passes through the guard').waitFor()
  const drawing = page.getByRole('region', { name: 'Lifecycle of transfer' })
  const pin = drawing.getByRole('link', { name: /^Finding, high: Separation of duties broken/ })
  await pin.waitFor()
  await page.getByText('at approve, while submitted').waitFor()
  await page.getByText('eve tries the abuse').first().waitFor()
  assert.deepEqual(await findingsOf(page, 'finding'), [])

  await page.getByRole('button', { name: 'Verify at the API' }).click()
  await page.getByText(/\d+ requests/).waitFor()
  await page.getByText('Still open', { exact: true }).waitFor({ timeout: 60_000 })

  await page.getByRole('button', { name: 'Accept for a while' }).click()
  await page.getByLabel('Owner').fill('payments')
  await page.getByLabel('Last day').fill(new Date(Date.now() + 86_400_000).toISOString().slice(0, 10))
  await page.getByLabel('Why').fill('the queue caps it')
  await page.getByRole('button', { name: 'Accept', exact: true }).click()
  const own = page.url()
  await page.getByRole('button', { name: 'Let it count again' }).waitFor()
  await page.goto(`${bank.url}/lifecycles/transfer`)
  await page.getByRole('link', { name: /^Finding, accepted: Separation of duties broken/ }).waitFor()
  await page.goto(own)
  await page.getByRole('button', { name: 'Let it count again' }).click()
  await page.getByText('acceptance withdrawn').waitFor()

  await bank.become([])
  await page.getByRole('button', { name: 'Verify at the API' }).click()
  await page.getByText('tried again: fixed').waitFor({ timeout: 60_000 })
  await pin.waitFor({ state: 'detached' })
  assert.deepEqual([complaints, bank.failures], [[], []])
})
