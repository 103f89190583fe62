/**
 * The charter as the rest of Lockstep uses it: names resolved, every demand one constraint with an id. Immutable.
 * Made by `linkCharter` only; whoever holds one need not check references again. */

import type { Expression } from '../cel/parse-cel.ts'
import type { Actor } from './actor.ts'
import type { DataPolicy, Trusted, ValueRule } from './agent.ts'
import type { Approval } from './approval.ts'
import type { Asks } from './asked.ts'
import type { Invariant } from './invariant.ts'
import type { Journey } from './journey.ts'
import type { CallerKey, Pointer, Reference } from './pointer.ts'
import type { ApiDescription, OperationShape } from './source/description.ts'
import type { Where } from './where.ts'
import type { Workflow } from './workflow.ts'

export type OperationId = string
export type UseId = string
export type ConstraintId = string
/** Which object of a call is meant: `object` is the one acted on, `parent` its parent, any other name a reference of the use. */
export type Slot = string

/** Where in which charter file something stands; counts from 1. */
export interface Position {
  readonly file: string
  readonly line: number
  readonly column: number
}

export interface Charter {
  readonly name: string
  readonly sources: ReadonlyMap<string, Source>
  readonly actors: ReadonlyMap<string, Actor>
  readonly objects: ReadonlyMap<string, ObjectType>
  readonly operations: ReadonlyMap<OperationId, Operation>
  readonly approvals: ReadonlyMap<string, Approval>
  /** Order, separation, rate and limit rules over several operations, in file order; each is also among the constraints of its uses. */
  readonly rules: readonly Constraint[]
  readonly invariants: readonly Invariant[]
  /** Happy paths, as Arazzo writes them. */
  readonly journeys: ReadonlyMap<string, Journey>
  readonly workflows: ReadonlyMap<string, Workflow>
  /** Which values are sensitive, and where they may go; absent when nothing is labelled. */
  readonly data?: DataPolicy
  /** What a guard does with requests that no description has. */
  readonly undescribed: { readonly reads: 'allow' | 'deny'; readonly writes: 'allow' | 'deny' }
  /** Operations of the descriptions that nothing in the charter covers; calls to them are denied. */
  readonly uncovered: readonly OperationShape[]
}

export interface Source {
  readonly name: string
  /** Where the description is, as the charter names it. */
  readonly url?: string
  readonly server?: string
  readonly description: ApiDescription
  /** Whether approved tools whose descriptions look like an attack are held. */
  readonly holdsSuspicious?: true
  /** What an MCP server may ask of clients. */
  readonly asks?: Asks
  /** True of a response that refuses although its status is below 300. Reads `response`. */
  readonly refusedWhen?: Expression
}

/** One way to be entitled; every given part must hold. Neither actor nor party: whoever is signed in, or anyone when `anonymous`. */
export interface Choice {
  readonly actor?: string
  readonly party?: string
  readonly scope?: string
  /** Only while the object is in one of these states. */
  readonly states?: readonly string[]
  readonly anonymous: boolean
}

export interface ObjectType {
  readonly name: string
  readonly key: Pointer
  readonly owner?: Pointer | 'parent' | 'creator'
  readonly tenant?: Pointer | 'parent' | 'creator'
  readonly parties: ReadonlyMap<string, Pointer>
  readonly parent?: { readonly object: string; readonly key: Pointer }
  readonly state?: StateSource
  readonly read?: OperationId
  /** Where a guard takes the object from: it looks each time, or follows the answers it saw. */
  readonly truth: 'read' | 'tracked'
  readonly readAt: Pointer
  readonly list?: OperationId
  readonly states: readonly string[]
  readonly final: readonly string[]
  readonly gone?: string
  readonly fields: ReadonlyMap<string, Field>
  /** Uses that are transitions of this type, in file order. */
  readonly transitions: readonly Use[]
  /** Bits of entropy a key must have because holding it entitles; absent when keys are no secrets. */
  readonly capabilityBits?: number
  readonly volatile: readonly Pointer[]
  /** It lets in; where the answer that makes one tells the secret. */
  readonly credential?: Pointer
  readonly position: Position
}

export type StateSource =
  | { readonly kind: 'at'; readonly pointer: Pointer; readonly values?: ReadonlyMap<string | number | boolean, string> }
  | { readonly kind: 'when'; readonly cases: readonly { readonly state: string; readonly rule: Expression }[] }

