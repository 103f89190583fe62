// What people have by who they are is looked at first: it says who makes a call, and from where somebody has to be brought on.
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { verifyCase } from '../../src/prove/run/verify.ts'
import { type Asked, proveSmall } from './small-api.ts'

const charter = `
lockstep: 1
name: pay
sources:
  - name: shop
    type: inline
    operations:
      getMe: { method: GET, path: /me, response: { id: string, tax: string, terms: string } }
      file: { method: POST, path: /forms, response: { id: string, userId: string, status: string } }
      getForm: { method: GET, path: '/forms/{formId}', response: { id: string, userId: string, status: string } }
      verify: { method: POST, path: '/forms/{formId}/verify' }
      accept: { method: POST, path: /me/terms }
      ask: { method: POST, path: /payouts, response: { id: string, userId: string, status: string } }
      getPayout: { method: GET, path: '/payouts/{payoutId}', response: { id: string, userId: string, status: string } }
      send: { method: POST, path: '/payouts/{payoutId}/send' }
actors: { member: {}, clerk: {} }
objects:
  person:
    owner: /id
    read: shop.getMe
    state: /tax
    states: [none, filed, verified]
    final: verified
    transitions:
      file: { on: shop.file, from: none, to: filed, by: { actor: member, party: owner }, key: $principal.id }
      verify: { on: shop.verify, from: filed, to: verified, key: $object#/userId }
      accept: { on: shop.accept, by: { actor: member, party: owner }, key: $principal.id, when: object.terms == 'new' }
  form:
    owner: /userId
    read: shop.getForm
    state: /status
    states: [filed, verified]
    final: verified
    transitions:
      file: { on: shop.file, to: filed, by: member, key: $response.body#/id }
      verify: { on: shop.verify, from: filed, to: verified, by: clerk }
  payout:
    owner: /userId
    read: shop.getPayout
    state: /status
    states: [asked, sent]
    final: sent
    transitions:
      ask: { on: shop.ask, to: asked, by: member, refs: { me: { object: person, key: $principal.id, in: verified } } }
      send: { on: shop.send, from: asked, to: sent, by: clerk }
operations:
  shop.getMe: { by: [member, clerk], object: person, key: $principal.id }
  shop.getForm: { by: [owner, clerk] }
  shop.getPayout: { by: [owner, clerk] }
`

type Flaw = 'unverified' | 'any-verifies' | 'old-terms'

function pay(flaw: Flaw | undefined): (asked: Asked) => readonly [number, unknown?] {
  const start = () =>
    new Map(
      ['ada', 'ann', 'abe'].map((id) => [
        id,
        { id, tax: id === 'ann' ? 'none' : 'verified', terms: id === 'abe' ? 'new' : 'agreed', agreed: 0 },
      ]),
    )
  let people = start()
  const rows = new Map<string, { id: string; userId: string; status: string }>()
  const add = (kind: string, userId: string, status: string): readonly [number, unknown] => {
    const row = { id: `${kind}-${rows.size}`, userId, status }
    rows.set(row.id, row)
    return [201, row]
  }
  return ({ who, method, path: [kind, id = '', action] }) => {
    if (kind === 'reset') {
      people = start()
      rows.clear()
      return [204]
    }
    if (who === undefined) return [401]
    const me = people.get(who)
    if (kind === 'me' && id === '')
      return me === undefined ? [200, { id: who, tax: 'none', terms: 'agreed' }] : [200, me]
    if (kind === 'me') {
      if (me === undefined) return [403]
      if (me.terms !== 'new' && flaw !== 'old-terms') return [409, { error: 'agreed already' }]
      me.terms = 'agreed'
      me.agreed += 1
      return [200, me]
    }
    const row = rows.get(id)
    if (id === '') {
      if (me === undefined) return [403]
      if (kind === 'payouts')
        return me.tax === 'verified' || flaw === 'unverified' ? add(kind, who, 'asked') : [409, { error: 'unverified' }]
      if (me.tax !== 'none') return [409, { error: 'filed already' }]
      me.tax = 'filed'
      return add('forms', who, 'filed')
    }
    if (row === undefined || (me !== undefined && row.userId !== who && flaw !== 'any-verifies')) return [404]
    if (method === 'GET') return [200, row]
    if (me !== undefined && !(flaw === 'any-verifies' && action === 'verify')) return [403]
    if (row.status !== (action === 'verify' ? 'filed' : 'asked')) return [409, { error: 'done' }]
    row.status = action === 'verify' ? 'verified' : 'sent'
    const owner = people.get(row.userId)
    if (action === 'verify' && owner !== undefined) owner.tax = 'verified'
    return [200, row]
  }
}

const cases = [
  ['unverified', 'shop.ask', 'payout.ask.me.in'],
  ['any-verifies', 'shop.verify', 'form.verify.by'],
  ['old-terms', 'shop.accept', 'person.accept.when'],
] as const

for (const [flaw, operation, constraint] of cases)
  for (const isFlawed of [true, false])
    it(`${isFlawed ? 'finds' : 'tries and does not find'} ${flaw}`, async () => {
      const { findings, cells } = await proveSmall({
        charter,
        people: { ada: 'member', ann: 'member', abe: 'member', cleo: 'clerk' },
        resetBy: 'cleo',
        answer: pay(isFlawed ? flaw : undefined),
        only: [operation, 'shop.send'],
      })
      assert.deepEqual([...new Set(findings.map((each) => each.constraint))], isFlawed ? [constraint] : [])
      assert.deepEqual(
        cells.filter(({ why }) => /no control|already/.test(why) && !/^409|held/.test(why)),
        [],
      )
    })

it('looks at it as well where a finding has to be planned anew', async () => {
  await proveSmall({
    charter,
    people: { ada: 'member', ann: 'member', abe: 'member', cleo: 'clerk' },
    resetBy: 'cleo',
    answer: pay('old-terms'),
    only: ['shop.accept'],
    after: async ({ lab }, { findings }) => {
      lab.own.clear()
      const [finding] = findings
      assert.ok(finding)
      assert.equal((await verifyCase(lab, finding.proof.case, undefined)).verdict, 'open')
      assert.ok(lab.own.size > 0)
    },
  })
})
