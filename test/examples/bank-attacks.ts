import type { FlawName } from '../../examples/bank-payments/flaws.ts'
import {
  accountOf,
  approved,
  balanceOf,
  beneficiaryOf,
  type Client,
  consent,
  draft,
  executed,
  id,
  items,
  me,
  order,
  submitted,
  transferSeen,
  twenty,
} from './bank-client.ts'

/** Tries the abuse and tells whether it took effect, as far as possible by what someone else reads afterwards. */
type Attack = (client: Client) => Promise<boolean>

/** One hand-written attack for each flaw: the ground truth of the example. */
export const ATTACKS: Readonly<Record<FlawName, Attack>> = {
  'no-owner-check-get-account': async (c) =>
    (await c.send('bob', `GET /accounts/${await accountOf(c, 'alice')}`)).body.balance === 8000,
  'no-owner-check-statement': async (c) =>
    'items' in (await c.send('bob', `GET /accounts/${await accountOf(c, 'alice')}/statement`)).body,
  'no-owner-check-get-transfer': async (c) =>
    (await c.send('bob', `GET /transfers/${await draft(c, 'alice', 42)}`)).body.amount === 42,
  'list-transfers-unfiltered': async (c) => {
    const transfer = await draft(c, 'alice', 42)
    return items(await c.must('bob', 'GET /transfers')).some((seen) => seen.id === transfer)
  },
  'list-accounts-by-any-owner': async (c) => {
    const { id: alice } = await me(c, 'alice')
    return items(await c.must('bob', `GET /accounts?ownerId=${alice}`)).some(({ ownerId }) => ownerId === alice)
  },

  'no-owner-check-source-account': async (c) => {
    const victim = await accountOf(c, 'alice')
    const made = await c.send('bob', 'POST /transfers', { ...(await order(c, 'bob', 100)), fromAccountId: victim })
    await c.send('bob', `POST /transfers/${id(made)}/submit`)
    await c.send('bob', `POST /transfers/${id(made)}/execute`)
    return (await balanceOf(c, victim)) < 8000
  },
  'no-owner-check-cancel': async (c) => {
    const transfer = await submitted(c, 'alice', 10)
    await c.send('bob', `POST /transfers/${transfer}/cancel`)
    return (await transferSeen(c, transfer)).status === 'cancelled'
  },
  'no-owner-check-remove-beneficiary': async (c) => {
    const beneficiary = await beneficiaryOf(c, 'alice')
    await c.send('bob', `DELETE /beneficiaries/${beneficiary}`)
    return (await c.must('alice', `GET /beneficiaries/${beneficiary}`)).body.status === 'removed'
  },
  'no-owner-check-grant-consent': async (c) => {
    const grant = { accountId: await accountOf(c, 'alice'), partner: 'pay4u', scopes: ['accounts:read'], maxAmount: 1 }
    const header = { 'consent-id': id(await c.send('bob', 'POST /consents', grant)) }
    return (await c.send('pay4u', `GET /accounts/${grant.accountId}`, undefined, header)).status === 200
  },
  'no-owner-check-revoke-consent': async (c) => {
    const header = await consent(c, ['accounts:read'])
    await c.send('bob', `POST /consents/${header['consent-id']}/revoke`)
    return (await c.must('alice', `GET /consents/${header['consent-id']}`)).body.status === 'revoked'
  },

  'cross-tenant-freeze': async (c) => {
    const account = await accountOf(c, 'alice')
    await c.send('dirk', `POST /accounts/${account}/freeze`)
    return (await c.must('dana', `GET /accounts/${account}`)).body.status === 'frozen'
  },
  'cross-tenant-customers': async (c) =>
    items(await c.must('dirk', 'GET /customers')).some(({ tenant }) => tenant === 'north'),
  'cross-tenant-reversal': (c) => reversalBy(c, 'dirk', 60),

  'daily-limit-by-anyone': async (c) => {
    const account = await accountOf(c, 'alice')
    await c.send('alice', `PUT /accounts/${account}/daily-limit`, { dailyLimit: 99_999 })
    return (await c.must('dana', `GET /accounts/${account}`)).body.dailyLimit === 99_999
  },
  'deposit-by-anyone': async (c) => {
    const account = await accountOf(c, 'alice')
    await c.send('alice', `POST /accounts/${account}/deposits`, { amount: 500, currency: 'EUR' })
    return (await balanceOf(c, account)) > 8000
  },
  'reversal-by-anyone': (c) => reversalBy(c, 'alice', 60),
  'approve-without-role': (c) => approvalBy(c, ['bob'], 'alice'),

  'approval-not-required': async (c) => statusAfterExecuting(c, await submitted(c, 'alice', 1000.01)),
  'one-approval-is-enough': async (c) => {
    const transfer = await submitted(c, 'alice', 1000.01)
    await c.must('ann', `POST /transfers/${transfer}/approve`)
    return statusAfterExecuting(c, transfer)
  },
  'approve-own': (c) => approvalBy(c, ['eve'], 'eve'),
  'approve-as-account-owner': async (c) => {
    const header = await consent(c, ['payments:write'], 'eve')
    const made = await c.must('pay4u', 'POST /transfers', await order(c, 'eve', 200), header)
    await c.must('pay4u', `POST /transfers/${id(made)}/submit`, undefined, header)
    await c.send('eve', `POST /transfers/${id(made)}/approve`)
    return wasApprovedBy(c, id(made), 'eve')
  },
  'approve-twice': async (c) => {
    const transfer = await submitted(c, 'alice', 1000.01)
    for (let time = 0; time < 2; time++) await c.send('ann', `POST /transfers/${transfer}/approve`)
    return statusAfterExecuting(c, transfer)
  },
  'withdraw-keeps-approvals': async (c) => {
    const transfer = await approved(c, 'alice', 1000.01)
    await c.must('alice', `POST /transfers/${transfer}/withdraw`)
    await c.must('alice', `PATCH /transfers/${transfer}`, { amount: 4000 })
    await c.must('alice', `POST /transfers/${transfer}/submit`)
    // One new signature completes two that were given for a quarter of the amount.
    await c.must('eve', `POST /transfers/${transfer}/approve`)
    return statusAfterExecuting(c, transfer)
  },
  'amount-editable-after-submission': async (c) => {
    const transfer = await approved(c, 'alice', 1000.01)
    await c.send('alice', `PATCH /transfers/${transfer}`, { amount: 4000 })
    await c.must('alice', `POST /transfers/${transfer}/execute`)
    return (await transferSeen(c, transfer)).amount === 4000
  },
  'recipient-editable-after-submission': async (c) => {
    const [transfer, other] = [await approved(c, 'alice', 1000.01), await newBeneficiary(c, 'active')]
    await c.send('alice', `PATCH /transfers/${transfer}`, { beneficiaryId: other })
    await c.must('alice', `POST /transfers/${transfer}/execute`)
    return (await transferSeen(c, transfer)).beneficiaryId === other
  },

  'status-writable': async (c) => {
    const transfer = await draft(c, 'alice', 3000)
    await c.send('alice', `PATCH /transfers/${transfer}`, { status: 'approved' })
    return statusAfterExecuting(c, transfer)
  },
  'opening-balance-writable': async (c) => {
    const made = await c.must('alice', 'POST /accounts', { label: 'new', currency: 'EUR', balance: 1_000_000 })
    return (await balanceOf(c, id(made))) > 0
  },
  'daily-limit-writable': async (c) => {
    const account = await accountOf(c, 'alice')
    await c.send('alice', `PATCH /accounts/${account}`, { label: 'mine', dailyLimit: 99_999 })
    return (await c.must('dana', `GET /accounts/${account}`)).body.dailyLimit === 99_999
  },
  'approvals-writable': async (c) => {
    const forged = { ...(await order(c, 'alice', 3000)), approvedBy: [(await me(c, 'ann')).id] }
    const transfer = id(await c.must('alice', 'POST /transfers', forged))
    await c.must('alice', `POST /transfers/${transfer}/submit`)
    await c.must('ben', `POST /transfers/${transfer}/approve`)
    return statusAfterExecuting(c, transfer)
  },
  'risk-score-visible': async (c) =>
    'riskScore' in (await c.must('alice', `GET /accounts/${await accountOf(c, 'alice')}`)).body,
  'fraud-notes-visible': async (c) =>
    'fraudNotes' in (await c.must('alice', `GET /transfers/${await draft(c, 'alice', 10)}`)).body,

  'execute-from-draft': async (c) => statusAfterExecuting(c, await draft(c, 'alice', 10)),
  'confirm-code-unchecked': async (c) => {
    const beneficiary = await newBeneficiary(c, 'pending')
    await c.send('alice', `POST /beneficiaries/${beneficiary}/verify`, { code: 'guessed' })
    return (await c.must('dana', `GET /beneficiaries/${beneficiary}`)).body.status === 'verified'
  },
  'execute-repeat': async (c) => {
    const transfer = await executed(c, 'alice', 100)
    await c.send('alice', `POST /transfers/${transfer}/execute`)
    return (await balanceOf(c, await accountOf(c, 'alice'))) < 7850
  },
  'verify-replay': async (c) => {
    const made = await c.must('alice', 'POST /beneficiaries', RECIPIENT)
    const verify = `POST /beneficiaries/${id(made)}/verify`
    await c.must('alice', verify, { code: made.body.confirmCode })
    await c.must('alice', `DELETE /beneficiaries/${id(made)}`)
    await c.send('alice', verify, { code: made.body.confirmCode })
    return (await c.must('dana', `GET /beneficiaries/${id(made)}`)).body.status === 'verified'
  },
  'activate-unverified': async (c) => {
    const beneficiary = await newBeneficiary(c, 'pending')
    await c.send('alice', `POST /beneficiaries/${beneficiary}/activate`)
    return (await c.must('dana', `GET /beneficiaries/${beneficiary}`)).body.status === 'active'
  },
  'resubmit-rejected': async (c) => {
    const transfer = await submitted(c, 'alice', 10)
    await c.must('ann', `POST /transfers/${transfer}/reject`)
    await c.send('alice', `POST /transfers/${transfer}/submit`)
    return (await transferSeen(c, transfer)).status === 'submitted'
  },
  'reverse-unexecuted': async (c) => {
    const transfer = await draft(c, 'alice', 100)
    await c.send('dana', `POST /transfers/${transfer}/reversals`, { amount: 100 })
    return (await balanceOf(c, await accountOf(c, 'alice'))) > 8000
  },
  'execute-from-frozen-account': async (c) => {
    const transfer = await submitted(c, 'alice', 100)
    await c.must('dana', `POST /accounts/${await accountOf(c, 'alice')}/freeze`)
    return statusAfterExecuting(c, transfer)
  },
  'unverified-beneficiary-accepted': async (c) => {
    const wish = { ...(await order(c, 'alice', 100)), beneficiaryId: await newBeneficiary(c, 'pending') }
    const transfer = id(await c.send('alice', 'POST /transfers', wish))
    await c.send('alice', `POST /transfers/${transfer}/submit`)
    return statusAfterExecuting(c, transfer)
  },

  'negative-amount': async (c) => {
    const transfer = id(await c.send('alice', 'POST /transfers', await order(c, 'alice', -500)))
    await c.send('alice', `POST /transfers/${transfer}/submit`)
    await c.send('alice', `POST /transfers/${transfer}/execute`)
    return (await balanceOf(c, await accountOf(c, 'alice'))) > 8000
  },
  'currency-unchecked': async (c) => {
    const wish = { ...(await order(c, 'alice', 100)), currency: 'USD' }
    const transfer = id(await c.send('alice', 'POST /transfers', wish))
    await c.send('alice', `POST /transfers/${transfer}/submit`)
    return statusAfterExecuting(c, transfer)
  },
  'fee-from-request': async (c) => {
    const made = await c.must('alice', 'POST /transfers', { ...(await order(c, 'alice', 900)), fee: 0 })
    return (await transferSeen(c, id(made))).fee === 0
  },
  'maximum-unchecked-on-edit': async (c) => {
    const transfer = await draft(c, 'alice', 10)
    await c.send('alice', `PATCH /transfers/${transfer}`, { amount: 10_000.01 })
    return (await transferSeen(c, transfer)).amount === 10_000.01
  },
  'reversal-amount-unchecked': (c) => reversalBy(c, 'dana', 100.01),
  'reversals-not-summed': (c) => reversalBy(c, 'dana', 60, 2),
  'daily-limit-not-summed': async (c) => {
    for (let time = 0; time < 6; time++) {
      const transfer = await submitted(c, 'alice', 1000)
      await c.send('alice', `POST /transfers/${transfer}/execute`)
    }
    return (await balanceOf(c, await accountOf(c, 'alice'))) < 3000 - 6 * 2
  },

  'overdraft-race': async (c) => {
    const transfers = await twenty(() => submitted(c, 'alice', 400, 'savings'))
    await Promise.all(transfers.map((transfer) => c.send('alice', `POST /transfers/${transfer}/execute`)))
    return (await balanceOf(c, await accountOf(c, 'alice', 'savings'))) < 0
  },
  'double-execute-race': async (c) => {
    const transfer = await submitted(c, 'alice', 100)
    await twenty(() => c.send('alice', `POST /transfers/${transfer}/execute`))
    return (await balanceOf(c, await accountOf(c, 'alice'))) < 7850
  },
  'reversal-race': async (c) => {
    const transfer = await executed(c, 'alice', 100)
    await twenty(() => c.send('dana', `POST /transfers/${transfer}/reversals`, { amount: 100 }))
    return (await balanceOf(c, await accountOf(c, 'alice'))) > 8000
  },
  'idempotency-ignored': async (c) => {
    const wish = await order(c, 'alice', 10)
    await twenty(() => c.must('alice', 'POST /transfers', wish, { 'idempotency-key': 'once' }))
    return items(await c.must('dana', 'GET /transfers')).length > 1
  },

  'partner-scope-unchecked': async (c) => {
    const header = await consent(c, ['accounts:read'])
    return (await c.send('pay4u', 'POST /transfers', await order(c, 'alice', 10), header)).status === 201
  },
  'consent-account-unchecked': async (c) => {
    const header = await consent(c, ['accounts:read'])
    const other = await accountOf(c, 'alice', 'savings')
    return (await c.send('pay4u', `GET /accounts/${other}`, undefined, header)).body.balance === 500
  },
  'consent-partner-unchecked': async (c) => {
    const header = await consent(c, ['accounts:read'])
    const account = await accountOf(c, 'alice')
    return (await c.send('otherpay', `GET /accounts/${account}`, undefined, header)).body.balance === 8000
  },
  'consent-maximum-unchecked': async (c) => {
    const header = await consent(c, ['payments:write'])
    const made = await c.send('pay4u', 'POST /transfers', await order(c, 'alice', 300.01), header)
    await c.send('pay4u', `POST /transfers/${id(made)}/submit`, undefined, header)
    await c.send('pay4u', `POST /transfers/${id(made)}/execute`, undefined, header)
    return (await balanceOf(c, await accountOf(c, 'alice'))) < 8000
  },
  'revoked-consent-accepted': async (c) => {
    const header = await consent(c, ['payments:write'])
    await c.must('alice', `POST /consents/${header['consent-id']}/revoke`)
    return (await c.send('pay4u', 'POST /transfers', await order(c, 'alice', 10), header)).status === 201
  },
}

