// Changing the charter of the bank in a real browser: loosened, seen what that does, tried on the record, proposed.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { makeTransfers, type ShownBank, showBank } from '../api/bank-stage.ts'
import { complaintsOf, openBrowser, signIn } from './browser.ts'
import { violationsOf } from './looked-at.ts'

let browser: Browser
let shown: ShownBank
before(async () => {
  ;[browser, shown] = await Promise.all([openBrowser(), showBank()])
  await makeTransfers(shown)
})
after(async () => {
  await browser?.close()
  await shown?.close()
})

/** Puts the cursor behind the first place that reads so, and types. */
async function typeAfter(page: Page, place: RegExp, remove: number, text: string): Promise<void> {
  const name = 'charter.yaml'
  const lines = readFileSync(join(shown.folder, 'policy', name), 'utf8').split('\n')
  const line = lines.findIndex((each) => place.test(each))
  const found = place.exec(lines[line] ?? '')
  await page.goto(`${shown.url}/charter?line=${line + 1}`)
  const editor = page.getByRole('textbox', { name: `Text of ${name}` })
  await page.getByText(/no errors/).waitFor()
  await editor.focus()
  for (let at = 0; at < (found?.index ?? 0) + (found?.[0].length ?? 0); at += 1) await page.keyboard.press('ArrowRight')
  for (let at = 0; at < remove; at += 1) await page.keyboard.press('Backspace')
  await page.keyboard.type(text, { delay: 5 })
}

test('a looser limit is said, found on the record, and proposed as exactly that patch; the file in force stays', async () => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } })
  const page = await context.newPage()
  const complaints = complaintsOf(page)
  await signIn(page, await shown.serving.console.link())
  await typeAfter(page, /name: maximum, rule: request\.amount <= 10000(?=, says: a transfer)/, 5, '20000')
  await page.getByText('changed, not in force').waitFor()
  assert.deepEqual(await violationsOf(page), [])
  await page.getByRole('tab', { name: 'Difference' }).click()
  const looser = page.getByRole('region', { name: 'Becomes allowed' })
  await looser.getByText('bank.createTransfer').first().waitFor()
  assert.deepEqual(await violationsOf(page), [])
  await page.getByRole('tab', { name: 'Cases' }).click()
  await page.getByText('ten thousand is the most, a cent more is too much').waitFor()
  await page.getByRole('tab', { name: 'Recorded calls' }).click()
  await page.getByRole('button', { name: 'Simulate' }).click()
  await page.getByText(/2 of \d+ calls would be decided otherwise/).waitFor()
  assert.deepEqual(await violationsOf(page), [])
  await page.reload()
  await page.getByText('changed, not in force').waitFor()
  await page.getByRole('tab', { name: 'Propose' }).click()
  await page.getByRole('textbox', { name: 'What it does, in a line' }).fill('Twenty thousand')
  await page.getByRole('button', { name: 'Propose for review' }).click()
  const branch = await page
    .getByText(/^charter\/.*twenty-thousand-/)
    .first()
    .textContent()
  assert.deepEqual(await violationsOf(page), [])
  const download = page.waitForEvent('download')
  await page.getByRole('link', { name: 'Patch' }).click()
  const patch = readFileSync(await (await download).path(), 'utf8')
  const before = readFileSync(join(shown.folder, 'policy/charter.yaml'), 'utf8')
  const after = shown.git('show', `${branch ?? ''}:policy/charter.yaml`)
  assert.notEqual(after, before)
  const copy = join(shown.folder, '.lockstep/review')
  shown.git('clone', '--quiet', shown.folder, copy)
  execFileSync('git', ['apply', '-'], { cwd: join(copy, 'policy'), input: patch })
  assert.equal(readFileSync(join(copy, 'policy/charter.yaml'), 'utf8'), after)
  assert.deepEqual(complaints, [])
  await context.close()
})

test('names are offered while one types, errors lead to their place, and light and dark both can be read', async () => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, colorScheme: 'dark' })
  const page = await context.newPage()
  await signIn(page, await shown.serving.console.link())
  await typeAfter(page, /grant: bank\.approveTransfer/, 'approveTransfer'.length, 're')
  await page.getByRole('option', { name: /bank\.rejectTransfer/ }).waitFor()
  await page.keyboard.press('Escape')
  await page.keyboard.type('ject')
  await page.getByText(/1 error/).waitFor()
  const problem = page.getByRole('region', { name: 'What is wrong' }).getByRole('button').first()
  await problem.click()
  await page.waitForURL(/line=\d+/)
  assert.deepEqual(await violationsOf(page), [])
  await page.getByRole('button', { name: 'Throw changes away' }).click()
  await page.getByText('as in force').waitFor()
  for (const width of [1280, 768, 400]) {
    await page.setViewportSize({ width, height: 900 })
    const wide = await page.evaluate<number>('document.documentElement.scrollWidth - window.innerWidth')
    assert.ok(wide <= 0, `${width}: ${wide} too wide`)
  }
  await page.getByRole('button', { name: /transfer\.reverse/ }).waitFor()
  await page.emulateMedia({ colorScheme: 'light' })
  assert.deepEqual(await violationsOf(page), [])
  await context.close()
})

test('another charter in force meanwhile is shown beside the change, which is carried over', async () => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } })
  const page = await context.newPage()
  await signIn(page, await shown.serving.console.link())
  await typeAfter(page, /quorum: 2/, 1, '3')
  await page.getByText('changed, not in force').waitFor()
  const file = join(shown.folder, 'policy/charter.yaml')
  const text = readFileSync(file, 'utf8')
  writeFileSync(file, text.replace('no account is overdrawn', 'no account is ever overdrawn'))
  await page.getByText('Another charter was put in force since you began').waitFor()
  await page.getByText('+  - { never-negative: account.balance, says: no account is ever overdrawn }').waitFor()
  assert.deepEqual(await violationsOf(page), [])
  await page.getByRole('button', { name: 'Carry my changes over' }).click()
  await page.getByText('changed, not in force').waitFor()
  await page.getByRole('tab', { name: 'Difference' }).click()
  await page.getByRole('region', { name: 'The change as a patch' }).getByText('+    quorum: 3').waitFor()
  await context.close()
})
