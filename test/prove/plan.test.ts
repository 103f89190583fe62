import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Use } from '../../src/charter/charter.ts'
import { attackersOf } from '../../src/prove/plan/attacker.ts'
import type { Member, Stage } from '../../src/prove/plan/cast.ts'
import { movesFrom, useById, waysTo } from '../../src/prove/plan/graph.ts'
import { planUse } from '../../src/prove/plan/plan-use.ts'
import { charterFrom } from '../decide/charters.ts'

const charter = charterFrom(`
lockstep: 1
name: expenses
sources:
  - name: api
    type: inline
    operations:
      get: { method: GET, path: '/claims/{id}' }
      open: { method: POST, path: /claims, body: { amount: money } }
      submit: { method: POST, path: '/claims/{id}/submit' }
      recall: { method: POST, path: '/claims/{id}/recall' }
      approve: { method: POST, path: '/claims/{id}/approve' }
      pay: { method: POST, path: '/claims/{id}/pay', body: { amount: money } }
actors:
  employee: { tenant: claims.firm }
  manager: { tenant: claims.firm }
objects:
  claim:
    owner: /employeeId
    tenant: /firm
    state: /status
    read: api.get
    states: [draft, submitted, approved, paid]
    final: paid
    transitions:
      open: { on: api.open, to: draft, by: employee }
      submit: { on: api.submit, from: draft, to: submitted, by: owner }
      recall: { on: api.recall, from: submitted, to: draft, by: owner }
      approve: { on: api.approve, from: submitted, to: approved, by: manager, not: creator }
      pay:
        on: api.pay
        from: approved
        to: paid
        by: manager
        when: { name: whole, rule: request.amount <= object.amount, says: never more than was claimed }
        once: true
operations:
  api.get: { by: [owner, manager] }
`)

const member = (name: string, actor: string, tenant = 'acme'): Member => ({
  name,
  principal: { id: name, tenant, actors: [actor] },
  pool: false,
})
const [ann, eve, zoe, max, mia] = [
  member('ann', 'employee'),
  member('eve', 'employee'),
  member('zoe', 'employee', 'other'),
  member('max', 'manager'),
  member('mia', 'manager', 'other'),
]
const stage: Stage = { charter, members: [ann, eve, zoe, max, mia] }

function use(name: string): Use {
  const found = useById(charter, [...ids].find((id) => id.endsWith(name)) ?? '')
  assert.ok(found, name)
  return found
}
const ids = [...charter.operations.values()].flatMap((operation) => operation.uses.map((each) => each.id))
const claim = charter.objects.get('claim')
assert.ok(claim)
const moves = (way: readonly Use[] | undefined) => way?.map((each) => each.operation.replace('api.', ''))

describe('ways through a lifecycle', () => {
  const ways: readonly (readonly [readonly string[], readonly string[][]])[] = [
    [[], [['open']]],
    [['draft'], [['open']]],
    [['approved'], [['open', 'submit', 'approve']]],
    [['paid'], [['open', 'submit', 'approve', 'pay']]],
    [['submitted', 'paid'], [['open', 'submit']]],
    [['nowhere'], []],
  ]
  for (const [states, expected] of ways)
    it(`leads a new one to ${states.join(' or ') || 'any state'}`, () => {
      assert.deepEqual(waysTo(claim, states).map(moves), expected)
    })

  const from: readonly (readonly [string, string, readonly string[] | undefined])[] = [
    ['submitted', 'submitted', []],
    ['submitted', 'draft', ['recall']],
    ['draft', 'paid', ['submit', 'approve', 'pay']],
    ['paid', 'draft', undefined],
  ]
  for (const [start, goal, expected] of from)
    it(`moves from ${start} to ${goal}`, () => assert.deepEqual(moves(movesFrom(claim, start, [goal])), expected))

  it('takes a detour when a move must be passed', () => {
    assert.deepEqual(moves(movesFrom(claim, 'submitted', ['submitted'], use('recall'))), ['recall', 'submit'])
  })
})

describe('attackers', () => {
  const attackers = (name: string, caller: Member, owner: Member): string[] =>
    attackersOf(stage, use(name), { caller, owner }).map((each) => `${each.other} ${each.member?.name ?? '-'}`)

  it('of what its owner may do are another owner, another tenant, another actor and nobody', () => {
    assert.deepEqual(attackers('submit', ann, ann), [
      'other-owner eve',
      'other-tenant zoe',
      'other-actor max',
      'not-signed-in -',
    ])
  })

  it('of what a manager may do are a manager elsewhere, the owner and nobody', () => {
    assert.deepEqual(attackers('approve', max, ann), ['other-tenant mia', 'other-actor ann', 'not-signed-in -'])
  })
})

