// Attempts to sign in that are refused: bounded, told on the record without filling it, and no way to keep somebody else out.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { addressOf, makeRefusals } from '../../src/api/session/refusals.ts'
import type { Noted } from '../../src/guard/journal.ts'
import { type Shown, show } from '../console/shown.ts'
import { clientSecret, type Idp, openIdp, rolesByGroup } from './idp.ts'
import { signInAs, type Visit, visit } from './visit.ts'

const minuteMs = 60_000
const stranger = (key: string) => ({ key, known: false })

describe('what is counted', () => {
  let at = 1_000_000
  const noted: Noted[] = []
  const make = () => {
    noted.length = 0
    return makeRefusals({ note: async (each) => void noted.push(each) }, () => at, assert.ifError)
  }

  test('ten a minute of one address, and those of others as before', async () => {
    const refusals = make()
    const told: boolean[] = []
    for (let each = 0; each < 12; each += 1) told.push(await refusals.refused(stranger('a'), 'link', 'wrong'))
    assert.deepEqual(told, [...Array(10).fill(true), false, false])
    assert.deepEqual([refusals.tooMany(stranger('a')), refusals.tooMany(stranger('b'))], [true, false])
    at += minuteMs
    assert.equal(refusals.tooMany(stranger('a')), false)
    await refusals.close()
    assert.equal(noted.length, 11)
    assert.match(JSON.stringify(noted.at(-1)), /2 more attempts/)
  })

  test('a hundred a minute of all strangers; not of whoever signed in before', async () => {
    const refusals = make()
    for (let each = 0; each < 5000; each += 1) await refusals.refused(stranger(`a${each}`), 'oidc', 'wrong')
    assert.equal(noted.length, 100)
    assert.equal(refusals.tooMany(stranger('new')), true)
    const admin = { key: 'browser', known: true }
    assert.equal(refusals.tooMany(admin), false)
    assert.equal(await refusals.refused(admin, 'oidc', 'mistyped'), true)
    await refusals.close()
    assert.match(JSON.stringify(noted.at(-1)), /4900 more attempts/)
    await refusals.close()
    assert.equal(noted.length, 102, 'once')
  })
})

test('of IPv6 the network counts, of IPv4 the address', () => {
  const of = (remoteAddress: string) => addressOf({ socket: { remoteAddress } as never })
  assert.equal(of('192.0.2.7'), '192.0.2.7')
  assert.equal(of('::ffff:192.0.2.7'), '192.0.2.7')
  assert.equal(of('2001:db8:1:2:3:4:5:6'), of('2001:db8:1:2::9'))
  assert.notEqual(of('2001:db8:1:2::9'), of('2001:db8:1:3::9'))
  assert.equal(of('::1'), '0:0:0:0')
  assert.equal(of('fe80::1%eth0'), 'fe80:0:0:0')
})

describe('at a console', () => {
  let idp: Idp
  let shown: Shown
  before(async () => {
    idp = await openIdp()
    const oidc = `{ issuer: "${idp.issuer}", client-id: lockstep, client-secret: "\${env:OIDC}", principal: { roles: /groups }, roles: ${rolesByGroup} }`
    shown = await show(`{ port: 0, sign-in: { oidc: ${oidc} } }`, { env: { OIDC: clientSecret } })
    await idp.serve(shown.url)
  })
  after(async () => {
    await shown?.close()
    idp?.close()
  })

  const byLink = (visitor: Visit, token: string): Promise<Response> =>
    visitor.ask('POST', '/api/session/link', { body: { token } })
  /** Comes back from the provider with a code it never gave. */
  const comeBack = async (visitor: Visit): Promise<string | null> => {
    const there = await visitor.ask('GET', '/sign-in/oidc')
    const state = new URL(there.headers.get('location') ?? '').searchParams.get('state') ?? ''
    const query = new URLSearchParams({ state, code: 'made-up', iss: idp.issuer })
    return (await visitor.ask('GET', `/sign-in/oidc/callback?${query}`)).headers.get('location')
  }

  test('a flood is told to stop and fills no record; who has a link, or came in before, comes in', async () => {
    const admin = await signInAs(shown.url, 'adam')
    const statuses: number[] = []
    for (let each = 0; each < 40; each += 1) {
      const answer = await byLink(visit(shown.url), `wrong-${each}`)
      statuses.push(answer.status)
      if (answer.status === 429) assert.match(answer.headers.get('retry-after') ?? '', /^[1-9]\d?$/)
    }
    assert.deepEqual(statuses, [...Array(10).fill(401), ...Array(30).fill(429)])
    // Not looked at any more: the provider is not asked.
    const asked = idp.asked()
    assert.equal(await comeBack(visit(shown.url)), '/sign-in?problem=too-many')
    assert.deepEqual(idp.asked(), asked)
    const passkey = await visit(shown.url).ask('POST', '/api/session/passkey', { body: { shown: madeUp } })
    assert.equal(passkey.status, 429)
    // Who came in before is asked about as ever, from the very same address.
    assert.equal(await comeBack(admin), '/sign-in?problem=refused')
    assert.equal((await signInAs(shown.url, 'vera')).end, '/sign-in?problem=too-many', 'a stranger from there waits')
    const again = await admin.go(`${shown.url}/sign-in/oidc`)
    await again.arrayBuffer()
    assert.equal((await admin.ask('GET', '/api/session')).status, 200)
    const token = new URL(await shown.link()).hash.slice('#link='.length)
    const local = visit(shown.url)
    assert.equal((await byLink(local, token)).status, 204)
    assert.equal((await local.ask('GET', '/api/session')).status, 200)
    const { entries } = (await (
      await admin.ask('GET', '/api/entries?kind=sign-in&effect=refused&limit=500')
    ).json()) as {
      entries: unknown[]
    }
    assert.ok(entries.length <= 12, `${entries.length} entries`)
  })

  const bytes = 'AAAA'
  const madeUp = {
    id: bytes,
    rawId: bytes,
    type: 'public-key',
    response: { clientDataJSON: bytes, authenticatorData: bytes, signature: bytes },
  }
})
