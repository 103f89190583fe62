import type { Missed, Proven } from '../shared/expected.ts'
import type { FlawName } from './flaws.ts'

/** What is proven of every flaw of this example. */
export const EXPECTED: Readonly<Record<FlawName, Proven | Missed>> = {
  'no-owner-check-get-account': { operations: ['getAccount'], classes: ['bola-read'] },
  'no-owner-check-statement': { operations: ['getStatement'], classes: ['bola-read'] },
  'no-owner-check-get-transfer': { operations: ['getTransfer'], classes: ['bola-read'] },
  'list-transfers-unfiltered': { operations: ['listTransfers'], classes: ['bola-read'] },
  'list-accounts-by-any-owner': { operations: ['listAccounts'], classes: ['bola-read'] },
  'no-owner-check-source-account': { operations: ['createTransfer'], classes: ['bola-write'] },
  'no-owner-check-cancel': { operations: ['cancelTransfer'], classes: ['bola-write'] },
  'no-owner-check-remove-beneficiary': { operations: ['removeBeneficiary'], classes: ['bola-write'] },
  'no-owner-check-grant-consent': { operations: ['grantConsent'], classes: ['bola-write'] },
  'no-owner-check-revoke-consent': { operations: ['revokeConsent'], classes: ['bola-write'] },
  'cross-tenant-freeze': { operations: ['freezeAccount'], classes: ['cross-tenant', 'bola-read'] },
  'cross-tenant-customers': { operations: ['listCustomers'], classes: ['cross-tenant', 'bola-read'] },
  'cross-tenant-reversal': { operations: ['reverseTransfer'], classes: ['cross-tenant', 'bola-read'] },
  'daily-limit-by-anyone': { operations: ['setDailyLimit'], classes: ['bfla', 'unauthenticated'] },
  'deposit-by-anyone': { operations: ['depositMoney'], classes: ['bfla', 'unauthenticated'] },
  'reversal-by-anyone': { operations: ['reverseTransfer'], classes: ['bfla', 'unauthenticated'] },
  'approve-without-role': { operations: ['approveTransfer'], classes: ['bfla', 'unauthenticated'] },
  'approval-not-required': { operations: ['executeTransfer'], classes: ['approval-missing'] },
  'one-approval-is-enough': {
    operations: ['executeTransfer'],
    classes: ['approval-missing', 'approval-counted-twice'],
  },
  'approve-own': { operations: ['approveTransfer'], classes: ['approval-own', 'separation-of-duties'] },
  'approve-as-account-owner': { operations: ['approveTransfer'], classes: ['separation-of-duties'] },
  'approve-twice': { operations: ['executeTransfer'], classes: ['approval-counted-twice'] },
  'withdraw-keeps-approvals': { operations: ['executeTransfer'], classes: ['approval-stale', 'use-after-end'] },
  'amount-editable-after-submission': {
    operations: ['updateTransfer'],
    classes: ['approval-changed', 'step-skipped', 'use-after-end'],
  },
  'recipient-editable-after-submission': {
    operations: ['updateTransfer'],
    classes: ['recipient-tampering', 'step-skipped', 'use-after-end'],
  },
  'status-writable': { operations: ['updateTransfer'], classes: ['direct-status-write'] },
  'opening-balance-writable': { operations: ['openAccount'], classes: ['bopla-write'] },
  'daily-limit-writable': { operations: ['updateAccount'], classes: ['bopla-write'] },
  'approvals-writable': { operations: ['createTransfer'], classes: ['bopla-write'] },
  'risk-score-visible': { operations: ['getAccount', 'listAccounts'], classes: ['bopla-read'], each: true },
  'fraud-notes-visible': { operations: ['getTransfer'], classes: ['bopla-read'] },
  'execute-from-draft': {
    operations: ['executeTransfer'],
    classes: ['step-skipped', 'use-before-verification', 'rule-broken'],
  },
  'confirm-code-unchecked': {
    operations: ['verifyBeneficiary'],
    classes: ['step-skipped', 'use-before-verification', 'rule-broken'],
  },
  'execute-repeat': { operations: ['executeTransfer'], classes: ['step-repeated', 'use-after-end'] },
  'verify-replay': {
    operations: ['verifyBeneficiary'],
    classes: ['replay', 'step-repeated', 'use-after-end', 'forbidden-transition'],
  },
  'activate-unverified': { operations: ['activateBeneficiary'], classes: ['steps-reordered', 'step-skipped'] },
  'resubmit-rejected': {
    operations: ['submitTransfer'],
    classes: ['forbidden-transition', 'use-after-end', 'step-skipped', 'use-before-verification'],
  },
  'reverse-unexecuted': {
    operations: ['reverseTransfer'],
    classes: ['forbidden-transition', 'use-after-end', 'step-skipped', 'use-before-verification'],
  },
  'execute-from-frozen-account': {
    operations: ['executeTransfer'],
    classes: ['forbidden-transition', 'use-after-end', 'step-skipped', 'use-before-verification'],
  },
  'unverified-beneficiary-accepted': {
    operations: ['createTransfer', 'executeTransfer'],
    classes: ['use-before-verification', 'use-after-end', 'rule-broken'],
    each: true,
  },
  'negative-amount': { operations: ['createTransfer'], classes: ['amount-tampering'] },
  'currency-unchecked': { operations: ['createTransfer'], classes: ['currency-tampering'] },
  'fee-from-request': { operations: ['createTransfer'], classes: ['amount-tampering', 'bopla-write', 'limit-split'] },
  'maximum-unchecked-on-edit': {
    operations: ['updateTransfer'],
    classes: ['amount-tampering', 'bopla-write', 'limit-split'],
  },
  'reversal-amount-unchecked': {
    operations: ['reverseTransfer'],
    classes: ['amount-tampering', 'bopla-write', 'limit-split'],
  },
  'reversals-not-summed': { operations: ['reverseTransfer'], classes: ['limit-split'] },
  'daily-limit-not-summed': { operations: ['executeTransfer'], classes: ['limit-split'] },
  'overdraft-race': { operations: ['executeTransfer'], classes: ['race'] },
  'double-execute-race': { operations: ['executeTransfer'], classes: ['race'] },
  'reversal-race': { operations: ['reverseTransfer'], classes: ['race'] },
  'idempotency-ignored': { operations: ['createTransfer'], classes: ['idempotency-missing'] },
  'partner-scope-unchecked': {
    operations: ['createTransfer', 'getAccount', 'getStatement', 'executeTransfer'],
    classes: ['scope-exceeded', 'rule-broken'],
    each: true,
  },
  'consent-account-unchecked': {
    operations: ['createTransfer', 'getAccount', 'getStatement'],
    classes: ['scope-exceeded', 'bola-write', 'bola-read', 'rule-broken', 'amount-tampering'],
    each: true,
  },
  'consent-partner-unchecked': {
    operations: ['createTransfer', 'getAccount', 'getStatement'],
    classes: ['scope-exceeded', 'bola-write', 'bola-read', 'rule-broken', 'amount-tampering'],
    each: true,
  },
  'consent-maximum-unchecked': {
    operations: ['createTransfer'],
    classes: ['scope-exceeded', 'bola-write', 'bola-read', 'rule-broken', 'amount-tampering'],
  },
  'revoked-consent-accepted': {
    operations: ['createTransfer', 'getAccount', 'getStatement', 'executeTransfer'],
    classes: ['use-after-end'],
    each: true,
  },
}
