import assert from 'node:assert/strict'
import { test } from 'node:test'
import { proveSmall } from './small-api.ts'

/** Stays exist; their deposits are shown in a list below each stay, cards in a list of one's own, and neither one at a time. */
const charter = `
lockstep: 1
name: inn
sources:
  - name: inn
    type: inline
    operations:
      listStays: { method: GET, path: /stays, response: { stays: 'object[]' } }
      getStay: { method: GET, path: '/stays/{stayId}', response: { id: string, guestId: string, status: string } }
      openStay: { method: POST, path: '/stays/{stayId}/open', response: { id: string, status: string } }
      listDeposits: { method: GET, path: '/stays/{stayId}/deposits', response: { deposits: 'object[]' } }
      payDeposit: { method: POST, path: '/deposits/{depositId}/pay', body: { amount: money }, response: { id: string, status: string } }
      requestChange: { method: POST, path: '/stays/{stayId}/changes', body: { nights: integer }, response: { id: string, stayId: string, status: string } }
      getChange: { method: GET, path: '/changes/{changeId}', response: { id: string, stayId: string, by: string, status: string } }
      applyChange: { method: POST, path: '/changes/{changeId}/apply', response: { id: string, status: string } }
      addCard: { method: POST, path: /cards, body: { name: string }, response: { id: string } }
      listCards: { method: GET, path: /cards, response: { cards: 'object[]' } }
      checkCard: { method: POST, path: '/cards/{cardId}/check' }
actors: { guest: {}, desk: {} }
objects:
  stay:
    owner: /guestId
    state: /status
    read: inn.getStay
    list: inn.listStays
    states: [booked, open]
    transitions:
      open: { on: inn.openStay, from: booked, to: open, by: owner }
  deposit:
    parent: { object: stay, key: /stayId }
    owner: parent
    state: /status
    list: inn.listDeposits
    states: [due, paid]
    final: paid
    seen-by: [owner, desk]
    transitions:
      pay:
        on: inn.payDeposit
        key: $request.path.depositId
        from: due
        to: paid
        by: signed-in
        refs: { stay: { object: stay, key: $object#/stayId, by: owner } }
        when: request.amount == object.amount
        example: { body: { amount: 100 } }
  change:
    owner: /by
    state: /status
    read: inn.getChange
    states: [asked, applied]
    final: applied
    transitions:
      request:
        on: inn.requestChange
        to: asked
        by: guest
        refs: { stay: { object: stay, key: $request.path.stayId, by: owner, in: open } }
        example: { body: { nights: 2 } }
      apply:
        on: inn.applyChange
        from: asked
        to: applied
        by: guest
        refs: { stay: { object: stay, key: $object#/stayId, by: owner, in: open } }
        once: true
  card:
    owner: /guestId
    state: { when: { checked: object.checked == true, new: 'true' } }
    list: inn.listCards
    states: [new, checked]
    final: checked
    seen-by: [owner, desk]
    transitions:
      add: { on: inn.addCard, to: new, by: guest }
      check: { on: inn.checkCard, key: $request.path.cardId, from: new, to: checked, by: desk }
operations:
  inn.listStays: { by: signed-in, items: /stays }
  inn.getStay: { by: [owner, desk] }
  inn.listDeposits: { by: [owner, desk], object: stay, lists: deposit, items: /deposits }
  inn.getChange: { by: [guest, desk], refs: { stay: { object: stay, key: $object#/stayId, by: [owner, desk] } } }
  inn.listCards: { by: signed-in, items: /cards }
rules:
  - { precedence: [inn.payDeposit, inn.openStay], per: stay }
`

type Row = Record<string, unknown> & { id: string }

function seeds() {
  const stay = (id: string, guestId: string, status: string): Row => ({ id, guestId, status })
  const stays = [
    stay('s1', 'gil', 'open'),
    stay('s2', 'gil', 'booked'),
    stay('s3', 'gus', 'booked'),
    stay('s4', 'gus', 'open'),
  ]
  const deposits = stays.map(
    ({ id, status }): Row => ({ id: `d-${id}`, stayId: id, amount: 75, status: status === 'open' ? 'paid' : 'due' }),
  )
  return { stays, deposits, changes: [] as Row[], cards: [] as Row[] }
}

