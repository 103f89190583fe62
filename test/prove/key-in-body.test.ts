// An idempotency key that stands in the body: the same key is what counts, not the same body.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Asked, proveSmall } from './small-api.ts'

const charter = `
lockstep: 1
name: credits
sources:
  - name: api
    type: inline
    operations:
      claim: { method: POST, path: /claims, body: { activity: string, points: { type: integer, minimum: 1, maximum: 9 } }, response: { id: string, member: string, activity: string, points: integer } }
      getClaim: { method: GET, path: '/claims/{claimId}', response: { id: string, member: string, activity: string, points: integer } }
actors: { member: {}, clerk: {} }
objects:
  claim:
    owner: /member
    read: api.getClaim
    transitions:
      claim: { on: api.claim, by: member, idempotency: $request.body#/activity, example: { body: { activity: talk, points: 3 } } }
operations:
  api.getClaim: { by: [owner, clerk] }
`

function openDesk(flaw?: 'forgotten' | 'other-points') {
  const claims = new Map<string, { id: string; member: string; activity: unknown; points: unknown }>()
  return ({ who, method, path: [what, id = ''], body }: Asked): readonly [number, unknown?] => {
    if (what === 'reset') {
      claims.clear()
      return [204]
    }
    if (who === undefined) return [401]
    if (method === 'GET') {
      const claim = claims.get(id)
      return claim !== undefined && (claim.member === who || who === 'cleo') ? [200, claim] : [404]
    }
    if (who === 'cleo') return [403]
    const { activity, points } = body
    if (typeof activity !== 'string' || !Number.isInteger(points) || Number(points) < 1 || Number(points) > 9)
      return [422]
    const before = [...claims.values()].find((each) => each.member === who && each.activity === activity)
    const isKnown = before !== undefined && (flaw !== 'other-points' || before.points === points)
    if (isKnown && flaw !== 'forgotten') return [409]
    const claim = { id: `claim-${claims.size + 1}`, member: who, activity, points }
    claims.set(claim.id, claim)
    return [201, claim]
  }
}

for (const [flaw, found] of [
  [undefined, []],
  ['forgotten', ['claim.claim.idempotency']],
  ['other-points', ['claim.claim.idempotency']],
] as const)
  test(`${flaw ?? 'sound'}: ${found.length} found`, async () => {
    const { findings } = await proveSmall({
      charter,
      people: { mia: 'member', max: 'member', cleo: 'clerk' },
      resetBy: 'cleo',
      answer: openDesk(flaw),
    })
    assert.deepEqual(
      findings.map((each) => each.constraint),
      found,
    )
  })
