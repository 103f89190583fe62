// Who makes which step: objects take their people from the body, from other objects or from the caller, and duties stay apart.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Charter } from '../../src/charter/charter.ts'
import type { Member } from '../../src/prove/plan/cast.ts'
import { useById } from '../../src/prove/plan/graph.ts'
import { planUse } from '../../src/prove/plan/plan-use.ts'
import type { Scenario } from '../../src/prove/plan/scenario.ts'
import { charterFrom } from '../decide/charters.ts'

const member = (name: string, ...actors: string[]): Member => ({ name, principal: { id: name, actors }, pool: false })

function plan(
  charter: Charter,
  members: readonly Member[],
  use: string,
  settled: ReadonlyMap<string, string> = new Map(),
) {
  const found = useById(charter, use)
  assert.ok(found, use)
  return planUse({ charter, members }, found, { found: new Set(), settled })
}

const told = (scenario: Scenario | undefined): string[] => scenario?.steps.map((step) => `${step.as} ${step.use}`) ?? []
const says = (scenario: Scenario | undefined): string[] =>
  scenario?.steps.flatMap((step) =>
    step.extra.map(({ at, value }) => `${step.use} ${at.join('/')}=${'idOf' in value ? value.idOf : '?'}`),
  ) ?? []

/** A tutor's lesson takes place in a booking of a pupil; the tutor of the booking is that of the hour. */
const school = (byOfPay: string, hourBody: string): Charter =>
  charterFrom(`
lockstep: 1
name: school
sources:
  - name: api
    type: inline
    operations:
      openHour: { method: POST, path: /hours, body: ${hourBody}, response: { id: string, tutorId: string } }
      book: { method: POST, path: /bookings, body: { hourId: string }, response: { id: string, pupilId: string, tutorId: string, status: string } }
      getBooking: { method: GET, path: '/bookings/{id}', response: { id: string, pupilId: string, tutorId: string, status: string } }
      pay: { method: POST, path: '/bookings/{id}/pay' }
      start: { method: POST, path: '/bookings/{id}/start' }
      write: { method: POST, path: /reports, body: { bookingId: string }, response: { id: string, pupilId: string, status: string } }
      getReport: { method: GET, path: '/reports/{id}', response: { id: string, pupilId: string, status: string } }
      sign: { method: POST, path: '/reports/{id}/sign' }
actors: { pupil: {}, tutor: {}, desk: {} }
objects:
  hour: { transitions: { open: { on: api.openHour, by: desk } } }
  booking:
    owner: /pupilId
    parties: { teaching: /tutorId }
    state: /status
    read: api.getBooking
    states: [booked, paid, begun]
    transitions:
      book: { on: api.book, to: booked, by: pupil, refs: { hour: $request.body#/hourId } }
      pay: { on: api.pay, from: booked, to: paid, by: ${byOfPay} }
      start: { on: api.start, from: paid, to: begun, by: { actor: tutor, party: teaching } }
  report:
    owner: /pupilId
    parent: { object: booking, key: /bookingId }
    state: /status
    read: api.getReport
    states: [open, signed]
    transitions:
      write: { on: api.write, to: open, by: tutor, refs: { booking: { object: booking, key: $request.body#/bookingId, in: begun } } }
      sign: { on: api.sign, from: open, to: signed, by: { actor: tutor, party: creator } }
`)
const pupils = [member('tom', 'tutor'), member('tina', 'tutor'), member('pia', 'pupil'), member('dan', 'desk')]

describe('whose a new object is', () => {
  it('comes from the object it is made from, and is said where the description has a member for it', () => {
    const { control } = plan(school('owner', '{ tutorId: string }'), pupils, 'report.sign')
    assert.deepEqual(told(control), [
      'dan hour.open',
      'pia booking.book',
      'pia booking.pay',
      'tom booking.start',
      'tom report.write',
      'tom report.sign',
    ])
    assert.deepEqual(says(control), ['hour.open tutorId=tom'])
    assert.equal(control?.vars['report-1']?.owner, 'pia')
  })

  it('is never said where the description has no member for it; what it turned out to be before is believed', () => {
    const silent = school('owner', '{ room: string }')
    assert.deepEqual(says(plan(silent, pupils, 'booking.start').control), [])
    const settled = new Map([['booking.book|pia|/tutorId', 'tina']])
    assert.equal(told(plan(silent, pupils, 'booking.start', settled).control).at(-2), 'pia booking.pay')
    const { control } = plan(silent, pupils, 'report.write', settled)
    assert.ok(told(control).includes('tina booking.start'), told(control).join())
  })

  it('does not depend on the order of choices', () => {
    const [one, other] = ['[owner, pupil]', '[pupil, owner]'].map((by) =>
      told(plan(school(by, '{ tutorId: string }'), pupils, 'report.sign').control),
    )
    assert.ok(one !== undefined && one.length > 0)
    assert.deepEqual(one, other)
  })
})

