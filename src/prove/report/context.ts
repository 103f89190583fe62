import type { Charter } from '../../charter/charter.ts'

/** A finding somebody has decided to live with for a while. */
export interface Acceptance {
  readonly fingerprint: string
  readonly owner: string
  /** The last day on which it holds, as `2026-12-31`. */
  readonly until: string
  readonly because: string
}

/** What a report needs besides the outcome. Every report is a pure function of both. */
export interface ReportContext {
  readonly charter: Charter
  /** Takes every known secret out of a text; each text of a report goes through it. */
  readonly redact: (text: string) => string
  /** Whether a header of this name carries a credential. */
  readonly isSecretHeader: (name: string) => boolean
  /** Whether a body member or query parameter of this name is a credential. */
  readonly isSecretMember: (name: string) => boolean
  /** The version of Lockstep. */
  readonly version: string
  /** When the run started, as RFC 3339 in UTC. */
  readonly startedAt: string
  /** Acceptances in force, by fingerprint. */
  readonly accepted: ReadonlyMap<string, Acceptance>
  /** Fingerprints of an earlier run; absent without a baseline. */
  readonly known?: ReadonlySet<string>
}

/** How a finding stands to what was known: `new` ones count, accepted ones are shown and do not. */
export type Standing = 'new' | 'known' | 'accepted'

/** Where a finding stands; an acceptance counts before the baseline. */
export function standingOf(fingerprint: string, context: ReportContext): Standing {
  if (context.accepted.has(fingerprint)) return 'accepted'
  return context.known?.has(fingerprint) === true ? 'known' : 'new'
}
