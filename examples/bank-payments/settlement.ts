import type { Reply, Route } from '../shared/http.ts'
import {
  atomically,
  type Bank,
  type BankCall,
  bind,
  broken,
  findAccount,
  notFound,
  requireRole,
  wrongState,
} from './bank.ts'
import { readPositiveAmount } from './input.ts'
import { book, type Transfer, update } from './store.ts'
import { actingOn, findTransfer, requireRecipient, viewTransfer } from './transfers.ts'
import type { User } from './users.ts'

/** Above 1000.00 a transfer needs two approvals. */
const APPROVAL_THRESHOLD = 100_000

/** Where money moves: executing a transfer and paying it back. */
export function settlementRoutes(bank: Bank): Route<User>[] {
  return [
    bind(bank, 'POST', '/transfers/{transferId}/execute', execute),
    bind(bank, 'POST', '/transfers/{transferId}/reversals', reverse),
  ]
}

async function execute(bank: Bank, call: BankCall): Promise<Reply> {
  const early = actingOn(bank, call)
  const [looseState, looseFunds] = [bank.flaws.has('double-execute-race'), bank.flaws.has('overdraft-race')]
  if (looseState) requireExecutable(bank, early)
  if (looseFunds) requireFunds(bank, early)
  await bank.screen()
  return atomically(bank, () => {
    // Read again: while the screening ran, anything may have changed.
    const transfer = actingOn(bank, call)
    if (!looseState) requireExecutable(bank, transfer)
    requireOpenAccount(bank, transfer)
    requireRecipient(bank, transfer)
    requireWithinDailyLimit(bank, transfer)
    if (!looseFunds) requireFunds(bank, transfer)
    return settle(bank, call, transfer)
  })
}

function settle(bank: Bank, call: BankCall, transfer: Transfer): Reply {
  const executed = { status: 'executed', executedAt: new Date().toISOString() } as const
  book(bank.db, transfer.fromAccountId, { kind: 'transfer', amount: -transfer.amount, transferId: transfer.id })
  book(bank.db, transfer.fromAccountId, { kind: 'fee', amount: -transfer.fee, transferId: transfer.id })
  update(bank.db, 'transfers', transfer.id, executed)
  return { status: 200, body: viewTransfer(bank, call.user, { ...transfer, ...executed }) }
}

function requireExecutable({ flaws }: Bank, { status, amount }: Transfer): void {
  const open =
    status === 'submitted' ||
    status === 'approved' ||
    (status === 'draft' && flaws.has('execute-from-draft')) ||
    (status === 'executed' && flaws.has('execute-repeat'))
  if (!open) throw wrongState('transfer', status)
  const unapproved = status === 'submitted' || status === 'draft'
  if (unapproved && amount > APPROVAL_THRESHOLD && !flaws.has('approval-not-required')) {
    throw wrongState('transfer', 'not approved by two approvers')
  }
}

function requireOpenAccount(bank: Bank, transfer: Transfer): void {
  const { status } = findAccount(bank, transfer.fromAccountId)
  if (status === 'frozen' && bank.flaws.has('execute-from-frozen-account')) return
  if (status !== 'active') throw wrongState('account', status)
}

function requireWithinDailyLimit(bank: Bank, transfer: Transfer): void {
  const spent = bank.flaws.has('daily-limit-not-summed') ? 0 : spentToday(bank, transfer.fromAccountId)
  const { dailyLimit } = findAccount(bank, transfer.fromAccountId)
  if (spent + transfer.amount > dailyLimit) throw broken('daily-limit', 'the daily limit of the account is exhausted')
}

/** What left the account since midnight UTC, fees and reversals not counted. */
function spentToday({ db }: Bank, accountId: string): number {
  const midnight = `${new Date().toISOString().slice(0, 10)}T00:00:00.000Z`
  const sql = 'SELECT SUM(amount) AS total FROM transfers WHERE fromAccountId = ? AND executedAt >= ?'
  const row = db.prepare<[string, string], { total: number | null }>(sql).get(accountId, midnight)
  return row?.total ?? 0
}

function requireFunds(bank: Bank, transfer: Transfer): void {
  const { balance } = findAccount(bank, transfer.fromAccountId)
  if (balance < transfer.amount + transfer.fee) throw broken('insufficient-funds', 'the balance does not cover it')
}

async function reverse(bank: Bank, call: BankCall): Promise<Reply> {
  if (!bank.flaws.has('reversal-by-anyone')) requireRole(call.user, 'clerk')
  const early = servedTransfer(bank, call)
  const amount = readPositiveAmount(call.body, 'amount')
  const loose = bank.flaws.has('reversal-race')
  if (loose) requireReversible(bank, early, amount)
  await bank.screen()
  return atomically(bank, () => {
    const transfer = servedTransfer(bank, call)
    if (!loose) requireReversible(bank, transfer, amount)
    return payBack(bank, call, transfer, amount)
  })
}

function servedTransfer(bank: Bank, { user, params }: BankCall): Transfer {
  const transfer = findTransfer(bank, params.transferId)
  if (!bank.flaws.has('cross-tenant-reversal') && transfer.tenant !== user.tenant) throw notFound('transfer')
  return transfer
}

function requireReversible({ flaws }: Bank, transfer: Transfer, amount: number): void {
  const { status } = transfer
  if (!flaws.has('reverse-unexecuted') && status !== 'executed') throw wrongState('transfer', status)
  if (flaws.has('reversal-amount-unchecked')) return
  const reversed = flaws.has('reversals-not-summed') ? 0 : transfer.reversedAmount
  if (reversed + amount > transfer.amount) throw broken('reversal-too-large', 'more than was executed cannot come back')
}

function payBack(bank: Bank, call: BankCall, transfer: Transfer, amount: number): Reply {
  const reversedAmount = transfer.reversedAmount + amount
  const status = reversedAmount >= transfer.amount ? 'reversed' : transfer.status
  book(bank.db, transfer.fromAccountId, { kind: 'reversal', amount, transferId: transfer.id })
  update(bank.db, 'transfers', transfer.id, { reversedAmount, status })
  return { status: 201, body: viewTransfer(bank, call.user, { ...transfer, reversedAmount, status }) }
}
