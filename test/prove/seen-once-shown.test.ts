// Others may look at a thing once it is put up somewhere, on its own and in the list of where it was put: its hidden fields are looked for there.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Asked, proveSmall } from './small-api.ts'

const charter = `
lockstep: 1
name: fair
sources:
  - name: shop
    type: inline
    operations:
      openFair: { method: POST, path: /fairs, body: { title: string }, response: { id: string, title: string } }
      getFair: { method: GET, path: '/fairs/{fairId}', response: { id: string, title: string } }
      bring: { method: POST, path: /pieces, body: { title: string }, response: { id: string } }
      getPiece: { method: GET, path: '/pieces/{pieceId}', response: { id: string, title: string, ownerId: string, stage: string, fairId: string, floor: integer } }
      putUp: { method: POST, path: '/pieces/{pieceId}/show', body: { fairId: string } }
      catalogue: { method: GET, path: '/fairs/{fairId}/catalogue', response: { fairId: string, pieces: 'object[]' } }
actors: { maker: {}, host: {}, paper: {} }
objects:
  fair:
    read: shop.getFair
    states: [planned]
    transitions: { open: { on: shop.openFair, to: planned, by: host } }
  piece:
    owner: /ownerId
    parent: { object: fair, key: /fairId }
    state: { when: { shown: "object.stage == 'shown' && object.fairId != ''", brought: "object.stage == 'brought'" } }
    read: shop.getPiece
    states: [brought, shown]
    fields: { floor: { seen-by: [owner, host], set-by: nobody } }
    transitions:
      bring: { on: shop.bring, to: brought, by: maker }
      put-up: { on: shop.putUp, from: brought, to: shown, by: host, refs: { fair: { object: fair, key: $request.body#/fairId } } }
operations:
  shop.getFair: { by: [maker, host, paper] }
  shop.getPiece:
    by: [owner, maker, host]
    when: "principal.roles.exists(r, r == 'host') || object.ownerId == principal.id || object.stage == 'shown'"
  shop.catalogue: { by: paper, object: fair, lists: piece, items: /pieces }
`

type Leak = 'read' | 'list' | undefined

interface Piece {
  readonly id: string
  readonly ownerId: string
  title: unknown
  stage: string
  fairId: unknown
}

function openFair(leak: Leak): (asked: Asked) => readonly [number, unknown?] {
  const fairs = new Map<unknown, { id: string; title: unknown }>()
  const pieces = new Map<string, Piece>()
  const floor = 900
  return ({ who = '', method, path: [kind, id = '', verb], body }) => {
    const isMaker = ['mo', 'max'].includes(who)
    if (!isMaker && !['hana', 'pat'].includes(who)) return [401]
    if (kind === 'fairs') {
      const fair = fairs.get(id)
      if (id === '') {
        if (who !== 'hana') return [403]
        const made = { id: `fair-${fairs.size + 1}`, title: body['title'] }
        fairs.set(made.id, made)
        return [201, made]
      }
      if (fair === undefined) return [404]
      if (verb !== 'catalogue') return [200, fair]
      if (who !== 'pat') return [403]
      const inIt = [...pieces.values()].filter((each) => each.fairId === id)
      return [200, { fairId: id, pieces: inIt.map((each) => ({ ...each, ...(leak === 'list' ? { floor } : {}) })) }]
    }
    if (id === '') {
      if (!isMaker) return [403]
      const made = { id: `piece-${pieces.size + 1}`, ownerId: who, title: body['title'], stage: 'brought', fairId: '' }
      pieces.set(made.id, made)
      return [201, { id: made.id }]
    }
    const piece = pieces.get(id)
    if (piece === undefined || who === 'pat') return [404]
    if (method === 'GET') {
      if (who === 'hana' || piece.ownerId === who) return [200, { ...piece, floor }]
      return piece.stage === 'shown' ? [200, { ...piece, ...(leak === 'read' ? { floor } : {}) }] : [404]
    }
    if (who !== 'hana') return [403]
    if (piece.stage !== 'brought' || !fairs.has(body['fairId'])) return [409]
    Object.assign(piece, { stage: 'shown', fairId: body['fairId'] })
    return [204]
  }
}

const people = { mo: 'maker', max: 'maker', hana: 'host', pat: 'paper' }
const principals = Object.fromEntries(Object.entries(people).map(([name, role]) => [name, `, roles: [${role}]`]))

const proven = async (leak: Leak) => {
  const { findings } = await proveSmall({ charter, people, principals, answer: openFair(leak) })
  return { findings: findings.map((each) => `${each.class} ${each.operation}`) }
}

const places = { read: 'shop.getPiece', list: 'shop.catalogue' } as const
for (const leak of ['read', 'list'] as const)
  test(`a field is looked for where others may look: ${leak}`, async () => {
    assert.deepEqual((await proven(leak)).findings, [`bopla-read ${places[leak]}`])
  })

test('a fair that keeps it to itself is sound', async () => {
  assert.deepEqual((await proven(undefined)).findings, [])
})
