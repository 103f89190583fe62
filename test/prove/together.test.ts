// Two demands that say the same of a call: no arguments break the one without the other.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Asked, proveSmall } from './small-api.ts'

const charter = `
lockstep: 1
name: claims
sources:
  - name: api
    type: inline
    operations:
      file: { method: POST, path: /claims, body: { text: string }, response: { id: string } }
      getClaim: { method: GET, path: '/claims/{claimId}', response: { id: string, status: string, filer: string, approvals: 'string[]' } }
      approve: { method: POST, path: '/claims/{claimId}/approve' }
actors: { clerk: {}, manager: {} }
objects:
  claim:
    key: /id
    parties: { filer: /filer }
    state: /status
    read: api.getClaim
    states: [open, approved]
    final: approved
    transitions:
      file: { on: api.file, to: open, by: clerk }
      approve: { on: api.approve, from: open, to: [open, approved], by: manager, once: { per: [principal, object] } }
operations:
  api.getClaim: { by: signed-in }
rules:
  - { separate: [api.approve, api.approve], per: object, says: the second approval is somebody else's }
`

const people = { carla: 'clerk', mia: 'manager', max: 'manager' }

function openClaims(isFlawed: boolean): (asked: Asked) => readonly [number, unknown?] {
  const claims: { id: string; status: string; filer: string; approvals: string[] }[] = []
  return ({ who = '', method, path: [, id] }) => {
    const role: string | undefined = people[who as keyof typeof people]
    if (role === undefined) return [401]
    if (id === undefined) {
      if (role !== 'clerk') return [403]
      claims.push({ id: `c${claims.length}`, status: 'open', filer: who, approvals: [] })
      return [201, claims.at(-1)]
    }
    const claim = claims.find((each) => each.id === id)
    if (claim === undefined) return [404]
    if (method === 'GET') return [200, claim]
    if (role !== 'manager') return [403]
    if (claim.status !== 'open') return [409, { error: 'approved' }]
    if (!isFlawed && claim.approvals.includes(who)) return [409, { error: 'approved by you' }]
    claim.approvals.push(who)
    if (claim.approvals.length === 2) claim.status = 'approved'
    return [200, claim]
  }
}

for (const isFlawed of [true, false])
  test(`what is demanded twice is broken together: ${isFlawed ? 'proven once' : 'held'}`, async () => {
    const { findings, cells } = await proveSmall({
      charter,
      people,
      answer: openClaims(isFlawed),
      only: ['api.approve'],
    })
    const found = findings.map(({ constraint, proof }) => [constraint, proof.case.together])
    assert.deepEqual(found, isFlawed ? [['claim.approve.once', ['rules.1']]] : [])
    const both = cells.filter(({ constraint, tactic }) =>
      ['claim.approve.once again', 'rules.1 same-person'].includes(`${constraint} ${tactic}`),
    )
    assert.deepEqual(
      both.map(({ verdict, why }) => [verdict, /\(only together with (\S+)\)$/.exec(why)?.[1]]),
      isFlawed
        ? [
            ['proven', undefined],
            ['proven', undefined],
          ]
        : [
            ['held', 'rules.1'],
            ['held', 'claim.approve.once'],
          ],
    )
    if (isFlawed) assert.match(findings[0]?.proof.sentence ?? '', /which rules\.1 forbids as well/)
  })
