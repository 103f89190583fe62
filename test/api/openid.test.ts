// Signing in at an identity provider, over HTTP as a browser does it.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { type Shown, show } from '../console/shown.ts'
import { clientSecret, type Idp, openIdp, rolesByGroup } from './idp.ts'
import { asSignedIn } from './signed-in.ts'
import { signInAs, visit } from './visit.ts'

let idp: Idp
let shown: Shown
const sectionOf = (issuer: string): string =>
  `{ port: 0, sign-in: { oidc: { issuer: "${issuer}", client-id: lockstep, client-secret: "\${env:OIDC}", sign-out: everywhere, principal: { roles: /groups }, roles: ${rolesByGroup} } } }`

before(async () => {
  idp = await openIdp()
  shown = await show(sectionOf(idp.issuer), { env: { OIDC: clientSecret } })
  await idp.serve(shown.url)
})
after(async () => {
  await shown?.close()
  idp?.close()
})

test('groups become roles, of which the charter sees the groups; the record says how somebody came', async () => {
  const { ask, end } = await signInAs(shown.url, 'both')
  assert.equal(end, '/')
  const { viewer } = (await (await ask('GET', '/api/session')).json()) as { viewer: Record<string, unknown> }
  assert.deepEqual(viewer, {
    id: 'both',
    roles: ['approver', 'operator'],
    may: ['view', 'approve', 'read', 'operate'],
    how: 'oidc',
  })
  const { effect, method } = JSON.parse(await signInOf('"both"')) as Record<string, unknown>
  assert.deepEqual([effect, method], ['accepted', 'oidc'])
})

test('who has no role does not come in, and the record says so', async () => {
  const { ask, end } = await signInAs(shown.url, 'stranger')
  assert.equal(end, '/sign-in?problem=no-role')
  assert.equal((await ask('GET', '/api/session')).status, 401)
  await signInOf('`stranger` has no role here')
})

test('who is refused there does not come in', async () => {
  assert.equal((await signInAs(shown.url, 'nobody')).end, '/sign-in?problem=refused')
})

test('signing in again gives a new name to the session, and ends the old one', async () => {
  const visitor = await signInAs(shown.url, 'vera')
  const old = visitor.cookie('__Host-lockstep') ?? ''
  const again = await visitor.go(`${shown.url}/sign-in/oidc`)
  await again.arrayBuffer()
  assert.notEqual(visitor.cookie('__Host-lockstep'), old)
  const thief = visit(shown.url)
  thief.put('__Host-lockstep', old)
  assert.equal((await thief.ask('GET', '/api/session')).status, 401)
})

test('signing out ends it here, and leads to where it ends there', async () => {
  const { ask } = await signInAs(shown.url, 'vera')
  const { next } = (await (await ask('DELETE', '/api/session')).json()) as { next: string }
  assert.equal(new URL(next).origin, idp.issuer)
  assert.equal(new URL(next).searchParams.get('post_logout_redirect_uri'), `${shown.url}/sign-in`)
  assert.equal((await ask('GET', '/api/session')).status, 401)
})

/** What an attacker changes on the way back from the provider. */
const tampered: Readonly<Record<string, (url: URL) => void>> = {
  'another state': ({ searchParams }) => searchParams.set('state', 'x'.repeat(43)),
  'no state': ({ searchParams }) => searchParams.delete('state'),
  'another issuer (RFC 9207)': ({ searchParams }) => searchParams.set('iss', 'https://elsewhere.example'),
  'no issuer': ({ searchParams }) => searchParams.delete('iss'),
  'another code': ({ searchParams }) => searchParams.set('code', 'made-up'),
  'two codes': ({ searchParams }) => searchParams.append('code', 'made-up'),
}

for (const [name, change] of Object.entries(tampered))
  test(`on the way back: ${name}`, async () => {
    const visitor = visit(shown.url)
    const url = await wayBack(visitor, 'anna')
    change(url)
    const answer = await visitor.ask('GET', `${url.pathname}${url.search}`)
    assert.equal(answer.headers.get('location'), '/sign-in?problem=refused')
    assert.equal(visitor.cookie('__Host-lockstep'), undefined)
  })

