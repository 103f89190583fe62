// Signing in, in a real browser: at an identity provider of another site, and with a passkey of a virtual authenticator.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser, BrowserContext, CDPSession, Page } from 'playwright-core'
import { clientSecret, type Idp, openIdp, rolesByGroup } from '../api/idp.ts'
import { complaintsOf, openBrowser, signIn } from './browser.ts'
import { findingsOf } from './looked-at.ts'
import { type Shown, show } from './shown.ts'

let browser: Browser
let idp: Idp
let shown: Shown
before(async () => {
  ;[browser, idp] = await Promise.all([openBrowser(), openIdp()])
  const oidc = `{ issuer: "${idp.issuer}", name: Example, client-id: lockstep, client-secret: "\${env:OIDC}", sign-out: everywhere, principal: { roles: /groups }, roles: ${rolesByGroup} }`
  shown = await show(`{ port: 0, sign-in: { oidc: ${oidc} } }`, { env: { OIDC: clientSecret } })
  await idp.serve(shown.url)
})
after(async () => {
  await browser?.close()
  await shown?.close()
  idp?.close()
})

test('from a link somebody sent, over the provider of another site, to the page that was meant; and out again', async () => {
  const { context, page, complaints } = await openPage()
  await page.goto(`${shown.url}/switches`)
  await page.getByRole('link', { name: 'Continue with Example' }).click()
  await page.getByRole('link', { name: 'anna', exact: true }).click()
  await page.waitForURL(`${shown.url}/switches`)
  await page.getByRole('link', { name: 'You: anna, approver' }).click()
  await page.getByText('Answer questions, as far as the charter lets you').waitFor()
  assert.equal(await page.getByText('yes', { exact: true }).count(), 2)
  assert.equal(await page.getByRole('heading', { name: 'Passkeys' }).count(), 0)
  assert.deepEqual(await findingsOf(page, 'account'), [])
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.waitForURL(`${idp.issuer}/**`)
  await page.getByRole('button', { name: 'Leave' }).click()
  await page.waitForURL(`${shown.url}/sign-in**`)
  assert.equal((await page.request.get(`${shown.url}/api/session`)).status(), 401)
  assert.deepEqual(complaints, [])
  await context.close()
})

test('who has no role is told so, and stays outside', async () => {
  const { context, page, complaints } = await openPage()
  await page.goto(`${shown.url}/sign-in`)
  await page.getByRole('link', { name: 'Continue with Example' }).click()
  await page.getByRole('link', { name: 'stranger' }).click()
  await page.getByText('have no role in this console').waitFor()
  assert.deepEqual(await findingsOf(page, 'sign-in'), [])
  await page.goto(shown.url)
  await page.waitForURL('**/sign-in')
  assert.deepEqual(complaints, [])
  await context.close()
})

test('a passkey: made after a link, used instead of it, removed', async () => {
  const { context, page, complaints } = await openPage()
  const device = await openAuthenticator(context, page)
  await signIn(page, await shown.link())
  await page.getByRole('link', { name: 'You: administrator, administrator' }).click()
  await addPasskey(page, 'this laptop')
  assert.deepEqual(await findingsOf(page, 'passkeys'), [])
  // A device has one.
  await page.getByLabel('Name of a new passkey').fill('again')
  await page.getByRole('button', { name: 'Add a passkey' }).click()
  await page.getByText('has a passkey for this console already').waitFor()
  await page.getByRole('button', { name: 'Sign out' }).click()
  await signInByPasskey(page)
  // Nobody was verified: it does not count.
  await page.getByRole('button', { name: 'Sign out' }).click()
  await device.verifies(false)
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
  await page.getByText('No passkey was used').waitFor()
  await device.verifies(true)
  await signInByPasskey(page)
  await page.goto(`${shown.url}/account`)
  await page.getByRole('button', { name: 'Remove this laptop' }).click()
  await page.getByRole('button', { name: 'Remove for good' }).click()
  await page.getByText('None yet.').waitFor()
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByText('With a one-time link').waitFor()
  assert.equal(await page.getByRole('button', { name: 'Sign in with a passkey' }).count(), 0)
  assert.deepEqual(complaints, [])
  await context.close()
})

test('a copy of a passkey whose counter is behind does not count', async () => {
  const { context, page } = await openPage()
  const device = await openAuthenticator(context, page)
  await signIn(page, await shown.link())
  await page.goto(`${shown.url}/account`)
  await addPasskey(page, 'copied')
  const copy = await device.copy()
  await page.getByRole('button', { name: 'Sign out' }).click()
  await signInByPasskey(page)
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByRole('button', { name: 'Sign in with a passkey' }).waitFor()
  await device.become(copy)
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
  await page.getByText('this passkey does not count here').waitFor()
  await context.close()
})

async function openPage(): Promise<{ context: BrowserContext; page: Page; complaints: readonly string[] }> {
  const context = await browser.newContext()
  const page = await context.newPage()
  return { context, page, complaints: complaintsOf(page) }
}

async function addPasskey(page: Page, name: string): Promise<void> {
  await page.getByLabel('Name of a new passkey').fill(name)
  await page.getByRole('button', { name: 'Add a passkey' }).click()
  await page.getByRole('button', { name: `Remove ${name}` }).waitFor()
}

async function signInByPasskey(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
  await page.waitForURL(`${shown.url}/`)
  await page.getByRole('button', { name: 'Sign out' }).waitFor()
}

/** The browser's own authenticator for tests. */
async function openAuthenticator(context: BrowserContext, page: Page) {
  const session: CDPSession = await context.newCDPSession(page)
  await session.send('WebAuthn.enable')
  const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })
  const copy = async () => (await session.send('WebAuthn.getCredentials', { authenticatorId })).credentials
  return {
    verifies: (isUserVerified: boolean) =>
      session.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified }),
    copy,
    async become(credentials: Awaited<ReturnType<typeof copy>>): Promise<void> {
      await session.send('WebAuthn.clearCredentials', { authenticatorId })
      for (const credential of credentials)
        await session.send('WebAuthn.addCredential', { authenticatorId, credential })
    },
  }
}
