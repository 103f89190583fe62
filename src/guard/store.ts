/**
 * What the guard keeps between calls, as data, and what it asks of whatever engine keeps it.
 *
 * The engine knows no rules: it stores rows and runs transactions. Every engine passes test/store/contract.ts.
 */
import type { ConstraintId, ObjectFact, OperationId, Principal } from '../charter/charter.ts'
import type { Counter, PastUse } from '../constraint/facts.ts'

/** Which object is meant. */
export interface ObjectRef {
  readonly type: string
  readonly key: string
}

/** Keeps what calls add up to. Shared by every node that opens the same one. */
export interface Store {
  /**
   * Runs `work` while nobody else, on any node, runs under one of `keys`; keys may be given in any order.
   *
   * What it wrote is kept when it resolves, dropped when it rejects, and survives the death of the process from then on. `work` awaits
   * nothing but the transaction. It may run more than once, and only its last run counts; it may begin before its keys are free, but
   * all it reads is read under them.
   *
   * @throws {StoreError} when the engine cannot be reached or cannot write; nothing was kept. Only if a server is lost during the commit
   * and stays away may it be open whether anything was: `unreachable`, and the message says so.
   */
  transact<T>(
    keys: readonly string[],
    work: (transaction: Transaction) => Promise<T>,
    options?: TransactOptions,
  ): Promise<T>
  /**
   * What was kept last, all of it as of one moment.
   *
   * @throws {StoreError} when the engine cannot be reached.
   */
  read(query: Query): Promise<Rows>
  /**
   * Resolves once everything this node wrote before survives a power cut too.
   *
   * @throws {StoreError} when the disk failed: what was written early may be kept or not.
   */
  flush(): Promise<void>
  /** Calls `listener` when switches or holds may have changed, or runs have ended, on any node, within a second. Returns how to stop that. */
  watch(listener: () => void): () => void
  close(): Promise<void>
}

export interface TransactOptions {
  /** Resolve as soon as everybody sees what was written and it survives the death of the process; a power cut only after `flush`. */
  readonly early?: boolean
}

/** One transaction. Reads see what it wrote before. */
export interface Transaction {
  read(query: Query): Promise<Rows>
  /**
   * May be carried out as late as at the next read or the end, and fails there then. Once anything failed, the work fails.
   *
   * @throws {TypeError} when an amount is not decimal text of at most 1,000 digits.
   */
  write(changes: readonly Change[]): Promise<void>
}

/**
 * The engine failed; nothing was kept. `code` is stable.
 *
 * `busy`: others were in the way, and trying again later may help. `broken` is also a name with NUL or half a surrogate pair in it.
 */
export class StoreError extends Error {
  readonly code: 'unreachable' | 'full' | 'busy' | 'broken'
  constructor(code: StoreError['code'], message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'StoreError'
    this.code = code
  }
}

/** What to read; everything absent is not read. Answers come in the order asked. */
export interface Query {
  readonly leases?: readonly ObjectRef[]
  readonly objects?: readonly ObjectRef[]
  readonly counters?: readonly CounterQuery[]
  readonly histories?: readonly HistoryQuery[]
  readonly grants?: readonly GrantQuery[]
  readonly calls?: readonly string[]
  /** Calls in one of these states, oldest first, at most 1,000. */
  readonly callsIn?: { readonly states: readonly CallState[] }
  readonly repeats?: readonly string[]
  readonly holds?: readonly string[]
  /** Holds by the digest of what is asked, or in one of these states; newest first, at most 1,000. */
  readonly holdsBy?: { readonly question?: string; readonly states?: readonly HoldState[] }
  readonly switches?: boolean
  readonly runs?: readonly string[]
  /** Runs by who runs them, or in one of these states; newest first, at most 1,000. */
  readonly runsBy?: { readonly holder?: string; readonly states?: readonly RunState[] }
  /** Every node that said it is alive, by name. */
  readonly nodes?: boolean
  /** The objects of the marks that count under a constraint in a scope, newest first, at most 100. */
  readonly marked?: readonly CounterQuery[]
  /** What runs have seen, after so many entries, in the order it was written. */
  readonly seen?: readonly { readonly run: string; readonly after: number }[]
  readonly kept?: readonly string[]
  /** How many a holder has that expire after a moment. */
  readonly keptOf?: readonly { readonly holder: string; readonly after: number }[]
}

/** Marks of a constraint in a scope, later than `since` when given. With `while`, only marks whose object is, as tracked, in one of these states, or unknown. */
export interface CounterQuery {
  readonly constraint: ConstraintId
  readonly scope: string
  readonly since?: number
  readonly while?: readonly string[]
}

