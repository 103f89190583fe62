import type { CelLiteral } from './value.ts'

/** Where a node stands in its source: UTF-16 offsets, `end` exclusive; parentheses around a node are not part of it. */
interface Ranged {
  readonly start: number
  readonly end: number
}

/** `type` keeps what the text said: `2` is int, `2.0` double, although both are the same number when evaluated. */
export interface LiteralNode extends Ranged {
  readonly kind: 'literal'
  readonly type: 'null' | 'bool' | 'string' | 'int' | 'double'
  readonly value: CelLiteral
}

/** A variable, a comprehension variable, or the name of a type (`int`, `google.protobuf.Timestamp`). */
export interface IdentNode extends Ranged {
  readonly kind: 'ident'
  readonly name: string
}

/** `target.field`, or `target.?field` when optional. */
export interface SelectNode extends Ranged {
  readonly kind: 'select'
  readonly target: Node
  readonly field: string
  readonly optional: boolean
}

/** `target[index]`, or `target[?index]` when optional. */
export interface IndexNode extends Ranged {
  readonly kind: 'index'
  readonly target: Node
  readonly index: Node
  readonly optional: boolean
}

/** `has(target.field)`: true if the key is there, also with the value null. */
export interface HasNode extends Ranged {
  readonly kind: 'has'
  readonly target: Node
  readonly field: string
  readonly optional: boolean
}

/** `!operand` and `-operand`. */
export interface UnaryNode extends Ranged {
  readonly kind: 'not' | 'neg'
  readonly operand: Node
}

/** `left && right` and `left || right`. */
export interface LogicNode extends Ranged {
  readonly kind: 'and' | 'or'
  readonly left: Node
  readonly right: Node
}

/** `condition ? then : otherwise`. */
export interface ConditionalNode extends Ranged {
  readonly kind: 'conditional'
  readonly condition: Node
  readonly consequent: Node
  readonly alternate: Node
}

export type ComparisonOperator = '==' | '!=' | '<' | '<=' | '>' | '>=' | 'in'
export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%'

/** Arithmetic and comparison. */
export interface BinaryNode extends Ranged {
  readonly kind: 'binary'
  readonly op: ComparisonOperator | ArithmeticOperator
  readonly left: Node
  readonly right: Node
}

/** `name(args)`, or `target.name(args)`. */
export interface CallNode extends Ranged {
  readonly kind: 'call'
  readonly name: string
  readonly target: Node | undefined
  readonly args: readonly Node[]
}

export interface ListNode extends Ranged {
  readonly kind: 'list'
  readonly items: readonly Node[]
}

export interface MapNode extends Ranged {
  readonly kind: 'map'
  readonly entries: readonly (readonly [key: Node, value: Node])[]
}

export type MacroName = 'all' | 'exists' | 'exists_one' | 'filter' | 'map'

/** A macro over a list or the keys of a map; `predicate` is missing only for `map(x, transform)`, `transform` for all others. */
export interface ComprehensionNode extends Ranged {
  readonly kind: 'comprehension'
  readonly macro: MacroName
  readonly range: Node
  readonly variable: string
  readonly predicate: Node | undefined
  readonly transform: Node | undefined
}

/** One node of a parsed expression. Immutable; the parser is the only maker. */
export type Node =
  | LiteralNode
  | IdentNode
  | SelectNode
  | IndexNode
  | HasNode
  | UnaryNode
  | LogicNode
  | ConditionalNode
  | BinaryNode
  | CallNode
  | ListNode
  | MapNode
  | ComprehensionNode

/** The direct children of a node in source order. */
export function childrenOf(node: Node): readonly Node[] {
  switch (node.kind) {
    case 'literal':
    case 'ident':
      return []
    case 'select':
    case 'has':
      return [node.target]
    case 'index':
      return [node.target, node.index]
    case 'not':
    case 'neg':
      return [node.operand]
    case 'and':
    case 'or':
    case 'binary':
      return [node.left, node.right]
    case 'conditional':
      return [node.condition, node.consequent, node.alternate]
    case 'call':
      return node.target === undefined ? node.args : [node.target, ...node.args]
    case 'list':
      return node.items
    case 'map':
      return node.entries.flat()
    case 'comprehension':
      return [node.range, node.predicate, node.transform].filter((child) => child !== undefined)
  }
}
