// A gate that wants entries, all of them in some state, and something else that the object points to: nothing but the gate says what to make.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Asked, proveSmall } from './small-api.ts'

const charter = `
lockstep: 1
name: removals
sources:
  - name: shop
    type: inline
    operations:
      book: { method: POST, path: /moves, response: { id: string, status: string, permitId: 'string?', boxes: 'object[]' } }
      getMove: { method: GET, path: '/moves/{moveId}', response: { id: string, status: string, permitId: 'string?', boxes: 'object[]' } }
      pack: { method: POST, path: '/moves/{moveId}/boxes', response: { id: string, moveId: string, status: string } }
      boxes: { method: GET, path: '/moves/{moveId}/boxes', response: { items: 'object[]' } }
      seal: { method: POST, path: '/boxes/{boxId}/seal', response: { id: string, moveId: string, status: string } }
      apply: { method: POST, path: '/moves/{moveId}/permits', response: { id: string, moveId: string, askedBy: string, status: string } }
      getPermit: { method: GET, path: '/permits/{permitId}', response: { id: string, moveId: string, askedBy: string, status: string } }
      permit: { method: POST, path: '/permits/{permitId}/give' }
      amend: { method: PATCH, path: '/permits/{permitId}', body: { note: string }, response: { id: string, status: string } }
      depart: { method: POST, path: '/moves/{moveId}/depart' }
actors: { mover: {}, agent: {} }
objects:
  move:
    state: /status
    read: shop.getMove
    states: [booked, gone]
    final: gone
    transitions:
      book: { on: shop.book, to: booked, by: mover }
      depart:
        on: shop.depart
        from: booked
        to: gone
        by: mover
        refs: { permit: { object: permit, key: $object#/permitId, in: given } }
        when: [size(object.boxes) > 0, "object.boxes.all(b, b.status == 'sealed')"]
  box:
    parent: { object: move, key: /moveId }
    state: /status
    list: shop.boxes
    states: [packed, sealed]
    final: sealed
    transitions:
      pack: { on: shop.pack, to: packed, by: mover }
      seal: { on: shop.seal, key: $request.path.boxId, from: packed, to: sealed, by: mover }
  permit:
    owner: /askedBy
    parent: { object: move, key: /moveId }
    state: /status
    read: shop.getPermit
    states: [asked, given]
    final: given
    transitions:
      apply: { on: shop.apply, to: asked, by: agent }
      amend: { on: shop.amend, from: [asked, given], to: asked, by: owner, refs: { move: { object: move, key: $object#/moveId, in: booked } } }
      give: { on: shop.permit, from: asked, to: given, by: agent, not: owner }
operations:
  shop.getMove: { by: signed-in }
  shop.boxes: { by: signed-in, object: move, items: /items }
  shop.getPermit: { by: signed-in }
`

const people = { mia: 'mover', ada: 'agent', abe: 'agent' }
type Flaw = 'unsealed' | 'empty' | 'no-permit' | 'late-amend'

function company(flaw?: Flaw): (asked: Asked) => readonly [number, unknown?] {
  const moves: { id: string; status: string }[] = []
  const boxes: { id: string; moveId: string; status: string }[] = []
  const permits: { id: string; moveId: string; askedBy: string; status: string }[] = []
  const make = <T extends { id: string }>(all: T[], one: Omit<T, 'id'>): readonly [number, T] => {
    const made = {
      ...one,
      id: `${'mbp'[[moves, boxes, permits].findIndex((each) => (each as unknown) === all)]}${all.length}`,
    } as T
    all.push(made)
    return [201, made]
  }
  return ({ who = '', method, path: [kind, id, below], body }) => {
    if (!Object.hasOwn(people, who)) return [401]
    const agent = who !== 'mia'
    if (kind === 'moves' && id === undefined) return agent ? [403] : make(moves, { status: 'booked' })
    const move = moves.find((each) => each.id === id)
    const permit = permits.find((each) => (kind === 'permits' ? each.id === id : each.moveId === id))
    const mine = boxes.filter((each) => each.moveId === id)
    if (kind === 'permits') {
      if (permit === undefined || method === 'GET') return permit === undefined ? [404] : [200, permit]
      if (method === 'PATCH') {
        const isLate = moves.find((each) => each.id === permit.moveId)?.status === 'gone'
        if (permit.askedBy !== who || (isLate && flaw !== 'late-amend'))
          return [409, { error: 'too late, or not yours' }]
        Object.assign(permit, { status: 'asked', note: body['note'] })
        return [200, permit]
      }
      if (!agent || permit.askedBy === who || permit.status === 'given') return [403, { error: 'not yours to give' }]
      permit.status = 'given'
      return [200, permit]
    }
    if (kind === 'boxes') {
      const box = boxes.find((each) => each.id === id)
      if (agent || box?.status !== 'packed') return [403]
      box.status = 'sealed'
      return [200, box]
    }
    if (move === undefined) return [404]
    const whole = { ...move, permitId: permit?.id ?? null, boxes: mine }
    if (method === 'GET') return [200, below === 'boxes' ? { items: mine } : whole]
    if (below === 'boxes')
      return agent || move.status === 'gone' ? [403] : make(boxes, { moveId: move.id, status: 'packed' })
    if (below === 'permits')
      return !agent || permit !== undefined ? [409] : make(permits, { moveId: move.id, askedBy: who, status: 'asked' })
    if (agent || move.status === 'gone') return [403, { error: 'gone' }]
    if (mine.length === 0 && flaw !== 'empty') return [409, { error: 'no box' }]
    if (mine.some(({ status }) => status !== 'sealed') && flaw !== 'unsealed') return [409, { error: 'open boxes' }]
    if (permit?.status !== 'given' && flaw !== 'no-permit') return [409, { error: 'no permit' }]
    move.status = 'gone'
    return [200, { ...whole, status: 'gone' }]
  }
}

const api = { charter, people, only: ['shop.depart', 'shop.amend'] }

test('what a gate asks for is made, and each thing it asks for is left out', async () => {
  const { findings, cells } = await proveSmall({ ...api, answer: company() })
  assert.deepEqual(findings, [])
  const asked = ['move.depart.permit.in', 'move.depart.when', 'move.depart.when.2', 'permit.amend.move.in']
  for (const id of asked) {
    const verdicts = cells.filter(({ constraint }) => constraint === id).map(({ verdict, why }) => `${verdict} ${why}`)
    assert.ok(verdicts.length > 0 && verdicts.every((each) => each.startsWith('held 409')), `${id}: ${verdicts}`)
  }
})

for (const [flaw, constraint] of [
  ['unsealed', 'move.depart.when.2'],
  ['empty', 'move.depart.when'],
  ['no-permit', 'move.depart.permit.in'],
  ['late-amend', 'permit.amend.move.in'],
] as const)
  test(`${flaw} is a finding`, async () => {
    const { findings } = await proveSmall({ ...api, answer: company(flaw) })
    assert.deepEqual(
      findings.map((each) => each.constraint),
      [constraint],
    )
  })
