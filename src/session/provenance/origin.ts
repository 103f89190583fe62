import type { Origin, Trust } from '../../constraint/facts.ts'

const rank: Readonly<Record<Trust, number>> = { prompt: 0, endorsed: 1, trusted: 2, model: 3, untrusted: 4 }

/** Orders origins by trust, best first. */
export function byTrust(left: Origin, right: Origin): number {
  return rank[left.trust] - rank[right.trust]
}

/** The least trusted of several; undefined for none. */
export function worstOf(origins: readonly Origin[]): Origin | undefined {
  return origins.toSorted(byTrust).at(-1)
}

/** Whether somebody who may say so says the value is right. */
export function isGood({ trust }: Origin): boolean {
  return rank[trust] <= rank.trusted
}

/** Whether somebody approved it, for whatever that approval is for. */
export function isEndorsed({ trust }: Origin): boolean {
  return trust === 'endorsed'
}
