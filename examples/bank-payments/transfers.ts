import { randomUUID } from 'node:crypto'
import type { Reply, Route } from '../shared/http.ts'
import {
  atomically,
  type Bank,
  type BankCall,
  bind,
  broken,
  findAccount,
  forbidden,
  hasRole,
  notFound,
  requireConsent,
  requireRole,
  serves,
  wrongState,
} from './bank.ts'
import { inMajor, readAmount, readText, readWord } from './input.ts'
import {
  type Account,
  type Consent,
  find,
  insert,
  select,
  TRANSFER_STATUSES,
  type Transfer,
  update,
  type Where,
} from './store.ts'
import type { User } from './users.ts'

/** No single transfer may be larger: 10,000.00. */
const MAXIMUM = 1_000_000

/** Transfers as their requester writes, reads and lists them. */
export function transferRoutes(bank: Bank): Route<User>[] {
  return [
    bind(bank, 'GET', '/transfers', list),
    bind(bank, 'POST', '/transfers', create),
    bind(bank, 'GET', '/transfers/{transferId}', get),
    bind(bank, 'PATCH', '/transfers/{transferId}', edit),
  ]
}

/**
 * The transfer a customer, or a partner under a consent, acts on. Refuses with 404 what is not theirs, with 403 a partner
 * without a fitting consent.
 */
export function actingOn(bank: Bank, call: BankCall): Transfer {
  requireRole(call.user, 'customer', 'partner')
  const transfer = findTransfer(bank, call.params.transferId)
  if (!hasRole(call.user, 'partner')) {
    if (transfer.ownerId !== call.user.id) throw notFound('transfer')
    return transfer
  }
  const consent = requireConsent(bank, call, transfer.fromAccountId, 'payments:write')
  if (transfer.consentId !== consent.id) throw notFound('transfer')
  return transfer
}

/** The transfer with this id, whoever owns it; 404 if there is none. */
export function findTransfer({ db }: Bank, id: string | undefined): Transfer {
  const transfer = find(db, 'transfers', id)
  if (!transfer) throw notFound('transfer')
  return transfer
}

/** A transfer as the user may see it; fraud notes are for the staff. */
export function viewTransfer({ db, flaws }: Bank, user: User, { fraudNotes, ...transfer }: Transfer): object {
  const shown = {
    ...transfer,
    amount: inMajor(transfer.amount),
    fee: inMajor(transfer.fee),
    reversedAmount: inMajor(transfer.reversedAmount),
    approvedBy: select(db, 'approvals', { transferId: transfer.id }).map(({ approverId }) => approverId),
  }
  const staff = serves(user, transfer, 'approver', 'clerk', 'admin')
  return flaws.has('fraud-notes-visible') || staff ? { ...shown, fraudNotes } : shown
}

/** Refuses a beneficiary that is not the payer's (404) or not active (409). */
export function requireRecipient({ db, flaws }: Bank, transfer: Pick<Transfer, 'ownerId' | 'beneficiaryId'>): void {
  const beneficiary = find(db, 'beneficiaries', transfer.beneficiaryId)
  if (!beneficiary || beneficiary.ownerId !== transfer.ownerId) throw notFound('beneficiary')
  if (!flaws.has('unverified-beneficiary-accepted') && beneficiary.status !== 'active') {
    throw wrongState('beneficiary', beneficiary.status)
  }
}

function list(bank: Bank, call: BankCall): Reply {
  const { user, query } = call
  const status = TRANSFER_STATUSES.find((word) => word === query.get('status'))
  if (query.has('status') && !status) throw broken('invalid-field', 'status is not a status of transfers')
  const transfers = select(bank.db, 'transfers', { ...visibleTo(bank, call), status })
  return { status: 200, body: { items: transfers.map((transfer) => viewTransfer(bank, user, transfer)) } }
}

function visibleTo(bank: Bank, call: BankCall): Where<Transfer> {
  const { user } = call
  if (hasRole(user, 'partner')) return { consentId: namedConsent(bank, call).id }
  if (hasRole(user, 'approver', 'clerk', 'admin') && user.tenant) return { tenant: user.tenant }
  return bank.flaws.has('list-transfers-unfiltered') ? {} : { ownerId: user.id }
}

