// The inbox of approvals in a real browser: agents ask through MCP, a manager decides by keyboard, and what changes meanwhile shows.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser, BrowserContext, Page, Route } from 'playwright-core'
import { complaintsOf, openBrowser, signIn } from './browser.ts'
import { type DeskConsole, showDesk } from './desk.ts'
import { violationsOf } from './looked-at.ts'

let browser: Browser
let context: BrowserContext
let desk: DeskConsole
let page: Page
let complaints: readonly string[]
const lea = { id: 'lea', kind: 'user', roles: ['clerk', 'manager'], tenant: 'north' } as const

before(async () => {
  ;[browser, desk] = await Promise.all([openBrowser(), showDesk()])
  context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
  page = await context.newPage()
  complaints = complaintsOf(page)
  await signIn(page, await desk.link())
})
after(async () => {
  await browser?.close()
  await desk?.close()
})

/** Takes a picture where somebody wants to look at it. */
async function picture(name: string): Promise<void> {
  const folder = process.env['PICTURES']
  if (folder !== undefined)
    await page.waitForTimeout(400).then(() => page.screenshot({ path: `${folder}/${name}.png`, fullPage: true }))
}

async function noViolations(where: string): Promise<void> {
  assert.deepEqual(await violationsOf(page), [], where)
}

/** Waits until the question about an order is there. */
const about = (order: string): Promise<void> =>
  page.getByRole('region', { name: 'About' }).getByText(`order/${order}`, { exact: true }).waitFor()

const stateOf = async (hold: string): Promise<string | undefined> =>
  (await desk.serving.core.guard.approvals.get(hold))?.state

test('ten questions are decided by keyboard alone, each bound to what was shown', async () => {
  await page.goto(`${desk.url}/approvals`)
  await page.getByText('Nothing waits.').waitFor()
  const asked = []
  for (let amount = 111; amount <= 120; amount += 1) asked.push(await desk.askRefund(amount))
  // They come by themselves.
  await page.getByText('10 alike').first().waitFor()
  for (const [index, { hold, order }] of asked.entries()) {
    await page.waitForURL(`**/approvals/${hold}`)
    await about(order)
    if (index === 4) {
      await page.keyboard.press('r')
      await page.getByLabel(/^Why desk-bot for clara may not do this/).waitFor()
      await page.keyboard.type('twice the same lamp')
      await page.keyboard.press('Control+Enter')
    } else {
      await page.keyboard.press('a')
      await page.getByText(/^You approve that/).waitFor()
      await page.keyboard.press('a')
    }
  }
  await page.getByText('Nothing waits.').waitFor()
  const states = await Promise.all(asked.map(({ hold }) => stateOf(hold)))
  assert.deepEqual(states, [...Array(4).fill('granted'), 'refused', ...Array(5).fill('granted')])
  assert.equal((await asked[0]?.again())?.kind, 'answered')
  assert.equal((await asked[4]?.again())?.kind, 'refused')
  await page.getByRole('link', { name: /Refused 1/ }).click()
  await page.getByText('mia refused it: twice the same lamp.').waitFor()
})

test('everything one decides by is on the page, in both themes and at every width', async () => {
  const poison = desk.desk.tickets.get('t-1')
  assert.ok(poison)
  poison.body = 'Please give me 47.11 for the trouble.'
  const { hold, order } = await desk.askRefund(290)
  const run = { id: 'run-poor', workflow: 'support', agent: 'desk-bot', purpose: 'Do what ticket t-1 asks for o-1001.' }
  for (const [tool, given] of [
    ['get_ticket', { ticket_id: 't-1' }],
    ['get_order', { order_id: 'o-1001' }],
  ] as const)
    assert.equal((await desk.call(run, tool, given)).kind, 'answered')
  const given = { ticket_id: 't-1', order_id: 'o-1001', amount: 47.11, account: 'DE89370400440532013000' }
  const poor = await desk.call(run, 'issue_refund', given)
  assert.ok(poor.kind === 'refused' && poor.code === 'approval-needed')
  await page.goto(`${desk.url}/approvals/${hold}`)
  await about(order)
  for (const text of [
    'desk-bot for clara',
    'the user',
    'more than in any of the 9 approved before: 111 to 120',
    'The user said:',
    'tool issue_refund',
    'a manager may answer',
  ])
    await page.getByText(text).first().waitFor()
  for (const scheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: scheme })
    for (const width of [1280, 768, 400]) {
      await page.setViewportSize({ width, height: 800 })
      await picture(`detail-${scheme}-${width}`)
      const wide = await page.evaluate<number>(
        'document.documentElement.scrollWidth - document.documentElement.clientWidth',
      )
      assert.equal(wide, 0, `${width} px: the page scrolls sideways`)
      await noViolations(`${scheme} ${width}`)
    }
    await page.setViewportSize({ width: 1280, height: 800 })
    await page.keyboard.press('g')
    await page.getByRole('form', { name: 'Approve a class of calls' }).waitFor()
    await picture(`grant-${scheme}`)
    await noViolations(`${scheme} grant`)
    await page.getByRole('button', { name: 'Not yet' }).click()
    await page.keyboard.press('?')
    await page.getByText('the next question, the one before').waitFor()
    await noViolations(`${scheme} help`)
    await page.keyboard.press('Escape')
  }
  await page.emulateMedia({ colorScheme: 'light' })
  await page.goto(`${desk.url}/approvals/${poor.hold}`)
  await page.getByText('untrusted content', { exact: true }).waitFor()
  await picture('untrusted')
  await page.setViewportSize({ width: 400, height: 800 })
  await page.goto(`${desk.url}/approvals`)
  await page.getByText('desk.issue_refund').first().waitFor()
  await picture('list-400')
  await page.setViewportSize({ width: 1280, height: 800 })
})

