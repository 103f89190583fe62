// A lifecycle far larger than any screen, in a real browser: all of it can be read, found and walked through, and nothing covers anything.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser, Locator, Page } from 'playwright-core'
import { lifecyclesOf } from '../../src/explain/lifecycle.ts'
import { printSvg } from '../../src/explain/svg.ts'
import { analyse } from '../charter/fixture.ts'
import { complaintsOf, openBrowser, signIn } from './browser.ts'
import { claimStates, claimsApi, claimsCharter } from './claims.ts'
import { findingsOf } from './looked-at.ts'
import { type Shown, show } from './shown.ts'

let browser: Browser
let shown: Shown
let page: Page
let complaints: readonly string[]
before(async () => {
  const world = { charter: claimsCharter, api: claimsApi() }
  ;[browser, shown] = await Promise.all([openBrowser(), show('{ port: 0 }', world)])
  page = await (await browser.newContext({ viewport: { width: 1280, height: 900 } })).newPage()
  complaints = complaintsOf(page)
  await signIn(page, await shown.link())
})
after(async () => {
  await browser?.close()
  await shown?.close()
})

const long = 'waiting-for-a-second-opinion-of-an-independent-medical-expert'

/** What lies on each other, of what fits the selector; each by its text. */
function covered(page: Page, selector: string): Promise<readonly string[]> {
  return page.evaluate<readonly string[]>(`(() => {
    const all = [...document.querySelectorAll(${JSON.stringify(selector)})]
    const places = all.map((each) => [each.textContent, each.getBoundingClientRect()])
    return places.flatMap(([text, one], index) => places.slice(index + 1)
      .filter(([, other]) => one.left < other.right - 1 && other.left < one.right - 1 && one.top < other.bottom - 1 && other.top < one.bottom - 1)
      .map(([other]) => text + ' and ' + other))
  })()`)
}

async function isInSight(drawing: Locator, what: Locator): Promise<boolean> {
  const [window, box] = [await drawing.boundingBox(), await what.boundingBox()]
  assert.ok(window && box)
  const isWithin = (at: number, from: number, size: number): boolean => at >= from && at <= from + size
  return isWithin(box.x, window.x, window.width) && isWithin(box.y, window.y, window.height)
}

test('forty states and more: names stay in their boxes, and nothing lies on anything else', async () => {
  assert.ok(claimStates.length > 40 && claimStates.some((name) => name.length > 60))
  assert.equal((await shown.call('ann', '/claims', {})).status, 200)
  assert.equal((await shown.call('ann', '/claims/c1/sue', {})).status, 403)
  await page.goto(`${shown.url}/lifecycles/claim`)
  const drawing = page.getByRole('region', { name: 'Lifecycle of claim' })
  await drawing.getByRole('button', { name: /^sue 1 refused/ }).waitFor()
  assert.deepEqual(await covered(page, '.drawing-state, .drawing-label, .drawing-start'), [])
  const tooWide = `[...document.querySelectorAll('.drawing-state button')].filter((each) => each.scrollWidth > each.clientWidth).length`
  assert.equal(await page.evaluate(tooWide), 0)
  assert.ok(await isInSight(drawing, drawing.getByRole('button', { name: 'reported' })), 'one sees where it begins')
  assert.deepEqual(await findingsOf(page, 'claims'), [])
})

test('it is found by name, walked through by keyboard, and made smaller', async () => {
  const drawing = page.getByRole('region', { name: 'Lifecycle of claim' })
  for (const width of [1280, 400]) {
    await page.setViewportSize({ width, height: 800 })
    await page.goto(`${shown.url}/lifecycles/claim`)
    const find = page.getByRole('combobox', { name: 'Find a state' })
    await find.fill('second-opinion')
    await page.getByRole('option', { name: long }).waitFor()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    const beside = page.getByRole('complementary', { name: 'What is looked at' })
    await beside.getByRole('heading', { name: long }).waitFor()
    assert.ok(await isInSight(drawing, drawing.getByRole('button', { name: long, exact: true })), `found at ${width}`)
    assert.equal(await drawing.locator('.drawing-lines .looked').count(), 3, 'the lines from and to it')
    await beside.getByRole('list', { name: 'goes to' }).getByRole('button', { name: 'inspected' }).press('Enter')
    await beside.getByRole('heading', { name: 'inspected' }).waitFor()
    assert.ok(await isInSight(drawing, drawing.getByRole('button', { name: 'inspected', exact: true })))
  }
  const last = drawing.getByRole('button', { name: 'archived', exact: true })
  await last.focus()
  assert.ok(await isInSight(drawing, last), 'what has the focus is seen')
  const { width = 0 } = (await last.boundingBox()) ?? {}
  await drawing.press('-')
  const { width: smaller = 0 } = (await last.boundingBox()) ?? {}
  assert.ok(Math.abs(smaller - width / 1.25) < 1)
  assert.deepEqual(complaints, [])
})

test('the picture of `lockstep explain` can be read as well', async () => {
  const { charter } = analyse(claimsCharter)
  const [lifecycle] = charter === undefined ? [] : lifecyclesOf(charter)
  assert.ok(lifecycle)
  const own = await browser.newPage()
  await own.setContent(printSvg(lifecycle))
  assert.deepEqual(await covered(own, 'svg .state, svg .behind'), [])
  const outside = `(() => {
    const boxes = [...document.querySelectorAll('.state, .behind')].map((each) => each.getBoundingClientRect())
    const fits = (text) => boxes.some((box) => box.left <= text.left && text.right <= box.right && box.top <= text.top + 3 && text.bottom - 3 <= box.bottom)
    return [...document.querySelectorAll('.name, .move, .who, .mark')].filter((each) => !fits(each.getBoundingClientRect())).map((each) => each.textContent)
  })()`
  assert.deepEqual(await own.evaluate(outside), [])
  await own.close()
})
