import type { Expression } from '../cel/parse-cel.ts'
import type { Position } from './charter.ts'

/** A class of principals. */
export interface Actor {
  readonly name: string
  readonly kind: 'user' | 'service' | 'partner' | 'agent'
  readonly when?: Expression
  /** The tenant of such a principal; `false` when these actors may cross tenants. */
  readonly tenant?: Expression | false
  /** The workflow whose operations an agent may use, for those it acts for. */
  readonly workflow?: string
  /** The actors an agent may act for; absent when it acts for itself only. */
  readonly actsFor?: readonly string[]
  readonly position: Position
}
