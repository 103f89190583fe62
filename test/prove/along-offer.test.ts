// What a move on the way makes beside is what later moves are made along with; what is being made is not what it is made from.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Outcome } from '../../src/prove/finding.ts'
import { type Asked, proveSmall } from './small-api.ts'

const operations = `
      apply: { method: POST, path: /applications, response: { id: string, ownerId: string, status: string } }
      getApplication: { method: GET, path: '/applications/{applicationId}', response: { id: string, ownerId: string, status: string } }
      offer: { method: POST, path: '/applications/{applicationId}/offers', response: { id: string, applicationId: string, status: string } }
      getOffer: { method: GET, path: '/offers/{offerId}', response: { id: string, applicationId: string, status: string } }
      accept: { method: POST, path: '/offers/{offerId}/accept', response: { id: string, ownerId: string, status: string } }
      revoke: { method: POST, path: '/offers/{offerId}/revoke' }
      archive: { method: POST, path: '/applications/{applicationId}/archive' }
      getLoan: { method: GET, path: '/loans/{loanId}', response: { id: string, ownerId: string, status: string } }
      remind: { method: POST, path: '/loans/{loanId}/remind' }`

const charter = `
lockstep: 1
name: offers
sources:
  - name: api
    type: inline
    operations:${operations}
actors: { customer: {}, officer: {} }
objects:
  loan:
    owner: /ownerId
    state: /status
    read: api.getLoan
    states: [running]
    transitions:
      open: { on: api.accept, to: running, by: customer }
      remind: { on: api.remind, from: running, by: officer }
  application:
    owner: /ownerId
    state: /status
    read: api.getApplication
    states: [filed, offered, accepted, archived]
    final: archived
    transitions:
      apply: { on: api.apply, to: filed, by: customer }
      offer: { on: api.offer, from: filed, to: offered, by: officer }
      un-offer: { on: api.revoke, from: offered, to: filed, key: $object#/applicationId }
      accept: { on: api.accept, from: offered, to: accepted, key: $object#/applicationId }
      archive: { on: api.archive, from: accepted, to: archived, by: officer }
  offer:
    state: /status
    read: api.getOffer
    parties: { taker: /takerId }
    states: [open, revoked, taken]
    final: [revoked, taken]
    transitions:
      make: { on: api.offer, to: open, by: officer }
      revoke: { on: api.revoke, from: open, to: revoked, by: officer }
      take: { on: api.accept, from: open, to: taken, by: { actor: customer, party: taker } }
operations:
  api.getApplication: { by: [owner, officer] }
  api.getOffer: { by: officer }
  api.getLoan: { by: [owner, officer] }
`

type Flaw = 'anybody-archives' | 'anybody-reminds' | 'revoked-taken'
type Row = Record<string, unknown> & { id: string; status: string }

function openDesk(flaw: Flaw | undefined): (asked: Asked) => readonly [number, unknown?] {
  const tables: Record<string, Map<string, Row>> = { applications: new Map(), offers: new Map(), loans: new Map() }
  const add = (table: string, row: Omit<Row, 'id'>): readonly [number, Row] => {
    const id = `${table}-${(tables[table]?.size ?? 0) + 100}`
    const made = { ...row, id } as Row
    tables[table]?.set(id, made)
    return [201, made]
  }
  return ({ who, method, path: [kind = '', id, action] }) => {
    if (who === undefined) return [401]
    const officer = who === 'olga'
    if (id === undefined) return officer ? [403] : add('applications', { ownerId: who, status: 'filed' })
    const row = tables[kind]?.get(id)
    const application = kind === 'offers' ? tables['applications']?.get(String(row?.['applicationId'])) : row
    if (row === undefined || application === undefined || (!officer && application['ownerId'] !== who)) return [404]
    if (method === 'GET') return kind === 'offers' && !officer ? [403] : [200, row]
    if (action === 'accept') {
      if (officer) return [403]
      if (row.status !== 'open' && !(flaw === 'revoked-taken' && row.status === 'revoked')) return [409]
      if (application.status !== 'offered' && flaw !== 'revoked-taken') return [409]
      row.status = 'taken'
      application.status = 'accepted'
      return add('loans', { ownerId: who, status: 'running', reminders: 0 })
    }
    if (
      !officer &&
      !(flaw === 'anybody-archives' && action === 'archive') &&
      !(flaw === 'anybody-reminds' && action === 'remind')
    )
      return [403]
    if (action === 'remind') {
      row['reminders'] = Number(row['reminders']) + 1
      return [200]
    }
    if (action === 'offer' || action === 'offers') {
      if (row.status !== 'filed') return [409]
      row.status = 'offered'
      return add('offers', { applicationId: id, takerId: row['ownerId'], status: 'open' })
    }
    if (action === 'revoke') {
      if (row.status !== 'open') return [409]
      row.status = 'revoked'
      application.status = 'filed'
      return [200]
    }
    if (row.status !== 'accepted') return [409]
    row.status = 'archived'
    return [200]
  }
}

const people = { ada: 'customer', bea: 'customer', olga: 'officer' }
const prove = (flaw: Flaw | undefined, only: readonly string[]): Promise<Outcome> =>
  proveSmall({ charter, people, answer: openDesk(flaw), only })

describe('an object that is made beside', { concurrency: 2 }, () => {
  const cases = [
    { flaw: 'anybody-archives', of: 'api.archive', seen: 'application.archive.by' },
    { flaw: 'anybody-reminds', of: 'api.remind', seen: 'loan.remind.by' },
    { flaw: 'revoked-taken', of: 'api.accept', seen: 'offer.take.from' },
  ] as const
  for (const { flaw, of, seen } of cases)
    test(`${flaw} breaks ${seen}`, async () => {
      const { findings, cells } = await prove(flaw, [of])
      const why = cells.map((each) => [each.constraint, each.tactic, each.verdict, each.why])
      assert.ok(
        findings.some(({ constraint }) => constraint === seen),
        JSON.stringify(why),
      )
    })

  test('the sound one holds', async () => {
    const { findings, cells } = await prove(undefined, ['api.archive', 'api.accept', 'api.remind'])
    assert.deepEqual(findings, [])
    const held = new Set(cells.filter(({ verdict }) => verdict === 'held').map(({ constraint }) => constraint))
    for (const each of ['application.accept.from', 'application.archive.by', 'loan.remind.by', 'offer.take.from'])
      assert.ok(held.has(each), `${each}: ${JSON.stringify(cells.map((cell) => [cell.constraint, cell.why]))}`)
  })

  test('what makes an object only from what needs one is said to do so', async () => {
    const circular = charter
      .replace(
        'apply: { on: api.apply, to: filed, by: customer }',
        'again: { on: api.revoke, to: filed, by: officer, key: $response.body#/id }',
      )
      .replace('un-offer: { on: api.revoke, from: offered, to: filed, key: $object#/applicationId }', '')
    const only = ['api.archive']
    const { cells } = await proveSmall({ charter: circular, people, answer: openDesk(undefined), only })
    const whys = new Set(cells.map(({ why }) => why))
    assert.deepEqual(
      [...whys],
      ['`application.again` makes every application from what needs one that is there already'],
    )
  })
})
