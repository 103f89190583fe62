import type { Reply, Route } from '../shared/http.ts'
import {
  atomically,
  type Bank,
  type BankCall,
  bind,
  broken,
  findAccount,
  hasRole,
  notFound,
  requireConsent,
  requireRole,
  serves,
  wrongState,
} from './bank.ts'
import type { FlawName } from './flaws.ts'
import { inMajor, readAmount, readPositiveAmount, readText, readWord } from './input.ts'
import { type Account, book, type Entry, openAccount, select, update } from './store.ts'
import type { Role, User } from './users.ts'

/** Customers and their accounts: opening, looking, and what the staff does to them. */
export function accountRoutes(bank: Bank): Route<User>[] {
  return [
    bind(bank, 'GET', '/me', (_, { user }) => ({ status: 200, body: user })),
    bind(bank, 'GET', '/customers', listCustomers),
    bind(bank, 'GET', '/accounts', listAccounts),
    bind(bank, 'POST', '/accounts', open),
    bind(bank, 'GET', '/accounts/{accountId}', getAccount),
    bind(bank, 'PATCH', '/accounts/{accountId}', updateAccount),
    bind(bank, 'POST', '/accounts/{accountId}/close', closeAccount),
    bind(bank, 'POST', '/accounts/{accountId}/freeze', freezeAccount),
    bind(bank, 'POST', '/accounts/{accountId}/unfreeze', unfreezeAccount),
    bind(bank, 'PUT', '/accounts/{accountId}/daily-limit', setDailyLimit),
    bind(bank, 'POST', '/accounts/{accountId}/deposits', deposit),
    bind(bank, 'GET', '/accounts/{accountId}/statement', getStatement),
  ]
}

function listCustomers({ db, flaws }: Bank, { user }: BankCall): Reply {
  requireRole(user, 'clerk', 'admin')
  const tenant = user.tenant ?? undefined
  const customers = select(db, 'customers', flaws.has('cross-tenant-customers') ? {} : { tenant })
  return { status: 200, body: { items: customers } }
}

function listAccounts(bank: Bank, { user, query }: BankCall): Reply {
  requireRole(user, 'customer', 'clerk', 'admin')
  const staff = hasRole(user, 'clerk', 'admin')
  const wanted = staff || bank.flaws.has('list-accounts-by-any-owner') ? (query.get('ownerId') ?? undefined) : undefined
  const tenant = user.tenant ?? undefined
  const accounts = select(bank.db, 'accounts', staff ? { tenant, ownerId: wanted } : { ownerId: wanted ?? user.id })
  return { status: 200, body: { items: accounts.map((account) => viewAccount(bank, user, account)) } }
}

function open(bank: Bank, { user, body }: BankCall): Reply {
  requireRole(user, 'customer')
  if (!user.tenant) throw notFound('bank')
  const given = { label: readText(body, 'label', 40), currency: readWord(body, 'currency', ['EUR', 'USD']) }
  const account = openAccount(bank.db, { tenant: user.tenant, ownerId: user.id, ...given })
  if (bank.flaws.has('opening-balance-writable') && body.balance !== undefined) {
    update(bank.db, 'accounts', account.id, { balance: readAmount(body, 'balance') })
  }
  return { status: 201, body: viewAccount(bank, user, findAccount(bank, account.id)) }
}

function getAccount(bank: Bank, call: BankCall): Reply {
  const account = readableAccount(bank, call, 'no-owner-check-get-account')
  return { status: 200, body: viewAccount(bank, call.user, account) }
}

function getStatement(bank: Bank, call: BankCall): Reply {
  const account = readableAccount(bank, call, 'no-owner-check-statement')
  const entries = select(bank.db, 'entries', { accountId: account.id })
  return { status: 200, body: { accountId: account.id, items: entries.map(viewEntry) } }
}

