import { type Call, Problem, type Reply, type Route } from '../shared/http.ts'
import type { FlawName } from './flaws.ts'
import { type Account, type Consent, type Db, find, type Scope } from './store.ts'
import type { Role, User } from './users.ts'

/** What every operation works with. */
export interface Bank {
  db: Db
  flaws: ReadonlySet<FlawName>
  /** Asks the (imagined) fraud screening service; takes a few milliseconds. */
  screen: () => Promise<void>
}

export type BankCall = Call<User>
export type Operation = (bank: Bank, call: BankCall) => Reply | Promise<Reply>

/** Binds an operation that needs a bearer token to its method and path. */
export function bind(bank: Bank, method: string, path: string, operation: Operation): Route<User> {
  return { method, path, access: 'bearer', handle: (call) => operation(bank, call) }
}

/** Runs checks and writes as one transaction; a refusal thrown inside undoes it. */
export function atomically<T>(bank: Bank, work: () => T): T {
  return bank.db.transaction(work).immediate()
}

export const notFound = (what: string): Problem => new Problem(404, 'not-found', `there is no such ${what}`)
export const wrongState = (what: string, state: string): Problem =>
  new Problem(409, 'wrong-state', `the ${what} is ${state}, so this cannot be done`)
export const broken = (code: string, detail: string): Problem => new Problem(422, code, detail)
export const forbidden = (code: string, detail: string): Problem => new Problem(403, code, detail)

/** Whether the user has one of the roles. */
export function hasRole(user: User, ...roles: readonly Role[]): boolean {
  return roles.some((role) => user.roles.includes(role))
}

/** Refuses with 403 unless the user has one of the roles. */
export function requireRole(user: User, ...roles: readonly Role[]): void {
  if (!hasRole(user, ...roles)) throw forbidden('role-needed', `this needs the role ${roles.join(' or ')}`)
}

/** Whether the user has one of the roles at the brand the object belongs to. */
export function serves(user: User, object: { tenant: string }, ...roles: readonly Role[]): boolean {
  return hasRole(user, ...roles) && user.tenant === object.tenant
}

/** The consent a partner calls under. Refuses with 403 unless it is theirs, active, for this account and with this scope. */
export function requireConsent({ db, flaws }: Bank, call: BankCall, accountId: string, scope: Scope): Consent {
  const header = call.headers['consent-id']
  const consent = find(db, 'consents', typeof header === 'string' ? header : undefined)
  const refused = forbidden('consent-needed', `this needs an active consent with ${scope} for the account`)
  if (!consent) throw refused
  if (!flaws.has('consent-partner-unchecked') && consent.partner !== call.user.name) throw refused
  if (!flaws.has('consent-account-unchecked') && consent.accountId !== accountId) throw refused
  if (!flaws.has('partner-scope-unchecked') && !consent.scopes.split(' ').includes(scope)) throw refused
  if (!flaws.has('revoked-consent-accepted') && consent.status !== 'active') throw refused
  return consent
}

/** The account with this id, whoever owns it; 404 if there is none. */
export function findAccount({ db }: Bank, id: string | undefined): Account {
  const account = find(db, 'accounts', id)
  if (!account) throw notFound('account')
  return account
}
