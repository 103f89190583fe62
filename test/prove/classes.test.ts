// What a finding is called is what it is: what was decided is changed, what may not be said at all is not the caller's to say.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseCel } from '../../src/cel/parse-cel.ts'
import { classOfRule, classOfState, isAboutCaller } from '../../src/prove/plan/classify.ts'
import { analyse } from '../charter/fixture.ts'

const { charter } = analyse(`
lockstep: 1
name: requests
sources:
  - name: shop
    type: inline
    operations:
      ask: { method: POST, path: /requests, body: { text: string }, response: { id: string, asker: string, status: string } }
      get: { method: GET, path: '/requests/{requestId}', response: { id: string, asker: string, status: string } }
      edit: { method: PATCH, path: '/requests/{requestId}', body: { text: string, fee?: integer } }
      reopen: { method: POST, path: '/requests/{requestId}/reopen' }
      approve: { method: POST, path: '/requests/{requestId}/approve' }
      withdraw: { method: POST, path: '/requests/{requestId}/withdraw' }
actors: { user: {} }
objects:
  request:
    owner: /asker
    state: /status
    read: shop.get
    states: [asked, approved, withdrawn]
    final: [approved, withdrawn]
    transitions:
      ask: { on: shop.ask, to: asked, by: user }
      edit: { on: shop.edit, from: asked, to: asked, by: owner, when: ['!has(request.fee)', 'request.text != object.id'] }
      reopen: { on: shop.reopen, from: asked, to: asked, by: owner }
      approve: { on: shop.approve, from: asked, to: approved, by: user, not: owner }
      withdraw: { on: shop.withdraw, from: asked, to: withdrawn, by: owner }
operations: { shop.get: { by: user } }
`)
const type = charter?.objects.get('request')
const useOf = (id: string) => type?.transitions.find((use) => use.id === `request.${id}`)

for (const [id, state, expected] of [
  ['edit', 'approved', 'approval-changed'],
  ['reopen', 'approved', 'use-after-end'],
  ['edit', 'withdrawn', 'use-after-end'],
] as const)
  test(`${id} in ${state} is ${expected}`, () => {
    const use = useOf(id)
    assert.ok(charter && type && use)
    assert.equal(classOfState(charter, type, use, { state, wanted: use.from }), expected)
  })

for (const [states, expected] of [
  [{ wanted: 'active', state: 'suspended' }, 'use-after-end'],
  [{ wanted: 'active', state: 'asked' }, 'use-before-verification'],
] as const)
  test(`a member that is ${states.state} is ${expected} of what it is used for`, () => {
    const { charter: clubs } = analyse(`
lockstep: 1
name: clubs
sources:
  - name: shop
    type: inline
    operations:
      join: { method: POST, path: /members, response: { id: string, person: string, status: string } }
      get: { method: GET, path: '/members/{memberId}', response: { id: string, person: string, status: string } }
      admit: { method: POST, path: '/members/{memberId}/admit' }
      suspend: { method: POST, path: '/members/{memberId}/suspend' }
      resume: { method: POST, path: '/members/{memberId}/resume' }
      play: { method: POST, path: /games, body: { memberId: string } }
actors: { user: {} }
objects:
  member:
    owner: /person
    state: /status
    read: shop.get
    states: [asked, active, suspended]
    transitions:
      join: { on: shop.join, to: asked, by: user }
      admit: { on: shop.admit, from: asked, to: active, by: user }
      suspend: { on: shop.suspend, from: active, to: suspended, by: user }
      resume: { on: shop.resume, from: suspended, to: active, by: user }
operations:
  shop.get: { by: user }
  shop.play: { by: user, refs: { member: { object: member, key: $request.body#/memberId, in: active } } }
`)
    const member = clubs?.objects.get('member')
    const play = clubs?.operations.get('shop.play')?.uses[0]
    assert.ok(clubs && member && play)
    const { state, wanted } = states
    assert.equal(classOfState(clubs, member, play, { state, wanted: [wanted] }), expected)
  })

test('what may not be said is not the caller’s to write', () => {
  const rules = useOf('edit')?.constraints.flatMap((each) => (each.kind === 'when' ? [classOfRule(each.rule)] : []))
  assert.deepEqual(rules, ['bopla-write', 'rule-broken'])
})

for (const [rule, expected] of [
  ['object.about != principal.id', true],
  ['!(principal.id == object.about)', true],
  ["object.kind != 'own' || object.about != principal.id", true],
  ['object.about == principal.id', false],
  ['object.about != claims.team', false],
] as const)
  test(`\`${rule}\` is ${expected ? '' : 'not '}against the caller being somebody`, () => {
    const parsed = parseCel(rule, ['object', 'principal', 'claims'])
    assert.ok(parsed.ok)
    assert.equal(isAboutCaller(parsed.expression.ast), expected)
  })
