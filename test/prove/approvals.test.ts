// Approvals that are stale, too few, taken back or left out on the way, and objects used after what they belong to has ended.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Outcome } from '../../src/prove/finding.ts'
import { type Asked, proveSmall } from './small-api.ts'

type Answer = readonly [status: number, body?: unknown]
type Row = Record<string, unknown> & { id: string }

const people = { una: 'user', ugo: 'user', cleo: 'clerk', carl: 'clerk', cara: 'clerk' }
const isClerk = (who: string) => who.startsWith('c')

/** What both servers share: rows by kind, made and looked up. */
function tables(): {
  add: (kind: string, row: Record<string, unknown>) => Row
  get: (id: string | undefined) => Row | undefined
  of: (kind: string) => Row[]
} {
  const rows: Row[] = []
  return {
    add: (kind, row) => {
      const made = { id: `${kind}-${rows.length + 100}`, ...row }
      rows.push(made)
      return made
    },
    get: (id) => rows.find((row) => row.id === id),
    of: (kind) => rows.filter((row) => row.id.startsWith(`${kind}-`)),
  }
}

const money = `
lockstep: 1
name: money
sources:
  - name: shop
    type: inline
    operations:
      openClub: { method: POST, path: /clubs, response: { id: string, ownerId: string, status: string } }
      getClub: { method: GET, path: '/clubs/{clubId}', response: { id: string, ownerId: string, status: string } }
      closeClub: { method: POST, path: '/clubs/{clubId}/close' }
      makeBill: { method: POST, path: /bills, body: { clubId: string }, response: { id: string, clubId: string, status: string, paid: integer, refunded: integer } }
      getBill: { method: GET, path: '/bills/{billId}', response: { id: string, clubId: string, status: string, paid: integer, refunded: integer } }
      payBill: { method: POST, path: '/bills/{billId}/pay' }
      refundBill: { method: POST, path: '/bills/{billId}/refund', body: { amount: integer } }
      askPayout: { method: POST, path: /payouts, body: { amount: integer }, response: { id: string, ownerId: string, status: string, amount: integer } }
      getPayout: { method: GET, path: '/payouts/{payoutId}', response: { id: string, ownerId: string, status: string, amount: integer } }
      changePayout: { method: POST, path: '/payouts/{payoutId}/change', body: { amount: integer } }
      approvePayout: { method: POST, path: '/payouts/{payoutId}/approve' }
      sendPayout: { method: POST, path: '/payouts/{payoutId}/send' }
      dropPayout: { method: POST, path: '/payouts/{payoutId}/drop' }
actors: { user: {}, clerk: {} }
objects:
  club:
    owner: /ownerId
    state: /status
    read: shop.getClub
    states: [open, closed]
    final: closed
    transitions:
      open: { on: shop.openClub, to: open, by: user }
      close: { on: shop.closeClub, from: open, to: closed, by: owner }
  bill:
    parent: { object: club, key: /clubId }
    state: /status
    read: shop.getBill
    states: [due, paid]
    transitions:
      make: { on: shop.makeBill, to: due, by: clerk, refs: { club: { object: club, key: $request.body#/clubId } } }
      pay: { on: shop.payBill, from: due, to: paid, by: user }
      refund: { on: shop.refundBill, from: paid, by: clerk, when: request.amount > 0, limit: { sum: request.amount, at-most: object.paid } }
  payout:
    owner: /ownerId
    state: /status
    read: shop.getPayout
    states: [pending, approved, sent, dropped]
    final: [sent, dropped]
    transitions:
      ask: { on: shop.askPayout, to: pending, by: user, when: request.amount > 0 }
      change: { on: shop.changePayout, from: [pending, approved], to: pending, by: owner, when: request.amount > 0 }
      approve: { on: shop.approvePayout, from: pending, to: [pending, approved], by: clerk }
      send: { on: shop.sendPayout, from: [pending, approved], to: sent, by: owner, approval: payout }
      drop: { on: shop.dropPayout, from: pending, to: dropped, by: owner }
operations:
  shop.getClub: { by: [owner, clerk] }
  shop.getBill: { by: [user, clerk] }
  shop.getPayout: { by: [owner, clerk] }
approvals:
  payout: { by: clerk, not: requester, quorum: 2, binds: [/amount], grant: shop.approvePayout }
`

type MoneyFlaw = 'revived' | 'unpaid' | 'one' | 'changed' | 'drop-sent' | undefined

