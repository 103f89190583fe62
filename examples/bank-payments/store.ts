import { randomBytes, randomUUID } from 'node:crypto'
import Database from 'better-sqlite3'
import type { Tenant, User } from './users.ts'

export type Db = Database.Database
export type Currency = 'EUR' | 'USD'
export type AccountStatus = 'active' | 'frozen' | 'closed'
export type BeneficiaryStatus = 'pending' | 'verified' | 'active' | 'removed'
export type TransferStatus = (typeof TRANSFER_STATUSES)[number]
export type Scope = 'accounts:read' | 'payments:write'

export const TRANSFER_STATUSES = [
  'draft',
  'submitted',
  'approved',
  'executed',
  'reversed',
  'cancelled',
  'rejected',
] as const

/** Rows as stored. Every amount is an integer in minor units (cents). */
export interface Account {
  id: string
  tenant: Tenant
  ownerId: string
  label: string
  currency: Currency
  balance: number
  status: AccountStatus
  dailyLimit: number
  riskScore: number
  openedAt: string
}

export interface Entry {
  id: string
  accountId: string
  at: string
  kind: 'deposit' | 'transfer' | 'fee' | 'reversal'
  amount: number
  balance: number
  transferId: string | null
}

export interface Beneficiary {
  id: string
  tenant: Tenant
  ownerId: string
  name: string
  iban: string
  status: BeneficiaryStatus
  confirmCode: string
}

export interface Transfer {
  id: string
  tenant: Tenant
  ownerId: string
  requestedBy: string
  consentId: string | null
  fromAccountId: string
  beneficiaryId: string
  amount: number
  currency: Currency
  fee: number
  reference: string
  status: TransferStatus
  reversedAmount: number
  fraudNotes: string
  createdAt: string
  executedAt: string | null
}

/** `scopes` is stored as words separated by spaces. */
export interface Consent {
  id: string
  tenant: Tenant
  ownerId: string
  accountId: string
  partner: string
  scopes: string
  maxAmount: number
  status: 'active' | 'revoked'
  createdAt: string
}

interface Rows {
  accounts: Account
  entries: Entry
  beneficiaries: Beneficiary
  transfers: Transfer
  consents: Consent
  customers: { id: string; tenant: Tenant; name: string; email: string }
  approvals: { transferId: string; approverId: string }
  idempotency: { userId: string; key: string; request: string; transferId: string }
}

/** Column values to compare with. */
export type Where<Row> = { [K in keyof Row]?: Row[K] | undefined }

const SCHEMA = `
  PRAGMA journal_mode = MEMORY;
  PRAGMA synchronous = OFF;
  CREATE TABLE customers (id TEXT PRIMARY KEY, tenant TEXT, name TEXT, email TEXT);
  CREATE TABLE accounts (id TEXT PRIMARY KEY, tenant TEXT, ownerId TEXT, label TEXT, currency TEXT, balance INTEGER,
    status TEXT, dailyLimit INTEGER, riskScore INTEGER, openedAt TEXT);
  CREATE TABLE entries (id TEXT PRIMARY KEY, accountId TEXT, at TEXT, kind TEXT, amount INTEGER, balance INTEGER,
    transferId TEXT);
  CREATE INDEX entryAccount ON entries (accountId);
  CREATE TABLE beneficiaries (id TEXT PRIMARY KEY, tenant TEXT, ownerId TEXT, name TEXT, iban TEXT, status TEXT,
    confirmCode TEXT);
  CREATE TABLE transfers (id TEXT PRIMARY KEY, tenant TEXT, ownerId TEXT, requestedBy TEXT, consentId TEXT,
    fromAccountId TEXT, beneficiaryId TEXT, amount INTEGER, currency TEXT, fee INTEGER, reference TEXT, status TEXT,
    reversedAmount INTEGER, fraudNotes TEXT, createdAt TEXT, executedAt TEXT);
  CREATE INDEX transferAccount ON transfers (fromAccountId);
  CREATE TABLE approvals (transferId TEXT, approverId TEXT);
  CREATE INDEX approvalTransfer ON approvals (transferId);
  CREATE TABLE consents (id TEXT PRIMARY KEY, tenant TEXT, ownerId TEXT, accountId TEXT, partner TEXT, scopes TEXT,
    maxAmount INTEGER, status TEXT, createdAt TEXT);
  CREATE TABLE idempotency (userId TEXT, key TEXT, request TEXT, transferId TEXT, PRIMARY KEY (userId, key));
`

/** Opens an empty database; `file` must not hold one yet. The default lives in memory. */
export function openStore(file = ':memory:'): Db {
  const db = new Database(file)
  db.exec(SCHEMA)
  return db
}

