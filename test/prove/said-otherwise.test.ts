// What somebody may do once is tried again in other words: an API may remember what was said, and not who said it.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Outcome } from '../../src/prove/finding.ts'
import { type Asked, proveSmall } from './small-api.ts'

const charter = `
lockstep: 1
name: invitations
sources:
  - name: shop
    type: inline
    operations:
      getMe: { method: GET, path: /me, response: { id: string, code: string, credits: integer, lessons: integer } }
      redeem: { method: POST, path: /redeem, body: { code: string } }
      trial:
        method: POST
        path: /trials
        body: { type: object, required: [course], properties: { course: { type: string, enum: [piano, harp] } } }
actors: { user: {} }
objects:
  me:
    owner: /id
    read: shop.getMe
    transitions:
      redeem:
        on: shop.redeem
        by: owner
        key: $principal.id
        once: { per: principal }
        when: { rule: request.code != object.code, says: not their own }
        example: { body: { code: of-una } }
      try: { on: shop.trial, by: owner, key: $principal.id, once: { per: principal } }
operations:
  shop.getMe: { by: user, object: me, key: $principal.id }
`

type Flaw = 'code' | 'course'

/** Credits for the code of somebody else, and a lesson for nothing: once each, or once for each code and course. */
function openSchool(flaw: Flaw | undefined): (asked: Asked) => readonly [number, unknown?] {
  const anew = () => ['una', 'uma', 'uri'].map((id) => ({ id, code: `of-${id}`, credits: 0, lessons: 0 }))
  let people = anew()
  const done = new Set<string>()
  const first = (mark: string): boolean => !done.has(mark) && done.add(mark) !== undefined
  return ({ who, method, path: [kind], body }) => {
    const me = people.find(({ id }) => id === who)
    if (me === undefined) return [401]
    if (method === 'GET') return [200, me]
    if (kind === 'reset') {
      people = anew()
      done.clear()
      return [200]
    }
    if (kind === 'redeem') {
      const { code } = body
      if (!people.some((each) => each.code === code && each !== me)) return [422, { error: 'no such code' }]
      if (!first(`${who} redeemed${flaw === 'code' ? code : ''}`)) return [409, { error: 'redeemed' }]
      me.credits += 5
      return [200, me]
    }
    if (!['piano', 'harp'].includes(String(body['course']))) return [422, { error: 'no such course' }]
    if (!first(`${who} tried${flaw === 'course' ? body['course'] : ''}`)) return [409, { error: 'tried' }]
    me.lessons += 1
    return [200, me]
  }
}

const prove = (flaw: Flaw | undefined): Promise<Outcome> =>
  proveSmall({ charter, people: { una: 'user', uma: 'user', uri: 'user' }, answer: openSchool(flaw), resetBy: 'una' })

describe('once, in other words', () => {
  for (const [flaw, constraint] of [
    ['code', 'me.redeem.once'],
    ['course', 'me.try.once'],
  ] as const)
    test(`${constraint} is proven where another ${flaw} counts as another time`, async () => {
      const [finding, ...others] = (await prove(flaw)).findings
      assert.deepEqual([finding?.constraint, others], [constraint, []])
    })
  test('nothing is found where it is who that counts', async () => {
    assert.deepEqual((await prove(undefined)).findings, [])
  })
})
