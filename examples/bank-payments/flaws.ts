/** Kinds of missing check, named after what an attacker does with it. */
export type FlawClass =
  | 'skip'
  | 'repeat'
  | 'replay'
  | 'reorder'
  | 'forbidden-transition'
  | 'direct-status-write'
  | 'approval-none'
  | 'approval-quorum'
  | 'approval-own'
  | 'approval-twice'
  | 'approval-stale'
  | 'approval-changed'
  | 'separation'
  | 'amount-tampering'
  | 'currency-tampering'
  | 'recipient-tampering'
  | 'negative-amount'
  | 'splitting'
  | 'race'
  | 'idempotency-missing'
  | 'bola-read'
  | 'bola-write'
  | 'bopla-read'
  | 'bopla-write'
  | 'bfla'
  | 'cross-tenant'
  | 'partner-scope'
  | 'use-after-revocation'
  | 'use-before-verification'
  | 'list-leak'

interface Flaw {
  class: FlawClass
  operations: readonly string[]
  sentence: string
}

const table = {
  'no-owner-check-get-account': {
    class: 'bola-read',
    operations: ['getAccount'],
    sentence: 'Any customer reads any account by its id.',
  },
  'no-owner-check-statement': {
    class: 'bola-read',
    operations: ['getStatement'],
    sentence: 'Any customer reads any statement.',
  },
  'no-owner-check-get-transfer': {
    class: 'bola-read',
    operations: ['getTransfer'],
    sentence: 'Any customer reads any transfer by its id.',
  },
  'list-transfers-unfiltered': {
    class: 'list-leak',
    operations: ['listTransfers'],
    sentence: 'The list shows the transfers of all customers.',
  },
  'list-accounts-by-any-owner': {
    class: 'list-leak',
    operations: ['listAccounts'],
    sentence: 'The staff filter ownerId also works for customers.',
  },

  'no-owner-check-source-account': {
    class: 'bola-write',
    operations: ['createTransfer'],
    sentence: "A transfer may start from a stranger's account.",
  },
  'no-owner-check-cancel': {
    class: 'bola-write',
    operations: ['cancelTransfer'],
    sentence: "A customer cancels another customer's transfer.",
  },
  'no-owner-check-remove-beneficiary': {
    class: 'bola-write',
    operations: ['removeBeneficiary'],
    sentence: "A customer removes a stranger's beneficiary.",
  },
  'no-owner-check-grant-consent': {
    class: 'bola-write',
    operations: ['grantConsent'],
    sentence: "A customer grants a partner a stranger's account.",
  },
  'no-owner-check-revoke-consent': {
    class: 'bola-write',
    operations: ['revokeConsent'],
    sentence: "A customer revokes a stranger's consent.",
  },

  'cross-tenant-freeze': {
    class: 'cross-tenant',
    operations: ['freezeAccount'],
    sentence: "A clerk freezes the other brand's accounts.",
  },
  'cross-tenant-customers': {
    class: 'cross-tenant',
    operations: ['listCustomers'],
    sentence: "A clerk sees the other brand's customers.",
  },
  'cross-tenant-reversal': {
    class: 'cross-tenant',
    operations: ['reverseTransfer'],
    sentence: "A clerk reverses the other brand's transfers.",
  },

  'daily-limit-by-anyone': {
    class: 'bfla',
    operations: ['setDailyLimit'],
    sentence: 'Setting the daily limit does not need the role admin.',
  },
  'deposit-by-anyone': {
    class: 'bfla',
    operations: ['depositMoney'],
    sentence: 'Depositing does not need the role clerk.',
  },
  'reversal-by-anyone': {
    class: 'bfla',
    operations: ['reverseTransfer'],
    sentence: 'Reversing does not need the role clerk.',
  },
  'approve-without-role': {
    class: 'bfla',
    operations: ['approveTransfer'],
    sentence: 'Approving does not need the role approver.',
  },

  'approval-not-required': {
    class: 'approval-none',
    operations: ['executeTransfer'],
    sentence: 'Large transfers execute without approvals.',
  },
  'one-approval-is-enough': {
    class: 'approval-quorum',
    operations: ['approveTransfer'],
    sentence: 'The first of two approvals already counts as both.',
  },
  'approve-own': {
    class: 'approval-own',
    operations: ['approveTransfer'],
    sentence: 'An approver approves a transfer that they requested.',
  },
  'approve-as-account-owner': {
    class: 'separation',
    operations: ['approveTransfer'],
    sentence: 'An approver approves what a partner requested for them.',
  },
  'approve-twice': {
    class: 'approval-twice',
    operations: ['approveTransfer'],
    sentence: 'Both approvals may come from one approver.',
  },
  'withdraw-keeps-approvals': {
    class: 'approval-stale',
    operations: ['withdrawTransfer'],
    sentence: 'Approvals survive withdrawal, edit and resubmission.',
  },
  'amount-editable-after-submission': {
    class: 'approval-changed',
    operations: ['updateTransfer'],
    sentence: 'The amount may change after approval.',
  },
  'recipient-editable-after-submission': {
    class: 'recipient-tampering',
    operations: ['updateTransfer'],
    sentence: 'The recipient may change after approval.',
  },

  'status-writable': {
    class: 'direct-status-write',
    operations: ['updateTransfer'],
    sentence: 'An edit may carry the status.',
  },
  'opening-balance-writable': {
    class: 'bopla-write',
    operations: ['openAccount'],
    sentence: 'A new account takes its balance from the request.',
  },
  'daily-limit-writable': {
    class: 'bopla-write',
    operations: ['updateAccount'],
    sentence: 'The owner sets the daily limit along with the label.',
  },
  'approvals-writable': {
    class: 'bopla-write',
    operations: ['createTransfer'],
    sentence: 'A new transfer takes its approvals from the request.',
  },
  'risk-score-visible': {
    class: 'bopla-read',
    operations: ['getAccount', 'listAccounts'],
    sentence: 'Customers see the risk score of their account.',
  },
  'fraud-notes-visible': {
    class: 'bopla-read',
    operations: ['getTransfer'],
    sentence: 'Customers see the fraud notes on their transfer.',
  },

  'execute-from-draft': {
    class: 'skip',
    operations: ['executeTransfer'],
    sentence: 'A transfer executes without being submitted.',
  },
  'confirm-code-unchecked': {
    class: 'skip',
    operations: ['verifyBeneficiary'],
    sentence: 'Any code verifies a beneficiary.',
  },
  'execute-repeat': {
    class: 'repeat',
    operations: ['executeTransfer'],
    sentence: 'An executed transfer executes again.',
  },
  'verify-replay': {
    class: 'replay',
    operations: ['verifyBeneficiary'],
    sentence: 'A used code brings a removed beneficiary back.',
  },
  'activate-unverified': {
    class: 'reorder',
    operations: ['activateBeneficiary'],
    sentence: 'A beneficiary is activated before it is verified.',
  },
  'resubmit-rejected': {
    class: 'forbidden-transition',
    operations: ['submitTransfer'],
    sentence: 'A rejected transfer is submitted again.',
  },
  'reverse-unexecuted': {
    class: 'forbidden-transition',
    operations: ['reverseTransfer'],
    sentence: 'A transfer that never executed is paid back.',
  },
  'execute-from-frozen-account': {
    class: 'forbidden-transition',
    operations: ['executeTransfer'],
    sentence: 'Money leaves a frozen account.',
  },
  'unverified-beneficiary-accepted': {
    class: 'use-before-verification',
    operations: ['createTransfer', 'executeTransfer'],
    sentence: 'Money goes to a beneficiary that is not active.',
  },

  'negative-amount': {
    class: 'negative-amount',
    operations: ['createTransfer'],
    sentence: 'A negative transfer pulls money in.',
  },
  'currency-unchecked': {
    class: 'currency-tampering',
    operations: ['createTransfer'],
    sentence: 'A transfer may be in a currency the account is not in.',
  },
  'fee-from-request': {
    class: 'amount-tampering',
    operations: ['createTransfer'],
    sentence: 'The fee is taken from the request.',
  },
  'maximum-unchecked-on-edit': {
    class: 'amount-tampering',
    operations: ['updateTransfer'],
    sentence: 'An edit may exceed the maximum per transfer.',
  },
  'reversal-amount-unchecked': {
    class: 'amount-tampering',
    operations: ['reverseTransfer'],
    sentence: 'A reversal may exceed the executed amount.',
  },
  'reversals-not-summed': {
    class: 'splitting',
    operations: ['reverseTransfer'],
    sentence: 'Each partial reversal may be as large as the transfer.',
  },
  'daily-limit-not-summed': {
    class: 'splitting',
    operations: ['executeTransfer'],
    sentence: 'Each transfer alone is compared with the daily limit.',
  },

  'overdraft-race': {
    class: 'race',
    operations: ['executeTransfer'],
    sentence: 'Parallel transfers spend the same balance.',
  },
  'double-execute-race': {
    class: 'race',
    operations: ['executeTransfer'],
    sentence: 'One transfer executes several times at once.',
  },
  'reversal-race': {
    class: 'race',
    operations: ['reverseTransfer'],
    sentence: 'One transfer is reversed several times at once.',
  },
  'idempotency-ignored': {
    class: 'idempotency-missing',
    operations: ['createTransfer'],
    sentence: 'A repeated Idempotency-Key creates another transfer.',
  },

  'partner-scope-unchecked': {
    class: 'partner-scope',
    operations: ['createTransfer', 'getAccount', 'getStatement', 'executeTransfer'],
    sentence: 'A partner acts outside the scopes of its consent.',
  },
  'consent-account-unchecked': {
    class: 'partner-scope',
    operations: ['createTransfer', 'getAccount', 'getStatement'],
    sentence: 'A consent opens accounts it does not name.',
  },
  'consent-partner-unchecked': {
    class: 'partner-scope',
    operations: ['createTransfer', 'getAccount', 'getStatement'],
    sentence: 'A partner uses the consent given to another.',
  },
  'consent-maximum-unchecked': {
    class: 'partner-scope',
    operations: ['createTransfer'],
    sentence: 'A partner pays more than its consent allows.',
  },
  'revoked-consent-accepted': {
    class: 'use-after-revocation',
    operations: ['createTransfer', 'getAccount', 'getStatement', 'executeTransfer'],
    sentence: 'A revoked consent still works.',
  },
} as const

export type FlawName = keyof typeof table

/** Every flaw that can be switched on, one missing check each. */
export const FLAWS: Readonly<Record<FlawName, Flaw>> = table

/** Whether this is the name of a flaw. */
export function isFlawName(name: string): name is FlawName {
  return Object.hasOwn(FLAWS, name)
}
