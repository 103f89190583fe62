// Rules over facts that no argument turns: they are turned by what others rightly do between the approval and the act.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Outcome } from '../../src/prove/finding.ts'
import { type Asked, proveSmall } from './small-api.ts'

const charter = `
lockstep: 1
name: sheds
sources:
  - name: shop
    type: inline
    operations:
      openShed: { method: POST, path: /sheds, response: { id: string, ownerId: string, price: integer, weight: integer } }
      getShed: { method: GET, path: '/sheds/{shedId}', response: { id: string, ownerId: string, price: integer, weight: integer } }
      offer: { method: POST, path: /offers, body: { shedId: string }, response: { id: string, shedId: string, status: string, basis: integer } }
      getOffer: { method: GET, path: '/offers/{offerId}', response: { id: string, shedId: string, status: string, basis: integer } }
      accept: { method: POST, path: '/offers/{offerId}/accept' }
      store: { method: POST, path: /crates, body: { shedId: string }, response: { id: string, shedId: string, status: string } }
      getCrate: { method: GET, path: '/crates/{crateId}', response: { id: string, shedId: string, status: string } }
      weigh: { method: POST, path: '/crates/{crateId}/weigh' }
      plan: { method: POST, path: /loads, body: { shedId: string }, response: { id: string, shedId: string, status: string, total: integer, counted: integer } }
      getLoad: { method: GET, path: '/loads/{loadId}', response: { id: string, shedId: string, status: string, total: integer, counted: integer } }
      count: { method: POST, path: '/loads/{loadId}/count' }
      send: { method: POST, path: '/loads/{loadId}/send' }
actors: { user: {}, clerk: {} }
objects:
  shed:
    owner: /ownerId
    read: shop.getShed
    transitions:
      open: { on: shop.openShed, by: user }
  offer:
    parent: { object: shed, key: /shedId }
    state: /status
    read: shop.getOffer
    states: [made, accepted]
    final: accepted
    transitions:
      make: { on: shop.offer, to: made, by: clerk, refs: { shed: { object: shed, key: $request.body#/shedId } } }
      accept:
        on: shop.accept
        from: made
        to: accepted
        by: clerk
        when: { name: current, rule: parent.price == object.basis, says: the price has not changed since the offer }
  crate:
    parent: { object: shed, key: /shedId }
    state: /status
    read: shop.getCrate
    states: [stored, weighed]
    final: weighed
    transitions:
      store: { on: shop.store, to: stored, by: clerk, refs: { shed: { object: shed, key: $request.body#/shedId } } }
      weigh: { on: shop.weigh, from: stored, to: weighed, by: clerk }
  load:
    parent: { object: shed, key: /shedId }
    state: /status
    read: shop.getLoad
    states: [planned, counted, sent]
    final: sent
    transitions:
      plan: { on: shop.plan, to: planned, by: clerk, refs: { shed: { object: shed, key: $request.body#/shedId } } }
      count: { on: shop.count, from: planned, to: counted, by: clerk, not: creator }
      send:
        on: shop.send
        from: counted
        to: sent
        by: clerk
        when: { name: fresh, rule: object.total == object.counted, says: what is sent was counted }
        approval: counted
operations:
  shop.getShed: { by: [owner, clerk] }
  shop.getOffer: { by: clerk }
  shop.getCrate: { by: clerk }
  shop.getLoad: { by: clerk }
approvals:
  counted: { by: clerk, not: requester, binds: [/total], grant: shop.count }
`

type Row = Record<string, unknown> & { id: string }
type Flaw = 'stale-offer' | 'stale-load'