const RECIPIENT = { name: 'Harbour Garage', iban: 'DE89370400440532013000' }

async function newBeneficiary(c: Client, wanted: 'pending' | 'active'): Promise<string> {
  const made = await c.must('alice', 'POST /beneficiaries', RECIPIENT)
  if (wanted === 'active') {
    await c.must('alice', `POST /beneficiaries/${id(made)}/verify`, { code: made.body.confirmCode })
    await c.must('alice', `POST /beneficiaries/${id(made)}/activate`)
  }
  return id(made)
}

async function statusAfterExecuting(c: Client, transfer: string): Promise<boolean> {
  await c.send('alice', `POST /transfers/${transfer}/execute`)
  return (await c.send('dana', `GET /transfers/${transfer}`)).body.status === 'executed'
}

async function reversalBy(c: Client, who: string, amount: number, times = 1): Promise<boolean> {
  const transfer = await executed(c, 'alice', 100)
  for (let time = 0; time < times; time++) await c.send(who, `POST /transfers/${transfer}/reversals`, { amount })
  const reversed = Number((await transferSeen(c, transfer)).reversedAmount)
  return who === 'dana' ? reversed > 100 : reversed > 0
}

async function approvalBy(c: Client, approvers: string[], requester: string): Promise<boolean> {
  const transfer = await submitted(c, requester, 1000.01)
  for (const who of approvers) await c.send(who, `POST /transfers/${transfer}/approve`)
  return wasApprovedBy(c, transfer, approvers[0] ?? '')
}

async function wasApprovedBy(c: Client, transfer: string, who: string): Promise<boolean> {
  const { approvedBy } = await transferSeen(c, transfer)
  return Array.isArray(approvedBy) && approvedBy.includes((await me(c, who)).id)
}