export interface Field {
  readonly name: string
  readonly at: Pointer
  /** Where a write carries it in the request body. */
  readonly in: Pointer
  readonly type?: 'money' | 'integer' | 'number' | 'string' | 'boolean' | 'time'
  readonly ref?: string
  readonly position: Position
}

export interface Operation {
  readonly id: OperationId
  readonly shape: OperationShape
  /** The ways in which it may be used; a call must satisfy one of them whole. Transitions first, else the operation itself. */
  readonly uses: readonly Use[]
  /** False when the operation changes nothing. */
  readonly writes: boolean
  readonly lists?: { readonly object: string; readonly items: Pointer }
  readonly grants?: string
  /** What the caller called with is worth nothing afterwards. */
  readonly ends?: 'session'
  /** Which parts of its answer can be believed; absent: none. */
  readonly trusted?: Trusted
  /** It keeps what runs remember, or gives it back. */
  readonly memory?: 'write' | 'read'
}

/** One way to use an operation: a transition of an object, or the operation by itself. What is made `along` with one is no use of its own. */
export interface Use {
  /** `order.pay`, with `@operation` when several operations make the move; the operation's id when it is no transition. */
  readonly id: UseId
  readonly operation: OperationId
  readonly kind: 'transition' | 'operation' | 'along'
  /** The object acted on. `key` says where its key is: in the response when the use creates it. */
  readonly object?: {
    readonly type: string
    /** Under which name it stands among the facts, when the operation moves objects of several types; else `object`. */
    readonly slot?: Slot
    readonly key: Reference | CallerKey
  }
  readonly creates: boolean
  readonly from: readonly string[]
  readonly to: readonly string[]
  readonly refs: readonly Ref[]
  readonly along?: readonly Along[]
  /** Everything demanded, in file order: of the operation, of the transition, of rules and fields. All must hold. */
  readonly constraints: readonly Constraint[]
  readonly example?: Example
  readonly public?: { readonly until: string; readonly because: string }
  readonly position: Position
}

export interface Example {
  readonly path?: Readonly<Record<string, unknown>>
  readonly query?: Readonly<Record<string, unknown>>
  readonly header?: Readonly<Record<string, unknown>>
  readonly body?: unknown
}

/** A move, `use`, of the object in a slot, to which the object acted on points. The constraints of the use have where it starts. */
export interface Along {
  readonly slot: Slot
  readonly object: string
  readonly use: UseId
  readonly from: readonly string[]
  readonly to: readonly string[]
}

/** Another object a use names. `key` is in the request, the caller's id, a pointer into the object acted on, or what it says. */
export interface Ref {
  readonly slot: Slot
  readonly object: string
  readonly key: Reference | CallerKey | Where | { readonly from: 'object'; readonly pointer: Pointer }
  readonly optional: boolean
}

/** What every demand has. */
export interface Head {
  readonly id: ConstraintId
  /** The rule in its owner's words. */
  readonly says?: string
  /** Demanded of calls of this workflow alone, where its operation is in several. */
  readonly workflow?: string
  readonly position: Position
}

/** What `per` counts for: `call`, `object`, `principal`, `person`, `agent`, `run`, `workflow`, `tenant`, a slot, or a place in the request (`$request.body#/week`). */
export type Scope = readonly string[]