/** The row with this id, if there is one. */
export function find<T extends keyof Rows>(db: Db, table: T, id: string | undefined): Rows[T] | undefined {
  return db.prepare<[string | undefined], Rows[T]>(`SELECT * FROM ${table} WHERE id = ?`).get(id)
}

/** Rows whose columns equal the given values, oldest first; a column given as undefined is not compared. */
export function select<T extends keyof Rows>(db: Db, table: T, where: Where<Rows[T]>): Rows[T][] {
  const entries = Object.entries(where).filter(([, value]) => value !== undefined)
  const condition = entries.map(([column]) => `${column} = ?`).join(' AND ') || 'TRUE'
  const sql = `SELECT * FROM ${table} WHERE ${condition} ORDER BY rowid`
  return db.prepare<unknown[], Rows[T]>(sql).all(...entries.map(([, value]) => value))
}

/** Adds a row and gives it back. */
export function insert<T extends keyof Rows>(db: Db, table: T, row: Rows[T]): Rows[T] {
  const columns = Object.keys(row)
  const slots = columns.map((column) => `@${column}`).join(', ')
  db.prepare<[Rows[T]]>(`INSERT INTO ${table} (${columns.join(', ')}) VALUES (${slots})`).run(row)
  return row
}

/** Writes the given columns of one row. */
export function update<T extends keyof Rows>(db: Db, table: T, id: string, changes: Partial<Rows[T]>): void {
  const columns = Object.keys(changes).map((column) => `${column} = ?`)
  db.prepare<unknown[]>(`UPDATE ${table} SET ${columns.join(', ')} WHERE id = ?`).run(...Object.values(changes), id)
}

/** Moves money on an account and notes it in its statement. `amount` is signed; whether it may move was decided before. */
export function book(db: Db, accountId: string, entry: Pick<Entry, 'kind' | 'amount' | 'transferId'>): void {
  db.prepare<[number, string]>('UPDATE accounts SET balance = balance + ? WHERE id = ?').run(entry.amount, accountId)
  const balance = find(db, 'accounts', accountId)?.balance ?? 0
  insert(db, 'entries', { id: randomUUID(), accountId, at: new Date().toISOString(), balance, ...entry })
}

/** Empties every table and fills in the opening day: customers, funded accounts, one active beneficiary each. */
export function seed(db: Db, users: Iterable<User>): void {
  db.transaction(() => {
    db.exec('DELETE FROM customers; DELETE FROM accounts; DELETE FROM entries; DELETE FROM beneficiaries')
    db.exec('DELETE FROM transfers; DELETE FROM approvals; DELETE FROM consents; DELETE FROM idempotency')
    for (const user of users) {
      if (user.tenant && user.roles.includes('customer')) seedCustomer(db, { ...user, tenant: user.tenant })
    }
  })()
}

const OPENING: Record<string, readonly [string, Currency, number][]> = {
  alice: [
    ['current', 'EUR', 800_000],
    ['savings', 'EUR', 50_000],
    ['travel', 'USD', 100_000],
  ],
  bob: [
    ['current', 'EUR', 300_000],
    ['savings', 'EUR', 25_000],
  ],
  eve: [['current', 'EUR', 400_000]],
  carol: [
    ['current', 'EUR', 600_000],
    ['savings', 'EUR', 10_000],
  ],
}

function seedCustomer(db: Db, { id, name, tenant }: User & { tenant: Tenant }): void {
  insert(db, 'customers', { id, tenant, name, email: `${name}@example.com` })
  for (const [label, currency, amount] of OPENING[name] ?? []) {
    const account = openAccount(db, { tenant, ownerId: id, label, currency })
    book(db, account.id, { kind: 'deposit', amount, transferId: null })
  }
  addBeneficiary(db, {
    tenant,
    ownerId: id,
    name: 'City Utilities',
    iban: 'DE02120300000000202051',
    status: 'active',
  })
}

/** Adds an active, empty account with the limit every account starts with (5000.00 a day). */
export function openAccount(db: Db, given: Pick<Account, 'tenant' | 'ownerId' | 'label' | 'currency'>): Account {
  return insert(db, 'accounts', {
    id: randomUUID(),
    ...given,
    balance: 0,
    status: 'active',
    dailyLimit: 500_000,
    riskScore: randomBytes(1).readUInt8() % 100,
    openedAt: new Date().toISOString(),
  })
}

/** Adds a beneficiary with a code too long to guess. */
export function addBeneficiary(db: Db, given: Omit<Beneficiary, 'id' | 'confirmCode'>): Beneficiary {
  return insert(db, 'beneficiaries', { id: randomUUID(), ...given, confirmCode: randomBytes(9).toString('base64url') })
}
