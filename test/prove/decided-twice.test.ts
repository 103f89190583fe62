// Who gave the first yes may not give the second; whoever made the object is kept out for another reason, and shows nothing of it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Asked, proveSmall } from './small-api.ts'

const charter = `
lockstep: 1
name: runs
sources:
  - name: shop
    type: inline
    operations:
      create: { method: POST, path: /runs, response: { id: string } }
      getRun: { method: GET, path: '/runs/{runId}', response: { id: string, status: string, madeBy: string, first: string } }
      approve: { method: POST, path: '/runs/{runId}/approve' }
actors: { clerk: {}, treasurer: {} }
objects:
  run:
    owner: /madeBy
    parties: { first: /first }
    state: /status
    read: shop.getRun
    states: [draft, approved]
    final: approved
    transitions:
      create: { on: shop.create, to: draft, by: clerk }
      approve: { on: shop.approve, from: draft, to: [draft, approved], by: treasurer, not: [owner, first] }
operations:
  shop.getRun: { by: signed-in }
`

const people = { cleo: 'clerk', tara: 'treasurer', tom: 'treasurer' } as const
const identities = `
  theo: { actor: [clerk, treasurer], principal: { id: theo }, headers: { Authorization: "Bearer \${env:THEO}" } }
`
const roles = (who: string): readonly string[] =>
  who === 'theo' ? ['clerk', 'treasurer'] : [people[who as keyof typeof people]]

type Flaw = 'counted-twice' | 'own-run'

function openOffice(flaw: Flaw | undefined): (asked: Asked) => readonly [number, unknown?] {
  const runs: { id: string; status: string; madeBy: string; first: string | null }[] = []
  return ({ who, method, path: [, id] }) => {
    if (who === undefined) return [401]
    if (id === undefined) {
      if (!roles(who).includes('clerk')) return [403]
      return [201, runs[runs.push({ id: `r${runs.length}`, status: 'draft', madeBy: who, first: null }) - 1]]
    }
    const run = runs.find((each) => each.id === id)
    if (run === undefined) return [404]
    if (method === 'GET') return [200, run]
    if (!roles(who).includes('treasurer')) return [403]
    if (run.status !== 'draft') return [409]
    if (run.madeBy === who && flaw !== 'own-run') return [403, { message: 'you made it' }]
    if (run.first === who && flaw !== 'counted-twice') return [409, { message: 'you have approved it' }]
    return [200, Object.assign(run, run.first === null ? { first: who } : { status: 'approved' })]
  }
}

for (const flaw of ['counted-twice', 'own-run', undefined] as const)
  test(`one person is both: ${flaw ?? 'refused'}`, async () => {
    const { findings, cells } = await proveSmall({
      charter,
      people,
      identities,
      env: { THEO: 'token-theo' },
      answer: openOffice(flaw),
      only: ['shop.approve'],
    })
    assert.deepEqual(
      findings.map((each) => each.class),
      flaw === undefined ? [] : ['separation-of-duties'],
    )
    if (flaw !== undefined) return
    const whys = cells
      .filter(({ tactic }) => tactic.startsWith('same-person'))
      .map((each) => `${each.tactic} ${each.why}`)
    assert.deepEqual(whys, ['same-person 403 you made it', 'same-person.first 409 you have approved it'])
  })