/** The same for constraints that need each earlier use; oldest first. Reserved marks are left out: they are no history yet. */
export interface HistoryQuery {
  readonly constraint: ConstraintId
  readonly scope: string
  readonly since?: number
}

/**
 * Grants of an approval, neither spent nor taken, oldest first: those given for this object, or for this question (the digest of a held
 * call); with neither, the standing ones (those with `bound`). One given for an object and a question is found only by both. Revoked ones
 * are found too.
 */
export interface GrantQuery {
  readonly approval: string
  readonly object?: ObjectRef
  readonly question?: string
}

export interface Rows {
  readonly leases: readonly (readonly Lease[])[]
  readonly objects: readonly (TrackedObject | undefined)[]
  /** Sums are exact decimal text. */
  readonly counters: readonly Counter[]
  readonly histories: readonly (readonly PastUse[])[]
  readonly grants: readonly (readonly StoredGrant[])[]
  readonly calls: readonly (StoredCall | undefined)[]
  readonly callsIn: readonly StoredCall[]
  readonly repeats: readonly (Repeat | undefined)[]
  readonly holds: readonly (Hold | undefined)[]
  readonly holdsBy: readonly Hold[]
  readonly switches: readonly Switch[]
  readonly runs: readonly (StoredRun | undefined)[]
  readonly runsBy: readonly StoredRun[]
  readonly nodes: readonly NodeBeat[]
  readonly marked: readonly (readonly ObjectRef[])[]
  /** Entries are numbered from 1 in each run. */
  readonly seen: readonly (readonly SeenEntry[])[]
  /** Also those that expired and were not forgotten yet. */
  readonly kept: readonly (Kept | undefined)[]
  readonly keptOf: readonly number[]
}

/** What goes on with a later request, at whichever node: JSON of the guard's own, for `holder` alone. */
export interface Kept {
  readonly name: string
  readonly holder: string
  readonly expires: number
  readonly content: unknown
}

/** One thing a run has seen: JSON of the guard's own, kept as given. */
export interface SeenEntry {
  readonly number: number
  readonly entry: unknown
}

/** An object as the guard last saw it. `version` grows by one with every change it saw. */
export interface TrackedObject extends ObjectFact {
  readonly version: number
  readonly seenAt: number
  readonly due?: Due
}

/** The state an object must be in by the last move, while it shows as it was before that: `instead`. */
export interface Due {
  readonly state: string
  readonly instead: string
}

/** A node, and what it last said: the time by its own clock, or any number that grows. */
export interface NodeBeat {
  readonly node: string
  readonly at: number
}

/** A call that is using an object. Shared leases go together with shared ones, others with none. */
export interface Lease {
  readonly call: string
  readonly shared: boolean
}

/**
 * `reserved`: may be on its way. `in-doubt`: nobody knows whether it took effect; its leases and marks stay. `effective` and
 * `released`: settled.
 */
export type CallState = 'reserved' | 'in-doubt' | 'effective' | 'released'

export interface StoredCall {
  readonly id: string
  readonly node: string
  readonly state: CallState
  readonly operation: OperationId
  readonly principal?: string
  readonly at: number
  /** What settling it needs: JSON of the guard's own, kept as given. */
  readonly detail: unknown
}

/**
 * One call counted under one constraint in one scope. `amount` is exact decimal text.
 *
 * `summed`: of its scope, only what all marks add up to is ever asked for, so it is not kept by itself: no query with `since` or `while`, no
 * history and no list of objects finds it.
 */
export interface Mark {
  readonly constraint: ConstraintId
  readonly scope: string
  readonly at: number
  readonly operation: OperationId
  readonly principal?: string
  readonly amount?: string
  readonly object?: ObjectRef
  readonly summed?: true
}

export interface StoredGrant {
  readonly id: string
  readonly approval: string
  readonly by: Principal
  readonly at: number
  /** The object, or the request body, as it was when it was granted. */
  readonly value: unknown
  readonly revoked: boolean
  readonly object?: ObjectRef
  readonly question?: string
  /** A class of calls somebody allowed at once; JSON of the guard's own. Not used up by one call. */
  readonly bound?: unknown
  readonly expires?: number
}

export type HoldState = 'pending' | 'granted' | 'refused' | 'expired' | 'cancelled' | 'executing' | 'executed'

/** A call that waits for somebody. `detail` is JSON of the guard's own: the call as it will run, and what was decided so far. */
export interface Hold {
  readonly id: string
  readonly state: HoldState
  readonly question: string
  readonly group: string
  readonly at: number
  readonly expires: number
  readonly detail: unknown
}

