/** What the ledger records. An entry is plain JSON; its canonical text is the leaf of the tree. */

/** One record. `v` is the version of this format, `at` RFC 3339 in UTC, `node` who wrote it, `call` what it belongs to. */
export type Entry = EntryBody & EntryFrame

/** What every entry has, whatever it is about. */
export interface EntryFrame {
  readonly v: 1
  readonly at: string
  readonly node: string
  readonly call?: string
  /** The private part, readable as long as its key exists. */
  readonly sealed?: Sealed
  /** The private part as a keyed digest only: whoever has the content and the key can show that it is this one. */
  readonly digest?: { readonly key: string; readonly hmac: string }
}

/** AES-256-GCM: `data` is the ciphertext and its tag, `key` the name of the key, all bytes in base64. */
export interface Sealed {
  readonly key: string
  readonly nonce: string
  readonly data: string
}

/** The private part of an entry: what was asked, of which objects as they were seen, and what came back. JSON values. */
export interface Content {
  readonly request?: unknown
  readonly objects?: unknown
  readonly answer?: unknown
  /** What was counted, remembered and granted before a decision. */
  readonly facts?: unknown
  /** Who called, with all claims. */
  readonly principal?: unknown
  /** The run it belongs to, with what it was given and for what. */
  readonly run?: unknown
}

/** How the private part is kept: whole, without its values, as a keyed digest, or not at all. Always without secret headers. */
export type ContentRule = 'full' | 'redacted' | 'keyed-hash' | 'nothing'

/** What a caller hands over to be recorded. `at` is in milliseconds since 1970, UTC. */
export type EntryDraft = EntryBody & {
  readonly at: number
  readonly call?: string
  readonly content?: Content
  /** Whose key seals the content: the person it is about. Forgetting this person makes it unreadable. Default: the principal. */
  readonly subject?: string
  /** Overrides the ledger's own rule for this entry. */
  readonly record?: ContentRule
}

/** What happened, by kind. */
export type EntryBody =
  | DecisionBody
  | OutcomeBody
  | HoldBody
  | ApprovalBody
  | CharterBody
  | SwitchBody
  | RunBody
  | SignInBody
  | SettleBody
  | EraseBody
  | PruneBody
  | SecretBody
  | SecretUseBody
  | ActBody
  | StartBody

/** The kinds, for whoever lists them. */
export const entryKinds: readonly EntryBody['kind'][] = [
  'decision',
  'outcome',
  'hold',
  'approval',
  'charter',
  'switch',
  'run',
  'sign-in',
  'settle',
  'erase',
  'prune',
  'secret',
  'secret-use',
  'act',
  'start',
]

/** Who called, in short. */
export interface PrincipalSummary {
  readonly id?: string
  readonly kind?: string
  readonly tenant?: string
  readonly roles?: readonly string[]
  readonly actors?: readonly string[]
  /** Whom it acts for, nearest first. */
  readonly actsFor?: readonly string[]
}

/** One object a call is about. `state`: as the charter calls it; in a decision the one it was in before the call. */
export interface ObjectName {
  readonly type: string
  readonly key: string
  readonly state?: string
}

/** One reason of a decision: which demand, and how it was not met. */
export interface ReasonSummary {
  readonly constraint: string
  readonly kind?: string
  readonly outcome?: string
  readonly says?: string
}

/** Which charter was in force. */
export interface CharterVersion {
  readonly name: string
  readonly digest: string
}

/** A call was decided; written before it is let through. `reserved`: it may be on its way, so that an outcome must follow. */
export interface DecisionBody {
  readonly kind: 'decision'
  readonly operation: string
  readonly principal: PrincipalSummary
  readonly effect: 'allow' | 'deny' | 'ask' | 'modify' | 'defer'
  readonly reasons: readonly ReasonSummary[]
  readonly charter: CharterVersion
  readonly mode: string
  readonly reserved: boolean
  readonly use?: string
  readonly run?: string
  readonly workflow?: string
  /** The one acted on comes first. */
  readonly objects?: readonly ObjectName[]
  readonly obligations?: readonly string[]
}

/** What became of a call. `unknown`: nobody knows whether it took effect. */
export interface OutcomeBody {
  readonly kind: 'outcome'
  readonly operation: string
  readonly outcome: 'effective' | 'not-effective' | 'unknown'
  readonly principal?: PrincipalSummary
  readonly run?: string
  readonly status?: number
  readonly ms?: number
  /** Where the answer shows an object that no use leads to as which the call was allowed. */
  readonly astray?: ObjectName
  readonly why?: string
}

