/** A finished run as it might be: a step skipped, a race, something read by a stranger, and cells of all three verdicts. */
import assert from 'node:assert/strict'
import type { Charter } from '../../src/charter/charter.ts'
import { hasErrors } from '../../src/charter/diagnostic.ts'
import { linkCharter } from '../../src/charter/link.ts'
import { parseCharter } from '../../src/charter/parse.ts'
import type { Cell, Finding, Outcome, Proof, Sent } from '../../src/prove/finding.ts'
import { isSecretHeader, isSecretMember, Redactor } from '../../src/prove/identity/secret.ts'
import type { AbuseCase, Scenario, Tactic } from '../../src/prove/plan/scenario.ts'
import type { ReportContext } from '../../src/prove/report/context.ts'
import { Secret } from '../../src/wire/secret.ts'

export const charterText = `lockstep: 1
name: bank
sources:
  - name: bank
    type: inline
    operations:
      createTransfer: { method: POST, path: /transfers, body: { amount: money, currency: string, note: string }, response: { id: uuid, ownerId: string, status: string, amount: money, note: string } }
      getTransfer: { method: GET, path: '/transfers/{id}', response: { id: uuid, ownerId: string, status: string, amount: money, note: string } }
      submitTransfer: { method: POST, path: '/transfers/{id}/submit' }
      approveTransfer: { method: POST, path: '/transfers/{id}/approve' }
      executeTransfer: { method: POST, path: '/transfers/{id}/execute' }
      createVoucher: { method: POST, path: /vouchers, response: { id: integer, used: boolean } }
      redeemVoucher: { method: POST, path: '/vouchers/{id}/redeem' }
      getAccount: { method: GET, path: '/accounts/{id}', response: { id: string, balance: money } }
actors:
  customer: {}
  clerk: {}
objects:
  transfer:
    owner: /ownerId
    state: /status
    read: bank.getTransfer
    states: [draft, submitted, approved, executed]
    final: [executed]
    transitions:
      create: { on: bank.createTransfer, to: draft, by: customer, when: request.amount > 0 }
      submit: { on: bank.submitTransfer, from: draft, to: submitted, by: owner }
      approve: { on: bank.approveTransfer, from: submitted, to: approved, by: clerk }
      execute: { on: bank.executeTransfer, from: approved, to: executed, by: owner, when: object.amount <= 5000 }
  voucher:
    transitions:
      create: { on: bank.createVoucher, by: clerk }
      redeem: { on: bank.redeemVoucher, by: customer, once: true }
operations:
  bank.getTransfer: { by: [owner, clerk] }
  bank.getAccount: { by: signed-in }
`

export const charter: Charter = linked(charterText)

export function linked(text: string): Charter {
  const parsed = parseCharter([{ file: 'charter.yaml', text }])
  assert.ok(parsed.charter !== undefined, JSON.stringify(parsed.diagnostics))
  const { charter: found, diagnostics } = linkCharter(parsed.charter, new Map())
  assert.ok(!hasErrors(diagnostics), JSON.stringify(diagnostics))
  return found
}

const origin = 'http://127.0.0.1:8080'
const transferId = '6f9619ff-8b86-4d11-b42d-00c04fc964ff'
/** Planted: none of these may be in any report. */
export const planted: readonly string[] = [
  'token-alice',
  'token-bob',
  'token-dana',
  'hunter2-hunter2',
  'cookie-crumb-77',
  'session-tok-9',
]

interface Told {
  readonly body?: unknown
  readonly answer: unknown
  readonly status?: number
  readonly captures?: Sent['captures']
  readonly times?: number
}

