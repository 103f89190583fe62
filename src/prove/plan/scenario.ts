/**
 * What the planner hands to the runner: symbolic steps over variables. Pure data, so that a scenario can be printed before anything
 * is sent, stored with a finding and repeated exactly.
 */
import type { Expression } from '../../cel/parse-cel.ts'
import type { ConstraintId, Slot, UseId } from '../../charter/charter.ts'
import type { Pointer } from '../../charter/pointer.ts'

/** A variable standing for one object of a scenario, as `order-1`. */
export type Var = string
/** A part played in a scenario, as `owner` or `attacker`. */
export type Role = string

/** Who plays a role: an identity of the identities file, or nobody (not signed in). `fresh` asks for one never used before. */
export interface Seat {
  readonly identity?: string
  readonly fresh: boolean
}

/** Steps over variables, and who plays each role. The last step is the act the scenario is for. */
export interface Scenario {
  readonly cast: Readonly<Record<Role, Seat>>
  readonly vars: Readonly<Record<Var, VarSpec>>
  readonly steps: readonly Step[]
}

/** How the runner gets an object: made by a step of the scenario, or found among those the API lists. */
export interface VarSpec {
  readonly type: string
  readonly supply: 'made' | 'found'
  /** Whose it must be, when that matters. */
  readonly owner?: Role
  /** Who must stand in it, by the pointer to where. */
  readonly people?: Readonly<Record<string, Role>>
  /** The states one of which a found object must be in; empty when any will do. */
  readonly states: readonly string[]
  readonly wishes: readonly Wish[]
  /** What it must say that others say. */
  readonly ties?: readonly Tie[]
  /** The object whose parent it is: nobody looks for it, the object names it. */
  readonly of?: Var
  /** Where that object names it, when it is not its parent. */
  readonly at?: Pointer
  /** The object it must be found under, as a payment under its order. */
  readonly under?: Var
  /** Whose own id is its key, as the credential they call with. */
  readonly caller?: Role
  /** Who had best be able to make which use on it, where there are several to choose from. */
  readonly meant?: { readonly use: UseId; readonly as: Role }
}

/** What an object says at a place is what another one says there. */
export interface Tie {
  readonly at: Pointer
  readonly of: Var
  readonly there: Pointer
}

/** What an object or a step is chosen for: an expression that shall be true or false once the step is made. */
export interface Wish {
  readonly rule: Expression
  readonly want: boolean
  /** Nice to have: what it is wanted for is tried all the same. */
  readonly soft?: boolean
  /** The name under which the rule reads the object that carries the wish. */
  readonly slot: Slot
}

/** One call, with what is decided of it before anything is known of the running system. */
export interface Step {
  readonly use: UseId
  readonly as: Role
  readonly object?: Var
  readonly refs: Readonly<Record<Slot, Var>>
  readonly makes?: Var
  /** Another object that shows what the step does, as the order on which an item is put. */
  readonly shows?: Var
  /** Which of the other arguments it may be made with, counted from 1; those that come first without. */
  readonly variant?: number
  /** How many times as much as usual it says of what rules read, as far as they let it. */
  readonly times?: number
  readonly wishes: readonly Wish[]
  readonly purpose: 'setup' | 'act'
  /** Body members set beyond what the schema asks for, and names in the path that the scenario decides. */
  readonly extra: readonly { readonly at: Pointer; readonly in?: 'path' | 'query'; readonly value: Extra }[]
}

/** A value put into a body: written out, none, the id of a role, what an object says, or one the runner makes to differ from what is there. */
export type Extra =
  | { readonly leftOut: true }
  | { readonly value: unknown }
  | { readonly idOf: Role }
  | { readonly saidBy: Var; readonly there: Pointer }
  | { readonly tamper: 'much' | 'a little' }