function openMoney(flaw: MoneyFlaw): (asked: Asked) => Answer {
  const { add, get } = tables()
  const given = new Map<string, Set<string>>()
  return ({ who, method, path: [kind, id, verb], body }) => {
    if (who === undefined) return [401]
    if (id === undefined) return made(who, kind, body)
    const row = get(id)
    if (row === undefined) return [404]
    if (row['ownerId'] !== undefined && row['ownerId'] !== who && !isClerk(who)) return [404]
    if (method === 'GET') return [200, row]
    return kind === 'clubs'
      ? closed(who, row)
      : kind === 'bills'
        ? bill(who, row, verb, body)
        : payout(who, row, verb, body)
  }
  function made(who: string, kind: string | undefined, body: Asked['body']): Answer {
    if (kind === 'bills') {
      const club = get(String(body['clubId']))
      if (!isClerk(who) || club === undefined) return [403]
      return [
        201,
        add('bill', { clubId: club.id, status: club['status'] === 'open' ? 'due' : 'void', paid: 0, refunded: 0 }),
      ]
    }
    if (isClerk(who)) return [403]
    if (kind === 'clubs') return [201, add('club', { ownerId: who, status: 'open' })]
    if (!(Number(body['amount']) > 0)) return [400]
    return [201, add('payout', { ownerId: who, status: 'pending', amount: body['amount'] })]
  }
  function closed(who: string, row: Row): Answer {
    if (row['ownerId'] !== who) return [403]
    if (row['status'] !== 'open') return [409]
    row['status'] = 'closed'
    return [200, row]
  }
  function bill(who: string, row: Row, verb: string | undefined, body: Asked['body']): Answer {
    const club = get(String(row['clubId']))
    if (verb === 'pay') {
      if (isClerk(who)) return [403]
      if (row['status'] !== 'due' || (club?.['status'] !== 'open' && flaw !== 'revived')) return [409]
      row['status'] = 'paid'
      row['paid'] = 50
      if (club !== undefined) club['status'] = 'open'
      return [200, row]
    }
    if (!isClerk(who)) return [403]
    if (row['status'] !== 'paid' && flaw !== 'unpaid') return [409]
    const amount = Number(body['amount'])
    const left = (row['status'] === 'paid' ? 50 : 20) - Number(row['refunded'])
    if (!(amount > 0 && amount <= left)) return [422]
    row['refunded'] = Number(row['refunded']) + amount
    return [200, row]
  }
  function payout(who: string, row: Row, verb: string | undefined, body: Asked['body']): Answer {
    const approvers = given.get(row.id) ?? new Set()
    const own = row['ownerId'] === who
    if (verb === 'approve') {
      if (!isClerk(who)) return [403]
      if (row['status'] !== 'pending' || approvers.has(who)) return [409]
      given.set(row.id, approvers.add(who))
      if (approvers.size >= (flaw === 'one' ? 1 : 2)) row['status'] = 'approved'
      return [200, row]
    }
    if (!own) return [403]
    if (verb === 'change') {
      if (!(Number(body['amount']) > 0)) return [400]
      if (row['status'] !== 'pending' && row['status'] !== 'approved') return [409]
      row['amount'] = body['amount']
      if (flaw !== 'changed') {
        given.delete(row.id)
        row['status'] = 'pending'
      }
      return [200, row]
    }
    if (verb === 'drop' && row['status'] !== 'pending' && !(flaw === 'drop-sent' && row['status'] === 'sent'))
      return [409]
    if (verb === 'send' && row['status'] !== 'approved') return [409]
    row['status'] = verb === 'send' ? 'sent' : 'dropped'
    return [200, row]
  }
}

const folders = `
lockstep: 1
name: folders
sources:
  - name: shop
    type: inline
    operations:
      getPerson: { method: GET, path: '/persons/{personId}', response: { id: string, phone: string } }
      listPersons: { method: GET, path: /persons, response: { items: 'object[]' } }
      getFile: { method: GET, path: '/persons/{personId}/file', response: { personId: string, notes: 'object[]' } }
      addNote: { method: POST, path: /notes, body: { personId: string, text: string }, response: { id: string, personId: string, text: string } }
      getNote: { method: GET, path: '/notes/{noteId}', response: { id: string, personId: string, text: string } }
      consent: { method: POST, path: /consents, body: { clerkId: string }, response: { id: string, personId: string, clerkId: string, status: string } }
      getConsent: { method: GET, path: '/consents/{consentId}', response: { id: string, personId: string, clerkId: string, status: string } }
      withdraw: { method: POST, path: '/consents/{consentId}/withdraw' }
actors: { user: {}, clerk: {} }
objects:
  person:
    owner: /id
    read: shop.getPerson
    list: shop.listPersons
    transitions:
      open-file: { on: shop.getFile, by: clerk, approval: consent }
  note:
    owner: parent
    parent: { object: person, key: /personId }
    read: shop.getNote
    transitions:
      add: { on: shop.addNote, by: clerk, refs: { person: { object: person, key: $request.body#/personId } } }
  consent:
    owner: /personId
    parties: { grantee: /clerkId }
    state: /status
    read: shop.getConsent
    states: [active, withdrawn]
    final: withdrawn
    fields: { personId: { ref: person } }
    transitions:
      give: { on: shop.consent, to: active, by: user }
      withdraw: { on: shop.withdraw, from: active, to: withdrawn, by: owner }
operations:
  shop.getPerson: { by: [owner, clerk] }
  shop.listPersons: { by: [user, clerk], lists: person, items: /items }
  shop.getNote: { by: [owner, clerk] }
  shop.getConsent: { by: [owner, grantee] }
approvals:
  consent: { by: owner, grant: shop.consent, revoke: shop.withdraw }
`

