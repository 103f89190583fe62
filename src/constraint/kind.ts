import type { Charter, Constraint, ConstraintId, OperationId, Slot, Use } from '../charter/charter.ts'
import type { Pointer } from '../charter/pointer.ts'
import type { ClassId } from './class.ts'
import type { Context } from './context.ts'
import type { ScopePlan } from './scope.ts'

/** How a demand is not met. `detail` says what is the matter, without repeating the rule. */
export interface Shortfall {
  readonly outcome: 'broken' | 'unknown' | 'ask'
  readonly detail: string
  /** The approval that would make up for it, where it is not the constraint itself. */
  readonly approval?: string
  /** Operations that tell what to say instead. */
  readonly lookUp?: readonly OperationId[]
}

/** What must be done to an allowed call before it is sent (`cover`), or to its answer. */
export type Obligation =
  | {
      /** Take the value at `pointer` out; out of each item of the list at `items` when given. */
      readonly kind: 'redact'
      readonly constraint: ConstraintId
      readonly object: string
      readonly field: string
      readonly pointer: Pointer
      readonly items?: Pointer
    }
  | {
      /** Leave only those objects in the list at `items` that the caller may read. */
      readonly kind: 'filter'
      readonly constraint: ConstraintId
      readonly object: string
      readonly items: Pointer
    }
  | {
      /** Take what is of this class at `at` out of the arguments, or put a token in its place. */
      readonly kind: 'cover'
      readonly constraint: ConstraintId
      /** As the fact `classes` names it. */
      readonly at: string
      readonly class: string
      readonly with: 'redact' | 'token'
    }
  | {
      /** Take everything of these classes out of the answer; put tokens in the place of those in `tokens`. */
      readonly kind: 'withhold'
      readonly constraint: ConstraintId
      readonly classes: readonly string[]
      readonly tokens: readonly string[]
    }

/** Where a constraint is decided: one use of one charter. `plan` collects the variables its expressions read. */
export interface Site {
  readonly charter: Charter
  readonly use: Use
  readonly plan: ScopePlan
}

/** Decides one constraint for one call: undefined when it is satisfied. Total; compiled once, run for every call. */
export type Check = (context: Context) => Shortfall | undefined

/** What an allowed call still owes because of one constraint; undefined for nothing. */
export type Owe = (context: Context) => Obligation | readonly Obligation[] | undefined

/** One kind of fact a constraint needs for one call. */
export type Need =
  | { readonly fact: 'object'; readonly slot: Slot }
  | { readonly fact: 'counter' }
  | { readonly fact: 'history' }
  | { readonly fact: 'grants'; readonly approval: string }
  /** Where arguments come from, the classes of data in them, how tools are described: what the run and the gateway know. */
  | { readonly fact: 'values' | 'classes' | 'pins' }

type Of<K extends Constraint['kind']> = Extract<Constraint, { kind: K }>

/** One kind of constraint; every kind is one module, and `kinds.ts` is the table of them. */
export interface Kind<K extends Constraint['kind']> {
  readonly compile: (constraint: Of<K>, site: Site) => Check
  readonly owe?: (constraint: Of<K>, site: Site) => Owe
  /** It is also to be met, although it has something to owe. */
  readonly demands?: true
  /** A plain English sentence without a full stop, in the owner's words where there are any. */
  readonly describe: (constraint: Of<K>, charter: Charter) => string
  readonly needs: (constraint: Of<K>, use: Use, charter: Charter) => readonly Need[]
  /** What a proof that it can be broken is called, the likeliest first. */
  readonly classes: (constraint: Of<K>, charter: Charter) => readonly ClassId[]
}