function namedConsent(bank: Bank, call: BankCall): Consent {
  const header = call.headers['consent-id']
  const consent = find(bank.db, 'consents', typeof header === 'string' ? header : undefined)
  return requireConsent(bank, call, consent?.accountId ?? '', 'payments:write')
}

function get(bank: Bank, call: BankCall): Reply {
  const { user } = call
  const transfer = findTransfer(bank, call.params.transferId)
  if (hasRole(user, 'partner')) actingOn(bank, call)
  else if (!bank.flaws.has('no-owner-check-get-transfer') && !seenBy(user, transfer)) throw notFound('transfer')
  return { status: 200, body: viewTransfer(bank, user, transfer) }
}

function seenBy(user: User, transfer: Transfer): boolean {
  return transfer.ownerId === user.id || serves(user, transfer, 'approver', 'clerk', 'admin')
}

async function create(bank: Bank, call: BankCall): Promise<Reply> {
  requireRole(call.user, 'customer', 'partner')
  requireUsableKey(call)
  const known = repeated(bank, call)
  if (known) return known
  const draft = readDraft(bank, call)
  await bank.screen()
  return atomically(bank, () => {
    // The same key may have arrived while the screening ran.
    const meanwhile = repeated(bank, call)
    if (meanwhile) return meanwhile
    const transfer = insert(bank.db, 'transfers', draft)
    if (bank.flaws.has('approvals-writable')) insertApprovals(bank, transfer, call.body.approvedBy)
    rememberKey(bank, call, transfer)
    return { status: 201, body: viewTransfer(bank, call.user, transfer) }
  })
}

/** The answer to a request that was made before with the same key. */
function repeated(bank: Bank, call: BankCall): Reply | undefined {
  const earlier = bank.flaws.has('idempotency-ignored') ? undefined : earlierTransfer(bank, call)
  if (!earlier) return undefined
  if (hasRole(call.user, 'partner')) requireConsent(bank, call, earlier.fromAccountId, 'payments:write')
  return { status: 200, body: viewTransfer(bank, call.user, earlier) }
}

function readDraft(bank: Bank, call: BankCall): Transfer {
  const { body, user } = call
  const amount = readAmount(body, 'amount')
  const account = sourceAccount(bank, call, amount)
  const consentId = hasRole(user, 'partner') ? String(call.headers['consent-id']) : null
  const ownerId = consentId === null ? user.id : account.ownerId
  const terms = { ownerId, beneficiaryId: readText(body, 'beneficiaryId', 36), amount }
  const currency = readWord(body, 'currency', ['EUR', 'USD'])
  if (!bank.flaws.has('negative-amount') && amount <= 0) throw broken('invalid-field', 'amount must be above zero')
  if (amount > MAXIMUM) throw broken('maximum-exceeded', 'a transfer may be at most 10000.00')
  if (!bank.flaws.has('currency-unchecked') && currency !== account.currency) {
    throw broken('wrong-currency', `the account is in ${account.currency}`)
  }
  requireRecipient(bank, terms)
  const fee = bank.flaws.has('fee-from-request') && body.fee !== undefined ? readAmount(body, 'fee') : feeFor(amount)
  return {
    id: randomUUID(),
    tenant: account.tenant,
    ...terms,
    requestedBy: user.id,
    consentId,
    fromAccountId: account.id,
    currency,
    fee,
    reference: body.reference === undefined ? '' : readText(body, 'reference'),
    status: 'draft',
    reversedAmount: 0,
    fraudNotes: `screened: risk ${account.riskScore}, ${amount > 500_000 ? 'unusually large' : 'unremarkable'}`,
    createdAt: new Date().toISOString(),
    executedAt: null,
  }
}

/** 0.2 % of the amount, rounded up, at least 0.10. */
function feeFor(amount: number): number {
  return Math.max(10, Math.ceil(amount / 500))
}