/** A call began to wait for somebody, or stopped. */
export interface HoldBody {
  readonly kind: 'hold'
  readonly hold: string
  readonly state: string
  readonly operation: string
  readonly principal: PrincipalSummary
  readonly approvals: readonly string[]
  readonly question?: string
  readonly expires?: string
}

/** Somebody answered. `question` is the digest of what was asked. */
export interface ApprovalBody {
  readonly kind: 'approval'
  readonly approval: string
  readonly effect: 'granted' | 'refused' | 'revoked'
  readonly principal: PrincipalSummary
  readonly hold?: string
  readonly question?: string
  readonly object?: ObjectName
  readonly why?: string
}

/** Another charter is in force. */
export interface CharterBody {
  readonly kind: 'charter'
  readonly charter: CharterVersion
  readonly effect: 'loaded' | 'refused'
  readonly principal?: PrincipalSummary
  readonly why?: string
}

/** Something was switched off, or on again. */
export interface SwitchBody {
  readonly kind: 'switch'
  readonly of: string
  readonly name: string
  readonly effect: 'off' | 'on'
  readonly principal: PrincipalSummary
  readonly why: string
}

/** A run began, was passed on to an agent, renewed or told what its user said; or it, a token, or all that an agent or person had before, came to its end. */
export interface RunBody {
  readonly kind: 'run'
  readonly of: string
  readonly name: string
  readonly effect: 'started' | 'delegated' | 'renewed' | 'told' | 'ended' | 'revoked'
  /** Who has it, with those it acts for; or who told it something, or ended it. */
  readonly principal: PrincipalSummary
  readonly workflow?: string
  readonly tools?: readonly string[]
  /** The id of the token that was made. */
  readonly token?: string
  readonly why?: string
}

/** Somebody signed in, or tried to. */
export interface SignInBody {
  readonly kind: 'sign-in'
  readonly principal: PrincipalSummary
  readonly effect: 'accepted' | 'refused'
  readonly method: string
  readonly why?: string
}

/** An operator said what became of a call that was in doubt. */
export interface SettleBody {
  readonly kind: 'settle'
  readonly outcome: 'effective' | 'not-effective'
  readonly principal: PrincipalSummary
  readonly why: string
  readonly operation?: string
}

/** The content about one person was made unreadable: these keys are gone. The person is not named. */
export interface EraseBody {
  readonly kind: 'erase'
  readonly keys: readonly string[]
  readonly principal: PrincipalSummary
  readonly why: string
}

/** The texts of the entries before index `upTo` were dropped, as older than `before` (RFC 3339); their hashes stay. */
export interface PruneBody {
  readonly kind: 'prune'
  readonly upTo: number
  readonly before: string
  readonly principal: PrincipalSummary
}

/** Somebody changed a secret of the vault; written before it is done. Never anything of its value. */
export interface SecretBody {
  readonly kind: 'secret'
  readonly secret: string
  /** `not-done`: what was written before could not be done. */
  readonly effect:
    | 'set'
    | 'rotated'
    | 'scoped'
    | 'disabled'
    | 'enabled'
    | 'deleted'
    | 'rekeyed'
    | 'destroyed'
    | 'not-done'
  /** Of the secret, after it. A store that has less is older than the record. */
  readonly revision: number
  readonly principal: PrincipalSummary
  readonly version?: number
  readonly scopes?: readonly string[]
  readonly why?: string
}

/**
 * A secret was put into a call (written before it is sent), read for a process, was wanted and not given; or a value came back in an
 * answer, or a placeholder stood where it is worth nothing.
 */
export interface SecretUseBody {
  readonly kind: 'secret-use'
  readonly effect: 'used' | 'refused' | 'returned' | 'misplaced'
  /** `NAME#VERSION`, or the name alone where no version was looked at. */
  readonly secrets: readonly string[]
  readonly source: string
  readonly operation?: string
  readonly workflow?: string
  readonly agent?: string
  readonly principal?: PrincipalSummary
  readonly why?: string
}

/** Somebody did something at the console that is none of the above: accepted a finding, proposed a change. */
export interface ActBody {
  readonly kind: 'act'
  readonly effect: string
  /** What it was done to. */
  readonly of: string
  readonly principal: PrincipalSummary
  readonly why?: string
}

/** A node began to write. */
export interface StartBody {
  readonly kind: 'start'
  readonly origin: string
  readonly version: string
}