test('a way back that began in another browser, or was used, leads to nothing', async () => {
  const url = await wayBack(visit(shown.url), 'anna')
  const victim = visit(shown.url)
  const planted = await victim.ask('GET', `${url.pathname}${url.search}`)
  assert.equal(planted.headers.get('location'), '/sign-in?problem=over')
  const visitor = visit(shown.url)
  const own = await wayBack(visitor, 'anna')
  const way = visitor.cookie('__Host-lockstep-way') ?? ''
  assert.equal((await visitor.ask('GET', `${own.pathname}${own.search}`)).headers.get('location'), '/')
  visitor.put('__Host-lockstep-way', way)
  const again = await visitor.ask('GET', `${own.pathname}${own.search}`)
  assert.equal(again.headers.get('location'), '/sign-in?problem=refused')
  // What two people began is not mixed: the code of one with the way of the other.
  const other = visit(shown.url)
  await wayBack(other, 'adam')
  const mixed = await wayBack(visit(shown.url), 'anna')
  const answer = await other.ask('GET', `${mixed.pathname}${mixed.search}`)
  assert.equal(answer.headers.get('location'), '/sign-in?problem=refused')
})

test('other sites send nobody on the way', async () => {
  const answer = await visit(shown.url).ask('GET', '/sign-in/oidc', { headers: { 'sec-fetch-site': 'cross-site' } })
  assert.equal(answer.status, 403)
})

for (const [next, led] of [
  ['/switches?of=agent', '/switches?of=agent'],
  ['https://elsewhere.example/', '/'],
  ['//elsewhere.example/', '/'],
  ['/\\elsewhere.example/', '/'],
  ['/./\\elsewhere.example/', '/'],
] as const)
  test(`after signing in one is led to \`${next}\` only within the console`, async () => {
    const visitor = visit(shown.url)
    const url = await wayBack(visitor, 'vera', next)
    assert.equal((await visitor.ask('GET', `${url.pathname}${url.search}`)).headers.get('location'), led)
  })

test('a provider that does not answer is said to be so, and nobody comes in', async () => {
  const dead = await openIdp()
  const other = await show(sectionOf(dead.issuer), { env: { OIDC: clientSecret } })
  const away = await visit(other.url).ask('GET', '/sign-in/oidc')
  assert.equal(away.headers.get('location'), '/sign-in?problem=unreachable')
  await dead.serve(other.url)
  const visitor = visit(other.url)
  const url = await wayBack(visitor, 'anna', '/', other.url)
  dead.fall()
  const answer = await visitor.ask('GET', `${url.pathname}${url.search}`)
  assert.equal(answer.headers.get('location'), '/sign-in?problem=unreachable')
  await other.close()
  dead.close()
})

/** Goes to the provider and signs in there: the address it leads back to, not yet gone to. */
async function wayBack(visitor: ReturnType<typeof visit>, name: string, next = '/', origin = shown.url): Promise<URL> {
  const there = await visitor.ask('GET', `/sign-in/oidc?next=${encodeURIComponent(next)}`)
  const page = await visitor.go(there.headers.get('location') ?? '')
  let at = `${page.url}?as=${name}`
  for (;;) {
    const response = await visitor.step(at)
    at = new URL(response.headers.get('location') ?? '', at).href
    if (at.startsWith(`${origin}/`)) return new URL(at)
  }
}

/** What the ledger has of a sign-in, as text; the one whose text has these words. */
async function signInOf(words: string): Promise<string> {
  const { read } = asSignedIn((await signInAs(shown.url, 'vera')).ask)
  for (let tries = 0; tries < 400; tries += 1) {
    const { entries } = await read('/api/entries?kind=sign-in&limit=500')
    for (const { index } of entries) {
      const { text } = await read(`/api/ledger/entries/${index}`)
      if (text.includes(words)) return text
    }
    await pause(25)
  }
  assert.fail(`no sign-in says ${words}`)
}