function sourceAccount(bank: Bank, call: BankCall, amount: number): Account {
  const account = findAccount(bank, readText(call.body, 'fromAccountId', 36))
  if (hasRole(call.user, 'partner')) {
    const consent = requireConsent(bank, call, account.id, 'payments:write')
    if (!bank.flaws.has('consent-maximum-unchecked') && amount > consent.maxAmount) {
      throw forbidden('consent-exceeded', 'the consent does not allow this amount')
    }
  } else if (!bank.flaws.has('no-owner-check-source-account') && account.ownerId !== call.user.id) {
    throw notFound('account')
  }
  if (account.status !== 'active') throw wrongState('account', account.status)
  return account
}

function insertApprovals({ db }: Bank, transfer: Transfer, given: unknown): void {
  for (const approverId of Array.isArray(given) ? given : []) {
    insert(db, 'approvals', { transferId: transfer.id, approverId: String(approverId) })
  }
}

function requireUsableKey(call: BankCall): void {
  const key = call.headers['idempotency-key']
  if (key !== undefined && (typeof key !== 'string' || key.length === 0 || key.length > 64)) {
    throw broken('invalid-field', 'Idempotency-Key must be a text of 1 to 64 characters')
  }
}

function earlierTransfer({ db }: Bank, call: BankCall): Transfer | undefined {
  const key = call.headers['idempotency-key']
  if (typeof key !== 'string') return undefined
  const [known] = select(db, 'idempotency', { userId: call.user.id, key })
  if (known && known.request !== JSON.stringify(call.body)) {
    throw broken('key-reused', 'this Idempotency-Key was used for another request')
  }
  return find(db, 'transfers', known?.transferId)
}

function rememberKey({ db, flaws }: Bank, call: BankCall, transfer: Transfer): void {
  const key = call.headers['idempotency-key']
  if (typeof key !== 'string' || flaws.has('idempotency-ignored')) return
  insert(db, 'idempotency', { userId: call.user.id, key, request: JSON.stringify(call.body), transferId: transfer.id })
}

function edit(bank: Bank, call: BankCall): Reply {
  requireRole(call.user, 'customer')
  const { body } = call
  const transfer = actingOn(bank, call)
  requireEditable(bank, transfer, body)
  const changes: Partial<Transfer> = {
    ...(body.amount !== undefined && editedAmount(bank, call)),
    ...(body.beneficiaryId !== undefined && editedRecipient(bank, transfer, call)),
    ...(body.reference !== undefined && { reference: readText(body, 'reference') }),
  }
  if (bank.flaws.has('status-writable') && body.status !== undefined) {
    changes.status = readWord(body, 'status', TRANSFER_STATUSES)
  }
  if (Object.keys(changes).length > 0) update(bank.db, 'transfers', transfer.id, changes)
  return { status: 200, body: viewTransfer(bank, call.user, findTransfer(bank, transfer.id)) }
}

/** Only a draft may be edited: whoever approved the rest approved exactly what it said. */
function requireEditable({ flaws }: Bank, { status }: Transfer, body: BankCall['body']): void {
  if (status === 'draft') return
  const sent = ['amount', 'beneficiaryId', 'reference'].filter((field) => body[field] !== undefined)
  const editable = sent.every(
    (field) =>
      (field === 'amount' && flaws.has('amount-editable-after-submission')) ||
      (field === 'beneficiaryId' && flaws.has('recipient-editable-after-submission')),
  )
  if (sent.length === 0 || !editable) throw wrongState('transfer', status)
}

function editedRecipient(bank: Bank, { ownerId }: Transfer, { body }: BankCall): Partial<Transfer> {
  const beneficiaryId = readText(body, 'beneficiaryId', 36)
  requireRecipient(bank, { ownerId, beneficiaryId })
  return { beneficiaryId }
}

function editedAmount({ flaws }: Bank, { body }: BankCall): Partial<Transfer> {
  const amount = readAmount(body, 'amount')
  if (amount <= 0) throw broken('invalid-field', 'amount must be above zero')
  if (!flaws.has('maximum-unchecked-on-edit') && amount > MAXIMUM) {
    throw broken('maximum-exceeded', 'a transfer may be at most 10000.00')
  }
  return { amount, fee: feeFor(amount) }
}