/** One thing the charter demands of a call: the closed set of kinds. */
export type Constraint =
  | (Head & { readonly kind: 'by'; readonly slot: Slot; readonly choices: readonly Choice[] })
  | (Head & { readonly kind: 'from'; readonly slot: Slot; readonly states: readonly string[]; readonly where?: Where })
  | (Head & { readonly kind: 'there'; readonly slot: Slot })
  | (Head & { readonly kind: 'separation'; readonly of: Separation })
  | (Head & { readonly kind: 'when'; readonly rule: Expression })
  | (Head & { readonly kind: 'once'; readonly per: Scope })
  | (Head & {
      readonly kind: 'limit'
      readonly operations: readonly OperationId[]
      readonly sum?: Expression
      readonly atMost: Expression
      readonly per: Scope
      readonly withinMs?: number
      /** Only calls whose object is still in one of these states count. */
      readonly while?: readonly string[]
    })
  | (Head & {
      readonly kind: 'rate'
      readonly operations: readonly OperationId[]
      readonly atMost: number
      readonly withinMs: number
      readonly per: Scope
    })
  | (Head & { readonly kind: 'approval'; readonly approval: string })
  | (Head & {
      readonly kind: 'set-by'
      readonly object: string
      readonly field: Field
      readonly choices: readonly Choice[]
      readonly on?: readonly string[]
    })
  | (Head & {
      readonly kind: 'seen-by'
      readonly object: string
      readonly field: Field
      readonly choices: readonly Choice[]
    })
  | (Head & {
      readonly kind: 'order'
      readonly template: OrderTemplate
      readonly operations: readonly [OperationId, ...OperationId[]]
      readonly per: Scope
      readonly withinMs?: number
      /** For `absence`: so many calls are allowed. */
      readonly moreThan: number
    })
  | (Head & { readonly kind: 'idempotency'; readonly key: Reference })
  | (Head & { readonly kind: 'delegation'; readonly approvals: readonly string[] })
  | (Head & { readonly kind: 'integrity' })
  | (Head & { readonly kind: 'values'; readonly rule: ValueRule; readonly approvals: readonly string[] })
  | (Head & { readonly kind: 'flow'; readonly approvals: readonly string[] })
  | (Head & {
      readonly kind: 'items'
      readonly object: string
      readonly items: Pointer
      /** Who may see an item, where no `read` of the object says so. */
      readonly choices?: readonly Choice[]
    })

export type ConstraintKind = Constraint['kind']

/** Who must be somebody else: a party of the object, or whoever made one of the other operations on it. */
export type Separation =
  | { readonly parties: readonly string[]; readonly slot: Slot }
  | { readonly operations: readonly OperationId[]; readonly per: Scope }

/** DECLARE templates. `response` and the response half of `succession` speak of the future: they are watched, never decided. */
export type OrderTemplate =
  | 'precedence'
  | 'alternate-precedence'
  | 'chain-precedence'
  | 'response'
  | 'succession'
  | 'not-succession'
  | 'not-co-existence'
  | 'absence'

/** Anything the charter demands: of a call, or of the objects at all times. */
export type Demand = Constraint | Invariant

/** Who calls. Ids are opaque and compared as text. */
export interface Principal {
  /** Absent for a caller who is not signed in. */
  readonly id?: string
  readonly kind?: Actor['kind']
  readonly tenant?: string
  readonly roles?: readonly string[]
  readonly scopes?: readonly string[]
  readonly claims?: Readonly<Record<string, unknown>>
  /** The actors it is, when whoever verified it has settled that; otherwise `when` of each actor decides. */
  readonly actors?: readonly string[]
  /** Whom it acts for, nearest first; the last is the person or service behind it. Verified like the principal itself. */
  readonly chain?: readonly Principal[]
}

/** One execution of a workflow. Made, signed and checked by us; never taken from what a protocol calls a session. */
export interface Run {
  readonly id: string
  readonly workflow?: string
  /** The id of the agent that runs it. */
  readonly agent?: string
  /** The operations this run was given, or said it needs before it saw any data; absent: all of its workflow. */
  readonly tools?: readonly OperationId[]
  /** What it is for, in the words of whoever started it. */
  readonly purpose?: string
}

/** Arguments of a call, parsed once. */
export interface CallRequest {
  readonly path?: Readonly<Record<string, unknown>>
  readonly query?: Readonly<Record<string, unknown>>
  readonly header?: Readonly<Record<string, unknown>>
  readonly body?: unknown
  /** What goes along although nothing describes it. No rule reads it; data of a class is looked for in it, in headers only what the run has seen. */
  readonly beside?: {
    readonly query: Readonly<Record<string, unknown>>
    readonly headers: Readonly<Record<string, unknown>>
  }
}

/** One use of an operation. `at` is milliseconds since 1970, UTC. */
export interface Call {
  readonly operation: OperationId
  readonly principal: Principal
  readonly request: CallRequest
  readonly at: number
  /** The run it belongs to. */
  readonly run?: Run
}

/** One object as it was seen. `value` is its representation; the rest is read out of it by `readObject`. */
export interface ObjectFact {
  readonly type: string
  readonly key: string
  readonly owner?: string
  readonly tenant?: string
  readonly creator?: string
  readonly state?: string
  readonly parties?: Readonly<Record<string, readonly string[]>>
  readonly value: unknown
}