function sent(
  as: string,
  purpose: Sent['purpose'],
  [use, operation, call]: readonly [string, string, string],
  told: Told,
): Sent {
  const [method = '', path = ''] = call.split(' ')
  const { body, answer, status = 200, captures = [], times } = told
  return {
    use,
    operation: `bank.${operation}`,
    as,
    purpose,
    captures,
    ...(times === undefined ? {} : { times }),
    exchange: {
      request: {
        method,
        url: `${origin}${path}`,
        headers: {
          accept: 'application/json',
          authorization: `Bearer token-${as}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json', 'idempotency-key': `key-of-${as}-1` }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      },
      response: {
        status,
        headers: { 'content-type': 'application/json', 'set-cookie': 'sid=cookie-crumb-77; HttpOnly' },
        body: JSON.stringify(answer),
        json: answer,
        ms: 12,
      },
    },
  }
}

const transfer = (status: string) => ({
  id: transferId,
  ownerId: 'alice',
  status,
  amount: 4000,
  note: 'rent "March" & <b>more</b> $(id) `x`',
})
const created = sent('alice', 'setup', ['transfer.create', 'createTransfer', 'POST /transfers'], {
  body: { amount: 4000, currency: 'EUR', note: 'rent "March" & <b>more</b> $(id) `x`', password: 'hunter2-hunter2' },
  answer: { ...transfer('draft'), access_token: 'session-tok-9' },
  status: 201,
  captures: [{ name: 'transfer-1', value: transferId, from: '$response.body#/id' }],
})
const look = (status: string) =>
  sent('dana', 'observe', ['bank.getTransfer', 'getTransfer', `GET /transfers/${transferId}`], {
    answer: transfer(status),
  })
const account = (balance: number) =>
  sent('dana', 'observe', ['bank.getAccount', 'getAccount', 'GET /accounts/7'], { answer: { id: '7', balance } })

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

const skipped: Finding = {
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

const race: Finding = {
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

const disclosed: Finding = {
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

const cell = (
  use: string,
  operation: string,
  constraint: string,
  [verdict, tactic, why]: readonly [Cell['verdict'], string, string],
  state = 'draft',
): Cell => ({
  use,
  operation: `bank.${operation}`,
  constraint,
  actor: 'customer',
  state,
  tactic,
  verdict,
  why,
})

export const outcome: Outcome = {
  charter: 'bank',
  seed: 'seed-1',
  findings: [disclosed, skipped, race],
  cells: [
    cell('transfer.execute', 'executeTransfer', skipped.constraint, [
      'proven',
      'from-state.draft.object',
      'took effect',
    ]),
    cell(
      'transfer.execute',
      'executeTransfer',
      skipped.constraint,
      ['proven', 'from-state.submitted.object', 'took effect'],
      'submitted',
    ),
    cell('transfer.execute', 'executeTransfer', 'transfer.execute.by', [
      'held',
      'as-other.other-owner',
      'refused with 404',
    ]),
    cell(
      'transfer.execute',
      'executeTransfer',
      'transfer.execute.when',
      ['not-reached', 'object-facts', 'no identity may `transfer.approve`'],
      'approved',
    ),
    cell('transfer.submit', 'submitTransfer', 'transfer.submit.by', [
      'held',
      'as-other.other-owner',
      'refused with 404',
    ]),
    cell(
      'transfer.submit',
      'submitTransfer',
      'transfer.submit.from',
      ['held', 'from-state.executed.object', 'answered 409 and changed nothing'],
      'executed',
    ),
    cell('transfer.create', 'createTransfer', 'transfer.create.when', ['held', 'arguments', 'refused with 422'], ''),
    cell('voucher.redeem', 'redeemVoucher', race.constraint, ['held', 'again', 'refused with 409'], ''),
    cell('voucher.redeem', 'redeemVoucher', race.constraint, ['proven', 'race', '20 effects, 1 allowed'], ''),
    cell(
      'transfer.approve',
      'approveTransfer',
      'transfer.approve.by',
      ['not-reached', 'as-other.other-actor', 'no identity may `transfer.approve`'],
      'submitted',
    ),
    cell('bank.getTransfer', 'getTransfer', disclosed.constraint, [
      'proven',
      'as-other.other-owner',
      'disclosed 5 values',
    ]),
  ],
  requests: 184,
  ms: 7240,
  notes: ['the description says 200 for `createTransfer`, the target answers 201'],
}

/** A context with real redaction of every planted secret. */
export function makeContext(more: Partial<ReportContext> = {}): ReportContext {
  const redactor = new Redactor()
  for (const secret of planted) redactor.learn(new Secret(secret))
  return {
    charter,
    redact: (text) => redactor.redact(text),
    isSecretHeader,
    isSecretMember,
    version: '0.1.0',
    startedAt: '2026-03-01T09:30:00.000Z',
    accepted: new Map(),
    ...more,
  }
}

/** A context that knows no secret value, so that only names give secrets away. */
export function blindContext(): ReportContext {
  return makeContext({ redact: (text) => text })
}