describe('the plan of a use', () => {
  /** Tactics by the demand they break. */
  const plans: Readonly<Record<string, readonly string[]>> = {
    submit: [
      'as-other.other-owner',
      'as-other.other-tenant',
      'as-other.other-actor',
      'as-other.not-signed-in',
      'from-state.submitted.object',
      'from-state.approved.object',
      'from-state.paid.object',
      'race',
    ],
    pay: [
      'as-other.other-tenant',
      'as-other.other-actor',
      'as-other.not-signed-in',
      'from-state.draft.object',
      'from-state.submitted.object',
      'from-state.paid.object',
      'arguments',
      'again',
      'race',
    ],
  }
  for (const [name, expected] of Object.entries(plans))
    it(`of \`${name}\` breaks each demand in every way there is`, () => {
      const planned = planUse(stage, use(name), { found: new Set() }).cases.map((each) => each.id.split('|')[2] ?? '')
      assert.deepEqual(planned.toSorted(), expected.toSorted())
    })

  it('differs from its control in the caller alone when somebody else calls', () => {
    for (const each of planUse(stage, use('submit'), { found: new Set() }).cases) {
      if (each.tactic.kind !== 'as-other') continue
      const [last, rightful] = [each.abuse.steps.at(-1), each.control.steps.at(-1)]
      assert.notEqual(last?.as, rightful?.as)
      assert.deepEqual({ ...last, as: '' }, { ...rightful, as: '' })
      assert.deepEqual(each.abuse.steps.slice(0, -1), each.control.steps.slice(0, -1))
    }
  })

  it('never lets the control break what the charter separates', () => {
    const { control } = planUse(stage, use('approve'), { found: new Set() })
    assert.notEqual(control?.steps[0]?.as, control?.steps.at(-1)?.as)
  })

  it('says for every demand why nothing can be tried when nobody may', () => {
    const alone = { charter, members: [ann] }
    const { control, cases, notReached } = planUse(alone, use('pay'), { found: new Set() })
    assert.equal(control, undefined)
    assert.deepEqual(cases, [])
    assert.deepEqual(
      notReached.map((each) => each.constraint),
      use('pay').constraints.map((each) => each.id),
    )
    assert.match(notReached[0]?.why ?? '', /no identity may/)
  })
})

describe('races of different people for one thing', () => {
  const shop = (limit: string) =>
    charterFrom(`
lockstep: 1
name: shop
sources:
  - name: api
    type: inline
    operations:
      get: { method: GET, path: '/orders/{id}' }
      item: { method: GET, path: '/items/{id}' }
      items: { method: GET, path: /items }
      order: { method: POST, path: '/items/{itemId}/orders' }
actors:
  buyer: {}
objects:
  item: { read: api.item, list: api.items }
  order:
    owner: /buyer
    read: api.get
    transitions:
      place:
        on: api.order
        by: buyer
        refs: { item: { object: item, key: $request.path.itemId } }
        when: item.stock >= 1
        ${limit}
operations:
  api.get: { by: owner }
  api.item: { by: anyone, safe: true }
  api.items: { by: anyone, safe: true }
`)
  const buyer: Member = { name: 'ben', principal: { id: 'ben', actors: ['buyer'] }, pool: true }
  const across = (limit: string) => {
    const charter = shop(limit)
    const place = useById(charter, 'order.place')
    assert.ok(place)
    const { cases } = planUse({ charter, members: [buyer] }, place, { found: new Set() })
    return cases.find((each) => each.tactic.kind === 'race' && each.tactic.across === 'item')
  }

  it('are for something of which little is left', () => {
    const wishes = across('limit: { at-most: 1, per: principal }')?.abuse.vars['item-1']?.wishes ?? []
    const fits = (stock: number) => wishes.every(({ rule }) => rule.evaluate({ item: { stock } }) === true)
    assert.deepEqual([0, 1, 5, 6].map(fits), [false, true, true, false])
  })

  it('are left out where one person may do it again and again', () => {
    assert.equal(across(''), undefined)
  })
})

describe('people who are to be different', () => {
  const review = charterFrom(`
lockstep: 1
name: review
sources:
  - name: api
    type: inline
    operations:
      file: { method: POST, path: /cases }
      get: { method: GET, path: '/cases/{id}' }
      assess: { method: POST, path: '/cases/{id}/assess' }
      approve: { method: POST, path: '/cases/{id}/approve' }
actors: { clerk: {}, expert: {} }
objects:
  case:
    state: /status
    read: api.get
    states: [filed, assessed, approved]
    final: approved
    transitions:
      file: { on: api.file, to: filed, by: clerk }
      assess: { on: api.assess, from: [filed, assessed, approved], to: assessed, by: expert }
      approve: { on: api.approve, from: assessed, to: [assessed, approved], by: expert }
operations: { api.get: { by: expert } }
rules:
  - { separate: [api.assess, api.approve], per: object }
`)
  const members = ['cara', 'eve', 'emil'].map(
    (name): Member => ({ name, principal: { id: name, actors: [name === 'cara' ? 'clerk' : 'expert'] }, pool: true }),
  )
  const separated = (id: string): string[] => {
    const use = useById(review, id)
    assert.ok(use)
    const { cases } = planUse({ charter: review, members }, use, { found: new Set() })
    return cases
      .filter(({ tactic }) => tactic.kind === 'same-person')
      .map(({ abuse }) => abuse.steps.map((step) => `${step.as}: ${step.use}`).join(', '))
  }

  it('are one for what comes later', () => {
    assert.deepEqual(separated('case.approve'), ['cara: case.file, eve: case.assess, eve: case.approve'])
  })

  it('may be one for what sends it all back to the beginning', () => {
    assert.deepEqual(separated('case.assess'), [])
  })
})
