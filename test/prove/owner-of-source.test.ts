// Whose a new object is may be said by what it is made from, or by what that is below: not always whoever makes the call.
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { type Asked, proveSmall } from './small-api.ts'

const charter = `
lockstep: 1
name: works
sources:
  - name: shop
    type: inline
    operations:
      post: { method: POST, path: /jobs, response: { id: string, poster: string } }
      getJob: { method: GET, path: '/jobs/{jobId}', response: { id: string, poster: string } }
      bid: { method: POST, path: '/jobs/{jobId}/bids', response: { id: string, jobId: string, bidder: string, client: string, status: string } }
      getBid: { method: GET, path: '/bids/{bidId}', response: { id: string, jobId: string, bidder: string, client: string, status: string } }
      counter: { method: POST, path: '/bids/{bidId}/counter' }
      accept: { method: POST, path: '/bids/{bidId}/accept', response: { id: string, client: string, worker: string, status: string } }
      getContract: { method: GET, path: '/contracts/{contractId}', response: { id: string, rate: string, client: string, worker: string, status: string } }
      cancel: { method: POST, path: '/contracts/{contractId}/cancel' }
      report: { method: POST, path: '/contracts/{contractId}/sheets', response: { id: string, contractId: string, worker: string, status: string } }
      getSheet: { method: GET, path: '/sheets/{sheetId}', response: { id: string, contractId: string, worker: string, status: string } }
      bill: { method: POST, path: '/sheets/{sheetId}/bill', body: { rate: string }, response: { id: string, contractId: string, status: string } }
      getInvoice: { method: GET, path: '/invoices/{invoiceId}', response: { id: string, contractId: string, status: string } }
      pay: { method: POST, path: '/invoices/{invoiceId}/pay' }
actors: { worker: {}, client: {} }
objects:
  job: { owner: /poster, read: shop.getJob, transitions: { post: { on: shop.post, by: client } } }
  bid:
    owner: /bidder
    parties: { customer: /client }
    state: /status
    states: [made, countered, accepted]
    final: accepted
    read: shop.getBid
    transitions:
      make: { on: shop.bid, to: made, by: worker }
      counter: { on: shop.counter, from: made, to: countered, by: customer }
      accept: { on: shop.accept, from: made, to: accepted, by: customer }
      accept-counter: { on: shop.accept, from: countered, to: accepted, by: owner }
  contract:
    owner: /client
    parties: { worker: /worker }
    state: /status
    states: [active, cancelled]
    final: cancelled
    read: shop.getContract
    transitions:
      sign: { on: shop.accept, to: active, by: [worker, client], key: $response.body#/id }
      cancel: { on: shop.cancel, from: active, to: cancelled, by: { actor: client, party: owner } }
  sheet:
    owner: /worker
    parent: { object: contract, key: /contractId }
    state: /status
    states: [reported, billed]
    final: billed
    read: shop.getSheet
    transitions:
      report: { on: shop.report, to: reported, by: worker, refs: { contract: { object: contract, key: $request.path.contractId, by: worker } } }
      bill:
        on: shop.bill
        from: reported
        to: billed
        by: owner
        refs: { contract: { object: contract, key: $object#/contractId } }
        when: request.rate == contract.rate
  invoice:
    owner: parent
    parent: { object: contract, key: /contractId }
    state: /status
    states: [open, paid]
    final: paid
    read: shop.getInvoice
    transitions:
      issue: { on: shop.bill, to: open, by: worker, key: $response.body#/id }
      pay: { on: shop.pay, from: open, to: paid, by: owner }
operations:
  shop.getJob: { by: signed-in }
  shop.getBid: { by: [owner, customer] }
  shop.getContract: { by: [owner, worker] }
  shop.getSheet: { by: owner }
  shop.getInvoice: { by: [owner, worker] }
`

type Flaw = 'any-client-cancels' | 'worker-pays' | 'own-counter'
type Row = Record<string, string>

function works(flaw: Flaw | undefined): (asked: Asked) => readonly [number, unknown?] {
  const rows = new Map<string, Row>()
  const add = (kind: string, row: Row): readonly [number, Row] => {
    const id = `${kind}-${rows.size}`
    const made: Row = { ...row, id }
    rows.set(id, made)
    return [201, made]
  }
  const move = (row: Row, from: string, to: string): readonly [number, unknown?] => {
    if (row['status'] !== from) return [409, { error: `not ${from}` }]
    row['status'] = to
    return [200, row]
  }
  return ({ who, method, body, path: [, id = '', action] }) => {
    if (who === undefined) return [401]
    const isClient = who.startsWith('c')
    if (id === '') return isClient ? add('jobs', { poster: who }) : [403, { error: 'clients post' }]
    const row = rows.get(id)
    if (row === undefined) return [404]
    const contract = rows.get(row['contractId'] ?? '') ?? row
    if (method === 'GET')
      return 'poster' in row || Object.values({ ...contract, ...row }).includes(who) ? [200, row] : [404]
    if (action === 'bids')
      return isClient ? [403] : add('bids', { jobId: id, bidder: who, client: row['poster'] ?? '', status: 'made' })
    if (action === 'counter')
      return who === row['client'] || (flaw === 'own-counter' && who === row['bidder'])
        ? move(row, 'made', 'countered')
        : [403, { error: 'the client counters' }]
    if (action === 'accept') {
      const { status = '', bidder = '', client = '' } = row
      if (who !== (status === 'countered' ? bidder : client)) return [403, { error: 'the other one accepts' }]
      const [code] = move(row, status === 'countered' ? status : 'made', 'accepted')
      return code === 200 ? add('contracts', { client, worker: bidder, status: 'active', rate: '4711' }) : [409]
    }
    if (action === 'cancel')
      return who === row['client'] || (flaw === 'any-client-cancels' && isClient)
        ? move(row, 'active', 'cancelled')
        : [403, { error: 'the client cancels' }]
    if (action === 'pay')
      return who === contract['client'] || (flaw === 'worker-pays' && who === contract['worker'])
        ? move(row, 'open', 'paid')
        : [403, { error: 'the client pays' }]
    if (who !== contract['worker']) return [403, { error: 'the worker does' }]
    if (action === 'sheets') return add('sheets', { contractId: id, worker: who, status: 'reported' })
    if (String(body['rate']) !== contract['rate']) return [422, { error: 'not the agreed rate' }]
    const [code, why] = move(row, 'reported', 'billed')
    return code === 200 ? add('invoices', { contractId: row['contractId'] ?? '', status: 'open' }) : [code, why]
  }
}

const of = { 'any-client-cancels': 'shop.cancel', 'worker-pays': 'shop.pay', 'own-counter': 'shop.counter' } as const

for (const [flaw, operation] of Object.entries(of) as [Flaw, string][])
  for (const isFlawed of [true, false])
    it(`${isFlawed ? 'finds' : 'tries and does not find'} ${flaw}`, async () => {
      const { findings, cells } = await proveSmall({
        charter,
        people: { wim: 'worker', wes: 'worker', cora: 'client', carl: 'client' },
        answer: works(isFlawed ? flaw : undefined),
        only: [operation],
      })
      const by = `${{ 'shop.cancel': 'contract.cancel', 'shop.pay': 'invoice.pay', 'shop.counter': 'bid.counter' }[operation]}.by`
      assert.deepEqual(
        findings.map(({ constraint }) => constraint),
        isFlawed ? [by] : [],
      )
      if (!isFlawed)
        assert.deepEqual(
          [...new Set(cells.filter((each) => each.constraint === by).map(({ verdict }) => verdict))],
          ['held'],
        )
    })
