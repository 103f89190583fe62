/** A finished run as it might be: what was found, and cells of all three verdicts. */
import type { Cell, Outcome } from '../../src/prove/finding.ts'
import { isSecretHeader, isSecretMember, Redactor } from '../../src/prove/identity/secret.ts'
import type { ReportContext } from '../../src/prove/report/context.ts'
import { Secret } from '../../src/wire/secret.ts'
import { charter, planted } from './bank.ts'
import { disclosed, race, skipped } from './findings.ts'

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
