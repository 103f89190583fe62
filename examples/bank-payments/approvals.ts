import type { Reply, Route } from '../shared/http.ts'
import { atomically, type Bank, type BankCall, bind, broken, notFound, requireRole, wrongState } from './bank.ts'
import { insert, select, type Transfer, type TransferStatus, update } from './store.ts'
import { actingOn, findTransfer, viewTransfer } from './transfers.ts'
import type { User } from './users.ts'

/** The way of a transfer up to its execution: who may submit it, approve it, refuse it or take it back. */
export function approvalRoutes(bank: Bank): Route<User>[] {
  return [
    bind(bank, 'POST', '/transfers/{transferId}/submit', submit),
    bind(bank, 'POST', '/transfers/{transferId}/approve', approve),
    bind(bank, 'POST', '/transfers/{transferId}/reject', reject),
    bind(bank, 'POST', '/transfers/{transferId}/withdraw', withdraw),
    bind(bank, 'POST', '/transfers/{transferId}/cancel', cancel),
  ]
}

function submit(bank: Bank, call: BankCall): Reply {
  const transfer = actingOn(bank, call)
  const revived = transfer.status === 'rejected' && bank.flaws.has('resubmit-rejected')
  if (!revived && transfer.status !== 'draft') throw wrongState('transfer', transfer.status)
  return move(bank, call, transfer, 'submitted')
}

function approve(bank: Bank, call: BankCall): Reply {
  const { user } = call
  return atomically(bank, () => {
    if (!bank.flaws.has('approve-without-role')) requireRole(user, 'approver')
    const transfer = servedTransfer(bank, call)
    if (!bank.flaws.has('approve-own')) {
      if (transfer.requestedBy === user.id) throw own
      // A partner may have requested it: the owner of the money is no second pair of eyes either.
      if (!bank.flaws.has('approve-as-account-owner') && transfer.ownerId === user.id) throw own
    }
    if (transfer.status !== 'submitted') throw wrongState('transfer', transfer.status)
    const earlier = select(bank.db, 'approvals', { transferId: transfer.id })
    if (!bank.flaws.has('approve-twice') && earlier.some(({ approverId }) => approverId === user.id)) {
      throw broken('approved-before', 'the second approval must come from someone else')
    }
    insert(bank.db, 'approvals', { transferId: transfer.id, approverId: user.id })
    const enough = earlier.length >= (bank.flaws.has('one-approval-is-enough') ? 0 : 1)
    return move(bank, call, transfer, enough ? 'approved' : 'submitted')
  })
}

function servedTransfer(bank: Bank, { user, params }: BankCall): Transfer {
  const transfer = findTransfer(bank, params.transferId)
  if (transfer.tenant !== user.tenant) throw notFound('transfer')
  return transfer
}

const own = broken('own-transfer', 'nobody decides about a transfer of their own')

function reject(bank: Bank, call: BankCall): Reply {
  requireRole(call.user, 'approver')
  const transfer = servedTransfer(bank, call)
  if (transfer.requestedBy === call.user.id || transfer.ownerId === call.user.id) throw own
  if (transfer.status !== 'submitted') throw wrongState('transfer', transfer.status)
  return move(bank, call, transfer, 'rejected')
}

function withdraw(bank: Bank, call: BankCall): Reply {
  requireRole(call.user, 'customer')
  return atomically(bank, () => {
    const transfer = actingOn(bank, call)
    if (!['submitted', 'approved'].includes(transfer.status)) throw wrongState('transfer', transfer.status)
    if (!bank.flaws.has('withdraw-keeps-approvals')) {
      bank.db.prepare<[string]>('DELETE FROM approvals WHERE transferId = ?').run(transfer.id)
    }
    return move(bank, call, transfer, 'draft')
  })
}

function cancel(bank: Bank, call: BankCall): Reply {
  requireRole(call.user, 'customer')
  const transfer = bank.flaws.has('no-owner-check-cancel')
    ? findTransfer(bank, call.params.transferId)
    : actingOn(bank, call)
  if (!['draft', 'submitted', 'approved'].includes(transfer.status)) throw wrongState('transfer', transfer.status)
  return move(bank, call, transfer, 'cancelled')
}

function move(bank: Bank, { user }: BankCall, transfer: Transfer, status: TransferStatus): Reply {
  update(bank.db, 'transfers', transfer.id, { status })
  return { status: 200, body: viewTransfer(bank, user, { ...transfer, status }) }
}
