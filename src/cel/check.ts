import { withArticle } from './article.ts'
import {
  type BinaryNode,
  type CallNode,
  type ComprehensionNode,
  childrenOf,
  type IndexNode,
  type Node,
  type SelectNode,
} from './ast.ts'
import { evaluateNode } from './compile.ts'
import { type CelDiagnostic, diagnosticAt } from './diagnostic.ts'
import { FUNCTIONS } from './functions.ts'
import { nearestName } from './nearest.ts'
import type { CelFunction, Overload } from './overload.ts'
import { isCelError, type Kind } from './value.ts'
import { TYPE_NAMES } from './value-functions.ts'

/** What is known of a variable: its kind, or a map with exactly these fields. `any` says nothing. */
export type CelType = Kind | { readonly fields: Readonly<Record<string, CelType>> }

/** The kind of the whole expression and everything that is certainly wrong in it, in source order. */
export interface Check {
  readonly kind: Kind
  readonly diagnostics: readonly CelDiagnostic[]
}

/**
 * Checks names and kinds. Reports only what can never work (unknown names and fields, operands of the wrong kind,
 * constant calls that fail); what depends on data is left to evaluation.
 */
export function checkNode(node: Node, variables: ReadonlyMap<string, CelType>): Check {
  const checker = new Checker(variables)
  const kind = kindOfType(checker.type(node, []))
  return { kind, diagnostics: checker.diagnostics.toSorted((a, b) => a.offset - b.offset) }
}

function kindOfType(type: CelType): Kind {
  return typeof type === 'string' ? type : 'map'
}

function fits(kind: Kind, ...expected: readonly Kind[]): boolean {
  return kind === 'any' || expected.includes('any') || expected.includes(kind)
}

class Checker {
  readonly diagnostics: CelDiagnostic[] = []
  readonly #variables: ReadonlyMap<string, CelType>

  constructor(variables: ReadonlyMap<string, CelType>) {
    this.#variables = variables
  }

  type(node: Node, bound: readonly string[]): CelType {
    switch (node.kind) {
      case 'literal':
        return node.type === 'int' || node.type === 'double' ? 'number' : node.type
      case 'ident':
        return this.#ident(node, bound)
      case 'select':
        return this.#select(node, bound)
      case 'has':
        this.#fieldOf(node, this.type(node.target, bound))
        return 'bool'
      case 'index':
        return this.#index(node, bound)
      case 'not':
        return this.#expect(node.operand, 'bool', '!', bound)
      case 'neg':
        return this.#expect(node.operand, 'number', '-', bound)
      case 'and':
      case 'or':
        this.#expect(node.left, 'bool', node.kind === 'and' ? '&&' : '||', bound)
        return this.#expect(node.right, 'bool', node.kind === 'and' ? '&&' : '||', bound)
      case 'conditional': {
        this.#expect(node.condition, 'bool', '? :', bound)
        const kinds = [node.consequent, node.alternate].map((branch) => kindOfType(this.type(branch, bound)))
        return kinds[0] === kinds[1] ? (kinds[0] ?? 'any') : 'any'
      }
      case 'binary':
        return this.#binary(node, bound)
      case 'call':
        return this.#call(node, bound)
      case 'list':
        this.#children(node, bound)
        return 'list'
      case 'map':
        for (const [key] of node.entries) this.#expect(key, 'string', 'a map key', bound)
        for (const [, value] of node.entries) this.type(value, bound)
        return 'map'
      case 'comprehension':
        return this.#comprehension(node, bound)
    }
  }

