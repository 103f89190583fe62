import { z } from 'zod'
import type { Diagnostic } from '../../charter/diagnostic.ts'
import { parseYaml } from '../../charter/parse.ts'
import type { Finding, Severity } from '../finding.ts'
import { type Acceptance, type ReportContext, standingOf } from './context.ts'
import { severities } from './show.ts'

/** From which severity on a finding fails the run; `none` for never. */
export type FailOn = Severity | 'none'

/** Whether a run passes, and what decided it. */
export interface Gate {
  /** 2 when there are findings that count, else 0. */
  readonly exitCode: 0 | 2
  readonly failing: readonly Finding[]
  readonly known: readonly Finding[]
  readonly accepted: readonly Finding[]
  /** Below the severity asked for. */
  readonly tolerated: readonly Finding[]
}

/** Decides by severity, baseline and acceptances. An accepted or known finding never fails, whatever its severity. Pure. */
export function gateOf(findings: readonly Finding[], failOn: FailOn, context: ReportContext): Gate {
  const of = (standing: string) => findings.filter((each) => standingOf(each.fingerprint, context) === standing)
  const fresh = of('new')
  const failing = fresh.filter(
    ({ severity }) => failOn !== 'none' && severities.indexOf(severity) <= severities.indexOf(failOn),
  )
  return {
    exitCode: failing.length > 0 ? 2 : 0,
    failing,
    known: of('known'),
    accepted: of('accepted'),
    tolerated: fresh.filter((each) => !failing.includes(each)),
  }
}

const sentence = z.string().trim().min(1)
const acceptSchema = z.array(
  z.strictObject({
    fingerprint: sentence,
    owner: sentence,
    until: z.iso.date('write the last day it holds, as 2026-12-31'),
    because: sentence,
  }),
)

/** What an accept file says on a given day. */
export interface Acceptances {
  /** In force. */
  readonly accepted: ReadonlyMap<string, Acceptance>
  /** Over: their findings count again. */
  readonly expired: readonly Acceptance[]
  readonly diagnostics: readonly Diagnostic[]
}

/**
 * Reads an accept file: a YAML list of `{ fingerprint, owner, until, because }`.
 *
 * An acceptance holds through its last day; then it is named in a warning and no longer counts. With errors nothing is accepted.
 *
 * @param today - As `2026-01-31`, in UTC.
 */
export function parseAcceptances(file: { readonly file: string; readonly text: string }, today: string): Acceptances {
  const { value = [], locate, diagnostics } = parseYaml(file, acceptSchema)
  const found = [...diagnostics]
  const accepted = new Map<string, Acceptance>()
  const expired: Acceptance[] = []
  for (const [index, each] of value.entries()) {
    const position = locate([index])
    if (accepted.has(each.fingerprint)) {
      found.push({
        code: 'accepted-twice',
        severity: 'error',
        message: `\`${each.fingerprint}\` is accepted twice`,
        ...position,
      })
    } else if (each.until < today) {
      expired.push(each)
      found.push({
        code: 'acceptance-expired',
        severity: 'warning',
        message: `the acceptance of \`${each.fingerprint}\` by ${each.owner} ended on ${each.until}`,
        help: 'mend the finding, or let its owner decide again',
        ...position,
      })
    } else accepted.set(each.fingerprint, each)
  }
  const broken = found.some(({ severity }) => severity === 'error')
  return { accepted: broken ? new Map() : accepted, expired, diagnostics: found }
}
