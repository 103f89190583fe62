import type { Finding, Verdict } from '../finding.ts'
import type { Mishap } from '../plan/lore.ts'
import type { AbuseCase } from '../plan/scenario.ts'
import type { Trial } from './trial.ts'

/** What came of a case, in one way of bringing it about. */
export interface Judged {
  readonly verdict: Verdict
  readonly why: string
  readonly trial?: Trial
  readonly finding?: Finding
  readonly mishap?: Mishap | undefined
  /** It was accepted, and nothing could show, or there was nothing to see. */
  readonly unseen?: boolean
  /** Members who have what the one cast for it had not. */
  readonly others?: readonly string[]
  /** Who tried it, when not who was to at first. */
  readonly as?: string | undefined
}

/** Where a case came to a stand before the act; at the act itself it is the abuse that was not brought about. */
export function onTheWay({ mishap }: Judged, { abuse }: AbuseCase): Mishap | undefined {
  return mishap?.wanted !== undefined || mishap?.step !== abuse.steps.at(-1) ? mishap : undefined
}
