import type { Principal, Run } from './charter.ts'

/**
 * What a token of ours says of its run. Whoever made it checked signature, times and audience of the token; whether the run still counts is
 * the guard's to say. Times are milliseconds since 1970.
 */
export interface RunHandle extends Run {
  /** The id of the token. */
  readonly token: string
  readonly issuedAt: number
  /** Names the exact charter the token was made under. */
  readonly version: string
  /** For whom it was made: `holderOf` the principal. */
  readonly holder: string
}

/** Names a principal with all those it acts for: two that differ in who they are have different names. */
export function holderOf({ chain = [], ...caller }: Principal): string {
  return JSON.stringify([caller, ...chain].map(({ kind, id, tenant }) => [kind ?? null, id ?? null, tenant ?? null]))
}
