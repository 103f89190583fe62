// The whole story in a real browser: proven, ruled on, tried again and refused; then asked for, granted, sent, on the record, verified.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { callers, People } from '../../examples/bank-live/people.ts'
import { clientSecret, type Idp, openIdp, rolesByGroup } from '../api/idp.ts'
import { complaintsOf, openBrowser, signIn } from './browser.ts'
import { openProvenBank, type ProvenBank } from './proven-bank.ts'

/** As a guard is brought in: it only looks at first. Whoever gives back much needs somebody else. */
const charter = `
lockstep: 1
name: bank
include: [charter.yaml]
operations:
  bank.reverseTransfer: { approval: large-reversal }
approvals:
  large-reversal:
    needed-when: request.amount > 250.0
    by: approver
    not: requester
    says: above 250.00, an approver agrees before money is given back
workflows:
  giving-back:
    owners: { workflow: head-of-care }
    operations: [bank.reverseTransfer]
    mode: observe
`

let browser: Browser
let idp: Idp
let bank: ProvenBank
let page: Page
let complaints: readonly string[]
before(async () => {
  ;[browser, idp] = await Promise.all([openBrowser(), openIdp()])
  bank = await openProvenBank(['cross-tenant-reversal'], {
    charter,
    named: true,
    env: { OIDC: clientSecret },
    console: [
      'changes: { folder: changes }',
      'local: { id: adam, roles: [administrator] }',
      `sign-in: { oidc: { issuer: "${idp.issuer}", client-id: lockstep, client-secret: "\${env:OIDC}", principal: { tenant: /tenant, roles: /groups }, roles: ${rolesByGroup} } }`,
    ],
    sections: ['approvals: { send: true, expires: 8h }', 'ledger: { checkpoints: { every: 1s } }'],
  })
  await idp.serve(bank.url)
  page = await (await browser.newContext({ viewport: { width: 1280, height: 900 } })).newPage()
  complaints = complaintsOf(page)
  await signIn(page, await bank.link())
})
after(async () => {
  await browser?.close()
  await bank?.close()
  idp?.close()
})

const main = (of: Page = page): ReturnType<Page['locator']> => of.locator('main')

/** Whoever uses the bank through the guard. A proof takes the bank back to its first day, so nothing is remembered of it. */
function people(): People {
  return new People(callers(bank.gateway, bank.bank.tokens))
}

/** A clerk of the other brand takes money back. */
async function attempt(): Promise<number> {
  const there = people()
  await there.pay('alice', 12)
  return (await there.otherBrand()) ?? 0
}

test('what prove finds shows by itself; its page has the proof, and that the guard only looks on', async () => {
  await page.getByText('No proof was published yet').waitFor()
  assert.equal(await attempt(), 201, 'only observed')
  const proven = await bank.prove(['reverseTransfer'], ['--publish', bank.control])
  assert.equal(proven.code, 2, proven.error)
  await main()
    .getByRole('link', { name: /proven/ })
    .first()
    .click()
  await main().getByRole('link', { name: 'Across tenants' }).click()
  await main().getByText('dirk tries the abuse').first().waitFor()
  await main().getByText('No. Its workflow is only observed').waitFor()
})

test('from there to the charter: the change is looked at, tried on recorded calls, proposed, and put in force', async () => {
  await main().getByRole('link', { name: 'Make the guard refuse it' }).click()
  await main().getByText('+    mode: enforce').waitFor()
  await page.getByRole('tab', { name: 'Recorded calls' }).click()
  await page.getByRole('button', { name: 'Simulate' }).click()
  await main()
    .getByText(/calls would be decided otherwise/)
    .waitFor()
  await page.getByRole('tab', { name: 'Propose' }).click()
  await page.getByRole('button', { name: 'Propose for review' }).click()
  await main().getByText('Proposed', { exact: true }).waitFor()
  // Reviewed, and put in force as any other change of the file.
  const folder = join(bank.folder.path, 'changes')
  const [patch = ''] = readdirSync(folder)
  execFileSync('git', ['apply', join(folder, patch)], { cwd: bank.folder.path })
  await main().getByText('In force: the guard refuses it now').waitFor()
})