type FolderFlaw = 'unasked' | 'withdrawn' | undefined

function openFolders(flaw: FolderFlaw): (asked: Asked) => Answer {
  const { add, get, of } = tables()
  const persons = ['una', 'ugo'].map((id) => ({ id, phone: `0${id.length}55-${id}` }))
  const isFor = (row: Row, id: string, who: string) => row['personId'] === id && row['clerkId'] === who
  return ({ who, method, path: [kind, id, verb], body }) => {
    if (who === undefined) return [401]
    if (kind === 'persons') {
      const seen = persons.filter((each) => isClerk(who) || each.id === who)
      if (id === undefined) return [200, { items: seen }]
      const person = seen.find((each) => each.id === id)
      if (person === undefined) return [404]
      if (verb === undefined) return [200, person]
      const consents = of('consent').filter((row) => isFor(row, id, who))
      const open = consents.some((row) => row['status'] === 'active' || flaw === 'withdrawn')
      if (!isClerk(who) || !(open || flaw === 'unasked')) return [403]
      return [200, { personId: id, notes: of('note').filter((row) => row['personId'] === id) }]
    }
    if (id === undefined && kind === 'notes')
      return isClerk(who) ? [201, add('note', { personId: body['personId'], text: `seen: ${body['text']}` })] : [403]
    if (id === undefined && kind === 'consents')
      return isClerk(who) ? [403] : [201, add('consent', { personId: who, clerkId: body['clerkId'], status: 'active' })]
    const row = get(id)
    const theirs = row?.['personId'] === who || row?.['clerkId'] === who || (kind === 'notes' && isClerk(who))
    if (row === undefined || !theirs) return [404]
    if (method === 'GET') return [200, row]
    if (row['personId'] !== who) return [403]
    if (row['status'] !== 'active') return [409]
    row['status'] = 'withdrawn'
    return [200, row]
  }
}

const found = (outcome: Outcome): string[] => outcome.findings.map((each) => `${each.class} ${each.constraint}`)

/** Starts from nothing at each reset. */
function resetting(open: () => (asked: Asked) => Answer): (asked: Asked) => Answer {
  let answer = open()
  return (asked) => {
    if (asked.path[0] !== 'reset') return answer(asked)
    answer = open()
    return [204]
  }
}

const proveFiles = (flaw: FolderFlaw, resets: { readonly resetBy?: string }): Promise<Outcome> =>
  proveSmall({
    charter: folders,
    people,
    answer: resetting(() => openFolders(flaw)),
    only: ['shop.getFile'],
    ...resets,
  })

const moneyCases: readonly (readonly [MoneyFlaw, string, string])[] = [
  ['revived', 'shop.payBill', 'use-after-end bill.pay.from'],
  ['unpaid', 'shop.refundBill', 'step-skipped bill.refund.from'],
  ['one', 'shop.sendPayout', 'approval-missing payout.send.approval.payout'],
  ['changed', 'shop.sendPayout', 'approval-changed payout.send.approval.payout'],
  ['drop-sent', 'shop.dropPayout', 'use-after-end payout.drop.from'],
]

test('a sound API of bills and payouts has no findings', async () => {
  const outcome = await proveSmall({ charter: money, people, answer: openMoney(undefined) })
  assert.deepEqual(found(outcome), [])
})

for (const [flaw, operation, expected] of moneyCases)
  test(`the flaw ${flaw} is proven`, async () => {
    const outcome = await proveSmall({ charter: money, people, answer: openMoney(flaw), only: [operation] })
    assert.ok(found(outcome).includes(expected), found(outcome).join(', '))
  })

for (const resets of [{}, { resetBy: 'cleo' }])
  test(`a sound API of files behind consents has no findings ${JSON.stringify(resets)}`, async () => {
    assert.deepEqual(found(await proveFiles(undefined, resets)), [])
  })

for (const [flaw, expected] of [
  ['unasked', 'approval-missing person.open-file.approval.consent'],
  ['withdrawn', 'use-after-end person.open-file.approval.consent'],
] as const)
  test(`an empty file is filled first, and the flaw ${flaw} is proven`, async () => {
    assert.deepEqual(found(await proveFiles(flaw, { resetBy: 'cleo' })), [expected])
  })
