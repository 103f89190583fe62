// Fields that nobody may set are carried by one call where it is accepted, and tried alone where any of them shows or the call is refused.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Asked, proveSmall } from './small-api.ts'

const charter = `
lockstep: 1
name: cards
sources:
  - name: shop
    type: inline
    operations:
      open: { method: POST, path: /cards, body: { label: string }, response: { id: string } }
      getCard: { method: GET, path: '/cards/{cardId}', response: { id: string, label: string, owner: string, limit: integer, level: string, blocked: boolean, points: integer } }
      rename: { method: PUT, path: '/cards/{cardId}', body: { label: string } }
actors: { client: {} }
objects:
  card:
    owner: /owner
    read: shop.getCard
    fields:
      limit: { set-by: nobody }
      level: { set-by: nobody }
      blocked: { set-by: nobody }
      points: { set-by: nobody }
    transitions:
      open: { on: shop.open, by: client }
      rename: { on: shop.rename, by: owner }
operations:
  shop.getCard: { by: owner }
`

interface Card {
  id: string
  owner: string
  label: unknown
  limit: unknown
  level: unknown
  blocked: unknown
  points: unknown
}

type Kind = 'sound' | 'strict' | 'writes-level' | 'writes-one'

/** A server, and how many cards were opened at it. */
function openCards(kind: Kind): { opened: () => number; answer: (asked: Asked) => readonly [number, unknown?] } {
  const cards: Card[] = []
  let opened = 0
  const answer = ({ who, method, path: [what, id], body }: Asked): readonly [number, unknown?] => {
    if (what === 'reset') {
      cards.length = 0
      return [204]
    }
    if (who === undefined) return [401]
    if (id === undefined) {
      const made = {
        id: `c${opened++}`,
        owner: who,
        label: body['label'],
        limit: 100,
        level: 'plain',
        blocked: false,
        points: 3,
      }
      return [201, cards[cards.push(made) - 1]]
    }
    const card = cards.find((each) => each.id === id && each.owner === who)
    if (card === undefined) return [404]
    if (method === 'GET') return [200, card]
    const others = Object.keys(body).filter((name) => name !== 'label')
    if (kind === 'strict' && others.length > 0) return [400, { message: `unknown member ${others[0]}` }]
    if (kind === 'writes-one' && others.length > 1) return [400, { message: 'one thing at a time' }]
    const writes = kind !== 'sound'
    card.label = body['label']
    if (writes && body['level'] !== undefined) card.level = body['level']
    return [200, card]
  }
  return { opened: () => opened, answer }
}

async function proveCards(kind: Kind, resetBy?: string) {
  const { opened, answer } = openCards(kind)
  const people = { hal: 'client', hedy: 'client' }
  const { findings, cells } = await proveSmall({
    charter,
    people,
    answer,
    only: ['shop.rename'],
    ...(resetBy === undefined ? {} : { resetBy }),
  })
  const written = cells.filter(({ tactic }) => tactic.startsWith('write-field'))
  return {
    opened: opened(),
    findings: findings.map((each) => `${each.class} ${each.constraint}`),
    verdicts: written.map(({ verdict }) => verdict),
  }
}

const allHeld = ['held', 'held', 'held', 'held']

test('a call that takes no notice of any field is made once for all of them', async () => {
  const { opened, findings, verdicts } = await proveCards('sound')
  assert.deepEqual([findings, verdicts], [[], allHeld])
  assert.ok(opened <= 6, `${opened} cards`)
})

test('calls that are refused are made on one card', async () => {
  const { opened, findings, verdicts } = await proveCards('strict')
  assert.deepEqual([findings, verdicts], [[], allHeld])
  assert.ok(opened <= 8, `${opened} cards`)
})

test('a field that is written is named', async () => {
  const { findings, verdicts } = await proveCards('writes-level')
  assert.deepEqual(findings, ['bopla-write card.level.set-by'])
  assert.deepEqual(verdicts.toSorted(), ['held', 'held', 'held', 'proven'])
})

test('it is found as well where all fields at once are refused, and the target was put back for that', async () => {
  const { findings } = await proveCards('writes-one', 'hal')
  assert.deepEqual(findings, ['bopla-write card.level.set-by'])
})
