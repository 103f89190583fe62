// What somebody became by registering is shown to nobody but themselves: they sign in with the answer and look.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Outcome } from '../../src/prove/finding.ts'
import { effectChecksOf } from '../../src/prove/report/effect-check.ts'
import { type Asked, proveSmall } from './small-api.ts'

const charter = `
lockstep: 1
name: accounts
sources:
  - name: shop
    type: inline
    operations:
      join: { method: POST, path: /people, body: { name: string, password: string }, response: { id: string } }
      me: { method: GET, path: /me, response: { id: string, rank: string } }
actors: { member: {} }
objects:
  person:
    owner: /id
    read: shop.me
    fields: { rank: { set-by: nobody } }
    transitions:
      join: { on: shop.join, by: anyone, public: { until: 2099-12-31, because: anyone may join } }
operations:
  shop.me: { by: signed-in, object: person, key: $principal.id }
`

const pool = (login: string): string => `
  newcomer:
    actor: member
    pool: 100
    login:
      - request: POST /people
        body: { name: "n-\${fresh}", password: "pass-\${fresh}" }
        capture: { id: "$response.body#/id" }
      - request: POST ${login}
        body: { name: "n-\${fresh}", password: "pass-\${fresh}" }
        capture: { key: "$response.body#/key" }
    principal: { id: "\${var:id}" }
    headers: { Authorization: "Bearer token-\${var:key}" }
`

/** People sign in with name and password; a flawed API takes their rank from the registration. */
function openApi(flawed: boolean): (asked: Asked) => readonly [number, unknown?] {
  const people: { id: string; name: unknown; password: unknown; rank: unknown }[] = []
  return ({ who, path: [kind], body }) => {
    if (kind === 'people') {
      if (body['name'] === undefined || people.some((each) => each.name === body['name'])) return [409]
      const rank = flawed ? (body['rank'] ?? 'plain') : 'plain'
      people.push({ id: `p${people.length + 1}`, name: body['name'], password: body['password'], rank })
      // The answer says what was asked for, which shows nothing.
      return [201, { id: `p${people.length}`, rank: body['rank'] ?? 'plain' }]
    }
    if (kind === 'sessions') {
      const person = people.find((each) => each.name === body['name'] && each.password === body['password'])
      return person === undefined ? [403] : [201, { key: person.id }]
    }
    const self = people.find((each) => each.id === who)
    return self === undefined ? [401] : [200, { id: self.id, rank: self.rank }]
  }
}

function prove(flawed: boolean, login = '/sessions'): Promise<Outcome> {
  const people = { ann: 'member' }
  return proveSmall({ charter, people, identities: pool(login), answer: openApi(flawed), only: ['shop.join'] })
}

const written = ({ cells }: Outcome) =>
  cells.filter((cell) => cell.tactic === 'write-field.rank').map((cell) => cell.verdict)

test('a rank taken from the registration is proven by whoever was registered', async () => {
  const [finding, ...others] = (await prove(true)).findings
  assert.equal(finding?.class, 'bopla-write')
  assert.deepEqual(others, [])
  assert.match(finding?.proof.sentence ?? '', /rank of new person went from plain to /)
  assert.deepEqual(
    finding?.proof.transcript.map((sent) => [sent.purpose, sent.use]),
    [
      ['abuse', 'person.join'],
      ['observe', 'shop.me'],
    ],
  )
  const [check, ...more] = finding === undefined ? [] : effectChecksOf(finding.proof)
  assert.deepEqual([check?.kind, more], ['unlike', []])
})

test('an answer that only echoes what was asked for shows nothing', async () => {
  const outcome = await prove(false)
  assert.deepEqual(outcome.findings, [])
  assert.deepEqual(written(outcome), ['held'])
})

test('nothing is known of whoever cannot sign in', async () => {
  const outcome = await prove(true, '/nowhere')
  assert.deepEqual(outcome.findings, [])
  assert.deepEqual(written(outcome), ['not-reached'])
})
