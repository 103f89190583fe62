// npm run bench -- pictures [FOLDER]: the pictures of docs/console.md, taken anew of the running example.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { ensureConsole } from '../scripts/console.ts'
import { openBrowser, signIn } from '../test/console/browser.ts'
import { showPage } from '../test/console/every-page.ts'
import { openLiveConsole } from '../test/console/live.ts'

const [folder = 'docs/pictures'] = process.argv.slice(2)
const flaws = ['approve-own', 'cross-tenant-reversal', 'idempotency-ignored', 'reversal-race'] as const
const only = ['bank.createTransfer', 'bank.approveTransfer', 'bank.reverseTransfer']

await ensureConsole()
mkdirSync(folder, { recursive: true })
const [browser, live] = await Promise.all([openBrowser(), openLiveConsole({ flaws, only })])
try {
  const page = await (await browser.newContext({ viewport: { width: 1120, height: 720 } })).newPage()
  await signIn(page, await live.link())
  const wrong = page.getByRole('region', { name: 'What is wrong' })
  await wrong.getByRole('link', { name: 'Somebody reached an object of another tenant' }).waitFor()
  await page.waitForTimeout(1000)
  await page.screenshot({ path: join(folder, 'posture.png') })
  const path = await wrong
    .getByRole('link', { name: 'Somebody reached an object of another tenant' })
    .getAttribute('href')
  await showPage(page, `${live.url}${path}`)
  await page.getByText('Refused for it last').waitFor()
  await page.waitForTimeout(1000)
  await page.screenshot({ path: join(folder, 'finding.png') })
} finally {
  await browser.close()
  await live.close()
}