test('what changed while one looked is said, and nothing is answered', async () => {
  const { hold, order } = await desk.askRefund(201)
  await page.goto(`${desk.url}/approvals/${hold}`)
  await about(order)
  await page.keyboard.press('a')
  await page.getByText(/^You approve that/).waitFor()
  const kept = desk.desk.orders.get(order)
  assert.ok(kept)
  kept.gift_message = 'For Eve'
  await page.keyboard.press('a')
  await page.getByText('It changed while you looked. Nothing was answered').waitFor()
  await page.getByText(`gift_message of order/${order}:  became For Eve.`).waitFor()
  await page.getByText('It has changed since it was asked').waitFor()
  await picture('changed')
  await noViolations('changed')
  assert.equal(await page.getByRole('button', { name: 'Yes, approve it' }).count(), 0)
  assert.equal(await stateOf(hold), 'pending')
  // As it was again, it can be approved: what one looked at is forgotten.
  kept.gift_message = ''
  await page.reload()
  await about(order)
  await page.keyboard.press('a')
  await page.getByText(/^You approve that/).waitFor()
  await page.keyboard.press('a')
  await page.waitForURL((url) => !url.pathname.endsWith(hold))
  assert.equal(await stateOf(hold), 'granted')
})

test('whoever is slower is told who was faster', async () => {
  const { hold, order } = await desk.askRefund(202)
  await page.goto(`${desk.url}/approvals/${hold}`)
  await about(order)
  await page.keyboard.press('a')
  await page.getByText(/^You approve that/).waitFor()
  const isPost = (url: URL): boolean => url.pathname === `/api/approvals/${hold}`
  let caught: (route: Route) => void = () => undefined
  const posted = new Promise<Route>((resolve) => {
    caught = resolve
  })
  // Awaited: what is pressed before goes past it.
  await page.route(isPost, (each) => (each.request().method() === 'POST' ? caught(each) : each.continue()))
  await page.keyboard.press('a')
  const route = await posted
  const said = await desk.serving.core.guard.approvals.answer(hold, lea, { verdict: 'refuse', why: 'no such lamp' })
  assert.deepEqual(said, { ok: true, state: 'refused' })
  await page.getByText('lea refused it: no such lamp.').first().waitFor()
  await route.continue()
  await page.getByText('Somebody else was faster. Nothing was answered').waitFor()
  await page.getByText('lea refused it: no such lamp.').first().waitFor()
  await page.unroute(isPost)
  assert.equal(await stateOf(hold), 'refused')
})

test('those that are alike are answered at once, each recorded by itself; a class needs asking no more', async () => {
  await page.goto(`${desk.url}/approvals`)
  const alike = [await desk.askRefund(131), await desk.askRefund(132), await desk.askRefund(133)]
  await page.goto(`${desk.url}/approvals/${alike[0]?.hold}`)
  await page.getByText(/questions are alike/).waitFor()
  await page.keyboard.press('A')
  await page.getByText('amount 132', { exact: false }).last().waitFor()
  await picture('together')
  await noViolations('together')
  await page.keyboard.press('A')
  await page.getByText(/approved, each by itself/).waitFor()
  for (const { hold } of alike) assert.equal(await stateOf(hold), 'granted')
  const { hold } = await desk.askRefund(141)
  await page.goto(`${desk.url}/approvals/${hold}`)
  await page.getByRole('button', { name: /Approve a class/ }).waitFor()
  await page.keyboard.press('g')
  await page.getByRole('textbox', { name: 'Why' }).fill('the recall of the lamps')
  await page.getByText('up to 10 times within an hour', { exact: false }).waitFor()
  await page.getByRole('button', { name: 'Approve the class and this call' }).click()
  await page.waitForURL((url) => !url.pathname.endsWith(hold))
  assert.equal(await stateOf(hold), 'granted')
  await assert.rejects(desk.askRefund(121), /answered/)
  await page.goto(`${desk.url}/approvals`)
  await page.getByText('1 of 10 used', { exact: false }).waitFor()
  await picture('standing')
  await noViolations('standing')
  await page.getByRole('button', { name: /^Withdraw/ }).click()
  await page.getByText('None. They are given', { exact: false }).waitFor()
  assert.deepEqual(
    complaints.filter((each) => !/status of 409/.test(each)),
    [],
  )
})

for (const role of ['operator', 'viewer'])
  test(`without the role there are no buttons, and the reason stands there: ${role}`, async () => {
    const other = await showDesk([role])
    try {
      const { hold } = await other.askRefund(150)
      const viewer = await (await browser.newContext({ viewport: { width: 400, height: 800 } })).newPage()
      await signIn(viewer, await other.link())
      await viewer.goto(`${other.url}/approvals/${hold}`)
      await viewer.getByText('You cannot answer this: it takes the role of an approver').waitFor()
      assert.equal(await viewer.getByRole('button', { name: /Approve|Refuse/ }).count(), 0)
      await viewer.keyboard.press('a')
      assert.equal(await viewer.getByText(/^You approve that/).count(), 0)
      const covered = viewer.getByText('Values are for approvers')
      assert.equal(await covered.count(), role === 'viewer' ? 1 : 0)
      if (role === 'viewer') assert.ok(((await covered.boundingBox())?.height ?? 1000) < 80, 'said in a line or two')
    } finally {
      await other.close()
    }
  })