  #report(node: Node, message: string, help?: string): void {
    this.diagnostics.push(diagnosticAt(node, message, help))
  }

  #children(node: Node, bound: readonly string[]): readonly Kind[] {
    return childrenOf(node).map((child) => kindOfType(this.type(child, bound)))
  }

  #expect(node: Node, expected: Kind, operation: string, bound: readonly string[]): Kind {
    const kind = kindOfType(this.type(node, bound))
    if (!fits(kind, expected))
      this.#report(node, `${operation} needs ${withArticle(expected)}, not ${withArticle(kind)}`)
    return expected
  }

  #ident(node: Node & { kind: 'ident' }, bound: readonly string[]): CelType {
    if (bound.includes(node.name)) return 'any'
    const type = this.#variables.get(node.name)
    if (type !== undefined) return type
    if (TYPE_NAMES.has(node.name)) return 'type'
    this.#unknown(node, `unknown name ${node.name}`, node.name, [...this.#variables.keys(), ...bound])
    return 'any'
  }

  #unknown(node: Node, message: string, name: string, known: readonly string[]): void {
    const nearest = nearestName(name, known)
    const list = known.length === 0 ? undefined : `known here: ${known.join(', ')}`
    this.#report(node, message, nearest === undefined ? list : `did you mean ${nearest}?`)
  }

  #select(node: SelectNode, bound: readonly string[]): CelType {
    const field = this.#fieldOf(node, this.type(node.target, bound))
    return node.optional ? 'optional' : field
  }

  #fieldOf(node: { field: string } & Node, target: CelType): CelType {
    if (typeof target === 'string') {
      if (!fits(target, 'map', 'optional')) this.#report(node, `${withArticle(target)} has no fields`)
      return target === 'optional' ? 'optional' : 'any'
    }
    if (Object.hasOwn(target.fields, node.field)) return target.fields[node.field] ?? 'any'
    const end = node.end - (node.kind === 'has' ? 1 : 0)
    const range = { ...node, start: end - node.field.length, end }
    this.#unknown(range, `unknown field ${node.field}`, node.field, Object.keys(target.fields))
    return 'any'
  }

  #index(node: IndexNode, bound: readonly string[]): CelType {
    const target = this.type(node.target, bound)
    const kind = kindOfType(target)
    const index = kindOfType(this.type(node.index, bound))
    const expected: Kind = kind === 'list' ? 'number' : kind === 'map' ? 'string' : 'any'
    if (!fits(kind, 'list', 'map', 'optional')) this.#report(node.target, `${withArticle(kind)} has no elements`)
    else if (!fits(index, expected))
      this.#report(node.index, `[ ] on ${withArticle(kind)} needs ${withArticle(expected)}, not ${withArticle(index)}`)
    return node.optional || kind === 'optional' ? 'optional' : 'any'
  }

  #binary(node: BinaryNode, bound: readonly string[]): Kind {
    const [left = 'any', right = 'any'] = this.#children(node, bound)
    const result = resultOf(node.op, left, right)
    if (result !== undefined) return result
    const numberAndText = [left, right].includes('number') && [left, right].includes('string')
    const help = numberAndText ? 'text is not converted by itself; write decimal(…)' : undefined
    this.#report(node, `${node.op} does not work on ${left} and ${right}`, help)
    return node.op.length === 1 && !'<>'.includes(node.op) ? 'any' : 'bool'
  }

  #call(node: CallNode, bound: readonly string[]): Kind {
    const kinds = this.#children(node, bound)
    const fn = FUNCTIONS.get(node.name)
    if (fn === undefined) {
      this.#unknown(node, `unknown function ${node.name}`, node.name, [...FUNCTIONS.keys()])
      return 'any'
    }
    const misplaced = fn.style !== 'both' && (fn.style === 'method') !== (node.target !== undefined)
    if (misplaced) {
      this.#report(
        node,
        `${node.name} is a ${fn.style}`,
        fn.style === 'method' ? `write x.${node.name}(…)` : `write ${node.name}(…)`,
      )
      return 'any'
    }
    return this.#overload(node, fn, kinds)
  }

  #overload(node: CallNode, fn: CelFunction, kinds: readonly Kind[]): Kind {
    const fitting = fn.overloads.filter((overload) => accepts(overload, kinds))
    const [first] = fitting
    if (first === undefined) {
      const forms = fn.overloads.map(({ params, variadic }) => `(${params.join(', ')}${variadic ? ', …' : ''})`)
      const got = kinds.length === 0 ? 'nothing' : kinds.join(' and ')
      this.#report(node, `${node.name} does not take ${got}`, `it takes ${forms.join(' or ')}`)
      return 'any'
    }
    this.#constant(node)
    return fitting.every((overload) => overload.result === first.result) ? first.result : 'any'
  }

  /** A call that fails on its literals fails always; a literal pattern is checked whatever it is matched against. */
  #constant(node: CallNode): void {
    const isConstant = childrenOf(node).every((child) => child.kind === 'literal')
    const pattern = node.name === 'matches' ? node.args.at(-1) : undefined
    if (!isConstant && pattern?.kind !== 'literal') return
    const result = evaluateNode(
      isConstant
        ? node
        : { ...node, target: { ...node, kind: 'literal', type: 'string', value: '' }, args: node.args.slice(-1) },
      {},
    )
    if (isCelError(result)) this.#report(pattern ?? node, result.message)
  }

  #comprehension(node: ComprehensionNode, bound: readonly string[]): Kind {
    const range = kindOfType(this.type(node.range, bound))
    if (!fits(range, 'list', 'map'))
      this.#report(node.range, `${node.macro} needs a list or map, not ${withArticle(range)}`)
    const inner = [...bound, node.variable]
    if (node.predicate !== undefined) this.#expect(node.predicate, 'bool', node.macro, inner)
    if (node.transform !== undefined) this.type(node.transform, inner)
    return node.macro === 'filter' || node.macro === 'map' ? 'list' : 'bool'
  }
}

