// Before somebody is named who may do it, nobody is: state and caller break together. Who is of no tenant uses up nothing of any.
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { type Asked, proveSmall } from './small-api.ts'

const charter = `
lockstep: 1
name: grants
sources:
  - name: shop
    type: inline
    operations:
      file: { method: POST, path: /claims, body: { amount: integer }, response: { id: string, filer: string, shop: string, expert: string, status: string } }
      getClaim: { method: GET, path: '/claims/{claimId}', response: { id: string, filer: string, shop: string, expert: string, status: string } }
      assign: { method: POST, path: '/claims/{claimId}/assignment', body: { expert: string } }
      decide: { method: POST, path: '/claims/{claimId}/decision' }
actors: { agent: {}, desk: { tenant: false }, expert: { tenant: false } }
objects:
  claim:
    owner: /filer
    tenant: /shop
    parties: { assigned: /expert }
    state: /status
    states: [filed, assigned, decided]
    final: decided
    read: shop.getClaim
    transitions:
      file:
        on: shop.file
        to: filed
        by: agent
        when: request.amount > 0 && request.amount <= 50
        limit: { sum: request.amount, at-most: 50, per: tenant, within: 1d }
      assign: { on: shop.assign, from: filed, to: assigned, by: desk, example: { body: { expert: eva } } }
      decide: { on: shop.decide, from: assigned, to: decided, by: { actor: expert, party: assigned } }
operations:
  shop.getClaim: { by: [owner, desk, expert] }
`

const people = { ann: 'agent', abe: 'agent', dora: 'desk', dirk: 'desk', eva: 'expert', emil: 'expert' }
type Flaw = 'unassigned' | 'desk-files'

function grants(flaw: Flaw | undefined): (asked: Asked) => readonly [number, unknown?] {
  const claims: Record<string, string | null>[] = []
  const used = new Map<string, number>()
  return ({ who = '', method, body, path: [, id, action] }) => {
    const role: string | undefined = people[who as keyof typeof people]
    if (role === undefined) return [401]
    if (id === undefined || id === '') {
      if (method !== 'POST' || (role !== 'agent' && (flaw !== 'desk-files' || role !== 'desk'))) return [403]
      const amount = Number(body['amount'])
      const shop = who === 'ann' ? 'north' : 'south'
      const sum = (used.get(shop) ?? 0) + amount
      if (!(amount > 0) || sum > 50) return [422, { error: 'too much' }]
      if (role === 'agent') used.set(shop, sum)
      claims.push({ id: `c${claims.length}`, filer: who, shop, expert: null, status: 'filed' })
      return [201, claims.at(-1)]
    }
    const claim = claims.find((each) => each['id'] === id)
    if (claim === undefined || (role === 'agent' && claim['filer'] !== who)) return [404]
    if (method === 'GET') return [200, claim]
    const { status, expert } = claim
    if (action === 'assignment') {
      if (role !== 'desk') return [403]
      if (status !== 'filed') return [409, { error: 'not filed' }]
      Object.assign(claim, { expert: String(body['expert']), status: 'assigned' })
      return [200, claim]
    }
    if (role !== 'expert' || (expert !== who && (flaw !== 'unassigned' || expert !== null))) return [403]
    if (status !== 'assigned' && (flaw !== 'unassigned' || status !== 'filed')) return [409, { error: 'not assigned' }]
    claim['status'] = 'decided'
    return [200, claim]
  }
}

const prove = (flaw: Flaw | undefined, only: string) => {
  let answer = grants(flaw)
  return proveSmall({
    charter,
    people,
    principals: { ann: ', tenant: north', abe: ', tenant: south' },
    resetBy: 'dora',
    answer: (asked) => {
      if (asked.path[0] === 'reset') answer = grants(flaw)
      return asked.path[0] === 'reset' ? [204] : answer(asked)
    },
    only: [only],
  })
}

for (const isFlawed of [true, false]) {
  it(`a decision before anybody is assigned is ${isFlawed ? 'proven' : 'held'}`, async () => {
    const { findings, cells } = await prove(isFlawed ? 'unassigned' : undefined, 'shop.decide')
    const found = findings.map(({ constraint, proof }) => [constraint, proof.case.together])
    assert.deepEqual(found, isFlawed ? [['claim.decide.from', ['claim.decide.by']]] : [])
    const early = cells.find(({ tactic }) => tactic === 'from-state.filed.object')
    assert.equal(early?.verdict, isFlawed ? 'proven' : 'held')
    if (!isFlawed) assert.match(early?.why ?? '', /only together with claim\.decide\.by/)
  })

  it(`staff of no tenant that may do what is limited for each is ${isFlawed ? 'proven' : 'held'}`, async () => {
    const { findings, cells } = await prove(isFlawed ? 'desk-files' : undefined, 'shop.file')
    assert.deepEqual(
      findings.map(({ constraint }) => constraint),
      isFlawed ? ['claim.file.by'] : [],
    )
    const staff = cells.filter(({ actor, constraint }) => constraint === 'claim.file.by' && /desk/.test(actor))
    assert.deepEqual([...new Set(staff.map(({ verdict }) => verdict))], [isFlawed ? 'proven' : 'held'])
  })
}