/** `flaw`: the check that is missing; none in the sound one. */
function proveInn(flaw: string, only: string, text = charter) {
  let rows = seeds()
  return proveSmall({
    charter: text,
    people: { gil: 'guest', gus: 'guest', dot: 'desk' },
    resetBy: 'dot',
    only: [only],
    answer: ({ who, method, path: [kind, id, verb], body }) => {
      if (who === undefined) return [401]
      if (kind === 'reset') {
        rows = seeds()
        return [204]
      }
      const isDesk = who === 'dot'
      const mine = (row: Row | undefined): row is Row => row !== undefined && (isDesk || row['guestId'] === who)
      const stayOf = (row: Row | undefined) => rows.stays.find((each) => each.id === row?.['stayId'])
      if (kind === 'stays') {
        if (id === undefined && method === 'POST') {
          const stay = { id: `s${rows.stays.length + 1}`, guestId: who, status: 'booked' }
          rows.deposits.push({ id: `d-${stay.id}`, stayId: stay.id, amount: 75, status: 'due' })
          return isDesk ? [403] : [201, rows.stays[rows.stays.push(stay) - 1]]
        }
        if (id === undefined) return [200, { stays: rows.stays.filter(mine) }]
        const stay = rows.stays.find((each) => each.id === id)
        if (!mine(stay)) return [404]
        const deposits = rows.deposits.filter((each) => each['stayId'] === id)
        if (verb === 'deposits') return [200, { deposits }]
        if (method === 'GET') return [200, stay]
        if (isDesk) return [403]
        if (verb === 'changes') {
          if (stay['status'] !== 'open') return [409]
          const made = { id: `c${rows.changes.length}`, stayId: id, by: who, status: 'asked', nights: body['nights'] }
          return [201, rows.changes[rows.changes.push(made) - 1]]
        }
        if (stay['status'] !== 'booked') return [409]
        if (flaw !== 'open unpaid' && deposits.some((each) => each['status'] !== 'paid')) return [409]
        stay['status'] = 'open'
        return [200, stay]
      }
      if (kind === 'cards') {
        if (method === 'GET') return [200, { cards: rows.cards.filter(mine) }]
        if (id === undefined) {
          const card = { id: `k${rows.cards.length}`, guestId: who, checked: false, name: body['name'] }
          return isDesk ? [403] : [201, { id: rows.cards[rows.cards.push(card) - 1]?.id }]
        }
        const card = rows.cards.find((each) => each.id === id)
        if (!isDesk && flaw !== 'anyone checks') return [403]
        if (card === undefined) return [404]
        if (card['checked'] === true) return [409]
        card['checked'] = true
        return [204]
      }
      const row = (kind === 'deposits' ? rows.deposits : rows.changes).find((each) => each.id === id)
      if (row === undefined || !mine(stayOf(row))) return [404]
      if (method === 'GET') return [200, row]
      if (isDesk) return [403]
      if (kind === 'deposits') {
        if (row['status'] !== 'due') return [409]
        if (body['amount'] !== row['amount'] && flaw !== 'underpaid') return [422]
        row['status'] = 'paid'
        return [200, row]
      }
      if (row['status'] !== 'asked' && flaw !== 'applied twice') return [409]
      row['status'] = 'applied'
      row['times'] = Number(row['times'] ?? 0) + 1
      return [200, row]
    },
  })
}

const cases: readonly (readonly [flaw: string, operation: string, found: string])[] = [
  ['underpaid', 'inn.payDeposit', 'deposit.pay.when'],
  ['open unpaid', 'inn.openStay', 'rules.1'],
  ['applied twice', 'inn.applyChange', 'change.apply.once'],
  ['anyone checks', 'inn.checkCard', 'card.check.by'],
]

for (const [flaw, operation, found] of cases)
  test(`what only lists show is found and looked at: ${flaw}`, async () => {
    const flawed = await proveInn(flaw, operation)
    const proven = flawed.cells.filter(({ constraint, verdict }) => constraint === found && verdict === 'proven')
    assert.ok(proven.length > 0, JSON.stringify(flawed.cells.filter((each) => each.constraint === found)))
    assert.deepEqual((await proveInn('', operation)).findings, [])
  })

/** Stays are made, and their deposits with them. */
const booked = charter
  .replace(
    '      getStay:',
    '      bookStay: { method: POST, path: /stays, response: { id: string, status: string } }\n      getStay:',
  )
  .replace(
    '    transitions:\n      open:',
    '    transitions:\n      book: { on: inn.bookStay, to: booked, by: guest }\n      open:',
  )

test('what is made along with another object is found below it', async () => {
  const { cells } = await proveInn('open unpaid', 'inn.openStay', booked)
  const proven = cells.filter(({ constraint, verdict }) => constraint === 'rules.1' && verdict === 'proven')
  assert.ok(proven.length > 0, JSON.stringify(cells.filter(({ constraint }) => constraint === 'rules.1')))
})

test('where what comes first cannot be done, objects that are there do', async () => {
  const hidden = booked.replace('    list: inn.listDeposits\n', '').replace('lists: deposit, items: /deposits ', '')
  const { cells } = await proveInn('applied twice', 'inn.applyChange', hidden)
  const proven = cells.filter(({ constraint, verdict }) => constraint === 'change.apply.once' && verdict === 'proven')
  assert.ok(proven.length > 0, JSON.stringify(cells))
})
