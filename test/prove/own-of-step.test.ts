// What a call on the way finds by who makes it is theirs, and nobody's who acts later.
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { type Asked, proveSmall } from './small-api.ts'

const charter = `
lockstep: 1
name: leave
sources:
  - name: shop
    type: inline
    operations:
      getMe: { method: GET, path: /me, response: { id: string, verified: boolean } }
      ask: { method: POST, path: /requests, response: { id: string, member: string, status: string } }
      getRequest: { method: GET, path: '/requests/{requestId}', response: { id: string, member: string, status: string } }
      approve: { method: POST, path: '/requests/{requestId}/approve' }
actors: { member: {}, clerk: {}, partner: {} }
objects:
  person: { owner: /id, read: shop.getMe }
  request:
    owner: /member
    read: shop.getRequest
    state: /status
    states: [asked, approved]
    final: approved
    transitions:
      ask:
        on: shop.ask
        to: asked
        by: member
        refs: { me: { object: person, key: $principal.id } }
        when: me.verified == true
      approve: { on: shop.approve, from: asked, to: approved, by: clerk }
operations:
  shop.getMe: { by: signed-in, object: person, key: $principal.id }
  shop.getRequest: { by: [owner, clerk] }
`

/** A partner is no person here; the flaw lets one approve. */
function leave(isFlawed: boolean): (asked: Asked) => readonly [number, unknown?] {
  const requests: { id: string; member: string; status: string }[] = []
  return ({ who, method, path: [kind, id] }) => {
    if (who === undefined) return [401]
    if (kind === 'me') return who === 'pia' ? [404] : [200, { id: who, verified: true }]
    if (id === undefined) {
      if (who !== 'ann' && who !== 'ben') return [403]
      requests.push({ id: `r-${requests.length}`, member: who, status: 'asked' })
      return [201, requests.at(-1)]
    }
    const request = requests.find((each) => each.id === id)
    if (request === undefined) return [404]
    if (method === 'GET') return who === request.member || who === 'clara' ? [200, request] : [404]
    if (who !== 'clara' && !(isFlawed && who === 'pia')) return [403]
    if (request.status !== 'asked') return [409]
    request.status = 'approved'
    return [200, request]
  }
}

for (const [isFlawed, expected] of [
  [false, []],
  [true, ['bfla']],
] as const)
  it(`finds ${expected[0] ?? 'nothing'} where a partner ${isFlawed ? 'may' : 'may not'} approve`, async () => {
    const { findings, cells } = await proveSmall({
      charter,
      people: { ann: 'member', ben: 'member', clara: 'clerk', pia: 'partner' },
      answer: leave(isFlawed),
      only: ['shop.approve'],
    })
    assert.deepEqual(
      findings.map((each) => each.class),
      expected,
    )
    assert.deepEqual(
      cells.filter(({ why }) => why.includes('could not be read')),
      [],
    )
  })
