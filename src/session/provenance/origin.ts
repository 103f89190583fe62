import type { OperationId } from '../../charter/charter.ts'

/** How far a value may be relied on, best first: the user said it, a person allowed it, a system of record says it, the model made it up, anybody may have written it. */
export type Trust = 'prompt' | 'endorsed' | 'trusted' | 'untrusted' | 'model'

/** How a value was recognised: as it stands, or re-cased, re-formatted, as a piece, put together, encoded, or only looking alike. */
export type How = 'same' | 'case' | 'form' | 'part' | 'joined' | 'encoded' | 'lookalike'

/** Where a value was seen. `at` is a pointer in the answer of `operation`; `memory` when an earlier run wrote it. */
export interface Origin {
  readonly trust: Trust
  readonly operation?: OperationId
  readonly at?: string
  readonly call?: string
  readonly how?: How
  readonly memory?: true
}

/** One value of the arguments. `origins` are alternatives, best first; none when it cannot be told. */
export interface TracedValue {
  readonly at: string
  readonly origins: readonly Origin[]
}

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
