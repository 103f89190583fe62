/** What was found at the bank: a step skipped, a race, something read by a stranger. */
import assert from 'node:assert/strict'
import type { Finding, Proof } from '../../src/prove/finding.ts'
import type { AbuseCase, Scenario, Tactic } from '../../src/prove/plan/scenario.ts'
import { account, charter, created, look, sent, transfer, transferId } from './bank.ts'

function scenario(uses: readonly string[], attacker = 'alice'): Scenario {
  const wishRule = charter.operations
    .get('bank.executeTransfer')
    ?.uses[0]?.constraints.find((each) => each.kind === 'when')
  assert.ok(wishRule?.kind === 'when')
  return {
    cast: { alice: { identity: 'alice', fresh: false }, [attacker]: { identity: attacker, fresh: false } },
    vars: {
      'transfer-1': {
        type: 'transfer',
        supply: 'made',
        owner: 'alice',
        states: ['draft'],
        wishes: [{ rule: wishRule.rule, want: true, slot: 'object' }],
      },
    },
    steps: uses.map((use, index) => ({
      use,
      as: index === uses.length - 1 ? attacker : 'alice',
      refs: {},
      wishes: [],
      extra:
        index === 0
          ? [
              { at: ['note'], value: { value: 'x' } },
              { at: ['ownerId'], value: { idOf: 'alice' } },
              { at: ['amount'], value: { tamper: 'much' as const } },
            ]
          : [],
      purpose: index === uses.length - 1 ? 'act' : 'setup',
      ...(index === 0 ? { makes: 'transfer-1' } : { object: 'transfer-1' }),
    })),
  }
}

function abuseCase(use: string, constraint: string, tactic: Tactic, finding: string): AbuseCase {
  return {
    id: `${use}|${constraint}|${tactic.kind}`,
    use,
    constraint,
    tactic,
    finding,
    control: scenario(['transfer.create', 'transfer.submit', 'transfer.approve', 'transfer.execute']),
    abuse: scenario(['transfer.create', use], 'bob'),
  }
}

/** The id of the constraint of a kind on a use, and where it stands. */
function ruleOf(operation: string, kind: string): { constraint: string; position: Finding['position'] } {
  const found = charter.operations.get(`bank.${operation}`)?.uses[0]?.constraints.find((each) => each.kind === kind)
  assert.ok(found !== undefined, `${operation} ${kind}`)
  return { constraint: found.id, position: found.position }
}

const proofParts: Pick<Proof, 'observer' | 'repeated' | 'control' | 'disclosed' | 'changes'> = {
  observer: 'dana',
  repeated: { succeeded: 3, of: 3 },
  control: [created],
  disclosed: [],
  changes: [],
}

export const skipped: Finding = {
  fingerprint: 'a3f1c29e7b04',
  class: 'step-skipped',
  severity: 'critical',
  because: 'Money leaves an account, and any customer can do it alone.',
  title: 'A transfer is executed without having been approved',
  operation: 'bank.executeTransfer',
  endpoint: 'POST /transfers/{id}/execute',
  ...ruleOf('executeTransfer', 'from'),
  rule: 'a transfer must be approved',
  rootCause: '`POST /transfers/{id}/execute` does not look at the state of the transfer before it pays.',
  remedy: 'Refuse unless the transfer is `approved`, in the same transaction that sets it to `executed`.',
  proof: {
    ...proofParts,
    case: abuseCase(
      'transfer.execute',
      ruleOf('executeTransfer', 'from').constraint,
      { kind: 'from-state', state: 'draft', slot: 'object' },
      'step-skipped',
    ),
    transcript: [
      created,
      look('draft'),
      sent('alice', 'abuse', ['transfer.execute', 'executeTransfer', `POST /transfers/${transferId}/execute`], {
        answer: transfer('executed'),
      }),
      look('executed'),
    ],
    changes: [{ label: 'transfer', pointer: 'state', before: 'draft', after: 'executed' }],
    sentence: 'alice executed her own transfer of 4,000 EUR straight from draft; nobody had approved it.',
  },
  alsoSeen: [
    {
      case: 'transfer.execute|from|from-state.submitted.object',
      class: 'forbidden-transition',
      sentence: 'alice executed it from submitted.',
    },
  ],
}

export const race: Finding = {
  fingerprint: 'c07d55e1aa92',
  class: 'race',
  severity: 'high',
  because: 'A voucher is worth as much as the number of calls sent at once.',
  title: 'One voucher is credited many times when redeemed at the same moment',
  operation: 'bank.redeemVoucher',
  endpoint: 'POST /vouchers/{id}/redeem',
  ...ruleOf('redeemVoucher', 'once'),
  rule: 'each voucher may be redeemed once',
  rootCause: 'The voucher is checked and marked as used in two steps that other calls can come between.',
  remedy: 'Mark it as used with one conditional update and credit only when that update changed a row.',
  proof: {
    ...proofParts,
    case: abuseCase('voucher.redeem', ruleOf('redeemVoucher', 'once').constraint, { kind: 'race' }, 'race'),
    transcript: [
      sent('dana', 'setup', ['voucher.create', 'createVoucher', 'POST /vouchers'], {
        body: { value: 25 },
        answer: { id: 4000, used: false },
        status: 201,
        captures: [{ name: 'voucher-1', value: '4000', from: '$response.body#/id' }],
      }),
      account(100),
      sent('bob', 'abuse', ['voucher.redeem', 'redeemVoucher', 'POST /vouchers/4000/redeem'], {
        answer: { balance: 125 },
        times: 20,
      }),
      account(600),
    ],
    changes: [{ label: 'account', pointer: '/balance', before: 100, after: 600 }],
    overrun: { effects: 20, allowed: 1 },
    sentence: 'bob redeemed one voucher of 25 EUR twenty times within one moment and was credited 500 EUR.',
  },
  alsoSeen: [],
}

export const disclosed: Finding = {
  fingerprint: '51be08d3f6c4',
  class: 'bola-read',
  severity: 'medium',
  because: 'Amounts and notes of other people are personal data.',
  title: "A stranger reads somebody else's transfer",
  operation: 'bank.getTransfer',
  endpoint: 'GET /transfers/{id}',
  ...ruleOf('getTransfer', 'by'),
  rule: 'only the owner or a clerk may use it',
  rootCause: '`GET /transfers/{id}` looks the transfer up by its id alone.',
  remedy: 'Look it up by id and owner, and answer 404 for everybody else.',
  proof: {
    ...proofParts,
    case: abuseCase(
      'bank.getTransfer',
      ruleOf('getTransfer', 'by').constraint,
      { kind: 'as-other', other: 'other-owner' },
      'bola-read',
    ),
    transcript: [
      created,
      sent('bob', 'abuse', ['bank.getTransfer', 'getTransfer', `GET /transfers/${transferId}`], {
        answer: transfer('draft'),
      }),
    ],
    disclosed: ['/id', '/ownerId', '/status', '/amount', '/note'],
    sentence: "bob read alice's transfer with its amount and note.",
  },
  alsoSeen: [],
}