const payouts = charterFrom(`
lockstep: 1
name: payouts
sources:
  - name: api
    type: inline
    operations:
      ask: { method: POST, path: /payouts, response: { id: string, by: string, approvedBy: array, status: string } }
      get: { method: GET, path: '/payouts/{id}', response: { id: string, by: string, approvedBy: array, status: string } }
      approve: { method: POST, path: '/payouts/{id}/approve' }
      execute: { method: POST, path: '/payouts/{id}/execute' }
actors: { finance: {}, approver: {} }
objects:
  payout:
    owner: /by
    parties: { approved-by: /approvedBy }
    state: /status
    read: api.get
    states: [pending, approved, executed]
    transitions:
      ask: { on: api.ask, to: pending, by: finance }
      approve: { on: api.approve, from: pending, to: [pending, approved], by: [approver, finance], not: [owner, approved-by] }
      execute: { on: api.execute, from: approved, to: executed, by: finance, not: approved-by, approval: two }
rules:
  - { separate: [api.approve, api.execute], per: object }
approvals:
  two: { by: [approver, finance], not: owner, quorum: 2, grant: api.approve }
`)
const staff = [
  member('fay', 'finance'),
  member('fred', 'finance'),
  member('amy', 'approver'),
  member('abe', 'approver'),
  member('fox', 'finance'),
]

describe('people who must differ', () => {
  for (const [order, members] of Object.entries({ given: staff, turned: staff.toReversed() }))
    it(`are left somebody for the last step, in the ${order} order`, () => {
      const { control } = plan(payouts, members, 'payout.execute')
      const by = (use: string) => control?.steps.filter((step) => step.use === use).map((step) => step.as) ?? []
      assert.deepEqual(by('payout.approve').toSorted(), ['abe', 'amy'])
      assert.ok(!by('payout.approve').includes(by('payout.execute')[0] ?? ''))
    })

  it('are one person in both roles where the charter names a list of people', () => {
    const abuse = plan(payouts, staff, 'payout.execute').cases.find((each) => each.tactic.kind === 'same-person')?.abuse
    const last = abuse?.steps.at(-1)?.as
    const approvers = abuse?.steps.filter((step) => step.use === 'payout.approve').map((step) => step.as) ?? []
    assert.equal(new Set(approvers).size, 2)
    assert.ok(approvers.includes(last ?? ''), told(abuse).join())
    assert.notEqual(abuse?.vars['payout-1']?.owner, last)
  })
})

describe('somebody who is a party by what they did', () => {
  const claims = charterFrom(`
lockstep: 1
name: claims
sources:
  - name: api
    type: inline
    operations:
      file: { method: POST, path: /claims, response: { id: string, scoredBy: string, status: string } }
      get: { method: GET, path: '/claims/{id}', response: { id: string, scoredBy: string, status: string } }
      score: { method: POST, path: '/claims/{id}/score' }
      decide: { method: POST, path: '/claims/{id}/decide' }
actors: { client: {}, officer: {}, judge: {} }
objects:
  claim:
    parties: { scored-by: /scoredBy }
    state: /status
    read: api.get
    states: [open, scored, checked, decided]
    transitions:
      file: { on: api.file, to: open, by: client }
      score: { on: api.score, from: open, to: scored, by: [officer, judge] }
      decide-first: { on: api.decide, from: scored, to: checked, by: judge, not: scored-by }
      decide-second: { on: api.decide, from: checked, to: decided, by: judge, not: scored-by }
rules:
  - { separate: [api.decide, api.decide], per: object }
`)
  const people = [
    member('cleo', 'client'),
    member('ofra', 'officer'),
    ...['jo', 'jim', 'jan'].map((name) => member(name, 'judge')),
  ]

  it('became it by the move that has its name, and does none of the others', () => {
    const { cases } = plan(claims, people, 'claim.decide-second')
    const abuse = cases.find((each) => each.constraint === 'claim.decide-second.not')?.abuse
    const [scorer, first, last] = ['claim.score', 'claim.decide-first', 'claim.decide-second'].map(
      (use) => abuse?.steps.find((step) => step.use === use)?.as,
    )
    assert.ok(scorer !== undefined && first !== undefined, told(abuse).join())
    assert.equal(last, scorer)
    assert.notEqual(first, scorer)
  })
})

describe('an approver who must not be the owner', () => {
  it('is the owner in the case that breaks it, although other duties are kept apart', () => {
    const cases = plan(payouts, staff, 'payout.approve').cases.filter((each) => each.tactic.kind === 'same-person')
    const [abuse] = cases.map((each) => each.abuse)
    assert.equal(abuse?.steps[0]?.as, abuse?.steps.at(-1)?.as)
  })
})

describe('a step that must come first', () => {
  const clinic = (per: string): Charter =>
    charterFrom(`
lockstep: 1
name: trials
sources:
  - name: api
    type: inline
    operations:
      vouch: { method: POST, path: /vouchers, response: { id: string } }
      start: { method: POST, path: /trials, response: { id: string } }
      get: { method: GET, path: '/trials/{id}', response: { id: string } }
actors: { guest: {}, desk: {} }
objects:
  voucher: { transitions: { vouch: { on: api.vouch, by: desk } } }
  trial: { read: api.get, transitions: { start: { on: api.start, by: guest } } }
rules:
  - { precedence: [api.vouch, api.start], per: ${per} }
`)

  it('is made by whoever may, unless the caller must have made it', () => {
    const people = [member('gil', 'guest'), member('dora', 'desk')]
    assert.deepEqual(told(plan(clinic('tenant'), people, 'trial.start').control), [
      'dora voucher.vouch',
      'gil trial.start',
    ])
    assert.deepEqual(told(plan(clinic('principal'), people, 'trial.start').control), [
      'gil voucher.vouch',
      'gil trial.start',
    ])
  })
})
