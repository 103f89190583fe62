import type { Expression } from '../cel/parse-cel.ts'
import type { Field, Head, OperationId } from './charter.ts'

/** What is true of the objects at all times. */
export type Invariant = Head &
  (
    | { readonly kind: 'never-negative' | 'monotone'; readonly object: string; readonly field: Field }
    | {
        readonly kind: 'conserved'
        readonly object: string
        readonly field: Field
        readonly over: readonly OperationId[]
      }
    | { readonly kind: 'unique'; readonly object: string; readonly field: Field; readonly per?: 'tenant' | 'owner' }
    | {
        readonly kind: 'at-most'
        readonly object: string
        readonly count: number
        readonly in: readonly string[]
        readonly per: 'owner' | 'tenant'
      }
    | { readonly kind: 'holds'; readonly object: string; readonly rule: Expression }
  )
