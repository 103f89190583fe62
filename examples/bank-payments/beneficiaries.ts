import type { Reply, Route } from '../shared/http.ts'
import { type Bank, type BankCall, bind, broken, hasRole, notFound, requireRole, serves, wrongState } from './bank.ts'
import { invalid, readText } from './input.ts'
import { addBeneficiary, type Beneficiary, find, select, update } from './store.ts'
import type { User } from './users.ts'

/** Recipients of a customer: pending → verified (by the confirm code) → active → removed. */
export function beneficiaryRoutes(bank: Bank): Route<User>[] {
  return [
    bind(bank, 'GET', '/beneficiaries', list),
    bind(bank, 'POST', '/beneficiaries', add),
    bind(bank, 'GET', '/beneficiaries/{beneficiaryId}', get),
    bind(bank, 'POST', '/beneficiaries/{beneficiaryId}/verify', verify),
    bind(bank, 'POST', '/beneficiaries/{beneficiaryId}/activate', activate),
    bind(bank, 'DELETE', '/beneficiaries/{beneficiaryId}', remove),
  ]
}

function list({ db }: Bank, { user }: BankCall): Reply {
  requireRole(user, 'customer', 'approver', 'clerk', 'admin')
  const mine =
    hasRole(user, 'approver', 'clerk', 'admin') && user.tenant ? { tenant: user.tenant } : { ownerId: user.id }
  return { status: 200, body: { items: select(db, 'beneficiaries', mine).map(viewBeneficiary) } }
}

function add({ db }: Bank, { user, body }: BankCall): Reply {
  requireRole(user, 'customer')
  if (!user.tenant) throw notFound('bank')
  const iban = readText(body, 'iban', 34)
  if (!/^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$/.test(iban)) throw invalid('iban', 'must be an IBAN without spaces')
  const given = { tenant: user.tenant, ownerId: user.id, name: readText(body, 'name', 70), iban }
  const beneficiary = addBeneficiary(db, { ...given, status: 'pending' })
  // The code stands in for a letter to the customer: it is shown here and never again.
  return { status: 201, body: beneficiary }
}

function get({ db }: Bank, { user, params }: BankCall): Reply {
  const beneficiary = find(db, 'beneficiaries', params.beneficiaryId)
  if (!beneficiary) throw notFound('beneficiary')
  const seen = beneficiary.ownerId === user.id || serves(user, beneficiary, 'approver', 'clerk', 'admin')
  if (!seen) throw notFound('beneficiary')
  return { status: 200, body: viewBeneficiary(beneficiary) }
}

function verify(bank: Bank, call: BankCall): Reply {
  const beneficiary = ownBeneficiary(bank, call)
  const code = readText(call.body, 'code', 40)
  if (!bank.flaws.has('verify-replay') && beneficiary.status !== 'pending') {
    throw wrongState('beneficiary', beneficiary.status)
  }
  if (!bank.flaws.has('confirm-code-unchecked') && code !== beneficiary.confirmCode) {
    throw broken('wrong-code', 'the confirm code is not the one that was sent')
  }
  return change(bank, beneficiary, 'verified')
}

function activate(bank: Bank, call: BankCall): Reply {
  const beneficiary = ownBeneficiary(bank, call)
  const early = beneficiary.status === 'pending' && bank.flaws.has('activate-unverified')
  if (!early && beneficiary.status !== 'verified') throw wrongState('beneficiary', beneficiary.status)
  return change(bank, beneficiary, 'active')
}

function remove(bank: Bank, call: BankCall): Reply {
  requireRole(call.user, 'customer')
  const beneficiary = find(bank.db, 'beneficiaries', call.params.beneficiaryId)
  if (!beneficiary) throw notFound('beneficiary')
  if (!bank.flaws.has('no-owner-check-remove-beneficiary') && beneficiary.ownerId !== call.user.id) {
    throw notFound('beneficiary')
  }
  if (beneficiary.status === 'removed') throw wrongState('beneficiary', beneficiary.status)
  return change(bank, beneficiary, 'removed')
}

function ownBeneficiary({ db }: Bank, { user, params }: BankCall): Beneficiary {
  requireRole(user, 'customer')
  const beneficiary = find(db, 'beneficiaries', params.beneficiaryId)
  if (!beneficiary || beneficiary.ownerId !== user.id) throw notFound('beneficiary')
  return beneficiary
}

function change({ db }: Bank, beneficiary: Beneficiary, status: Beneficiary['status']): Reply {
  update(db, 'beneficiaries', beneficiary.id, { status })
  return { status: 200, body: viewBeneficiary({ ...beneficiary, status }) }
}

function viewBeneficiary({ confirmCode, ...beneficiary }: Beneficiary): object {
  return beneficiary
}
