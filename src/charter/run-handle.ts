import type { Principal, Run } from './charter.ts'

/** What somebody may do in a run, and for whom: what a token of ours stands for. Times are milliseconds since 1970. */
export interface Mandate extends Run {
  /** The ids of the agents, nearest first: the first is the bearer. */
  readonly acting: readonly string[]
  /** For each of them, the id of the first token it had; renewed ones keep it. Revoked, it takes with it what came of it. */
  readonly lines: readonly string[]
  /** The id of the person or service they act for; absent when the agent acts for itself. */
  readonly person?: string
  readonly scopes?: readonly string[]
  /** Names the exact charter it was given under. */
  readonly version: string
  /** For whom it was made: SHA-256 over `holderOf` the principal, base64url. */
  readonly holder: string
  /** Nothing that comes of it lasts longer. */
  readonly until: number
}

/**
 * A mandate as a token of ours shows it. Whoever made this from a token checked its signature, times and audience; whether the run still
 * counts is the guard's to say.
 */
export interface RunHandle extends Mandate {
  /** The id of the token. */
  readonly token: string
  readonly issuedAt: number
  readonly expires: number
}

type Loose<T extends { id: string }> = Pick<T, 'id'> & { readonly [Name in keyof T]?: T[Name] | undefined }

/** A run without what its token says besides. */
export function plainRun({ id, workflow, agent, tools, purpose }: Loose<Run>): Run {
  return {
    id,
    ...(workflow === undefined ? {} : { workflow }),
    ...(agent === undefined ? {} : { agent }),
    ...(tools === undefined ? {} : { tools }),
    ...(purpose === undefined ? {} : { purpose }),
  }
}

/** Names a principal with all those it acts for: two that differ in who they are have different names. */
export function holderOf({ chain = [], ...caller }: Principal): string {
  return JSON.stringify([caller, ...chain].map(({ kind, id, tenant }) => [kind ?? null, id ?? null, tenant ?? null]))
}
