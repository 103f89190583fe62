// Every page there is, with the running example behind it: legible to all in light and dark, and never wider than the screen.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import type { Live } from '../../examples/bank-live/live.ts'
import { complaintsOf, openBrowser, signIn } from './browser.ts'
import { everyPage, type Place, showPage, sideways } from './every-page.ts'
import { openLiveConsole } from './live.ts'
import { violationsOf } from './looked-at.ts'

let browser: Browser
let live: Live
let places: readonly Place[]
before(async () => {
  ;[browser, live] = await Promise.all([openBrowser(), openLiveConsole()])
  const page = await newPage('light', 1280)
  places = await everyPage(page, live.url)
  await page.context().close()
})
after(async () => {
  await browser?.close()
  await live?.close()
})

async function newPage(colorScheme: 'light' | 'dark', width: number): Promise<Page> {
  const context = await browser.newContext({ colorScheme, viewport: { width, height: 800 } })
  const page = await context.newPage()
  await signIn(page, await live.link())
  return page
}

test('every place of the navigation is found', () => {
  const names = places.map(({ name }) => name)
  for (const name of ['/', '/switches']) assert.ok(names.includes(name), names.join(' '))
})

for (const scheme of ['light', 'dark'] as const)
  test(`axe has nothing to say of any page, ${scheme}; none fails`, async () => {
    const page = await newPage(scheme, 1280)
    const complaints = complaintsOf(page)
    for (const { name, path } of places) {
      await showPage(page, `${live.url}${path}`)
      assert.equal(await page.getByText('That did not work').count(), 0, name)
      assert.deepEqual(await violationsOf(page), [], name)
    }
    assert.deepEqual(complaints, [])
    await page.context().close()
  })

test('no page scrolls sideways on a telephone', async () => {
  const page = await newPage('light', 400)
  const wide: string[] = []
  for (const { name, path } of places) {
    await showPage(page, `${live.url}${path}`)
    const pixels = await sideways(page)
    if (pixels > 0) wide.push(`${name} by ${pixels}px`)
  }
  assert.deepEqual(wide, [])
  await page.context().close()
})
