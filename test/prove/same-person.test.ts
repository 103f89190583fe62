// Who is something to an object by what they did: by making it, or by a move that somebody else named them for.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Asked, proveSmall } from './small-api.ts'

const charter = `
lockstep: 1
name: garage
sources:
  - name: shop
    type: inline
    operations:
      report: { method: POST, path: /repairs, body: { text: string }, response: { id: string } }
      getRepair: { method: GET, path: '/repairs/{repairId}', response: { id: string, garage: string, status: string, author: string, mechanic: string, doneBy: string } }
      assign: { method: POST, path: '/repairs/{repairId}/assign', body: { mechanic: string } }
      finish: { method: POST, path: '/repairs/{repairId}/finish' }
      inspect: { method: POST, path: '/repairs/{repairId}/inspect' }
      discard: { method: POST, path: '/repairs/{repairId}/discard' }
actors: { desk: {}, mechanic: {}, foreman: {} }
objects:
  repair:
    key: /id
    tenant: /garage
    parties: { author: /author, named: /mechanic, worker: /doneBy }
    state: /status
    read: shop.getRepair
    states: [open, assigned, done, inspected, discarded]
    final: [inspected, discarded]
    transitions:
      report: { on: shop.report, to: open, by: [desk, foreman] }
      assign: { on: shop.assign, from: open, to: assigned, by: desk, example: { body: { mechanic: mel } } }
      finish: { on: shop.finish, from: assigned, to: done, by: { actor: [mechanic, foreman], party: named } }
      inspect: { on: shop.inspect, from: done, to: inspected, by: foreman, not: worker }
      discard: { on: shop.discard, from: [open, assigned], to: discarded, by: foreman, not: author }
operations:
  shop.getRepair: { by: signed-in }
`

// Whoever comes first is of a garage where nobody else is.
const people = { zed: 'foreman', dora: 'desk', mel: 'mechanic', fay: 'foreman', fred: 'foreman' } as const

const garageOf = (who: string): string => (who === 'zed' ? 'west' : 'east')
const principals = Object.fromEntries(Object.keys(people).map((name) => [name, `, tenant: ${garageOf(name)}`]))

type Flaw = 'own-work' | 'own-report'

interface Repair {
  id: string
  garage: string
  status: string
  author: string
  mechanic: string | null
  doneBy: string | null
}

function openGarage(flaw: Flaw | undefined): (asked: Asked) => readonly [number, unknown?] {
  const repairs: Repair[] = []
  return ({ who = '', method, path: [, id, act], body }) => {
    const role = people[who as keyof typeof people] as string | undefined
    if (role === undefined) return [401]
    if (id === undefined) {
      if (role === 'mechanic') return [403]
      repairs.push({
        id: `r${repairs.length}`,
        garage: garageOf(who),
        status: 'open',
        author: who,
        mechanic: null,
        doneBy: null,
      })
      return [201, repairs.at(-1)]
    }
    const repair = repairs.find((each) => each.id === id)
    if (repair?.garage !== garageOf(who)) return [404]
    if (method === 'GET') return [200, repair]
    const move = (allowed: boolean, from: readonly string[], changes: Partial<Repair>): readonly [number, unknown?] => {
      if (!allowed) return [403]
      if (!from.includes(repair.status)) return [409]
      return [200, Object.assign(repair, changes)]
    }
    const named = String(body['mechanic'])
    if (act === 'assign' && !['mel', 'fay', 'fred'].includes(named)) return [422]
    if (act === 'assign') return move(role === 'desk', ['open'], { status: 'assigned', mechanic: named })
    if (act === 'finish') return move(repair.mechanic === who, ['assigned'], { status: 'done', doneBy: who })
    const own =
      act === 'inspect' ? repair.doneBy === who && flaw !== 'own-work' : repair.author === who && flaw !== 'own-report'
    return act === 'inspect'
      ? move(role === 'foreman' && !own, ['done'], { status: 'inspected' })
      : move(role === 'foreman' && !own, ['open', 'assigned'], { status: 'discarded' })
  }
}

const at = { 'own-work': 'shop.inspect', 'own-report': 'shop.discard' } as const

for (const flaw of ['own-work', 'own-report', undefined] as const)
  test(`the same person does both: ${flaw ?? 'refused'}`, async () => {
    const only = flaw === undefined ? Object.values(at) : [at[flaw]]
    const { findings, cells } = await proveSmall({ charter, people, principals, answer: openGarage(flaw), only })
    const found = findings.map((each) => `${each.class} ${each.operation}`)
    assert.deepEqual(found, flaw === undefined ? [] : [`separation-of-duties ${at[flaw]}`])
    const same = cells.filter(({ tactic }) => tactic.startsWith('same-person'))
    assert.ok(
      flaw !== undefined || (same.length > 1 && same.some(({ verdict }) => verdict === 'held')),
      JSON.stringify(same),
    )
  })

test('the same person does both where the party has the name of the move that makes it', async () => {
  const named = charter.replaceAll('worker', 'finished-by')
  const prove = (flaw: Flaw | undefined) =>
    proveSmall({ charter: named, people, principals, answer: openGarage(flaw), only: ['shop.inspect'] })
  const [proven, sound] = [await prove('own-work'), await prove(undefined)]
  assert.deepEqual(
    proven.findings.map((each) => each.class),
    ['separation-of-duties'],
  )
  const same = sound.cells.filter(({ tactic }) => tactic === 'same-person')
  assert.deepEqual([sound.findings.length, ...same.map(({ verdict, why }) => `${verdict} ${why}`)], [0, 'held 403'])
})