/** Sheds with a price that every accepted offer raises, and a weight that every weighed crate raises. */
function openSheds(flaw: Flaw | undefined): (asked: Asked) => readonly [number, unknown?] {
  const rows = new Map<string, Row>()
  const shedOf = (row: Row) => rows.get(String(row['shedId']))
  const shown = (row: Row) => ('counted' in row ? { ...row, total: shedOf(row)?.['weight'] } : row)
  const raise = (row: Row, name: string) => {
    const shed = shedOf(row)
    if (shed !== undefined) shed[name] = Number(shed[name]) + 5
  }
  const make = (kind: string, who: string, shed: Row | undefined): Row | undefined => {
    if (kind === 'sheds') return { id: '', ownerId: who, price: 100, weight: 0 }
    if (shed === undefined || !who.startsWith('c')) return undefined
    if (kind === 'offers') return { id: '', shedId: shed.id, status: 'made', basis: shed['price'] }
    if (kind === 'crates') return { id: '', shedId: shed.id, status: 'stored' }
    return { id: '', shedId: shed.id, status: 'planned', counted: 0, by: who }
  }
  const move = (row: Row, verb: string, who: string): string | undefined => {
    const { status } = row
    if (verb === 'accept' && status === 'made') {
      if (flaw !== 'stale-offer' && shedOf(row)?.['price'] !== row['basis']) return undefined
      raise(row, 'price')
      return 'accepted'
    }
    if (verb === 'weigh' && status === 'stored') {
      raise(row, 'weight')
      return 'weighed'
    }
    if (verb === 'count' && status === 'planned' && row['by'] !== who) {
      row['counted'] = shedOf(row)?.['weight']
      return 'counted'
    }
    if (verb !== 'send' || status !== 'counted') return undefined
    return flaw === 'stale-load' || shedOf(row)?.['weight'] === row['counted'] ? 'sent' : undefined
  }
  return ({ who, method, path: [kind = '', id, verb = ''], body }) => {
    if (who === undefined) return [401]
    if (id === undefined) {
      const made = make(kind, who, rows.get(String(body['shedId'])))
      if (made === undefined) return [403]
      made.id = `${kind}-${rows.size + 100}`
      rows.set(made.id, made)
      return [201, shown(made)]
    }
    const row = rows.get(id)
    if (row === undefined || (kind === 'sheds' && row['ownerId'] !== who && !who.startsWith('c'))) return [404]
    if (method === 'GET') return who.startsWith('c') || kind === 'sheds' ? [200, shown(row)] : [403]
    const to = who.startsWith('c') ? move(row, verb, who) : undefined
    if (to === undefined) return [409, { error: 'not now' }]
    row['status'] = to
    return [200, shown(row)]
  }
}

const prove = (flaw: Flaw | undefined, operation: string): Promise<Outcome> =>
  proveSmall({
    charter,
    people: { una: 'user', cleo: 'clerk', carl: 'clerk', cara: 'clerk' },
    answer: openSheds(flaw),
    only: [operation],
  })

const facts = ({ cells }: Outcome) =>
  cells.filter(({ tactic }) => tactic === 'object-facts').map(({ verdict, why }) => [verdict, why])

describe('facts that change in the meantime', () => {
  const cases = [
    {
      flaw: 'stale-offer',
      operation: 'shop.accept',
      constraint: 'offer.accept.when.current',
      calls: ['shed.open', 'offer.make', 'offer.make', 'offer.accept', 'offer.accept'],
    },
    {
      flaw: 'stale-load',
      operation: 'shop.send',
      constraint: 'load.send.when.fresh',
      calls: ['shed.open', 'load.plan', 'load.count', 'crate.store', 'crate.weigh', 'load.send'],
    },
  ] as const
  for (const { flaw, operation, constraint, calls } of cases)
    test(`${constraint} is proven where it is forgotten, and holds where it is not`, async () => {
      const [broken, sound] = [await prove(flaw, operation), await prove(undefined, operation)]
      const [finding, ...others] = broken.findings
      assert.deepEqual([finding?.constraint, others], [constraint, []])
      const sent = finding?.proof.transcript.filter(({ purpose }) => purpose !== 'observe')
      assert.deepEqual(
        sent?.map(({ use }) => use),
        calls,
      )
      assert.deepEqual([sound.findings, facts(sound)], [[], [['held', '409 not now']]])
    })
})