function updateAccount(bank: Bank, call: BankCall): Reply {
  const account = ownAccount(bank, call)
  if (call.body.label !== undefined)
    update(bank.db, 'accounts', account.id, { label: readText(call.body, 'label', 40) })
  if (bank.flaws.has('daily-limit-writable') && call.body.dailyLimit !== undefined) {
    update(bank.db, 'accounts', account.id, { dailyLimit: readAmount(call.body, 'dailyLimit') })
  }
  return { status: 200, body: viewAccount(bank, call.user, findAccount(bank, account.id)) }
}

function closeAccount(bank: Bank, call: BankCall): Reply {
  return atomically(bank, () => {
    const account = ownAccount(bank, call)
    if (account.status !== 'active') throw wrongState('account', account.status)
    if (account.balance !== 0) throw broken('balance-left', 'an account is closed when its balance is zero')
    return change(bank, call, account, { status: 'closed' })
  })
}

function freezeAccount(bank: Bank, call: BankCall): Reply {
  requireRole(call.user, 'clerk', 'admin')
  const account = findAccount(bank, call.params.accountId)
  if (!bank.flaws.has('cross-tenant-freeze') && account.tenant !== call.user.tenant) throw notFound('account')
  if (account.status !== 'active') throw wrongState('account', account.status)
  return change(bank, call, account, { status: 'frozen' })
}

function unfreezeAccount(bank: Bank, call: BankCall): Reply {
  const account = servedAccount(bank, call, 'admin')
  if (account.status !== 'frozen') throw wrongState('account', account.status)
  return change(bank, call, account, { status: 'active' })
}

function setDailyLimit(bank: Bank, call: BankCall): Reply {
  const account = servedAccount(bank, call, 'admin', 'daily-limit-by-anyone')
  if (account.status === 'closed') throw wrongState('account', account.status)
  return change(bank, call, account, { dailyLimit: readPositiveAmount(call.body, 'dailyLimit') })
}

function deposit(bank: Bank, call: BankCall): Reply {
  return atomically(bank, () => {
    const account = servedAccount(bank, call, 'clerk', 'deposit-by-anyone')
    const amount = readPositiveAmount(call.body, 'amount')
    if (call.body.currency !== account.currency) throw broken('wrong-currency', `the account is in ${account.currency}`)
    if (account.status !== 'active') throw wrongState('account', account.status)
    book(bank.db, account.id, { kind: 'deposit', amount, transferId: null })
    return { status: 201, body: viewAccount(bank, call.user, findAccount(bank, account.id)) }
  })
}

function change(bank: Bank, { user }: BankCall, account: Account, changes: Partial<Account>): Reply {
  update(bank.db, 'accounts', account.id, changes)
  return { status: 200, body: viewAccount(bank, user, { ...account, ...changes }) }
}

function readableAccount(bank: Bank, call: BankCall, flaw: FlawName): Account {
  const account = findAccount(bank, call.params.accountId)
  if (hasRole(call.user, 'partner')) requireConsent(bank, call, account.id, 'accounts:read')
  else if (!bank.flaws.has(flaw) && account.ownerId !== call.user.id && !serves(call.user, account, 'clerk', 'admin')) {
    throw notFound('account')
  }
  return account
}

function ownAccount(bank: Bank, { user, params }: BankCall): Account {
  requireRole(user, 'customer')
  const account = findAccount(bank, params.accountId)
  if (account.ownerId !== user.id) throw notFound('account')
  return account
}

function servedAccount(bank: Bank, { user, params }: BankCall, role: Role, flaw?: FlawName): Account {
  if (!flaw || !bank.flaws.has(flaw)) requireRole(user, role)
  const account = findAccount(bank, params.accountId)
  if (account.tenant !== user.tenant) throw notFound('account')
  return account
}

function viewAccount({ flaws }: Bank, user: User, { riskScore, ...account }: Account): object {
  const shown = { ...account, balance: inMajor(account.balance), dailyLimit: inMajor(account.dailyLimit) }
  return flaws.has('risk-score-visible') || serves(user, account, 'clerk', 'admin') ? { ...shown, riskScore } : shown
}

function viewEntry({ accountId, ...entry }: Entry): object {
  return { ...entry, amount: inMajor(entry.amount), balance: inMajor(entry.balance) }
}