function accepts({ params, variadic }: Overload, kinds: readonly Kind[]): boolean {
  if (variadic ? kinds.length < params.length : kinds.length !== params.length) return false
  return kinds.every((kind, index) => fits(kind, params[index] ?? params.at(-1) ?? 'any'))
}

/** The kind an operator gives, `any` if it depends on data, undefined if there is no such operation. */
function resultOf(op: BinaryNode['op'], left: Kind, right: Kind): Kind | undefined {
  const known = left !== 'any' && right !== 'any'
  switch (op) {
    case '==':
    case '!=':
      return !known || left === right || left === 'null' || right === 'null' ? 'bool' : undefined
    case 'in':
      return fits(right, 'list', 'map') ? 'bool' : undefined
    case '+':
    case '-':
      return sumOf(op, left, right)
    case '*':
    case '/':
    case '%':
      return fits(left, 'number') && fits(right, 'number') ? 'number' : undefined
    default: {
      const ordered: readonly Kind[] = ['number', 'string', 'bool', 'timestamp', 'duration']
      return fits(left, ...ordered) && fits(right, ...ordered) && (!known || left === right) ? 'bool' : undefined
    }
  }
}

const SUMS: readonly (readonly [op: '+' | '-', left: Kind, right: Kind, result: Kind])[] = [
  ['+', 'number', 'number', 'number'],
  ['-', 'number', 'number', 'number'],
  ['+', 'string', 'string', 'string'],
  ['+', 'list', 'list', 'list'],
  ['+', 'timestamp', 'duration', 'timestamp'],
  ['+', 'duration', 'timestamp', 'timestamp'],
  ['+', 'duration', 'duration', 'duration'],
  ['-', 'timestamp', 'duration', 'timestamp'],
  ['-', 'timestamp', 'timestamp', 'duration'],
  ['-', 'duration', 'duration', 'duration'],
]

function sumOf(op: '+' | '-', left: Kind, right: Kind): Kind | undefined {
  const results = new Set(
    SUMS.filter((row) => row[0] === op && fits(left, row[1]) && fits(right, row[2])).map((row) => row[3]),
  )
  const [first] = results
  return results.size > 1 ? 'any' : first
}
