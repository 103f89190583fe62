// Amounts that only a later move gives decide which approvals are needed; what is paid goes to an account somebody names.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Asked, proveSmall } from './small-api.ts'

const charter = `
lockstep: 1
name: grants
sources:
  - name: shop
    type: inline
    operations:
      apply: { method: POST, path: /grants, body: { wanted: integer }, response: { id: string } }
      getGrant: { method: GET, path: '/grants/{grantId}', response: { id: string, status: string, student: string, wanted: integer, worth: integer, approvals: integer, paymentId: string } }
      weigh: { method: POST, path: '/grants/{grantId}/weigh', body: { worth: integer } }
      approve: { method: POST, path: '/grants/{grantId}/approve' }
      pay: { method: POST, path: '/grants/{grantId}/pay', body: { account: string }, response: { id: string } }
      getPayment: { method: GET, path: '/payments/{paymentId}', response: { id: string, worth: integer } }
      addAccount: { method: POST, path: /accounts, body: {}, response: { id: string } }
      getAccount: { method: GET, path: '/accounts/{accountId}', response: { id: string, holder: string } }
actors: { student: {}, clerk: {}, dean: {}, cashier: {} }
objects:
  account:
    owner: /holder
    read: shop.getAccount
    transitions:
      add: { on: shop.addAccount, by: student }
  payment: { read: shop.getPayment }
  grant:
    owner: /student
    state: /status
    read: shop.getGrant
    states: [open, weighed, approved, paid]
    final: paid
    fields:
      worth: { type: money, set-on: weigh }
      paymentId: { set-by: nobody, ref: payment }
    transitions:
      apply: { on: shop.apply, to: open, by: student, when: request.wanted > 0 && request.wanted <= 90000 }
      weigh: { on: shop.weigh, from: open, to: weighed, by: clerk, when: request.worth > 0 && request.worth <= object.wanted }
      approve: { on: shop.approve, from: weighed, to: [weighed, approved], by: dean }
      pay:
        on: shop.pay
        from: approved
        to: paid
        by: cashier
        approval: [approval, second-approval]
        refs: { account: { object: account, key: $request.body#/account } }
        when: [account.holder == object.student]
#large
operations:
  shop.getGrant: { by: signed-in }
  shop.getAccount: { by: signed-in }
  shop.getPayment: { by: signed-in }
approvals:
  approval: { by: dean, not: requester, grant: shop.approve, binds: /worth }
  second-approval: { needed-when: object.worth >= 7000, by: dean, not: requester, quorum: 2, grant: shop.approve, binds: /worth }
`

/** A second way, for what two people have approved. */
const large = `
      pay-large:
        on: shop.pay
        from: approved
        to: paid
        by: cashier
        approval: [approval, second-approval]
        refs: { account: { object: account, key: $request.body#/account } }
        when: [object.approvals >= 2, account.holder == object.student]
`

const people = { sue: 'student', sam: 'student', cleo: 'clerk', dan: 'dean', dora: 'dean', carl: 'cashier' } as const

type Flaw = 'one-is-enough' | 'same-dean' | 'any-account' | 'other-sum'

interface Grant {
  id: string
  status: string
  student: string
  wanted: number
  worth: number
  by: string[]
  paymentId?: string
}

function openOffice(flaw: Flaw | undefined): (asked: Asked) => readonly [number, unknown?] {
  const grants: Grant[] = []
  const accounts: { id: string; holder: string }[] = []
  const payments: { id: string; worth: unknown }[] = []
  return ({ who = '', method, path: [kind, id, act], body }) => {
    const role = people[who as keyof typeof people] as string | undefined
    if (role === undefined) return [401]
    if (id === undefined && role !== 'student') return [403]
    if (kind === 'accounts') {
      if (method === 'GET') return [200, accounts.find((each) => each.id === id)]
      return [201, accounts[accounts.push({ id: `a${accounts.length}`, holder: who }) - 1]]
    }
    if (kind === 'payments') return [200, payments.find((each) => each.id === id)]
    const shown = ({ by, ...grant }: Grant) => ({ ...grant, approvals: by.length })
    if (id === undefined) {
      const wanted = Number(body['wanted'])
      if (!(wanted > 0 && wanted <= 90000)) return [422]
      grants.push({ id: `g${grants.length}`, status: 'open', student: who, wanted, worth: 0, by: [] })
      return [201, shown(grants[grants.length - 1] as Grant)]
    }
    const grant = grants.find((each) => each.id === id)
    if (grant === undefined) return [404]
    if (method === 'GET') return [200, shown(grant)]
    if (role !== { weigh: 'clerk', approve: 'dean', pay: 'cashier' }[act ?? '']) return [403]
    if (grant.status !== { weigh: 'open', approve: 'weighed', pay: 'approved' }[act ?? '']) return [409]
    if (act === 'weigh') {
      const worth = Number(body['worth'])
      if (!(worth > 0 && worth <= grant.wanted)) return [422]
      return [200, shown(Object.assign(grant, { worth, status: 'weighed' }))]
    }
    if (act === 'approve') {
      if (grant.by.includes(who) && flaw !== 'same-dean') return [409, { message: 'you have approved it already' }]
      grant.by.push(who)
      const enough = grant.worth >= 7000 && flaw !== 'one-is-enough' ? 2 : 1
      if (grant.by.length >= enough) grant.status = 'approved'
      return [200, shown(grant)]
    }
    const account = accounts.find((each) => each.id === body['account'])
    if (account === undefined || (account.holder !== grant.student && flaw !== 'any-account')) return [422]
    const worth = flaw === 'other-sum' ? (body['worth'] ?? grant.worth) : grant.worth
    payments.push({ id: `p${payments.length}`, worth })
    Object.assign(grant, { status: 'paid', paymentId: `p${payments.length - 1}` })
    return [201, { id: `p${payments.length - 1}` }]
  }
}

const wanted: Readonly<Record<Flaw, string>> = {
  'one-is-enough': 'approval-missing',
  'same-dean': 'approval-counted-twice',
  'any-account': 'rule-broken',
  'other-sum': 'bopla-write',
}

for (const flaw of ['one-is-enough', 'same-dean', 'any-account', 'other-sum', undefined] as const)
  test(`what a grant is worth is known late: ${flaw ?? 'sound'}`, async () => {
    const ways = charter.replace('#large', flaw === undefined ? large : '')
    const { findings, cells } = await proveSmall({
      charter: ways,
      people,
      answer: openOffice(flaw),
      only: ['shop.pay'],
    })
    const classes = findings.flatMap((each) => [each.class, ...each.alsoSeen.map((also) => also.class)])
    if (flaw === undefined) assert.deepEqual(classes, [])
    else assert.ok(classes.includes(wanted[flaw]), classes.join())
    const counted = cells.filter(({ constraint }) => constraint.endsWith('second-approval'))
    const twice = counted.filter(({ tactic }) => tactic === 'approval.twice')
    assert.ok(
      flaw !== undefined || (twice.length === 2 && twice.every(({ verdict }) => verdict === 'held')),
      JSON.stringify(twice),
    )
  })
