// An example of what may exist once serves for one call: the next call of the same person says the next.
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { type Asked, proveSmall } from './small-api.ts'

const charter = `
lockstep: 1
name: credits
sources:
  - name: shop
    type: inline
    operations:
      claim: { method: POST, path: /credits, body: { ref: string, hours: integer }, response: { id: string, holder: string, ref: string, hours: integer } }
      getCredit: { method: GET, path: '/credits/{creditId}', response: { id: string, holder: string, ref: string, hours: integer } }
actors: { nurse: {} }
objects:
  credit:
    owner: /holder
    read: shop.getCredit
    transitions:
      claim:
        on: shop.claim
        by: nurse
        when: request.hours >= 1 && request.hours <= 20
        limit: { sum: request.hours, at-most: 40, per: principal }
        example: { body: { ref: C-2026-001, hours: 20 } }
operations:
  shop.getCredit: { by: owner }
invariants:
  - { unique: credit.ref, per: owner }
`

type Flaw = 'no-limit' | 'ref-again' | 'ref-at-once'
type Credit = { id: string; holder: string; ref: string; hours: number }

function credits(flaw: Flaw | undefined): (asked: Asked) => Promise<readonly [number, unknown?]> {
  const all: Credit[] = []
  return async ({ who, method, body, path: [, id] }) => {
    if (who === undefined) return [401]
    const own = all.filter(({ holder }) => holder === who)
    if (method === 'GET') {
      const found = own.find((each) => each.id === id)
      return found === undefined ? [404] : [200, found]
    }
    const [ref, hours] = [String(body['ref']), Number(body['hours'])]
    // The form of a reference is in no description.
    if (!/^C-\d{4}-\d{3}$/.test(ref) || !(hours >= 1 && hours <= 20)) return [422, { error: 'no such credit' }]
    if (own.some((each) => each.ref === ref) && flaw !== 'ref-again') return [409, { error: 'claimed already' }]
    if (flaw === 'ref-at-once') await new Promise((resolve) => setTimeout(resolve, 20))
    const sum = own.reduce((total, each) => total + each.hours, hours)
    if (sum > 40 && flaw !== 'no-limit') return [409, { error: 'at most 40' }]
    const made = { id: `c${all.length}`, holder: who, ref, hours }
    all.push(made)
    return [201, made]
  }
}

const expected = {
  'no-limit': 'credit.claim.limit',
  'ref-again': 'invariants.1',
  'ref-at-once': 'invariants.1',
} as const

for (const flaw of ['no-limit', 'ref-again', 'ref-at-once', undefined] as const)
  it(`finds ${flaw ?? 'nothing where nothing is wrong'}`, async () => {
    let answer = credits(flaw)
    const { findings, cells } = await proveSmall({
      charter,
      people: { nina: 'nurse', nora: 'nurse' },
      resetBy: 'nina',
      answer: (asked) => {
        if (asked.path[0] === 'reset') answer = credits(flaw)
        return asked.path[0] === 'reset' ? [204] : answer(asked)
      },
      only: ['shop.claim'],
    })
    const found = findings.map(({ constraint }) => constraint)
    if (flaw === undefined) {
      assert.deepEqual(found, [])
      const tried = cells.filter(({ tactic }) => tactic === 'over-limit' || tactic === 'rightful')
      assert.deepEqual([...new Set(tried.map(({ verdict }) => verdict))], ['held'])
    } else assert.ok(found.includes(expected[flaw]), JSON.stringify(found))
  })
