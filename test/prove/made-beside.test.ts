// A call makes what nobody can look at, as a quote for a contract: it shows in what is done with it later.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Asked, proveSmall } from './small-api.ts'

const charter = `
lockstep: 1
name: contracts
sources:
  - name: api
    type: inline
    operations:
      sign: { method: POST, path: /contracts, body: { title: string }, response: { id: string } }
      getContract: { method: GET, path: '/contracts/{contractId}', response: { id: string, owner: string, status: string, due: integer } }
      start: { method: POST, path: '/contracts/{contractId}/start' }
      quote: { method: POST, path: '/contracts/{contractId}/quotes', response: { id: string, contractId: string, owner: string, amount: integer } }
      buyOut: { method: POST, path: '/quotes/{quoteId}/pay', body: { amount: integer } }
actors: { customer: {}, clerk: {} }
objects:
  contract:
    owner: /owner
    state: /status
    read: api.getContract
    states: [signed, running, ended]
    final: ended
    transitions:
      sign: { on: api.sign, to: signed, by: customer }
      start: { on: api.start, from: signed, to: running, by: clerk }
      quote: { on: api.quote, from: running, by: owner }
  quote:
    owner: /owner
    states: [open, paid]
    final: paid
    transitions:
      make: { on: api.quote, to: open, by: customer }
      pay:
        on: api.buyOut
        from: open
        to: paid
        by: owner
        key: $request.path.quoteId
        refs: { contract: { object: contract, key: $object#/contractId, in: running } }
        when: request.amount == object.amount
operations:
  api.getContract: { by: [owner, clerk] }
`

const people = { cara: 'customer', cole: 'customer', kim: 'clerk' }

type Flaw = 'quoted before its start' | 'quoted, and not paid'

interface Contract {
  id: string
  owner: string
  status: string
  due: number
}

function openOffice(flaw: Flaw | undefined): (asked: Asked) => readonly [number, unknown?] {
  const contracts: Contract[] = []
  const quotes: { id: string; contractId: string; owner: string; amount: number; isPaid: boolean }[] = []
  return ({ who = '', method, path: [what, id, act], body }) => {
    const role: string | undefined = people[who as keyof typeof people]
    if (role === undefined) return [401]
    const isEarly = (wanted: Flaw | undefined, { status }: Contract): boolean =>
      status !== 'running' && !(status === 'signed' && wanted !== undefined)
    if (what === 'quotes') {
      const quote = quotes.find((each) => each.id === id)
      const contract = contracts.find((each) => each.id === quote?.contractId)
      if (quote === undefined || contract === undefined || quote.owner !== who) return [404]
      if (quote.isPaid || isEarly(flaw === 'quoted, and not paid' ? undefined : flaw, contract)) return [409]
      if (body['amount'] !== quote.amount) return [422]
      quote.isPaid = true
      Object.assign(contract, { status: 'ended', due: 0 })
      return [200, quote]
    }
    if (id === undefined) {
      if (role !== 'customer') return [403]
      contracts.push({ id: `c${contracts.length}`, owner: who, status: 'signed', due: 500 })
      return [201, contracts.at(-1)]
    }
    const contract = contracts.find((each) => each.id === id)
    if (contract === undefined || (role === 'customer' && contract.owner !== who)) return [404]
    if (method === 'GET') return [200, contract]
    if (act === 'start') {
      if (role !== 'clerk') return [403]
      if (contract.status !== 'signed') return [409]
      contract.status = 'running'
      return [200, contract]
    }
    if (contract.owner !== who) return [403]
    if (isEarly(flaw, contract)) return [409]
    quotes.push({ id: `q${quotes.length}`, contractId: contract.id, owner: who, amount: contract.due, isPaid: false })
    return [201, quotes.at(-1)]
  }
}

const verdicts = { 'quoted before its start': 'proven', 'quoted, and not paid': 'not-reached', sound: 'held' } as const

for (const flaw of ['quoted before its start', 'quoted, and not paid', undefined] as const)
  test(`a quote that nobody can look at: ${flaw ?? 'refused'}`, async () => {
    const { findings, cells } = await proveSmall({ charter, people, answer: openOffice(flaw), only: ['api.quote'] })
    assert.deepEqual(
      findings.map((each) => `${each.operation} ${each.constraint} ${each.proof.changes[0]?.after}`),
      flaw === 'quoted before its start' ? ['api.quote contract.quote.from ended'] : [],
    )
    const early = cells.find(({ use, tactic }) => use === 'contract.quote' && tactic === 'from-state.signed.object')
    assert.equal(early?.verdict, verdicts[flaw ?? 'sound'], early?.why)
    const stranger = cells.find(({ use, tactic }) => use === 'contract.quote' && tactic === 'as-other.other-owner')
    assert.equal(stranger?.verdict, 'held', stranger?.why)
  })