test('the same attempt is refused, and it is seen that it was; the finding is closed by the guard', async () => {
  assert.equal(await attempt(), 403)
  await main().getByRole('link', { name: 'Across tenants' }).click()
  await main().getByText('Yes, for every call that passes through the guard').waitFor()
  const blocked = main().getByRole('region', { name: 'Is it blocked now?' })
  await blocked.getByRole('listitem').getByRole('link').first().click()
  await page.waitForURL(/\/calls\//)
  await main().getByText('refused', { exact: true }).first().waitFor()
  await page.goto(`${bank.url}/lifecycles/transfer`)
  await main()
    .getByRole('row', { name: /reverse/ })
    .getByRole('link', { name: '1', exact: true })
    .first()
    .waitFor()
  await page.goto(`${bank.url}/findings`)
  await main().getByRole('link', { name: 'Across tenants' }).click()
  await page.getByRole('button', { name: 'Verify through the guard' }).click()
  await main().getByText('Closed by the guard', { exact: true }).waitFor({ timeout: 60_000 })
  await main().getByText('tried through the guard: closed').waitFor()
  assert.deepEqual([complaints, bank.failures], [[], []])
})

test('what needs somebody is asked; not by whoever asked, but by another it is granted, sent once, and verified in the browser', async () => {
  const transfer = await people().giveBackMuch('bob', 420)
  const requester = await signedInAs('dana')
  await openQuestion(requester)
  await main(requester)
    .getByText(/You cannot answer this/)
    .waitFor()
  assert.equal(
    await main(requester)
      .getByRole('button', { name: /^Approve\b/ })
      .count(),
    0,
  )

  const approver = await signedInAs('ann')
  await openQuestion(approver)
  await main(approver).getByText('above 250.00, an approver agrees', { exact: false }).first().waitFor()
  await main(approver)
    .getByRole('button', { name: /^Approve\b/ })
    .first()
    .click()
  await main(approver)
    .getByRole('button', { name: /Yes, approve it/ })
    .click()
  await main(approver)
    .getByRole('navigation', { name: 'By state' })
    .getByRole('link', { name: /approved/i })
    .click()
  await main(approver)
    .getByRole('list', { name: 'Questions' })
    .getByRole('link', { name: /bank\.reverseTransfer/ })
    .click()
  const reference = new URL(approver.url()).pathname.split('/').at(-1) ?? ''
  await main(approver)
    .getByRole('link', { name: /what came of it/i })
    .click()
  await approver.waitForURL(/\/calls\//)
  await main(approver).getByText('took effect', { exact: true }).waitFor()
  await main(approver).getByText('Verified by this browser').waitFor({ timeout: 30_000 })
  const headers = { authorization: `Bearer ${bank.bank.tokens['dana']}` }
  const response = await fetch(`${bank.bank.url}/transfers/${transfer}`, { headers })
  assert.equal(((await response.json()) as { readonly reversedAmount: number }).reversedAmount, 420)

  await page.goto(`${bank.url}/ledger?any=${reference}`)
  await main().getByText('granted', { exact: true }).waitFor()
  assert.deepEqual([complaints, bank.failures], [[], []])
})

async function signedInAs(name: string): Promise<Page> {
  const own = await (await browser.newContext()).newPage()
  await own.goto(`${bank.url}/approvals`)
  await own.getByRole('link', { name: 'Continue with' }).click()
  await own.getByRole('link', { name, exact: true }).click()
  await own.waitForURL(`${bank.url}/approvals**`)
  return own
}

async function openQuestion(of: Page): Promise<void> {
  await main(of)
    .getByRole('list', { name: 'Questions' })
    .getByRole('link', { name: /bank\.reverseTransfer/ })
    .click()
}
