import { randomUUID } from 'node:crypto'
import type { Reply, Route } from '../shared/http.ts'
import { type Bank, type BankCall, bind, findAccount, notFound, requireRole, serves, wrongState } from './bank.ts'
import { inMajor, invalid, readPositiveAmount, readWord } from './input.ts'
import { type Consent, find, insert, type Scope, update } from './store.ts'
import { PARTNERS, type User } from './users.ts'

const SCOPES: readonly Scope[] = ['accounts:read', 'payments:write']

/** What a customer lets a partner do with one account: active → revoked. */
export function consentRoutes(bank: Bank): Route<User>[] {
  return [
    bind(bank, 'POST', '/consents', grant),
    bind(bank, 'GET', '/consents/{consentId}', get),
    bind(bank, 'POST', '/consents/{consentId}/revoke', revoke),
  ]
}

function grant(bank: Bank, { user, body }: BankCall): Reply {
  requireRole(user, 'customer')
  const account = findAccount(bank, typeof body.accountId === 'string' ? body.accountId : undefined)
  if (!bank.flaws.has('no-owner-check-grant-consent') && account.ownerId !== user.id) throw notFound('account')
  if (account.status === 'closed') throw wrongState('account', account.status)
  const consent = insert(bank.db, 'consents', {
    id: randomUUID(),
    tenant: account.tenant,
    ownerId: user.id,
    accountId: account.id,
    partner: readWord(body, 'partner', PARTNERS),
    scopes: readScopes(body.scopes),
    maxAmount: readPositiveAmount(body, 'maxAmount'),
    status: 'active',
    createdAt: new Date().toISOString(),
  })
  return { status: 201, body: viewConsent(consent) }
}

function readScopes(given: unknown): string {
  const chosen = Array.isArray(given) ? SCOPES.filter((scope) => given.includes(scope)) : []
  if (!Array.isArray(given) || chosen.length === 0 || chosen.length !== given.length) {
    throw invalid('scopes', `must be a list of ${SCOPES.join(', ')}`)
  }
  return chosen.join(' ')
}

function get({ db }: Bank, { user, params }: BankCall): Reply {
  const consent = find(db, 'consents', params.consentId)
  if (!consent) throw notFound('consent')
  const seen = consent.ownerId === user.id || consent.partner === user.name || serves(user, consent, 'clerk', 'admin')
  if (!seen) throw notFound('consent')
  return { status: 200, body: viewConsent(consent) }
}

function revoke({ db, flaws }: Bank, { user, params }: BankCall): Reply {
  requireRole(user, 'customer')
  const consent = find(db, 'consents', params.consentId)
  if (!consent) throw notFound('consent')
  if (!flaws.has('no-owner-check-revoke-consent') && consent.ownerId !== user.id) throw notFound('consent')
  if (consent.status !== 'active') throw wrongState('consent', consent.status)
  update(db, 'consents', consent.id, { status: 'revoked' })
  return { status: 200, body: viewConsent({ ...consent, status: 'revoked' }) }
}

function viewConsent(consent: Consent): object {
  return { ...consent, scopes: consent.scopes.split(' '), maxAmount: inMajor(consent.maxAmount) }
}