/** What was answered under one idempotency key. `digest` is of the request; the answer is absent while the call is on its way. */
export interface Repeat {
  readonly key: string
  readonly digest: string
  readonly call: string
  readonly at: number
  readonly answer?: unknown
}

export type RunState = 'open' | 'ended' | 'revoked'

/**
 * A run of a workflow; or, always `revoked`, something that no run may rest on any more: a token, or what an agent was given before `at`.
 * `holder` names who runs it, `detail` is JSON of the guard's own.
 */
export interface StoredRun {
  readonly id: string
  readonly holder: string
  readonly state: RunState
  readonly at: number
  readonly expires: number
  readonly detail: unknown
}

/** Something nobody may use now. `of` is what is switched off. */
export interface Switch {
  readonly of: 'principal' | 'agent' | 'workflow' | 'operation' | 'tenant' | 'object' | 'run'
  readonly name: string
  readonly by: string
  readonly why: string
  readonly at: number
}

/** One change. All of one `write` happen, or none. */
export type Change =
  /** `plain`: nothing in it is an agent's, or of a class of data; it need not be sealed. */
  | { readonly kind: 'call'; readonly call: StoredCall; readonly plain?: true }
  | { readonly kind: 'call-state'; readonly call: string; readonly state: CallState; readonly detail?: unknown }
  | { readonly kind: 'drop-call'; readonly call: string }
  /** `node` is that of the call, which need not be stored. */
  | {
      readonly kind: 'lease'
      readonly call: string
      readonly node: string
      readonly object: ObjectRef
      readonly shared: boolean
    }
  /** Gives back what a call has of these objects. */
  | { readonly kind: 'free'; readonly call: string; readonly objects: readonly ObjectRef[] }
  /** Counts from now on; `effective` when it also is history. */
  | { readonly kind: 'mark'; readonly call: string; readonly mark: Mark; readonly effective: boolean }
  /** What a call reserved becomes history, or is dropped. */
  | {
      readonly kind: 'settle-marks'
      readonly call: string
      readonly effective: boolean
      /** The object the call made: that of its marks that name none yet. Only with `effective`. */
      readonly object?: ObjectRef
      /** What it really took under these constraints, where that is not what it reserved. Only with `effective`. */
      readonly amounts?: Readonly<Record<ConstraintId, string>>
    }
  /** Keeps an object; its version is one more than what is kept. */
  | { readonly kind: 'object'; readonly object: Omit<TrackedObject, 'version'> }
  | { readonly kind: 'grant'; readonly grant: StoredGrant }
  /** Marks what was granted for an object, and is not spent, as revoked. */
  | { readonly kind: 'revoke'; readonly approval: string; readonly object: ObjectRef }
  /** A grant that is not there, is spent, or was taken by another call makes the write fail as `busy`. */
  | { readonly kind: 'take-grant'; readonly grant: string; readonly call: string }
  /** What a call took is spent for ever, or can be taken again. */
  | { readonly kind: 'settle-grants'; readonly call: string; readonly spent: boolean }
  | { readonly kind: 'drop-grant'; readonly grant: string }
  | { readonly kind: 'hold'; readonly hold: Hold }
  | { readonly kind: 'repeat'; readonly repeat: Repeat }
  | { readonly kind: 'drop-repeat'; readonly key: string }
  /** Adds what a run has seen to what it saw before. Whoever writes one holds the key `run NAME`, or numbers meet. */
  | { readonly kind: 'saw'; readonly run: string; readonly at: number; readonly entries: readonly unknown[] }
  | { readonly kind: 'switch-off'; readonly switch: Switch }
  | { readonly kind: 'switch-on'; readonly of: Switch['of']; readonly name: string }
  /** Keeps a run as it is now. Of one that is not open, every node is told. */
  | { readonly kind: 'run'; readonly run: StoredRun }
  | { readonly kind: 'keep'; readonly kept: Kept }
  | { readonly kind: 'drop-kept'; readonly name: string }
  | { readonly kind: 'beat'; readonly node: string; readonly at: number }
  /** A node is gone: what it reserved is in doubt, and the objects it took for calls that are not stored are free. */
  | { readonly kind: 'gone'; readonly node: string }
  /**
   * Forgets what is older than this moment: settled calls, repeats of calls that are settled or gone, spent grants, nodes that have no
   * open call and no object, runs and what was kept that expired before it, holds that did and are not being executed, what runs saw that have seen nothing since, and marks of these constraints that are history. What still counts
   * is kept by naming no constraint.
   */
  | { readonly kind: 'forget'; readonly before: number; readonly marksOf: readonly ConstraintId[] }