/** The way in which a case breaks its constraint. */
export type Tactic =
  | { readonly kind: 'as-other'; readonly other: Other }
  /** By the shortest way there, or from where it was allowed by one more move. */
  | { readonly kind: 'from-state'; readonly state: string; readonly slot: Slot; readonly through?: string }
  /** What must be there and is looked for is not there, or is somebody else's, or is for something else; or it is there and must not be. */
  | { readonly kind: 'sought'; readonly flaw: 'none' | 'of-another' | 'for-another' | 'there'; readonly slot: Slot }
  | { readonly kind: 'arguments' }
  /** What must be said is not said. */
  | { readonly kind: 'left-out'; readonly member: string }
  /** What must be there is named by a key that nothing has. */
  | { readonly kind: 'made-up'; readonly slot: string }
  /** The facts of an object are against the rule: in some state, or after a use has changed them. */
  | { readonly kind: 'object-facts'; readonly state?: string; readonly through?: string }
  /** At once; or after what the first call made came to an end, or when it was somebody else's. */
  | { readonly kind: 'again'; readonly after?: string; readonly first?: string }
  /** At once on one object, or on several that draw on the same one. */
  | { readonly kind: 'race'; readonly across?: Slot; readonly approved?: boolean }
  /** In parts; of which the earlier ones came to an end, were somebody else's, or were made by another operation. */
  | {
      readonly kind: 'over-limit'
      readonly approved?: boolean
      readonly after?: string
      readonly first?: string
      readonly through?: string
    }
  | { readonly kind: 'burst' }
  | {
      readonly kind: 'approval'
      readonly flaw: 'none' | 'short' | 'own' | 'twice' | 'stale' | 'changed' | 'revoked' | 'carried-over'
      /** What they were carried over, where that is not taking them back. */
      readonly through?: string
      /** The part of what was approved that is changed, where that is not the first of several. */
      readonly part?: string
    }
  | { readonly kind: 'order'; readonly flaw: 'left-out' | 'afterwards' | 'too-often' }
  /** For objects created in some way, or by whoever became one of several parties by what they did. */
  | { readonly kind: 'same-person'; readonly by?: string; readonly party?: string }
  | { readonly kind: 'write-field'; readonly field: string }
  /** By somebody who never may, or while the object is in a state in which they may not yet or no longer. */
  | { readonly kind: 'read-field'; readonly field: string; readonly state?: string }
  | { readonly kind: 'list'; readonly as: string; readonly of?: string }
  | { readonly kind: 'same-key' }
  | { readonly kind: 'guess' }
  /** What somebody was let in with is used after its end. */
  /** Made when the parent, of this type, has ended. */
  | { readonly kind: 'revived'; readonly type: string }
  | { readonly kind: 'ended'; readonly what: 'session' | 'credential' }
  /** No abuse: the rightful call itself must lead out of a state, and leave to others what they are to decide. */
  | { readonly kind: 'leads'; readonly state: string }
  /** No abuse: the rightful call itself must keep an invariant. */
  | { readonly kind: 'rightful' }
  /** No call: how the server describes the tool now. */
  | { readonly kind: 'described' }

/** How an attacker differs from whoever may. */
export type Other =
  | 'other-owner'
  | 'other-tenant'
  | 'other-actor'
  | 'no-scope'
  | 'not-signed-in'
  | 'agent-outside'
  | 'agent-of-other'

/** A short stable name of a tactic, as `from-state.draft`. */
export function nameOf(tactic: Tactic): string {
  const rest = Object.entries(tactic).filter(([member]) => member !== 'kind')
  return [tactic.kind, ...rest.map(([, value]) => String(value))].join('.')
}

/** A plan that breaks exactly one constraint, or, for `control`, none. */
export interface AbuseCase {
  /** Stable: made of the use, the constraint and the tactic only. */
  readonly id: string
  readonly use: UseId
  readonly constraint: ConstraintId
  readonly tactic: Tactic
  /** The scenario without the abuse; the control. */
  readonly control: Scenario
  /** The scenario with the abuse; its last step is the abuse unless the tactic says otherwise. */
  readonly abuse: Scenario
  /** Others that show the same, for when this one cannot be brought about. */
  readonly instead?: readonly Scenario[]
  /** Others that break as well: no arguments break its constraint alone. */
  readonly together?: readonly ConstraintId[]
  /** The class of finding this is when it takes effect. */
  readonly finding: string
}

/** A cell of the coverage matrix that cannot be tried, and why. */
export interface NotReached {
  readonly use: UseId
  readonly constraint: ConstraintId
  readonly tactic: string
  readonly why: string
}

/** Everything planned. */
export interface Plan {
  readonly cases: readonly AbuseCase[]
  readonly notReached: readonly NotReached[]
}
