// What adds up on an object goes beyond its bound by several calls, each of which is small enough to be made.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Asked, proveSmall } from './small-api.ts'

const charter = `
lockstep: 1
name: roofs
sources:
  - name: shop
    type: inline
    operations:
      open: { method: POST, path: /roofs, response: { id: string, owner: string, credit: number } }
      getRoof: { method: GET, path: '/roofs/{roofId}', response: { id: string, owner: string, credit: number } }
      feed: { method: POST, path: '/roofs/{roofId}/feed', body: { kwh: integer } }
actors: { user: {} }
objects:
  roof:
    owner: /owner
    read: shop.getRoof
    transitions:
      open: { on: shop.open, by: user }
      feed: { on: shop.feed, by: owner, when: [request.kwh > 0 && request.kwh <= 400, object.credit + request.kwh * 0.1 <= 100] }
operations:
  shop.getRoof: { by: owner }
`

interface Roof {
  readonly id: string
  readonly owner: string
  credit: number
}

/** Roofs that feed in, for so much credit a year; one that forgets what there is looks at each call alone. */
function openRoofs(forgets: boolean): (asked: Asked) => readonly [number, unknown?] {
  const roofs: Roof[] = []
  return ({ who, method, path: [, id], body }) => {
    if (who === undefined) return [401]
    if (id === undefined) {
      roofs.push({ id: `roof-${roofs.length}`, owner: who, credit: 0 })
      return [201, roofs.at(-1)]
    }
    const roof = roofs.find((each) => each.id === id && each.owner === who)
    if (roof === undefined) return [404]
    if (method === 'GET') return [200, roof]
    const kwh = Number(body['kwh'])
    if (!(Number.isInteger(kwh) && kwh > 0 && kwh <= 400)) return [422, { message: 'out of range' }]
    if ((forgets ? 0 : roof.credit) + kwh * 0.1 > 100) return [409, { message: 'the cap is reached' }]
    roof.credit += kwh * 0.1
    return [200, roof]
  }
}

for (const forgets of [true, false])
  test(`what several calls add up to is ${forgets ? 'not ' : ''}looked at`, async () => {
    const { findings, cells } = await proveSmall({
      charter,
      people: { una: 'user', uma: 'user' },
      answer: openRoofs(forgets),
      only: ['shop.feed'],
    })
    const [cell] = cells.filter(({ constraint }) => constraint === 'roof.feed.when.3')
    assert.equal(cell?.verdict, forgets ? 'proven' : 'held', cell?.why)
    assert.equal(findings.length, forgets ? 1 : 0)
    if (!forgets) assert.match(cell?.why ?? '', /the cap is reached/)
  })
